"""Payment batches: two people, once, whatever is pressed twice; the bank's answer."""

import io
from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from openpyxl import load_workbook

from portal.accounts.models import Reveal
from portal.outbox.models import Message
from portal.refused import Refused
from subsidies import payment_file
from subsidies.enums import ClaimState, PaymentBatchState, PaymentState
from subsidies.models import Claim, ClaimStep, Payment, PaymentBatch
from subsidies.services import claims, payment_downloads, payments, settlement
from subsidies.services.naming import claim_title
from tests.factories import MembershipFactory, UserFactory, division

from .conftest import at, ids, payment_of

TODAY = date(2020, 4, 14)


@pytest.mark.django_db
class TestPreparing:
    def test_a_batch_of_all(self, prepared, people):
        assert (prepared.count, prepared.state) == (5, PaymentBatchState.PREPARED)
        assert prepared.total_fen == sum(Claim.objects.values_list("amount_fen", flat=True))
        assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.PAYING}
        assert list(prepared.payments.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
        assert ClaimStep.objects.filter(state=ClaimState.PAYING, by=people[0]).count() == 5

    def test_long_texts_are_not_read_once_a_claim(self, payable, people):
        """66,000 claims with a policy of 51 KB each were 3.4 GB."""
        chosen = ids(ClaimState.APPROVED)
        listed = list(payments.payable_claims(people[0]))
        with transaction.atomic():
            locked = claims.locked_claims(people[0], chosen)
        for found in (listed, locked):
            assert len(found) == 5
            assert len({id(claim.decision.policy) for claim in found}) == 1
            for claim in found:
                assert {"facts", "trace", "amount_steps"} <= claim.decision.get_deferred_fields()
                assert "cases_text" in claim.decision.policy.get_deferred_fields()
                claim_title(claim)

    @pytest.mark.parametrize("act", ["prepare", "remind", "list"])
    def test_no_join_with_the_texts(self, payable, people, act, django_assert_max_num_queries):
        chosen = ids(ClaimState.APPROVED)
        with django_assert_max_num_queries(26) as told:
            if act == "prepare":
                batch = payments.prepare_batch(chosen, people[0])
                payments.send_batch(batch.public_id, people[1], batch.list_sha256)
            elif act == "remind":
                payments.remind_without_account(people[0])
            else:
                payments.sort_payable(payments.payable_claims(people[0]))
        texts = [q["sql"] for q in told.captured_queries if "source_text" in q["sql"]]
        assert all('FROM "subsidies_policyversion"' in sql for sql in texts), texts
        assert len(texts) <= 2
        assert not any('."trace"' in q["sql"] for q in told.captured_queries)

    def test_a_second_press_gives_back_the_batch(self, payable, people):
        chosen = ids(ClaimState.APPROVED)
        first = payments.prepare_batch(chosen, people[0])
        assert payments.prepare_batch(chosen, people[0]) == first
        assert PaymentBatch.objects.count() == 1
        with pytest.raises(Refused, match="没有生成发放表"):
            payments.prepare_batch(chosen, people[1])

    def test_some_of_a_batch_with_another_is_not_a_second_press(self, payable, people):
        """{a, b} are prepared; {a, c} must not pass for done with c left out."""
        a, b, c = Claim.objects.order_by("pk")[:3]
        batch = payments.prepare_batch([a.public_id, b.public_id], people[0])
        for chosen in ([a, c], [a], [a, b, c]):
            with pytest.raises(Refused) as refusal:
                payments.prepare_batch([one.public_id for one in chosen], people[0])
            told = "".join(refusal.value.messages)
            assert f"{a.claimant_name}" in told
            assert f"已编入{batch}（{people[0]}生成）" in told
            assert c.claimant_name not in told
        c.refresh_from_db()
        assert c.state == ClaimState.APPROVED
        assert PaymentBatch.objects.get().count == 2
        assert payments.prepare_batch([b.public_id, a.public_id], people[0]) == batch

    def test_without_an_account_nothing_is_prepared(self, approved, confirm, people):
        confirm(approved.plain)
        with pytest.raises(Refused, match="还没有可用的收款账户"):
            payments.prepare_batch(ids(ClaimState.APPROVED), people[0])
        assert not PaymentBatch.objects.exists()
        sorted_out = payments.sort_payable(payments.payable_claims(people[0]))
        assert [claim.enterprise for claim, _ in sorted_out.ready] == [approved.plain]
        assert len(sorted_out.without) == 4

    def test_each_is_reminded_once(self, approved, confirm, people):
        member = MembershipFactory(enterprise=approved.plain).user
        assert payments.remind_without_account(people[0]) == 1
        assert payments.remind_without_account(people[1]) == 0
        message = Message.objects.get(recipient=member, kind="payee_wanted")
        assert "30,000.00 元等着拨付" in message.subject
        confirm(approved.plain)
        assert len(payments.sort_payable(payments.payable_claims(people[0])).without) == 4

    def test_another_district_and_other_roles(self, payable):
        elsewhere = UserFactory(district=True, region=division("320413"))
        with pytest.raises(Refused, match="不在您负责的地区"):
            payments.prepare_batch(ids(ClaimState.APPROVED), elsewhere)
        with pytest.raises(Refused, match="区县或市级"):
            payments.prepare_batch(ids(ClaimState.APPROVED), UserFactory(auditor=True))

    def test_the_database_pays_a_claim_once(self, prepared):
        one = prepared.payments.first()
        with pytest.raises(IntegrityError, match="a_claim_is_paid_once"), transaction.atomic():
            Payment.objects.create(
                batch=prepared,
                claim=one.claim,
                number=99,
                amount_fen=1,
                holder="甲",
                bank="乙",
                account_number="1",
            )

    def test_cancelling_gives_the_claims_back(self, prepared, people):
        with pytest.raises(Refused, match="理由"):
            payments.cancel_batch(prepared.public_id, people[1], " ")
        payments.cancel_batch(prepared.public_id, people[1], "两户账号要核对")
        payments.cancel_batch(prepared.public_id, people[1], "两户账号要核对")
        prepared.refresh_from_db()
        assert prepared.state == PaymentBatchState.CANCELLED
        assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.APPROVED}
        assert set(prepared.payments.values_list("state", flat=True)) == {PaymentState.CANCELLED}
        assert "两户账号要核对" in Message.objects.get(recipient=people[0]).body
        assert payments.prepare_batch(ids(ClaimState.APPROVED), people[0]).number == 2


