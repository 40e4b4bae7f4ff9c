"""Applications decided again after approval or payment: 补发, 追回, or a person decides."""

from datetime import date

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from portal.outbox.models import Message
from portal.refused import Refused
from subsidies.enums import (
    ClaimState,
    Outcome,
    PaymentState,
    RecoveryState,
    SubsidyApplicationState,
)
from subsidies.models import Claim, Entitlement, Payment, Recovery
from subsidies.services import application_decisions as deciding
from subsidies.services import applications as service
from subsidies.services import (
    claims,
    entitlements,
    objections,
    payments,
    recoveries,
    reopening,
    settlement,
)
from tests.factories import (
    EnterpriseFactory,
    JobSeekerFactory,
    MembershipFactory,
    UserFactory,
)
from tests.factories import division as place
from tests.factories.applications import apply_for, insure_persons, months_of, number
from tests.factories.subsidies import publish_policies
from tests.factories.subsidy_money import approve, pay, prepare

pytestmark = pytest.mark.django_db
SKILL = "changzhou-2020-17/skill-catalogue"
REFERRAL = "changzhou-2020-17/agency-referral"
STANDARD = "catalogue_standard_fen"


@pytest.fixture(autouse=True)
def policies(db):
    return publish_policies("changzhou-2020-17")


@pytest.fixture
def officers(db):
    return [UserFactory(district=True, region=place("320412")) for _ in range(2)]


@pytest.fixture
def seeker(db):
    return JobSeekerFactory(identity_number=number(7), name="假名丙")


@pytest.fixture
def claim(seeker):
    """A person's claim for 1,234.57 yuan, waiting for its first review."""
    declared = {"certificate": True, STANDARD: 123_457}
    apply_for(seeker.user, SKILL, [(seeker.name, number(7), declared)])
    return Claim.objects.get()


def again(claim, officer, **facts):
    """Decide once more, by papers for the facts of the only person, or just by the records."""
    application = claim.decision.application
    row = application.persons.get().pk
    return deciding.complete(
        application,
        officer,
        [deciding.Completion(name, value, "核实材料", row) for name, value in facts.items()],
    )


def living():
    return Claim.objects.exclude(state=ClaimState.SUPERSEDED).order_by("pk")


def rows():
    """(claim, thing) of the living rows of the register."""
    return set(Entitlement.objects.filter(released_at=None).values_list("claim", "thing"))


def repay(recovery, officer, voucher="A1"):
    recoveries.record_repayment(
        recovery.public_id,
        officer,
        amount_fen=recovery.left_fen,
        paid_on=timezone.localdate(),
        voucher=voucher,
    )
    recovery.refresh_from_db()


