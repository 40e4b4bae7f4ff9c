"""A national refund that the city adopted, screened from register and records to the fen."""

from datetime import date

import pytest

from subsidies.models import Decision, InsuranceImport
from subsidies.policy import POLICIES, load_policy
from subsidies.policy.adopting import Adoption, adopt
from subsidies.policy.cases import cases_path
from subsidies.services import policy_drafts as drafts
from subsidies.services.screening import screen_refunds
from tests.factories import EnterpriseFactory, UserFactory, division, industry
from tests.factories.subsidies import insure

pytestmark = pytest.mark.django_db
REFUND = "changzhou-refund-2022/refund"
JANUARY, DECEMBER = date(2022, 1, 1), date(2022, 12, 1)


@pytest.fixture
def adopted():
    """The template of 2021 to 2025 as the city's own, published by two people."""
    division("3204")
    path = POLICIES / "national/refund-2021-2025.yaml"
    adoption = Adoption(
        "changzhou-refund-2022", "320400", "常州市", "测试稳岗返还", "测人社〔2022〕1号",
        date(2022, 3, 1), "按全国口径执行",
    )  # fmt: skip
    text, cases = adopt(load_policy(path), cases_path(path).read_text("utf-8"), adoption)
    author, approver = UserFactory.create_batch(2, city=True)
    draft = drafts.create_draft(author, text, cases)
    drafts.submit(draft, author)
    return drafts.approve(draft, approver, seen=drafts.mark_of(draft))


def test_kind_and_size_of_the_register_decide_the_rate(adopted):
    """10,000 yuan were paid: 30 % for a large enterprise, 60 % for who counts like small ones."""

    def insured(**fields):
        enterprise = EnterpriseFactory(**fields)
        insure(enterprise, 40, 40, 600_000, 400_000, year=2022)
        InsuranceImport.objects.update(first_month=JANUARY, last_month=DECEMBER)
        return enterprise

    large = insured(size_class="large", entity_kind="enterprise")
    small = insured(size_class="small", entity_kind="enterprise")
    foundation = insured(size_class=None, entity_kind="foundation")
    accountants, unchecked = (
        insured(
            size_class="large",
            entity_kind="accounting_firm",
            industry=industry("L7241"),
            pending=pending,
        )
        for pending in (False, True)
    )
    factory = insured(size_class="large", entity_kind="accounting_firm")
    unknown = insured(size_class="small", entity_kind=None)
    screen_refunds(2022, date(2023, 4, 1))
    found = {row.enterprise_id: row for row in Decision.objects.filter(provision_id=REFUND)}
    assert {
        one: (found[one.pk].outcome, found[one.pk].amount_fen)
        for one in (large, small, foundation, accountants, unchecked, factory, unknown)
    } == {
        large: ("grant", 300_000),
        small: ("grant", 600_000),
        foundation: ("grant", 600_000),
        accountants: ("grant", 600_000),
        unchecked: ("review", 0),  # its licence is not checked since it said so
        factory: ("review", 0),  # no accounting firm is of this trade
        unknown: ("review", 0),
    }
    assert found[foundation.pk].facts["values"]["entity_kind"] == "foundation"
    assert found[foundation.pk].facts["sources"]["entity_kind"] == "register"
    missing = [entry for entry in found[unknown.pk].trace if entry["result"] is None]
    assert any("单位类型" in entry["text"] for entry in missing), missing
