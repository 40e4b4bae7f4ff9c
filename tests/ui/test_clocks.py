"""The 24-hour clock and the working-day clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.ui.clocks import read_clock, read_workdays

NOW = datetime(2020, 4, 9, 2, 0, tzinfo=UTC)
RESTS = {date(2020, 4, 11), date(2020, 4, 12)}


def works(day):
    return day not in RESTS


@pytest.mark.parametrize(
    ("left", "tone", "words"),
    [
        (timedelta(hours=20), "calm", "还剩 20 小时"),
        (timedelta(hours=6, minutes=1), "calm", "还剩 6 小时"),
        (timedelta(hours=6), "soon", "还剩 6 小时"),
        (timedelta(minutes=40), "soon", "还剩 40 分"),
        (timedelta(0), "overdue", "已超时 0 分"),
        (-timedelta(hours=3, minutes=20), "overdue", "已超时 3 小时 20 分"),
    ],
)
def test_a_24_hour_clock_turns_amber_after_three_quarters_and_red_at_the_end(left, tone, words):
    clock = read_clock(NOW + left, NOW)
    assert (clock.tone, clock.words) == (tone, words)


def test_the_share_is_that_of_the_whole_time_given():
    started = NOW - timedelta(days=3)
    clock = read_clock(NOW + timedelta(days=7), NOW, started)
    assert (clock.permille, clock.words, clock.tone) == (300, "还剩 7 天", "calm")


def test_before_it_begins_nothing_is_used():
    assert read_clock(NOW + timedelta(hours=30), NOW).permille == 0


def test_the_working_days_of_a_notice():
    clock = read_workdays(date(2020, 4, 7), date(2020, 4, 13), date(2020, 4, 9), works)
    assert [(cell.day.day, cell.kind, cell.word) for cell in clock.cells] == [
        (7, "past", "二"),
        (8, "past", "三"),
        (9, "today", "今天"),
        (10, "open", "五"),
        (11, "rest", "休"),
        (12, "rest", "休"),
        (13, "open", "截止"),
    ]
    assert (clock.position, clock.left, clock.total) == (3, 3, 5)
    assert clock.sentence == "4月7日至4月13日，共 5 个工作日，今天是第 3 天，还有 3 个工作日。"


def test_on_a_day_of_rest_no_working_day_is_claimed_for_today():
    clock = read_workdays(date(2020, 4, 7), date(2020, 4, 13), date(2020, 4, 11), works)
    assert clock.sentence.endswith("今天休息，还有 1 个工作日。")
    assert clock.cells[4].kind == "today"


@pytest.mark.parametrize(
    ("today", "ending"), [(date(2020, 4, 6), "还没有开始。"), (date(2020, 4, 14), "已经结束。")]
)
def test_outside_its_days_the_clock_says_so(today, ending):
    clock = read_workdays(date(2020, 4, 7), date(2020, 4, 13), today, works)
    assert clock.sentence.endswith(ending)


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="before it begins"):
        read_workdays(date(2020, 4, 13), date(2020, 4, 7), date(2020, 4, 9), works)