class TestPaid:
    def test_more_is_a_claim_of_its_own(self, claim, officers, seeker):
        pay(claim, officers)
        decision = again(claim, officers[0], **{STANDARD: 200_000})
        claim.refresh_from_db()
        assert (claim.state, claim.amount_fen) == (ClaimState.PAID, 123_457)
        assert claim.decision.superseded_by == decision
        first, extra = living()
        assert (first, extra.adjusts, extra.amount_fen) == (claim, claim, 200_000 - 123_457)
        assert (extra.state, extra.decision) == (ClaimState.SCREENED, decision)
        assert not Recovery.objects.exists()
        assert rows() == {(claim.pk, SKILL)}
        message = Message.objects.get(recipient=seeker.user, kind="claim_corrected")
        assert "职业技能培训补贴更正为 2,000.00 元" in message.subject
        assert "补发 765.43 元" in message.body
        assert reverse("applications:detail", args=[decision.application.public_id]) in message.path
        pay(extra, officers)
        assert sum(Payment.objects.values_list("amount_fen", flat=True)) == 200_000

    def test_less_is_a_recovery(self, claim, officers, seeker):
        pay(claim, officers)
        decision = again(claim, officers[0], **{STANDARD: 80_000})
        assert list(living()) == [claim]
        recovery = Recovery.objects.get()
        assert (recovery.claim, recovery.decision) == (claim, decision)
        assert recovery.amount_fen == 123_457 - 80_000
        assert "申请重新决定，现在应为 800.00 元" in recovery.reason
        message = Message.objects.get(recipient=seeker.user, kind="claim_corrected")
        assert "已拨付的多出 434.57 元，要退还" in message.body
        repay(recovery, officers[0])
        assert recovery.state == RecoveryState.REPAID
        assert rows() == {(claim.pk, SKILL)}

    def test_nothing_any_more_is_let_go_of_when_it_is_back(self, claim, officers):
        pay(claim, officers)
        again(claim, officers[0], certificate=False)
        recovery = Recovery.objects.get()
        assert recovery.amount_fen == 123_457
        assert rows() == {(claim.pk, SKILL)}
        repay(recovery, officers[0])
        assert rows() == set()
        released = Entitlement.objects.latest("pk")
        assert released.released_reason == "多拨的已收回"

    def test_waived_money_is_held_on_to(self, claim, officers):
        pay(claim, officers)
        again(claim, officers[0], certificate=False)
        recovery = Recovery.objects.get()
        recoveries.ask_waiver(recovery.public_id, officers[0], "会议纪要 1 号")
        recoveries.agree_waiver(recovery.public_id, officers[1])
        again(claim, officers[0])
        assert rows() == {(claim.pk, SKILL)}
        assert Recovery.objects.count() == 1

    def test_a_change_that_moves_no_money_is_told(self, claim, officers, seeker):
        pay(claim, officers)
        again(claim, officers[0], **{STANDARD: 80_000})
        recovery = Recovery.objects.get()
        recoveries.ask_waiver(recovery.public_id, officers[0], "会议纪要 1 号")
        recoveries.agree_waiver(recovery.public_id, officers[1])
        again(claim, officers[0], **{STANDARD: 90_000})
        last = Message.objects.filter(recipient=seeker.user, kind="claim_corrected").latest("pk")
        assert "更正为 900.00 元" in last.subject
        assert "不补发，也不要求退还" in last.body

    def test_the_same_makes_nothing(self, claim, officers):
        pay(claim, officers)
        for _ in range(2):
            decision = again(claim, officers[0])
        assert (decision.outcome, decision.amount_fen) == (Outcome.GRANT, 123_457)
        assert (list(living()), Recovery.objects.count()) == ([claim], 0)
        assert rows() == {(claim.pk, SKILL)}
        assert not Message.objects.filter(kind="claim_corrected").exists()

    def test_up_and_down_ends_at_the_last(self, claim, officers):
        pay(claim, officers)
        for fen in (200_000, 90_000, 150_000):
            again(claim, officers[0], **{STANDARD: fen})
        recovery = Recovery.objects.get()
        assert recovery.state == RecoveryState.SUPERSEDED
        assert [one.amount_fen for one in living()] == [123_457, 150_000 - 123_457]

    def test_reviewers_of_a_difference_that_fell_away_are_told(self, claim, officers):
        pay(claim, officers)
        again(claim, officers[0], **{STANDARD: 200_000})
        extra = living().get(adjusts=claim)
        checks = [check["id"] for check in extra.decision.manual_checks]
        claims.tick_checks(extra.public_id, officers[1], checks)
        claims.first_review([extra.public_id], officers[1])
        again(claim, officers[0], **{STANDARD: 210_000})
        message = Message.objects.get(kind="claims_corrected")
        assert message.recipient == officers[1]

    def test_the_bank_sends_back_what_was_too_much(self, claim, officers):
        batch = pay(claim, officers)
        again(claim, officers[0], **{STANDARD: 80_000})
        payment = batch.payments.get()
        settlement.record_returned(
            batch.public_id, officers[0], timezone.localdate(), {payment.public_id: "销户"}
        )
        assert Recovery.objects.get().state == RecoveryState.SUPERSEDED
        claim.refresh_from_db()
        assert claim.state == ClaimState.RETURNED
        new = reopening.reopen_claim(claim.public_id, officers[0], "按更正办理")
        assert (new.amount_fen, new.state) == (80_000, ClaimState.SCREENED)
        assert rows() == {(new.pk, SKILL)}

    def test_not_given_back_and_not_taken_back(self, claim, officers, seeker):
        pay(claim, officers)
        application = claim.decision.application
        with pytest.raises(Refused, match="已经批准或发放，不能退回或撤回"):
            deciding.give_back(application, officers[0], "证书看不清")
        with pytest.raises(Refused, match="已经有结果"):
            service.withdraw(application, seeker.user)


