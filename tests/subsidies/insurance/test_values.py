"""Whole columns and single values are read by one rule: the quick reader never differs."""

from datetime import date

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.crypto import blind_index
from portal.accounts.identity import clean_identity_number
from subsidies.services.insurance import values
from subsidies.services.insurance.binary import postgres_days
from subsidies.services.insurance.persons import PersonKeys, person_key

from .conftest import PEOPLE


def read(reader, text):
    try:
        return reader(text)
    except ValidationError:
        return None


def column(texts):
    return np.array([text.encode() for text in texts], dtype=bytes)


AMOUNTS = st.lists(
    st.one_of(
        st.from_regex(r"[0-9]{1,9}(\.[0-9]{0,3})?", fullmatch=True),
        st.text("0123456789.,-eE+ ", max_size=12),
    ),
    min_size=1,
)


@given(AMOUNTS)
def test_amounts(texts):
    fen, plain = values.decimals(column(texts), 2)
    for text, number, quick in zip(texts, fen, plain, strict=True):
        if quick:
            assert read(values.read_money, text.strip("\0")) == number


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("0.01", 1),
        ("0.1", 10),
        ("1234.5", 123450),
        ("1,234.50", 123450),
        ("12,345,678.90", 1234567890),
        ("１２３．４５", 12345),
        (" 12.30 ", 1230),
        ("12.300", 1230),
        ("¥12", 1200),
        ("", None),
        ("90071992547.41", 9007199254741),
    ],
)
def test_an_amount_is_exact(text, fen):
    assert values.read_money(text) == fen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-1", "不能是负数"),
        ("1.005", "最多两位小数"),
        ("1e3", "数字"),
        ("1,23", "数字"),
        ("1.", "数字"),
        (".5", "数字"),
        ("两百", "数字"),
        ("1000000000000.01", "太大"),
    ],
)
def test_no_amount(text, said):
    with pytest.raises(ValidationError, match=said):
        values.read_money(text)
    assert not values.decimals(column([text]), 2)[1].any() or "太大" in said


DATES = st.lists(
    st.one_of(
        st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(lambda day: day.strftime("%Y%m%d")),
        st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(str),
        st.from_regex(r"(19|20)[0-9]{2}[-/.]?[0-9]{2}([-/.]?[0-9]{2})?", fullmatch=True),
        st.text("0123456789-/", max_size=10),
    ),
    min_size=1,
)


@given(DATES)
def test_dates(texts):
    dates, plain = values.days(column(texts))
    for text, day, quick in zip(texts, dates, plain, strict=True):
        if quick:
            assert np.datetime64(read(values.read_day, text), "D") == day


@pytest.mark.parametrize(
    "text", ["20190201", "2019-02-01", "2019-02", "201902", "2019/2/1", "2019年2月", "2019年2月1日",
             "2019-02-01 00:00:00", "２０１９．０２"],
)  # fmt: skip
def test_a_date_in_its_writings(text):
    assert values.read_day(text) == date(2019, 2, 1)


@pytest.mark.parametrize("text", ["2019-02-30", "201913", "19-02-01", "1948-01-01", "43497"])
def test_no_date(text):
    with pytest.raises(ValidationError):
        values.read_day(text)
    assert not values.days(column([text]))[1].any()


def changed(number):
    """A number with one place changed, or cut, or lengthened."""
    return st.tuples(st.integers(0, 17), st.sampled_from("0123456789Xx")).map(
        lambda change: number[: change[0]] + change[1] + number[change[0] + 1 :]
    )


NUMBERS = st.sampled_from(PEOPLE).flatmap(
    lambda number: st.one_of(
        st.just(number),
        changed(number),
        st.just(number[:-1]),
        st.just(number + "0"),
        st.just(number.lower()),
        # A county's code, with a fitting check digit: used in some years only.
        st.tuples(
            st.sampled_from(["320412", "320421", "500101", "110101", "230500", "990101"]),
            st.integers(1930, 2019),
        ).map(lambda it: with_check(f"{it[0]}{it[1]}0101123")),
    )
)


def with_check(body):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


@given(st.lists(NUMBERS, min_size=1))
def test_identity_numbers(texts):
    right, numbers = values.identities(column(texts))
    for text, quick, number in zip(texts, right, numbers, strict=True):
        cleaned = read(clean_identity_number, text)
        assert quick == (cleaned is not None)
        if quick:
            assert number.decode() == cleaned


def test_persons_have_the_key_of_the_blind_index(settings):
    for key in ("short", "k" * 64, "k" * 100):
        settings.BLIND_INDEX_KEY = key
        keys = PersonKeys().of(column(PEOPLE))
        assert [bytes(one).hex() for one in keys] == [blind_index(p)[:32] for p in PEOPLE]
        assert person_key(PEOPLE[0]).bytes == bytes(keys[0])


def test_days_of_postgres():
    dates = np.array(["2000-01-01", "1999-12-31", "2020-02-29"], dtype="datetime64[D]")
    assert postgres_days(dates).tolist() == [0, -1, 7364]
