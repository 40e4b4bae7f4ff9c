"""Payments that come back while a chain was corrected, waived or repaid: nothing is paid twice."""

from datetime import date

import pytest

from portal.outbox.models import Message
from portal.refused import Refused
from subsidies.enums import ClaimState, RecoveryState
from subsidies.models import Claim, Entitlement, Payment, Recovery
from subsidies.services import claims as claim_service
from subsidies.services import notices, objections, payments, recoveries, reopening, settlement
from subsidies.services.chains import standing_grant

from .conftest import at

pytestmark = pytest.mark.django_db
TODAY = date(2020, 4, 14)
YUAN = 100


def living(enterprise):
    return (
        Claim.objects.filter(enterprise=enterprise)
        .exclude(state=ClaimState.SUPERSEDED)
        .order_by("pk")
    )


def bounce(claim, people):
    """The bank sends the last payment of a claim back."""
    payment = claim.payments.latest("pk")
    settlement.record_returned(
        payment.batch.public_id,
        people[0],
        settlement.timezone.localdate(),
        {payment.public_id: "销户"},
    )
    claim.refresh_from_db()


def approve(claim, people, clock, day):
    """Review, publish and approve a claim, from that day of April 2020 on."""
    clock(at(2020, 4, day))
    batch = claim_service.first_review([claim.public_id], people[0])
    claim_service.second_review(batch.public_id, people[1], sampled=True)
    notice = notices.publish_notice([claim.public_id], people[1], 5)
    clock(at(notice.ends_on.year, notice.ends_on.month, notice.ends_on.day, 18))
    notices.conclude_notice(notice)
    claim.refresh_from_db()


def pay(claim, people):
    """The approved claim through a batch of its own."""
    sent = payments.prepare_batch([claim.public_id], people[0])
    payments.send_batch(sent.public_id, people[1], sent.list_sha256)
    settlement.record_paid(sent.public_id, people[0], settlement.timezone.localdate())
    claim.refresh_from_db()


def waive(recovery, people):
    recoveries.ask_waiver(recovery.public_id, people[0], "会议纪要 1 号")
    recoveries.agree_waiver(recovery.public_id, people[1])


def repay(recovery, people, fen):
    recoveries.record_repayment(
        recovery.public_id, people[0], amount_fen=fen, paid_on=TODAY, voucher="A1"
    )


def returned_messages(enterprise):
    """What one of its people was told of payments that came back."""
    member = enterprise.memberships.first().user
    return Message.objects.filter(kind="payment_returned", recipient=member)


class TestWaived:
    """30,000 paid, 20,000 granted, the rest waived – and then the bank sends it all back."""

    def test_a_waived_sum_is_not_paid_again(self, paid, correct, people):
        claim = living(paid.plain).get()
        correct(paid.plain, 20_000 * YUAN)
        waive(Recovery.objects.get(), people)
        bounce(claim, people)
        assert claim.state == ClaimState.RETURNED
        (message,) = returned_messages(paid.plain)
        assert "正在核对，暂不重新拨付" in message.body
        assert "下一批拨付" not in message.body
        assert "收款账户也请核对" in message.body
        assert not payments.payable_claims(people[0]).exists()
        with pytest.raises(Refused, match="没有生成发放表"):
            payments.prepare_batch([claim.public_id], people[0])
        new = reopening.reopen_claim(claim.public_id, people[0], "按更正办理")
        assert new.amount_fen == 20_000 * YUAN

    def test_with_a_part_repaid(self, paid, correct, people, clock, confirm):
        claim = living(paid.plain).get()
        correct(paid.plain, 20_000 * YUAN)
        recovery = Recovery.objects.get()
        repay(recovery, people, 2_000 * YUAN)
        waive(recovery, people)
        bounce(claim, people)
        new = reopening.reopen_claim(claim.public_id, people[0], "按更正办理")
        # They paid 2,000 of their own: 20,000 is what they shall have.
        assert new.amount_fen == 22_000 * YUAN
        approve(new, people, clock, 16)
        # It takes the place of what the bank sent back: the account has to be looked at first.
        ((bounced, payment),) = payments.sort_payable(payments.payable_claims(people[0])).bounced
        assert (bounced, payment.claim) == (new, claim)
        with pytest.raises(Refused, match="还没有可用的收款账户"):
            payments.prepare_batch([new.public_id], people[0])
        confirm(paid.plain, "6222000099998888")
        pay(new, people)
        # What was repaid for the claim that is gone still counts, what was waived does not.
        correct(paid.plain, 21_000 * YUAN)
        assert living(paid.plain).get(state=ClaimState.SCREENED).amount_fen == 1_000 * YUAN
        assert Recovery.objects.count() == 1
        correct(paid.plain, 15_000 * YUAN)
        assert Recovery.objects.latest("pk").amount_fen == 5_000 * YUAN

    def test_a_new_claim_under_review_is_replaced_by_the_whole_difference(
        self, paid, correct, people
    ):
        claim = living(paid.plain).get()
        correct(paid.plain, 20_000 * YUAN)
        repay(Recovery.objects.get(), people, 2_000 * YUAN)
        bounce(claim, people)
        reopening.reopen_claim(claim.public_id, people[0], "按更正办理")
        correct(paid.plain, 25_000 * YUAN)
        assert living(paid.plain).get().amount_fen == 27_000 * YUAN