class TestNotPaidYet:
    def test_less_goes_to_a_person(self, claim, officers):
        approve(claim, officers)
        again(claim, officers[0], **{STANDARD: 80_000})
        claim.refresh_from_db()
        assert claim.state == ClaimState.RETURNED
        assert "现在应为 800.00 元" in claim.returned_reason
        new = reopening.reopen_claim(claim.public_id, officers[0], "按更正办理")
        assert (new.amount_fen, new.state, new.adjusts) == (80_000, ClaimState.SCREENED, None)
        assert rows() == {(new.pk, SKILL)}
        assert not Recovery.objects.exists()

    def test_who_was_told_of_more_is_told_that_it_waits(self, claim, officers, seeker):
        approve(claim, officers)
        again(claim, officers[0], **{STANDARD: 80_000})
        message = Message.objects.get(recipient=seeker.user, kind="claim_corrected")
        assert "职业技能培训补贴更正为 800.00 元" in message.subject
        assert "1,234.57 元正在核对，暂不拨付：现在应为 800.00 元" in message.body

    def test_nothing_out_of_a_batch_that_was_not_sent(self, claim, officers):
        approve(claim, officers)
        batch = prepare(claim, officers)
        again(claim, officers[1], certificate=False)
        assert Payment.objects.get().state == PaymentState.CANCELLED
        with pytest.raises(Refused, match="已撤销"):
            payments.send_batch(batch.public_id, officers[1], batch.list_sha256)
        assert rows() == set()
        reopening.close_claim(claim.public_id, officers[0], "没有证书")
        assert not living().exists()

    def test_more_goes_on_beside_it(self, claim, officers):
        approve(claim, officers)
        again(claim, officers[0], **{STANDARD: 200_000})
        assert [(one.amount_fen, one.state) for one in living()] == [
            (123_457, ClaimState.APPROVED),
            (76_543, ClaimState.SCREENED),
        ]