@pytest.mark.django_db
class TestSending:
    def test_by_another_person(self, prepared, people):
        with pytest.raises(Refused, match="要由另一人核对"):
            payments.send_batch(prepared.public_id, people[0], prepared.list_sha256)
        sent = payments.send_batch(prepared.public_id, people[1], prepared.list_sha256)
        assert (sent.state, sent.sent_by) == (PaymentBatchState.SENT, people[1])
        assert set(sent.payments.values_list("state", flat=True)) == {PaymentState.SENT}
        payments.send_batch(prepared.public_id, people[1], prepared.list_sha256)
        with pytest.raises(Refused, match="已由.*送银行"):
            payments.send_batch(prepared.public_id, UserFactory(city=True), prepared.list_sha256)

    def test_the_database_refuses_the_same_person(self, prepared, people):
        with pytest.raises(IntegrityError, match="payment_batch_two_people"), transaction.atomic():
            PaymentBatch.objects.update(sent_by=people[0], sent_at=timezone.now())
        with pytest.raises(IntegrityError, match="sent_payment_batch"), transaction.atomic():
            PaymentBatch.objects.update(state="sent")
        with pytest.raises(IntegrityError, match="cancelled_payment_batch"), transaction.atomic():
            PaymentBatch.objects.update(state="cancelled")

    def test_another_list_than_was_seen(self, prepared, people):
        with pytest.raises(Refused, match="名单有变化"):
            payments.send_batch(prepared.public_id, people[1], "0" * 64)
        Payment.objects.filter(number=1).update(account_number="6222000000000000")
        with pytest.raises(Refused, match="名单有变化"):
            payments.send_batch(prepared.public_id, people[1], prepared.list_sha256)

    def test_a_sent_batch_is_not_cancelled(self, sent, people):
        with pytest.raises(Refused, match="已送银行，不能再撤销"):
            payments.cancel_batch(sent.public_id, people[0], "不发了")

    def test_a_batch_of_another_district(self, sent):
        elsewhere = UserFactory(district=True, region=division("320413"))
        with pytest.raises(Refused, match="不在您负责的地区"):
            settlement.record_paid(sent.public_id, elsewhere, TODAY)


