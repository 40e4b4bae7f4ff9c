"""Invented numbers: well formed, unique, nobody's."""

import numpy as np
import pytest
from stdnum.cn import ric, uscc

from portal.accounts.identity import clean_credit_code, clean_identity_number, clean_mobile
from portal.demo.codes import (
    IDENTITY_CAPACITY,
    PROVINCES,
    credit_code,
    identity_numbers,
    mobile,
    organisation_check,
)


def numbers(first, count, ages=None):
    ages = np.full(count, 30) if ages is None else ages
    found, years = identity_numbers(
        first, np.arange(count) % len(PROVINCES), ages, np.arange(count) % 2 == 0, 2026
    )
    return found, years


def test_credit_codes_are_valid_and_differ():
    codes = {credit_code(number, "320412") for number in range(3000)}
    assert len(codes) == 3000
    for code in codes:
        assert clean_credit_code(code) == uscc.validate(code) == code
        assert code.startswith("91320412XN")
        assert organisation_check(code[8:16]) == code[16]


def test_organisation_check_digit_of_the_standard_example():
    # GB 11714's own example: D2143569 → X
    assert organisation_check("D2143569") == "X"


def test_identity_numbers_pass_the_check_of_the_portal():
    ages = np.arange(18, 60)
    found, years = numbers(0, ages.size, ages)
    for number, year, age in zip(found, years, ages, strict=True):
        assert clean_identity_number(number) == ric.validate(number) == number
        assert number[2:6] == "0000"  # a whole province: no issued number has this
        assert int(number[6:10]) == year == 2026 - age


def test_sex_is_in_the_order_number():
    found, _ = numbers(0, 10)
    assert [int(number[16]) % 2 for number in found] == [1, 0] * 5


def test_identity_numbers_differ_also_in_later_cycles():
    whole_cycle = 182_500
    found = [n for first in (0, whole_cycle, 2 * whole_cycle) for n in numbers(first, 2000)[0]]
    assert len(set(found)) == 6000


def test_the_test_range_has_an_end():
    with pytest.raises(ValueError, match="8,212,500"):
        numbers(IDENTITY_CAPACITY - 1, 2)


def test_mobiles_are_of_an_unassigned_prefix_and_differ():
    found = {mobile(number, series) for series in range(5) for number in range(2000)}
    assert len(found) == 10_000
    assert all(clean_mobile(number) == number and number.startswith("154") for number in found)
    with pytest.raises(ValueError, match="twenty million"):
        mobile(20_000_000, 0)