class TestObjectionUpheld:
    def uphold(self, claim, officer, seeker):
        one = objections.object_to_decision(
            claim.decision, name="假名丙", phone="0519-85588919", body="金额不对", user=seeker.user
        )
        objections.answer_objection(one.public_id, officer, upheld=True, answer="金额填错")

    @pytest.mark.parametrize("in_batch", [False, True])
    def test_what_has_not_left_waits_for_a_person(self, claim, officers, seeker, in_batch):
        approve(claim, officers)
        if in_batch:
            prepare(claim, officers)
        self.uphold(claim, officers[0], seeker)
        claim.refresh_from_db()
        assert claim.state == ClaimState.RETURNED
        assert "异议成立：金额填错" in claim.returned_reason
        assert not Payment.objects.standing().exists()
        decision = again(claim, officers[0], **{STANDARD: 200_000})
        (new,) = living()
        assert (new.decision, new.amount_fen) == (decision, 200_000)

    def test_whichever_decision_made_the_claim(self, claim, officers, seeker):
        """Decided again to the same sum: the page offers the new decision, the claim has the old."""
        approve(claim, officers)
        standing = again(claim, officers[0])
        assert (standing.amount_fen, claim.decision_id != standing.pk) == (123_457, True)
        claim.decision = standing
        self.uphold(claim, officers[0], seeker)
        claim.refresh_from_db()
        assert claim.state == ClaimState.RETURNED
        message = Message.objects.get(recipient=seeker.user, kind="claim_returned")
        assert "暂不拨付，正在核对" in message.subject
        assert "异议成立：金额填错" in message.body

    @pytest.mark.parametrize("reviews", [0, 1, 2])
    def test_what_is_under_review_waits_for_a_person(self, claim, officers, seeker, reviews):
        checks = [check["id"] for check in claim.decision.manual_checks]
        claims.tick_checks(claim.public_id, officers[1], checks)
        if reviews:
            batch = claims.first_review([claim.public_id], officers[1])
        if reviews == 2:
            claims.second_review(batch.public_id, officers[0], sampled=True)
        self.uphold(claim, officers[0], seeker)
        claim.refresh_from_db()
        assert claim.state == ClaimState.RETURNED
        assert (claim.batch, claim.first_reviewer, claim.second_reviewer) == (None, None, None)
        assert claim.steps.last().note == "异议成立：金额填错"
        told = Message.objects.filter(kind="claims_corrected", recipient=officers[1])
        assert told.count() == bool(reviews)
        reopening.reopen_claim(claim.public_id, officers[0], "金额无误")
        claim.refresh_from_db()
        assert claim.state == ClaimState.SCREENED

    def test_of_what_has_left_a_step_tells(self, claim, officers, seeker, sign_in):
        pay(claim, officers)
        self.uphold(claim, officers[0], seeker)
        objection = claim.decision.objections.get()
        page = sign_in(officers[0]).get(reverse("subsidies:objection", args=[objection.public_id]))
        application = reverse("subsidies:application", args=[claim.decision.application.public_id])
        assert f'在<a href="{application}">申请</a>里更正数据，重新决定' in page.content.decode()
        claim.refresh_from_db()
        assert claim.state == ClaimState.PAID
        assert "异议成立：金额填错。已拨付" in claim.steps.last().note
        again(claim, officers[0], **{STANDARD: 200_000})
        assert living().get(adjusts=claim).amount_fen == 76_543