def test_what_was_repaid_for_money_that_never_came_is_not_forgotten(paid, people, screen):
    """Nothing is granted, 3,000 were repaid, and the bank sends the whole payment back."""
    claim = living(paid.plain).get()
    months = paid.plain.insurance_months.filter(month=date(2019, 12, 1))
    months.update(headcount=90)
    screen(again=True)
    repay(Recovery.objects.get(), people, 3_000 * YUAN)
    bounce(claim, people)
    with pytest.raises(Refused, match="已退还的 3,000.00 元要先退回给对方"):
        reopening.close_claim(claim.public_id, people[0], "不予返还")
    months.update(headcount=114)
    screen(again=True)
    new = reopening.reopen_claim(claim.public_id, people[0], "又符合了")
    assert new.amount_fen == 33_000 * YUAN


class TestChains:
    @pytest.fixture
    def two(self, paid, correct, people, clock):
        """30,000 and a difference of 5,000, both paid. → the claims"""
        correct(paid.plain, 35_000 * YUAN)
        extra = living(paid.plain).get(state=ClaimState.SCREENED)
        approve(extra, people, clock, 16)
        pay(extra, people)
        return list(living(paid.plain))

    def test_of_a_waived_sum_the_rest_that_did_not_come_back_stays_waived(
        self, two, correct, people
    ):
        first, extra = two
        correct(first.enterprise, 28_000 * YUAN)
        waive(Recovery.objects.get(), people)
        bounce(extra, people)
        assert extra.state == ClaimState.RETURNED
        # 7,000 waived, 5,000 of it came back: 30,000 held, 28,000 granted, 2,000 waived.
        correct(first.enterprise, 27_000 * YUAN)
        assert Recovery.objects.latest("pk").amount_fen == 1_000 * YUAN

    def test_a_payment_sent_after_a_waiver_uses_none_of_it(self, paid, correct, people, clock):
        """10,000 waived of 30,000, then 35,000 granted and 5,000 sent, then 20,000 again."""
        first = living(paid.plain).get()
        correct(paid.plain, 20_000 * YUAN)
        waive(Recovery.objects.get(), people)
        correct(paid.plain, 35_000 * YUAN)
        extra = living(paid.plain).get(adjusts=first)
        approve(extra, people, clock, 16)
        pay(extra, people)
        correct(paid.plain, 20_000 * YUAN)
        assert Recovery.objects.latest("pk").amount_fen == 5_000 * YUAN
        bounce(extra, people)
        assert extra.state == ClaimState.RETURNED
        assert not Recovery.objects.filter(state=RecoveryState.OPEN).exists()

    def test_what_is_asked_back_is_less_by_what_came_back(self, two, correct, people):
        first, extra = two
        correct(first.enterprise, 28_000 * YUAN)
        bounce(extra, people)
        states = list(Recovery.objects.order_by("pk").values_list("state", "amount_fen"))
        assert states == [
            (RecoveryState.SUPERSEDED, 7_000 * YUAN),
            (RecoveryState.OPEN, 2_000 * YUAN),
        ]
        assert extra.state == ClaimState.RETURNED

    def test_each_change_of_what_is_asked_back_is_told(self, paid, correct, people):
        """Under one decision: 2,000 asked back, then the payment comes back and nothing is."""
        claim = living(paid.plain).get()
        correct(paid.plain, 28_000 * YUAN)
        bounce(claim, people)
        assert not Recovery.objects.filter(state=RecoveryState.OPEN).exists()
        said = [
            message.body
            for message in Message.objects.filter(
                kind="claim_corrected", recipient=paid.plain.memberships.get().user
            ).order_by("pk")
        ]
        assert len(said) == 2
        assert "已拨付的多出 2,000.00 元，要退还" in said[0]
        assert "不再要求退还" in said[1]

    def test_nothing_corrected_is_simply_due_again(self, two, people, confirm, clock):
        first, extra = two
        bounce(extra, people)
        assert extra.state == ClaimState.PAYMENT_RETURNED
        (message,) = returned_messages(first.enterprise)
        assert "重新确认后编入下一批拨付" in message.body
        clock(at(2020, 4, 26))
        confirm(first.enterprise, "6222000099998888")
        pay(extra, people)
        assert extra.state == ClaimState.PAID

    def test_a_difference_under_review_goes_on(self, paid, correct, people):
        first = living(paid.plain).get()
        correct(paid.plain, 35_000 * YUAN)
        bounce(first, people)
        assert first.state == ClaimState.PAYMENT_RETURNED
        extra = living(paid.plain).get(adjusts=first)
        assert (extra.state, extra.amount_fen) == (ClaimState.SCREENED, 5_000 * YUAN)

    def test_while_records_are_missing_it_is_not_paid_again(self, paid, screen, people):
        first = living(paid.plain).get()
        paid.plain.insurance_months.filter(month=date(2019, 12, 1)).delete()
        screen(again=True)
        bounce(first, people)
        assert first.state == ClaimState.RETURNED
        assert "缺记录" in first.returned_reason


