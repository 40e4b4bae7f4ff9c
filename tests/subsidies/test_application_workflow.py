"""A person's claim goes the same way as an enterprise's: two reviews, notice, approval, masked."""

import pytest
from django.urls import reverse
from stdnum import luhn

from portal.outbox.models import Message
from portal.refused import Refused
from subsidies.enums import ClaimState
from subsidies.models import Claim, Decision, PayeeAccount, PublicNotice
from subsidies.services import claims, notices, payments
from subsidies.services.notices import closing_moment
from tests.factories import JobSeekerFactory, UserFactory, division
from tests.factories.applications import apply_for, number
from tests.factories.subsidies import publish_policies

pytestmark = pytest.mark.django_db
SKILL = "changzhou-2020-17/skill-catalogue"


@pytest.fixture
def seeker(db):
    return JobSeekerFactory(identity_number=number(7), name="假名丙")


@pytest.fixture
def claim(seeker):
    """The person's claim for 1,234.57 yuan, waiting for the first review."""
    publish_policies("changzhou-2020-17")
    declared = {"certificate": True, "catalogue_standard_fen": 123_457}
    apply_for(seeker.user, SKILL, [(seeker.name, number(7), declared)])
    return Claim.objects.get()


@pytest.fixture
def officers(db):
    place = division("320412")
    return [UserFactory(district=True, region=place) for _ in range(2)]


def reviewed(claim, officers):
    first, second = officers
    checks = [check["id"] for check in claim.decision.manual_checks]
    claims.tick_checks(claim.public_id, first, checks)
    batch = claims.first_review([claim.public_id], first)
    claims.second_review(batch.public_id, second, sampled=True)
    return batch


def test_reviews_notice_approval(claim, officers, seeker):
    reviewed(claim, officers)
    notice = notices.publish_notice([claim.public_id], officers[0], 5)
    (entry,) = notice.entries
    assert entry["name"] == "假*丙"
    assert entry["amount_fen"] == 123_457
    assert number(7) not in str(notice.entries)
    assert "职业技能培训补贴" in notice.title
    assert "稳岗返还" not in notice.title
    notices.conclude_notice(notice, closing_moment(notice))
    claim.refresh_from_db()
    assert claim.state == ClaimState.APPROVED


def card(start="622200001111222"):
    """A card number with a right check digit."""
    return next(start + digit for digit in "0123456789" if luhn.is_valid(start + digit))


def test_the_card_is_in_the_name_of_the_application(claim, officers, seeker, sign_in):
    """The profile's name is the applicant's to edit; the money goes by the application's."""
    notice = reviewed(claim, officers) and notices.publish_notice([claim.public_id], officers[0], 5)
    notices.conclude_notice(notice, closing_moment(notice))
    seeker.name = "别名丁"
    seeker.save()
    client, address = sign_in(seeker.user), reverse("applications:account")
    values = {"holder": "别名丁", "bank": "测试银行常州分行", "number": card()}
    answer = client.post(address, values)
    assert "您本人的姓名" in answer.content.decode()
    assert not PayeeAccount.objects.exists()
    client.post(address, values | {"holder": "假名丙"})
    assert PayeeAccount.objects.get().holder == "假名丙"

    # Confirmed before it was compared with the application, or the application came later.
    PayeeAccount.objects.update(holder="别名丁")
    officer = sign_in(officers[0])
    page = officer.get(reverse("subsidies:payments")).content.decode()
    assert "户名和申请上的姓名不一致" in page
    with pytest.raises(Refused, match="户名和申请上的姓名不一致，没有生成发放表"):
        payments.prepare_batch([claim.public_id], officers[0])
    assert payments.remind_without_account(officers[0]) == 1
    assert "户名和申请上的姓名不一致" in Message.objects.get(kind="payee_wanted").body
    PayeeAccount.objects.update(holder="假名丙")
    assert payments.prepare_batch([claim.public_id], officers[0]).count == 1


def test_no_card_before_an_application(seeker, sign_in):
    answer = sign_in(seeker.user).get(reverse("applications:account"), follow=True)
    assert "请先提交补贴申请，再确认收款账户" in answer.content.decode()


def test_another_district_sees_neither_claim_nor_decision(claim):
    stranger = UserFactory(district=True, region=division("320411"))
    assert not Claim.objects.visible_to(stranger).exists()
    assert not Decision.objects.visible_to(stranger).exists()
    assert Claim.objects.visible_to(UserFactory(city=True)).count() == 1


@pytest.mark.parametrize(
    "name", ["subsidies:reviews", "subsidies:notices", "workbench:today", "api:claims",
             "api:decisions"],
)  # fmt: skip
def test_pages_of_staff_hold_a_claim_without_an_enterprise(claim, officers, sign_in, name):
    answer = sign_in(officers[0]).get(reverse(name))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert number(7) not in page and "假名丙" not in page
    if name == "subsidies:reviews":
        assert "假*丙" in page and "1,234.57" in page


def test_batch_and_public_notice_show_the_masked_name(claim, officers, sign_in, client):
    batch = reviewed(claim, officers)
    page = sign_in(officers[0]).get(reverse("subsidies:batch", args=[batch.public_id]))
    assert "假*丙" in page.content.decode()
    notice = notices.publish_notice([claim.public_id], officers[0], 5)
    for name in ("subsidies:notice", "notices:detail"):
        page = client.get(reverse(name, args=[notice.public_id])).content.decode()
        assert "假*丙" in page and "假名丙" not in page
    assert PublicNotice.objects.count() == 1


def test_the_decision_of_an_application_opens_the_application(claim, officers, sign_in):
    url = reverse("subsidies:decision", args=[claim.decision.public_id])
    answer = sign_in(officers[0]).get(url)
    assert answer["Location"] == reverse(
        "subsidies:application", args=[claim.decision.application.public_id]
    )


def test_api_of_one_decision(claim, officers, sign_in):
    url = reverse("api:decision", args=[claim.decision.public_id])
    answer = sign_in(officers[0]).get(url)
    assert answer.status_code == 200
    assert answer.json()["enterprise"] is None
    assert answer.json()["legal_date"] == claim.decision.facts["legal_date"]
    assert number(7) not in answer.content.decode()


def test_a_person_objects_and_is_answered(claim, officers, sign_in, seeker):
    one = claim.decision.application
    url = reverse("applications:objection", args=[one.public_id])
    said = {"body": "我还有一本证书", "name": "假名丙", "phone": "0519-85588919"}
    page = sign_in(seeker.user).post(url, said, follow=True).content.decode()
    assert "异议已收到" in page and "待答复" in page
    objection = claim.decision.objections.get()
    assert objection.region_id == one.region_id
    client = sign_in(officers[0])
    for address in (
        reverse("subsidies:notices"),
        reverse("subsidies:objection", args=[objection.public_id]),
    ):
        page = client.get(address).content.decode()
        assert "假*丙" in page and "假名丙" not in page


def test_decided_again_when_records_changed(claim, officers, sign_in):
    one = claim.decision.application
    url = reverse("subsidies:application_decide", args=[one.public_id])
    assert sign_in(officers[0]).post(url).status_code == 302
    assert Claim.objects.filter(state=ClaimState.SUPERSEDED).get() == claim
    again = Claim.objects.get(state=ClaimState.SCREENED)
    assert again.decision.supersedes_id == claim.decision_id
    reviewed(again, officers)
    page = sign_in(officers[0]).post(url, follow=True).content.decode()
    assert "要先在审核或公示里退回" in page