class TestPersonsOfAnAgency:
    @pytest.fixture
    def agency(self):
        user = MembershipFactory(enterprise__region=place("320412")).user
        user.enterprise = user.memberships.get().enterprise
        return user

    @pytest.fixture
    def insured(self):
        employer = EnterpriseFactory(region=place("320412"))
        insure_persons(months_of(employer, number(1), date(2020, 3, 1), 10))

    def refer(self, agency):
        person = ("假名丁", number(1), {"hired_on": "2020-03-02"})
        declared = {"agency_kind": "provincial_park"}
        return apply_for(agency, REFERRAL, [person], declared, agency.enterprise)

    def decide(self, application, officer, **shared):
        done = [deciding.Completion(k, v, "核实材料") for k, v in shared.items()]
        return deciding.complete(application, officer, done)

    def test_what_it_was_paid_itself_does_not_stand_in_its_way(self, agency, insured, officers):
        application = self.refer(agency)
        pay(Claim.objects.get(), officers)
        decision = self.decide(application, officers[0])
        assert (decision.outcome, decision.amount_fen) == (Outcome.GRANT, 100_000)
        assert decision.facts["persons"][0]["values"]["already_paid"] == []
        assert not Recovery.objects.exists()

    def test_nobody_else_is_paid_for_the_person_before_the_money_is_back(
        self, agency, insured, officers
    ):
        application = self.refer(agency)
        pay(Claim.objects.get(), officers)
        self.decide(application, officers[0], agency_kind="other")
        other = MembershipFactory(enterprise__region=place("320412")).user
        other.enterprise = other.memberships.get().enterprise
        second = self.refer(other)
        assert deciding.standing_decision(second).outcome == Outcome.EXCLUDED
        repay(Recovery.objects.get(), officers[0])
        assert self.decide(second, officers[0]).outcome == Outcome.GRANT
        # And now the first may not have it beside the second.
        decision = self.decide(application, officers[0], agency_kind="provincial_park")
        assert decision.outcome == Outcome.EXCLUDED
        assert sum(
            living().exclude(state=ClaimState.PAID).values_list("amount_fen", flat=True)
        ) == (100_000)

    def test_records_that_vanish_stop_what_has_not_left(self, agency, insured, officers):
        application = self.refer(agency)
        claim = Claim.objects.get()
        approve(claim, officers)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM subsidies_personmonth")
        assert self.decide(application, officers[0]).outcome == Outcome.REVIEW
        claim.refresh_from_db()
        assert claim.state == ClaimState.RETURNED
        for act in (reopening.reopen_claim, reopening.close_claim):
            with pytest.raises(Refused, match="申请还在核实"):
                act(claim.public_id, officers[0], "再看")
        assert {row[0] for row in rows()} == {claim.pk}

    def test_records_that_vanish_leave_what_was_paid(self, agency, insured, officers):
        application = self.refer(agency)
        claim = Claim.objects.get()
        pay(claim, officers)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM subsidies_personmonth")
        assert self.decide(application, officers[0]).outcome == Outcome.REVIEW
        application.refresh_from_db()
        assert application.state == SubsidyApplicationState.SUBMITTED
        assert not Recovery.objects.exists()
        assert "缺记录" in claim.steps.last().note
        assert {row[0] for row in rows()} == {claim.pk}
        with pytest.raises(Refused, match="不能退回或撤回"):
            service.withdraw(application, agency)

    def test_of_a_yearly_cap_what_was_paid_back_is_free(self, agency, insured, officers):
        application = self.refer(agency)
        claim = Claim.objects.get()
        pay(claim, officers)
        year, enterprise = claim.base_year, claim.enterprise_id
        assert entitlements.paid_in_year_fen(enterprise, REFERRAL, year) == 100_000
        self.decide(application, officers[0], agency_kind="other")
        assert entitlements.paid_in_year_fen(enterprise, REFERRAL, year) == 100_000
        recovery = Recovery.objects.get()
        recoveries.record_repayment(
            recovery.public_id, officers[0], amount_fen=30_000, paid_on=timezone.localdate(),
            voucher="A1",
        )  # fmt: skip
        assert entitlements.paid_in_year_fen(enterprise, REFERRAL, year) == 70_000
        recovery.refresh_from_db()
        repay(recovery, officers[0], "A2")
        assert entitlements.paid_in_year_fen(enterprise, REFERRAL, year) == 0


class TestPages:
    def test_an_officer_corrects_what_was_stated(self, claim, officers, sign_in, seeker):
        pay(claim, officers)
        application = claim.decision.application
        row = application.persons.get().pk
        client = sign_in(officers[0])
        page = client.get(reverse("subsidies:application", args=[application.public_id]))
        text = page.content.decode()
        assert "批准以后更正" in text and "更正填报有误的数据" in text
        assert "退回申请人" not in text
        prefix = f"c{row}-{STANDARD}"
        answer = client.post(
            reverse("subsidies:application_decide", args=[application.public_id]),
            {f"{prefix}-{STANDARD}": "800", f"{prefix}-document": "补贴目录第 12 项"},
            follow=True,
        )
        text = answer.content.decode()
        assert "已重新决定：予以发放" in text
        recovery = Recovery.objects.get()
        assert recovery.amount_fen == 43_457
        assert "434.57" in text
        detail = client.get(reverse("subsidies:recovery", args=[recovery.public_id]))
        assert reverse("subsidies:application", args=[application.public_id]) in (
            detail.content.decode()
        )
        recoveries.notify_recovery(recovery.public_id, officers[0], 15)
        own = sign_in(seeker.user).get(reverse("applications:detail", args=[application.public_id]))
        assert "要退还 434.57 元" in own.content.decode()
