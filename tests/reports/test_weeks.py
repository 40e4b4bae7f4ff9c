"""Weeks: written, counted, cut."""

from datetime import date, datetime

import pytest

from portal.reports.weeks import Week, last_day_before
from portal.ui.formatting import CITY_TIME


def test_a_week_knows_its_days():
    week = Week.parse("2020-W12")
    assert (week.monday, week.sunday) == (date(2020, 3, 16), date(2020, 3, 22))
    assert week.label == "2020年第12周（3月16日—3月22日）"
    assert Week.of(date(2020, 3, 22)) == week
    assert Week.of(date(2020, 3, 23)) > week


def test_the_last_days_of_a_year_may_be_the_next_years_first_week():
    assert Week.of(date(2019, 12, 30)).key == "2020-W01"
    assert Week.of(date(2021, 1, 1)).key == "2020-W53"


@pytest.mark.parametrize("text", ["2020-12", "W12", "2020-W54", "2021-W53", "", "2020-W00"])
def test_a_wrong_week_is_told_how_weeks_are_written(text):
    with pytest.raises(ValueError, match="2020-W12"):
        Week.parse(text)


def test_a_week_that_is_over_is_cut_at_its_end_the_present_one_now():
    week = Week.parse("2020-W12")
    thursday = datetime(2020, 3, 19, 6, tzinfo=CITY_TIME)
    assert week.cut(thursday) == thursday
    assert week.cut(datetime(2020, 5, 1, tzinfo=CITY_TIME)) == week.end
    assert last_day_before(week.end) == date(2020, 3, 22)
    assert last_day_before(thursday) == date(2020, 3, 19)