@pytest.mark.django_db
class TestSettling:
    def test_all_paid(self, sent, people, payable):
        member = payable.plain.memberships.get().user
        for _ in range(2):
            settlement.record_paid(sent.public_id, people[0], TODAY)
        sent.refresh_from_db()
        assert sent.state == PaymentBatchState.CLOSED
        assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.PAID}
        message = Message.objects.get(recipient=member, kind="claim_paid")
        assert message.subject == "2019 年度稳岗返还 30,000.00 元已发放"
        assert "6222" not in message.body
        assert ClaimStep.objects.filter(state=ClaimState.PAID).count() == 5

    @pytest.mark.parametrize("day", [date(2020, 4, 13), date(2020, 4, 15)])
    def test_days_before_the_sending_or_to_come(self, sent, people, day):
        with pytest.raises(Refused, match="日期要在送银行"):
            settlement.record_paid(sent.public_id, people[0], day)

    def test_before_it_is_sent(self, prepared, people):
        with pytest.raises(Refused, match="还没有送银行"):
            settlement.record_paid(prepared.public_id, people[0], TODAY, [])

    def test_returned_corrected_paid_again(self, sent, people, payable, confirm, clock):
        payment = payment_of(payable.plain)
        member = payable.plain.memberships.get().user
        with pytest.raises(Refused, match="原因"):
            settlement.record_returned(sent.public_id, people[0], TODAY, {payment.public_id: ""})
        for _ in range(2):
            settlement.record_returned(
                sent.public_id, people[0], TODAY, {payment.public_id: "账户已销户"}
            )
        settlement.record_paid(sent.public_id, people[0], TODAY)
        claim = payment.claim
        claim.refresh_from_db()
        assert claim.state == ClaimState.PAYMENT_RETURNED
        assert claim.steps.filter(state=ClaimState.PAYMENT_RETURNED).count() == 1
        assert "账户已销户" in Message.objects.get(recipient=member, kind="payment_returned").body
        with pytest.raises(Refused, match="不能再记为到账"):
            settlement.record_paid(sent.public_id, people[0], TODAY, [payment.public_id])
        # The same account is not tried again until the enterprise has confirmed one since.
        ((bounced, why),) = payments.sort_payable(payments.payable_claims(people[0])).bounced
        assert (bounced, why.returned_reason) == (claim, "账户已销户")
        with pytest.raises(Refused, match="还没有可用的收款账户"):
            payments.prepare_batch([claim.public_id], people[0])
        clock(at(2020, 4, 15))
        confirm(payable.plain, "6222000099998888")
        again = payments.prepare_batch([claim.public_id], people[1])
        payments.send_batch(again.public_id, people[0], again.list_sha256)
        settlement.record_paid(again.public_id, people[0], date(2020, 4, 15))
        claim.refresh_from_db()
        assert claim.state == ClaimState.PAID
        assert list(claim.payments.order_by("pk").values_list("state", "amount_fen")) == [
            ("returned", 3_000_000),
            ("paid", 3_000_000),
        ]

    def test_cancelling_what_had_come_back(self, sent, people, payable, confirm, clock):
        payment = payment_of(payable.plain)
        settlement.record_returned(sent.public_id, people[0], TODAY, {payment.public_id: "销户"})
        clock(at(2020, 4, 15))
        confirm(payable.plain, "6222000099998888")
        again = payments.prepare_batch([payment.claim.public_id], people[0])
        payments.cancel_batch(again.public_id, people[0], "再等等")
        payment.claim.refresh_from_db()
        assert payment.claim.state == ClaimState.PAYMENT_RETURNED

    def test_a_return_after_the_payment(self, sent, people, payable):
        settlement.record_paid(sent.public_id, people[0], TODAY)
        payment = payment_of(payable.plain)
        settlement.record_returned(sent.public_id, people[0], TODAY, {payment.public_id: "退汇"})
        payment.claim.refresh_from_db()
        assert payment.claim.state == ClaimState.PAYMENT_RETURNED

    def test_the_database_wants_reason_day_and_person(self, sent):
        for change in ({"state": "returned"}, {"state": "paid"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Payment.objects.update(**change)

    def test_payments_of_another_batch(self, sent, people):
        with pytest.raises(Refused, match="不在这一批里"):
            settlement.record_paid(sent.public_id, people[0], TODAY, ["abcdefghjkmn"])


@pytest.mark.django_db
class TestPaymentFile:
    def test_sums_words_and_accounts(self, prepared, people, payable):
        batch, listed = payment_downloads.fetch_list(prepared.public_id, people[1], "送银行发放")
        sheet = load_workbook(io.BytesIO(payment_file.payment_workbook(batch, listed))).active
        heads = [cell.value for cell in sheet[3]]
        rows = [dict(zip(heads, [c.value for c in row], strict=True)) for row in sheet.iter_rows(5)]
        assert len(rows) == 5
        mine = next(row for row in rows if row["户名"] == payable.plain.name)
        assert mine["金额（元）"] == 30_000
        assert mine["金额大写"] == "叁万元整"
        assert mine["账号"] == payment_of(payable.plain).account_number
        assert mine["编号"] == payment_of(payable.plain).public_id
        total = sheet["F4"].value
        assert round(total * 100) == prepared.total_fen
        assert sum(round(row["金额（元）"] * 100) for row in rows) == prepared.total_fen
        assert "批号 2020-001" in sheet["A1"].value
        assert prepared.list_sha256 in sheet["A2"].value

    def test_each_download_is_kept_with_its_reason(self, prepared, people):
        with pytest.raises(Refused, match="至少 4 个字"):
            payment_downloads.fetch_list(prepared.public_id, people[0], "看看")
        assert not Reveal.objects.exists()
        payment_downloads.fetch_list(prepared.public_id, people[0], "送银行发放")
        kept = payment_downloads.fetches(prepared).get()
        assert (kept.by, kept.reason) == (people[0], "送银行发放")
        with pytest.raises(Refused, match="区县或市级"):
            payment_downloads.fetch_list(prepared.public_id, UserFactory(auditor=True), "想看一看")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["prepare", "send"])
def test_two_people_at_once(payable, people, act):
    """Two connections press at the same moment: one result, the other is told in words."""
    chosen = ids(ClaimState.APPROVED)
    if act == "send":
        batch = payments.prepare_batch(chosen, UserFactory(city=True))
    barrier, told = Barrier(2, timeout=30), []

    def press(user):
        try:
            barrier.wait()
            if act == "prepare":
                payments.prepare_batch(chosen, user)
            else:
                payments.send_batch(batch.public_id, user, batch.list_sha256)
            told.append("done")
        except Refused as refusal:
            told.append("".join(refusal.messages))
        finally:
            connection.close()

    threads = [Thread(target=press, args=(user,), daemon=True) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert told.count("done") == 1, told
    (refusal,) = [text for text in told if text != "done"]
    assert ("没有生成发放表" if act == "prepare" else "送银行") in refusal
    assert "None" not in refusal
    assert PaymentBatch.objects.count() == 1
    assert Payment.objects.count() == 5
