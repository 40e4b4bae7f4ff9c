"""Insurance records: planted figures to the fen, and persons that add up to the months."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from portal.demo.city import generate
from portal.demo.insurance import RATE_PERMILLE
from portal.demo.size import CitySize
from portal.demo.story import PLANTED

from .conftest import SMALL, TODAY


@pytest.fixture(scope="module")
def months(city):
    result = defaultdict(dict)
    for row in city.insurance_months():
        result[row.enterprise][row.month] = row
    return result


def number_of(name):
    return next(i for i, plant in enumerate(PLANTED) if name in plant.name)


@pytest.mark.parametrize(
    ("name", "start", "end", "total_fen"),
    [
        ("砺石", 120, 114, 6_000_000),
        ("织岚", 200, 188, 1_580_245),
        ("栖羽", 37, 31, 1_000_000),
        ("煦风", 200, 189, 1_580_245),
        ("稻畔", 37, 30, 1_000_000),
        ("澜川", 380, 386, 32_918_400),
        ("青屿", 412, 455, 36_640_900),
        ("曜川", 5000, 4990, 330_000_000),
        ("栖禾", 64, 60, 4_200_000),
        ("启舟", 42, 41, 2_400_000),
        ("汀禾", 25, 25, 0),
    ],
)
def test_planted_figures(months, name, start, end, total_fen):
    year = months[number_of(name)]
    assert sorted(year) == list(range(1, 13))
    assert (year[1].headcount, year[12].headcount) == (start, end)
    assert (
        sum(row.premium_enterprise_fen + row.premium_employee_fen for row in year.values())
        == total_fen
    )


def test_both_sides_of_the_told_story(months):
    year = months[0].values()
    assert sum(row.premium_enterprise_fen for row in year) == 3_600_000
    assert sum(row.premium_employee_fen for row in year) == 2_400_000


def test_gaps_are_where_they_were_planted(months):
    unknown = months[number_of("云砚")]
    assert unknown[12].headcount is None and unknown[12].premium_enterprise_fen > 0
    assert 6 not in months[number_of("珩川")]


def test_persons_add_up_to_the_months(city, months):
    heads, bases = Counter(), Counter()
    people = set()
    for block in city.insured_spells():
        people |= {bytes(key) for key in block.person}
        assert (block.first_insured <= np.datetime64("2019-12-01")).all()
        for owner, first, last, base in zip(
            block.enterprise, block.first_month, block.last_month, block.base_fen, strict=True
        ):
            assert 1 <= first <= last <= 12
            for month in range(first, last + 1):
                heads[owner, month] += 1
                bases[owner, month] += int(base)
    assert len(people) > sum(heads[n, 1] for n in range(SMALL.enterprises))
    checked = 0
    for number, year in months.items():
        for month, row in year.items():
            if row.headcount is not None:
                assert row.headcount == heads[number, month]
            if number >= len(PLANTED) and row.premium_enterprise_fen:
                assert row.premium_enterprise_fen * 1000 == bases[number, month] * RATE_PERMILLE
                assert row.premium_employee_fen == row.premium_enterprise_fen
                checked += 1
    assert checked > 800


def test_months_and_persons_follow_the_size():
    size = CitySize(enterprises=20, seekers=20, vacancies=20, months=3, persons=2000)
    city = generate(size, 1, TODAY)
    assert {row.month for row in city.insurance_months()} == {1, 2, 3}
    drawn = city.enterprise_columns.staff[len(PLANTED) :].sum()
    assert 200 < drawn < 2000  # the planted enterprises keep their own staff
    with pytest.raises(ValueError, match="months"):
        CitySize(months=13)
