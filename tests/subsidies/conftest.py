"""Small populations for screening."""

from datetime import date
from types import SimpleNamespace

import pytest

from subsidies.services.screening import screen_refunds
from tests.factories import EnterpriseFactory, division, industry
from tests.factories.subsidies import insure, local_parameter, publish_policies

LEGAL_DATE = date(2020, 4, 1)


@pytest.fixture
def insured(db):
    """insured(size, start, end, enterprise side, employees' side, **fields) → Enterprise."""
    division("3204")

    def make(size, start, end, by_enterprise=3_600_000, by_employees=2_400_000, **fields):
        fields = {"difficult_certified": False, "hit_by_epidemic": False, **fields}
        enterprise = EnterpriseFactory(size_class=size, **fields)
        insure(enterprise, start, end, by_enterprise, by_employees)
        return enterprise

    return make


@pytest.fixture
def screen(db):
    """screen() → ScreeningResult for 2019 under the documents of 2020."""
    publish_policies("changzhou-2020-17", "jinzhou-2020")

    def run(**options):
        return screen_refunds(2019, LEGAL_DATE, **options)

    return run


@pytest.fixture
def city(insured):
    """The worked cases as enterprises; the comment beside each is the sum."""
    local_parameter("benefit_monthly_fen", "150000")
    local_parameter("hard_hit_months", "3")
    made = SimpleNamespace(
        plain=insured("small", 120, 114),  # 60,000.00 × 50 %
        on_limit=insured("medium", 200, 189, 1_234_567, 345_678),  # 11/200 = 5.5 %
        over=insured("medium", 200, 188, 1_234_567, 345_678),  # 12/200 = 6.0 %
        thirty=insured("micro", 37, 30, 500_000, 500_000, region=division("320404")),
        thirty_one=insured("micro", 37, 31, 500_000, 500_000, region=division("320404")),
        large=insured("large", 5000, 4990, 90_000_000, 60_000_000, region=division("320411")),
        no_december=insured("small", 50, 50, 90_000, 60_000, region=division("320411")),
        difficult=insured("medium", 80, 80, difficult_certified=True, region=division("320411")),
        hotel=insured("small", 20, 20, industry=industry("H62"), hit_by_epidemic=True),
    )
    made.no_december.insurance_months.filter(month=date(2019, 12, 1)).delete()
    return made
