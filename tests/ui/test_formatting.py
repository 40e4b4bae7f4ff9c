"""Figures, dates, pay and telephones as pages, messages and workbooks write them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from portal.ui import formatting

TODAY = date(2020, 4, 9)


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (3_000_000, "30,000.00"),
        (0, "0.00"),
        (5, "0.05"),
        (-123_456, "-1,234.56"),
        (102_600_000, "1,026,000.00"),
        (None, "—"),
    ],
)
def test_yuan(fen, words):
    assert formatting.yuan(fen) == words


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (3_861_420_000, "3,861.42 万元"),
        (5_000, "0.01 万元"),  # exactly half: away from zero
        (4_999, "0.00 万元"),
        (None, "—"),
    ],
)
def test_wan(fen, words):
    assert formatting.wan(fen) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0"), (999, "999"), (1000, "1,000"), (1001, "1000+"), (None, "—")]
)
def test_capped(count, words):
    assert formatting.capped(count) == words


@pytest.mark.parametrize(
    ("value", "limit", "words"),
    [
        (Fraction(12, 200), Fraction(55, 1000), "6.0%"),
        (Fraction(6, 120), Fraction(55, 1000), "5.0%"),
        # One more than the limit allows must not print as the limit.
        (Fraction(5506, 100_000), Fraction(55, 1000), "5.51%"),
        (Fraction(55001, 1_000_000), Fraction(55, 1000), "5.5001%"),
        # One less must not either; 5.50% would be the limit itself.
        (Fraction(5496, 100_000), Fraction(55, 1000), "5.496%"),
        (Fraction(11, 200), Fraction(55, 1000), "5.5%"),
        (Decimal("0.1892"), Decimal("0.2"), "18.9%"),
        (Fraction(0), None, "0.0%"),
        (Fraction(-6, 380), Fraction(55, 1000), "-1.6%"),
        (Fraction(1, 3), None, "33.3%"),
    ],
)
def test_percent_stays_on_the_true_side_of_its_limit(value, limit, words):
    assert formatting.percent(value, limit) == words


def test_unequal_values_never_print_as_equal():
    limit = Fraction(55, 1000)
    for off in range(1, 400):
        value = limit + Fraction(off, 1_000_000)
        assert formatting.percent(value, limit) != formatting.percent(limit, limit)
        value = limit - Fraction(off, 1_000_000)
        assert formatting.percent(value, limit) != formatting.percent(limit, limit)


@pytest.mark.parametrize(("limit", "words"), [("0.055", "5.5%"), ("0.2", "20%"), ("0", "0%")])
def test_limits_are_written_as_in_the_document(limit, words):
    assert formatting.plain_percent(Decimal(limit)) == words


def test_dates_carry_the_year_only_when_it_is_another():
    assert formatting.cn_date(date(2020, 4, 13), TODAY) == "4月13日"
    assert formatting.cn_date(date(2019, 12, 31), TODAY) == "2019年12月31日"
    assert formatting.cn_date(None, TODAY) == "—"


def test_a_moment_is_shown_in_the_citys_time():
    evening = datetime(2020, 4, 8, 22, 10, tzinfo=UTC)  # 6:10 of the next day in the city
    assert formatting.cn_datetime(evening, TODAY) == "今天 6:10"
    assert formatting.cn_day(evening, TODAY) == "今天"
    assert formatting.cn_date(evening, TODAY) == "4月9日"


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        formatting.cn_datetime(datetime(2020, 4, 9, 6, 10), TODAY)


def test_periods():
    assert formatting.cn_period(date(2020, 4, 7), date(2020, 4, 13), TODAY) == "4月7日至4月13日"
    assert (
        formatting.cn_period(date(2019, 12, 30), date(2020, 1, 6), TODAY)
        == "2019年12月30日至1月6日"
    )


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(200, "3 小时 20 分"), (40, "40 分"), (180, "3 小时"), (0, "0 分"), (1500, "1 天 1 小时")],
)
def test_duration(minutes, words):
    assert formatting.duration(timedelta(minutes=minutes, seconds=59)) == words


@pytest.mark.parametrize(
    ("low", "high", "words", "spoken"),
    [
        (6500, 8500, "6,500–8,500 元/月", "每月 6,500 到 8,500 元"),
        (3000, 3000, "3,000 元/月", "每月 3,000 元"),
        (5000, None, "5,000 元/月以上", "每月 5,000 元以上"),
        (None, 5000, "5,000 元/月以内", "每月最多 5,000 元"),
        (None, None, "面议", "工资面议"),
    ],
)
def test_pay(low, high, words, spoken):
    assert formatting.pay_range(low, high) == words
    assert formatting.pay_words(low, high) == spoken


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("85588919", "8558 8919"),
        ("051985588919", "0519-8558 8919"),
        ("0519-85588919", "0519-8558 8919"),
        ("02512345678", "025-1234 5678"),
        ("13800000000", "138 0000 0000"),
        ("138****5678", "138****5678"),
        ("12333", "12333"),
        ("", "—"),
    ],
)
def test_telephones(number, words):
    assert formatting.phone_display(number) == words


def test_a_local_number_is_dialled_with_the_area_code():
    assert formatting.phone_href("8558 8919", "0519") == "tel:051985588919"
    assert formatting.phone_href("12333", "0519") == "tel:12333"
