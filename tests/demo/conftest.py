"""A small city, made once."""

import datetime

import pytest

from portal.demo.city import generate
from portal.demo.size import CitySize

SMALL = CitySize(enterprises=90, seekers=160, vacancies=220, applications=90, shortages=24)
TODAY = datetime.date(2026, 3, 25)


@pytest.fixture(scope="session")
def city():
    """The small city of seed 7 as of 25 March 2026."""
    return generate(SMALL, 7, TODAY)