def holders(enterprise):
    """The claims that hold the enterprise's living rows in the register."""
    rows = Entitlement.objects.filter(beneficiary=f"e:{enterprise.pk}", released_at=None)
    return [(row.claim_id, row.thing) for row in rows]


class TestRegister:
    @pytest.fixture
    def waiting(self, payable, correct, people, clock):
        """30,000 waits for a person, a difference of 30,000 is paid, 30,000 is granted."""
        correct(payable.plain, 60_000 * YUAN)
        extra = living(payable.plain).get(state=ClaimState.SCREENED)
        approve(extra, people, clock, 16)
        pay(extra, people)
        correct(payable.plain, 30_000 * YUAN)
        first = living(payable.plain).first()
        assert first.state == ClaimState.RETURNED
        return first, extra

    def test_the_row_of_a_closed_claim_goes_to_the_rest_of_its_chain(self, waiting, people):
        first, extra = waiting
        assert holders(first.enterprise) == [(first.pk, "refund")]
        reopening.close_claim(first.public_id, people[0], "只剩差额")
        assert holders(first.enterprise) == [(extra.pk, "refund")]

    def test_and_of_one_that_a_run_replaces(self, waiting, correct, people):
        first, extra = waiting
        correct(first.enterprise, 40_000 * YUAN)
        new = reopening.reopen_claim(first.public_id, people[0], "按更正办理")
        assert new.amount_fen == 10_000 * YUAN
        assert holders(first.enterprise) == [(extra.pk, "refund")]
        correct(first.enterprise, 41_000 * YUAN)
        assert [one.amount_fen for one in living(first.enterprise)] == [
            30_000 * YUAN,
            11_000 * YUAN,
        ]
        assert holders(first.enterprise) == [(extra.pk, "refund")]

    def test_of_the_first_replaced_beside_a_paid_difference(self, waiting, correct, people):
        first, extra = waiting
        Claim.objects.filter(pk=first.pk).update(state=ClaimState.SCREENED, notice=None)
        correct(first.enterprise, 42_000 * YUAN)
        first.refresh_from_db()
        assert first.state == ClaimState.SUPERSEDED
        assert holders(first.enterprise) == [(extra.pk, "refund")]


def test_all_that_an_upheld_objection_stopped_can_be_taken_up_again(
    payable, correct, people, clock
):
    """30,000 approved, 5,000 on a notice: both go to a person, and both come back whole."""
    enterprise = payable.plain
    correct(enterprise, 35_000 * YUAN)
    extra = living(enterprise).get(state=ClaimState.SCREENED)
    clock(at(2020, 4, 16))
    batch = claim_service.first_review([extra.public_id], people[0])
    claim_service.second_review(batch.public_id, people[1], sampled=True)
    notices.publish_notice([extra.public_id], people[1], 5)
    member = enterprise.memberships.first().user
    one = objections.object_to_decision(
        extra.decision, name="假名甲", phone="0519-85588919", body="金额不对", user=member
    )
    objections.answer_objection(one.public_id, people[0], upheld=True, answer="再核对一次")
    first, extra = living(enterprise)
    assert {first.state, extra.state} == {ClaimState.RETURNED}
    for claim in (first, extra):
        reopening.reopen_claim(claim.public_id, people[0], "金额无误")
    assert [(one.amount_fen, one.state) for one in living(enterprise)] == [
        (30_000 * YUAN, ClaimState.SCREENED),
        (5_000 * YUAN, ClaimState.SCREENED),
    ]
    assert not Payment.objects.standing().filter(claim__enterprise=enterprise).exists()


def test_an_objection_stops_the_claim_of_an_earlier_decision(payable, screen, people):
    """Screened again to the same sum: the claim keeps the decision that made it."""
    enterprise = payable.plain
    enterprise.insurance_months.filter(month=date(2019, 12, 1)).update(headcount=115)
    screen(again=True)
    claim = living(enterprise).get()
    standing = standing_grant(claim)
    assert (claim.state, claim.decision == standing) == (ClaimState.APPROVED, False)
    member = enterprise.memberships.first().user
    one = objections.object_to_decision(
        standing, name="假名甲", phone="0519-85588919", body="人数不对", user=member
    )
    objections.answer_objection(one.public_id, people[0], upheld=True, answer="再核对一次")
    claim.refresh_from_db()
    assert claim.state == ClaimState.RETURNED
    assert Message.objects.filter(kind="claim_returned", recipient=member).exists()
