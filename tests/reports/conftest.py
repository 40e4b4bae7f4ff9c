"""A small city whose figures can be added up by hand."""

from datetime import date, datetime, timedelta

import pytest

from enterprises.enums import FillChannel, KeyListKind, ShortageState
from enterprises.models import KeyListEntry, ShortageFill
from portal.reports.weeks import Week
from portal.ui.formatting import CITY_TIME
from tests.factories import (
    AssignmentFactory,
    CommissionerFactory,
    EnterpriseFactory,
    JobSeekerFactory,
    ShortageFactory,
    UserFactory,
    division,
)

WEEK = Week.parse("2020-W12")  # Monday 16 March 2020


def at(day, hour=9):
    """A moment of a day of March 2020 in the city."""
    return datetime(2020, 3, day, hour, tzinfo=CITY_TIME)


def fill(declaration, day, persons, channel=FillChannel.PORTAL):
    """People who came on a day of March 2020."""
    return ShortageFill.objects.create(
        declaration=declaration,
        filled_on=date(2020, 3, day),
        persons=persons,
        channel=channel,
        recorded_by=UserFactory(city=True),
    )


@pytest.fixture
def small_city(db):
    """武进 misses 40 of 60 at the end of the week, 新北 5 of 5; 12 came in the week, 8 before.

    One closed declaration and one made after the week must not count.
    """
    key = EnterpriseFactory(name="=SUM(1)机械有限公司", staff_total=300)
    KeyListEntry.objects.create(
        enterprise=key,
        kind=KeyListKind.NATIONAL_ECONOMY,
        source="测试名单",
        starts_on=date(2020, 1, 1),
    )
    other = EnterpriseFactory(name="常州乙有限公司", region=division("320411"))
    commissioner = CommissionerFactory(phone="051980000001")
    AssignmentFactory(enterprise=key, commissioner=commissioner, started_at=at(2))
    big = ShortageFactory(enterprise=key, missing_total=60, declared_at=at(3), reason="订单增加")
    fill(big, 10, 8, FillChannel.FAIR)
    fill(big, 16, 5)
    fill(big, 22, 7, FillChannel.TRANSPORT)
    fill(big, 23, 20)
    ShortageFactory(enterprise=other, missing_total=5, declared_at=at(18))
    ShortageFactory(enterprise=other, missing_total=900, declared_at=at(23, 1))
    closed = ShortageFactory(enterprise=other, missing_total=70, declared_at=at(1))
    closed.state, closed.outcome, closed.closed_at = ShortageState.CLOSED, "unmet", at(17)
    closed.save()
    JobSeekerFactory(name="测试乙一", groups=["hard_to_place"], created_at=at(5))
    JobSeekerFactory(name="测试乙二", created_at=at(24))
    return {"key": key, "other": other, "big": big, "after": WEEK.end + timedelta(days=3)}
