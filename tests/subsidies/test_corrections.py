"""Corrections after approval: 补发, 追回, or a person decides. Never an edit, never twice."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.outbox.models import Message
from portal.refused import Refused
from subsidies.enums import ClaimState, PaymentBatchState, PaymentState, RecoveryState
from subsidies.models import Claim, Decision, Payment, Recovery
from subsidies.services import adjustments, notices, payments, recoveries, reopening, settlement
from subsidies.services import claims as claim_service
from subsidies.services.chains import locked_living

from .conftest import at, ids

pytestmark = pytest.mark.django_db
TODAY = date(2020, 4, 14)
YUAN = 100


def living(enterprise):
    return Claim.objects.filter(enterprise=enterprise).exclude(state=ClaimState.SUPERSEDED)


def through(claim, people, clock, day):
    """Review, publish, approve and pay a claim, from that day of 2020 on."""
    clock(at(2020, *day))
    batch = claim_service.first_review([claim.public_id], people[0])
    claim_service.second_review(batch.public_id, people[1], sampled=True)
    notice = notices.publish_notice([claim.public_id], people[1], 5)
    clock(at(notice.ends_on.year, notice.ends_on.month, notice.ends_on.day, 18))
    notices.conclude_notice(notice)
    sent = payments.prepare_batch([claim.public_id], people[0])
    payments.send_batch(sent.public_id, people[1], sent.list_sha256)
    settlement.record_paid(sent.public_id, people[0], notice.ends_on)
    claim.refresh_from_db()
    return notice


class TestMore:
    def test_a_paid_claim_gets_the_difference(self, paid, correct, people, clock):
        old = living(paid.plain).get()
        before = (old.amount_fen, old.decision_id, old.state)
        run = correct(paid.plain, 35_000 * YUAN)
        assert run.totals["claims"]["adjustments"] == 1
        old.refresh_from_db()
        assert (old.amount_fen, old.decision_id, old.state) == before
        new = living(paid.plain).get(adjusts=old)
        assert (new.amount_fen, new.state) == (5_000 * YUAN, ClaimState.SCREENED)
        assert new.decision.supersedes == old.decision
        member = paid.plain.memberships.get().user
        message = Message.objects.get(recipient=member, kind="claim_corrected")
        assert "补发 5,000.00 元" in message.body
        notice = through(new, people, clock, (4, 16))
        assert notice.entries[0]["supplement"] is True
        assert new.state == ClaimState.PAID
        total = sum(
            Payment.objects.filter(claim__enterprise=paid.plain).values_list(
                "amount_fen", flat=True
            )
        )
        assert total == 35_000 * YUAN

    def test_an_approved_claim_goes_on_beside_it(self, approved, correct):
        correct(approved.plain, 35_000 * YUAN)
        states = dict(living(approved.plain).values_list("amount_fen", "state"))
        assert states == {3_000_000: ClaimState.APPROVED, 500_000: ClaimState.SCREENED}

    def test_several_in_a_row_are_never_counted_twice(self, paid, correct, people, clock):
        first = living(paid.plain).get()
        correct(paid.plain, 35_000 * YUAN)
        correct(paid.plain, 33_000 * YUAN)
        (adjustment,) = living(paid.plain).filter(adjusts=first)
        assert adjustment.amount_fen == 3_000 * YUAN
        through(adjustment, people, clock, (4, 16))
        correct(paid.plain, 40_000 * YUAN)
        newest = living(paid.plain).get(state=ClaimState.SCREENED)
        assert (newest.amount_fen, newest.adjusts) == (7_000 * YUAN, first)
        correct(paid.plain, 33_000 * YUAN)
        assert living(paid.plain).filter(state=ClaimState.SCREENED).count() == 0
        assert not Recovery.objects.exists()

    def test_the_same_sum_makes_nothing(self, paid, city, screen):
        city.plain.insurance_months.filter(month=date(2019, 12, 1)).update(headcount=115)
        run = screen(again=True).screening
        assert run.totals["claims"]["changed_after_approval"] == 1
        assert (living(paid.plain).count(), Recovery.objects.count()) == (1, 0)

    def test_reviewers_of_a_replaced_difference_are_told(self, paid, correct, people):
        correct(paid.plain, 35_000 * YUAN)
        claim_service.first_review(ids(), people[0])
        run = correct(paid.plain, 36_000 * YUAN)
        assert run.totals["claims"]["reviews_undone"] == 1
        assert Message.objects.get(kind="claims_corrected").recipient == people[0]

    def test_only_one_first_claim_a_year(self, paid):
        old = living(paid.plain).get()
        with pytest.raises(IntegrityError, match="one_grant_per_group"), transaction.atomic():
            Claim.objects.create(
                decision=Decision.objects.leading().get(enterprise=paid.over),
                enterprise=paid.plain,
                exclusivity_group=old.exclusivity_group,
                base_year=2019,
                amount_fen=1,
            )


class TestLess:
    def test_a_paid_claim_opens_a_recovery(self, paid, correct):
        old = living(paid.plain).get()
        run = correct(paid.plain, 20_000 * YUAN)
        assert run.totals["claims"]["recoveries"] == 1
        recovery = Recovery.objects.get()
        assert (recovery.claim, recovery.amount_fen) == (old, 10_000 * YUAN)
        assert recovery.decision == Decision.objects.standing().get(
            enterprise=paid.plain, outcome="grant"
        )
        assert "第 2 次筛查" in recovery.reason
        assert living(paid.plain).get() == old

    def test_nothing_granted_any_more(self, paid, screen):
        paid.plain.insurance_months.filter(month=date(2019, 12, 1)).update(headcount=90)
        screen(again=True)
        recovery = Recovery.objects.get()
        assert recovery.amount_fen == 30_000 * YUAN
        assert recovery.decision.outcome == "deny"
        assert recovery.decision.provision_id == recovery.claim.decision.provision_id

    def test_two_kinds_that_are_granted_no_more(self, paid, screen):
        """Both are asked back in one run, also where the provisions of both are gone."""
        one = living(paid.plain).get()
        other = living(paid.on_limit).get()
        Claim.objects.filter(pk=one.pk).update(exclusivity_group="formerly-one")
        Claim.objects.filter(pk=other.pk).update(
            enterprise=paid.plain, exclusivity_group="formerly-two"
        )
        months = paid.plain.insurance_months.filter(month=date(2019, 12, 1))
        months.update(headcount=90)
        run = screen(again=True).screening
        assert run.totals["claims"]["recoveries"] == 2
        asked = Recovery.objects.values_list("claim", "amount_fen")
        assert set(asked) == {(one.pk, one.amount_fen), (other.pk, other.amount_fen)}
        assert set(Recovery.objects.values_list("decision__enterprise", "decision__outcome")) == {
            (paid.plain.pk, "deny")
        }

    def test_a_provision_that_is_decided_no_more_has_its_group(self, paid, screen, monkeypatch):
        """The recovery rests on what the run decided about the same money, not on what leads."""
        # Every provision a kind of its own.
        monkeypatch.setattr(adjustments, "exclusivity_group", lambda policy, key: key)
        paid.plain.insurance_months.filter(month=date(2019, 12, 1)).update(headcount=90)
        run = screen(again=True).screening
        Recovery.objects.all().delete()
        decided = Decision.objects.filter(screening=run, enterprise=paid.plain, leads=False).first()
        chain = locked_living(Claim.objects.filter(enterprise=paid.plain))
        chain[0].provision_id = "expired/refund"
        group = decided.provision_id.partition("/")[2]
        adjustments.correct_late(run, {(paid.plain.pk, group): chain}, {})
        assert Recovery.objects.get().decision == decided

    def test_at_the_bank_counts_as_paid(self, payable, people, correct):
        batch = payments.prepare_batch(ids(ClaimState.APPROVED), people[0])
        payments.send_batch(batch.public_id, people[1], batch.list_sha256)
        correct(payable.plain, 20_000 * YUAN)
        assert Recovery.objects.get().amount_fen == 10_000 * YUAN

    def test_approved_and_in_no_batch_goes_to_a_person(self, approved, correct, people):
        correct(approved.plain, 20_000 * YUAN)
        old = living(approved.plain).get()
        assert old.state == ClaimState.RETURNED
        assert "现在应为 20,000.00 元" in old.returned_reason
        with pytest.raises(Refused, match="还应得 20,000.00 元，不能结束"):
            reopening.close_claim(old.public_id, people[0], "不发了")
        new = reopening.reopen_claim(old.public_id, people[0], "按更正办理")
        assert (new.amount_fen, new.adjusts, new.state) == (2_000_000, None, ClaimState.SCREENED)
        assert not Recovery.objects.exists()

    def test_approved_and_nothing_left_is_closed(self, approved, screen, people):
        approved.plain.insurance_months.filter(month=date(2019, 12, 1)).update(headcount=90)
        screen(again=True)
        old = living(approved.plain).get()
        with pytest.raises(Refused, match="不予返还"):
            reopening.reopen_claim(old.public_id, people[0], "再看")
        reopening.close_claim(old.public_id, people[0], "裁员率超过上限")
        old.refresh_from_db()
        assert old.state == ClaimState.SUPERSEDED

    def test_out_of_a_batch_that_was_not_sent(self, payable, people, correct):
        batch = payments.prepare_batch(ids(ClaimState.APPROVED), people[0])
        seen, before = batch.list_sha256, batch.total_fen
        correct(payable.plain, 20_000 * YUAN)
        batch.refresh_from_db()
        assert (batch.count, batch.total_fen) == (4, before - 3_000_000)
        assert Payment.objects.get(claim__enterprise=payable.plain).state == PaymentState.CANCELLED
        assert living(payable.plain).get().state == ClaimState.RETURNED
        assert "有 1 笔因更正退出" in Message.objects.get(kind="payment_batch_changed").subject
        with pytest.raises(Refused, match="名单有变化"):
            payments.send_batch(batch.public_id, people[1], seen)
        payments.send_batch(batch.public_id, people[1], batch.list_sha256)

    def test_the_last_one_out_cancels_the_batch(self, approved, confirm, people, correct):
        confirm(approved.plain)
        claim = living(approved.plain).get()
        batch = payments.prepare_batch([claim.public_id], people[0])
        correct(approved.plain, 20_000 * YUAN)
        batch.refresh_from_db()
        assert (batch.state, batch.count) == (PaymentBatchState.CANCELLED, 0)
        assert "更正" in batch.cancelled_reason

    def test_less_and_less_asks_each_time_for_the_rest(self, paid, correct):
        correct(paid.plain, 20_000 * YUAN)
        correct(paid.plain, 15_000 * YUAN)
        assert list(Recovery.objects.order_by("pk").values_list("amount_fen", flat=True)) == [
            1_000_000,
            500_000,
        ]

    def test_less_then_more_lowers_what_is_asked(self, paid, correct, people):
        correct(paid.plain, 20_000 * YUAN)
        recovery = Recovery.objects.get()
        recoveries.notify_recovery(recovery.public_id, people[0], 15)
        recoveries.record_repayment(
            recovery.public_id, people[0], amount_fen=200_000, paid_on=TODAY, voucher="A1"
        )
        correct(paid.plain, 25_000 * YUAN)
        recovery.refresh_from_db()
        assert recovery.state == RecoveryState.SUPERSEDED
        assert Recovery.objects.get(state=RecoveryState.OPEN).amount_fen == 300_000
        correct(paid.plain, 32_000 * YUAN)
        assert not Recovery.objects.filter(state=RecoveryState.OPEN).exists()
        # 30,000 paid, 2,000 came back, 32,000 granted.
        assert living(paid.plain).get(state=ClaimState.SCREENED).amount_fen == 400_000

    def test_sent_back_by_the_bank_is_not_asked_for(self, payable, people, correct, clock, confirm):
        batch = payments.prepare_batch(ids(ClaimState.APPROVED), people[0])
        payments.send_batch(batch.public_id, people[1], batch.list_sha256)
        correct(payable.plain, 20_000 * YUAN)
        payment = Payment.objects.get(claim__enterprise=payable.plain)
        settlement.record_returned(batch.public_id, people[0], TODAY, {payment.public_id: "销户"})
        assert Recovery.objects.get().state == RecoveryState.SUPERSEDED
        claim = living(payable.plain).get()
        assert claim.state == ClaimState.RETURNED
        new = reopening.reopen_claim(claim.public_id, people[0], "按更正办理")
        assert new.amount_fen == 20_000 * YUAN

    def test_the_database_keeps_one_recovery_for_a_decision(self, paid, correct):
        correct(paid.plain, 20_000 * YUAN)
        one = Recovery.objects.get()
        named = "one_recovery_per_decision_and_claim"
        with pytest.raises(IntegrityError, match=named), transaction.atomic():
            Recovery.objects.create(
                claim=one.claim, decision=one.decision, amount_fen=1, reason="又一次"
            )


class TestRecordsMissing:
    """Unknown is not zero: nothing is asked back or paid while a decision waits for records."""

    @staticmethod
    def lose_december(enterprise, screen):
        enterprise.insurance_months.filter(month=date(2019, 12, 1)).delete()
        run = screen(again=True).screening
        standing = Decision.objects.standing().filter(enterprise=enterprise)
        assert standing.get(leads=True).outcome == "review"
        return run

    def test_a_paid_claim_stays_and_says_why(self, paid, screen, client, people):
        run = self.lose_december(paid.plain, screen)
        claim = living(paid.plain).get()
        assert (claim.state, claim.amount_fen) == (ClaimState.PAID, 30_000 * YUAN)
        assert not Recovery.objects.exists()
        assert run.totals["claims"]["waiting_for_records"] == 1
        assert run.totals["claims"]["recoveries"] == 0
        last = claim.steps.last()
        assert (last.state, "缺记录" in last.note) == (ClaimState.PAID, True)
        assert not Message.objects.filter(kind="claim_corrected").exists()
        client.force_login(people[0])
        page = client.get(reverse("subsidies:run", args=[run.public_id])).content.decode()
        assert "其中 1 户缺记录，不补不追，等补齐" in page

    def test_what_is_known_later_counts(self, paid, screen, correct):
        december = paid.plain.insurance_months.get(month=date(2019, 12, 1))
        self.lose_december(paid.plain, screen)
        december.save(force_insert=True)
        correct(paid.plain, 20_000 * YUAN)
        assert Recovery.objects.get().amount_fen == 10_000 * YUAN

    @pytest.mark.parametrize("prepared", [False, True])
    def test_what_has_not_left_is_not_paid(self, payable, screen, people, prepared):
        if prepared:
            payments.prepare_batch(ids(ClaimState.APPROVED), people[0])
        december = payable.plain.insurance_months.get(month=date(2019, 12, 1))
        self.lose_december(payable.plain, screen)
        claim = living(payable.plain).get()
        assert claim.state == ClaimState.RETURNED
        assert "缺记录" in claim.returned_reason
        assert not Payment.objects.standing().filter(claim=claim).exists()
        with pytest.raises(Refused, match="缺记录.*不能重新办理"):
            reopening.reopen_claim(claim.public_id, people[0], "再看")
        with pytest.raises(Refused, match="缺记录.*不能结束"):
            reopening.close_claim(claim.public_id, people[0], "不发了")
        december.save(force_insert=True)
        screen(again=True)
        new = reopening.reopen_claim(claim.public_id, people[0], "记录已补齐")
        assert (new.amount_fen, new.state) == (30_000 * YUAN, ClaimState.SCREENED)
