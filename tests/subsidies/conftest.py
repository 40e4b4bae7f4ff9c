"""Small populations for screening."""

from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from subsidies.enums import ClaimState
from subsidies.models import Claim, InsuranceMonth, Payment
from subsidies.services import claims as claim_service
from subsidies.services import notices, payments, settlement
from subsidies.services.payees import confirm_enterprise_account
from subsidies.services.screening import screen_refunds
from tests.factories import EnterpriseFactory, MembershipFactory, UserFactory, division, industry
from tests.factories.subsidies import insure, local_parameter, publish_policies

LEGAL_DATE = date(2020, 4, 1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(year, month, day, hour=10, minute=0):
    """A moment in the city's time."""
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def ids(state=ClaimState.SCREENED):
    """Public ids of the claims in a state."""
    return list(Claim.objects.filter(state=state).values_list("public_id", flat=True))


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
    publish_policies("changzhou-2020-17", "jinzhou-2020")
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


@pytest.fixture
def clock(monkeypatch):
    """clock(moment): from then on it is that moment."""

    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    return set_to


@pytest.fixture
def people(db):
    return UserFactory(city=True), UserFactory(city=True)


@pytest.fixture
def reviewed(city, screen, people):
    """Five claims reviewed by two people. → (first, second, batch)"""
    screen()
    first, second = people
    batch = claim_service.first_review(ids(), first)
    claim_service.second_review(batch.public_id, second, sampled=True)
    return first, second, batch


@pytest.fixture
def published(reviewed, clock):
    """A notice of 2020-04-07, five working days. → PublicNotice"""
    clock(at(2020, 4, 7))
    return notices.publish_notice(ids(ClaimState.SECOND_REVIEWED), reviewed[1], 5)


@pytest.fixture
def approved(city, published, clock):
    """The five claims approved, it is 14 April 2020 and nobody has an account. → city"""
    notices.conclude_notice(published, at(2020, 4, 13, 17, 30))
    clock(at(2020, 4, 14))
    return city


@pytest.fixture
def confirm(db):
    """confirm(enterprise, number=…) → PayeeAccount, by one of its people."""

    def make(enterprise, number="6222000011112222", bank="测试银行常州分行"):
        member = enterprise.memberships.first() or MembershipFactory(enterprise=enterprise)
        return confirm_enterprise_account(
            enterprise, member.user, holder=enterprise.name, bank=bank, number=number
        )

    return make


@pytest.fixture
def payable(approved, confirm):
    """All five enterprises have an account. → city"""
    for index, claim in enumerate(Claim.objects.select_related("enterprise").order_by("pk")):
        confirm(claim.enterprise, f"62220000111122{index:02d}")
    return approved


@pytest.fixture
def prepared(payable, people):
    """All five claims in a batch of the first person. → PaymentBatch"""
    return payments.prepare_batch(ids(ClaimState.APPROVED), people[0])


@pytest.fixture
def sent(prepared, people):
    """The same at the bank, sent by the second person. → PaymentBatch"""
    return payments.send_batch(prepared.public_id, people[1], prepared.list_sha256)


@pytest.fixture
def paid(payable, people):
    """All five claims paid on 14 April. → city"""
    batch = payments.prepare_batch(ids(ClaimState.APPROVED), people[0])
    payments.send_batch(batch.public_id, people[1], batch.list_sha256)
    settlement.record_paid(batch.public_id, people[0], date(2020, 4, 14))
    return payable


def payment_of(enterprise):
    """The one payment to an enterprise."""
    return Payment.objects.get(claim__enterprise=enterprise)


@pytest.fixture
def correct(screen):
    """correct(enterprise, fen): its premiums change so that half of it is fen, screened again."""

    def run(enterprise, refund_fen):
        months = InsuranceMonth.objects.filter(enterprise=enterprise)
        paid = sum(m.premium_enterprise_fen + m.premium_employee_fen for m in months)
        january = months.get(month=date(2019, 1, 1))
        january.premium_enterprise_fen += 2 * refund_fen - paid
        january.save()
        return screen(again=True).screening

    return run
