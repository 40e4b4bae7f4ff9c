"""What became of payments at the bank: paid, or sent back with a reason.

A payment that came back stays as it was; the enterprise confirms its account and a later batch
pays the claim again.
"""

from datetime import date

import pghistory
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.masking import mask
from portal.refused import Refused
from portal.ui.formatting import full_date, local_date, yuan
from subsidies.enums import ClaimState, PaymentBatchState, PaymentState
from subsidies.models import Claim, Payment, PaymentBatch

from .adjustments import money_came_back
from .chains import lock_chains
from .claims import move, require_officer
from .naming import claim_title
from .notify import to_claimants
from .payments import locked_batch

LONGEST_REASON = 100


def record_paid(batch_id, user, on: date, payment_ids=None) -> PaymentBatch:
    """The bank has paid these payments of a sent batch on a day; None: all that were still open.

    A second press changes nothing. Raises Refused for a day before the sending or after today.
    """
    with transaction.atomic():
        if payment_ids is None:
            payment_ids = Payment.objects.filter(
                batch__public_id=batch_id, state=PaymentState.SENT
            ).values_list("public_id", flat=True)
        return settle(batch_id, user, on, dict.fromkeys(payment_ids))


def record_returned(batch_id, user, on: date, reasons: dict[str, str]) -> PaymentBatch:
    """The bank has sent payments back. reasons: payment's public id → why, in the bank's words."""
    if not reasons:
        raise Refused("请勾选银行退回的那几笔。")
    return settle(batch_id, user, on, {one: checked_reason(why) for one, why in reasons.items()})


def checked_reason(reason: str) -> str:
    """The trimmed reason of a return. Raises Refused when it is empty or too long."""
    reason = (reason or "").strip()
    if not reason:
        raise Refused("请写明银行退回的原因，对方会看到。")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"退回原因最多 {LONGEST_REASON} 个字，现在是 {len(reason)} 个字。")
    return reason


def settle(batch_id, user, on: date, results: dict[str, str | None]) -> PaymentBatch:
    """Record what the bank says of some payments, all of it or nothing.

    results: payment's public id → None when paid, else why it came back. What is recorded already
    stays. Raises Refused when the batch has not been sent, a payment is not in it, or one that
    came back is now said to be paid: it has to be paid anew.
    """
    require_officer(user)
    with pghistory.context(act="payments.settle"), transaction.atomic():
        if any(results.values()):
            # What came back concerns the rest of its chain: all are locked before the batch.
            sent = Payment.objects.visible_to(user).filter(batch__public_id=batch_id)
            lock_chains(Claim.objects.filter(pk__in=sent.values("claim")))
        batch, payments = locked_batch(batch_id, user)
        if batch.state not in (PaymentBatchState.SENT, PaymentBatchState.CLOSED):
            raise Refused(f"{batch}{batch.get_state_display()}，还没有送银行，不能登记结果。")
        if not local_date(batch.sent_at) <= on <= timezone.localdate():
            raise Refused(
                f"日期要在送银行（{full_date(batch.sent_at)}）到今天之间，您填的是 {full_date(on)}。"
            )
        by_id = {payment.public_id: payment for payment in payments}
        strange = set(results) - set(by_id)
        if strange:
            raise Refused("有几笔不在这一批里。没有登记，请刷新后再办。")
        chosen = [(by_id[one], why) for one, why in results.items()]
        undone = [p for p, why in chosen if why is None and p.state == PaymentState.RETURNED]
        if undone:
            lines = "、".join(f"第 {p.number} 笔" for p in undone[:3])
            raise Refused(f"{lines}已登记为银行退回，不能再记为到账。更正账户后编入下一批。")
        paid = [p for p, why in chosen if why is None and p.state == PaymentState.SENT]
        came_back = [(p, why) for p, why in chosen if why and p.state != PaymentState.RETURNED]
        _write_paid(batch, paid, user, on)
        _write_returned(batch, came_back, user, on)
        if not batch.payments.filter(state=PaymentState.SENT).exists():
            batch.state = PaymentBatchState.CLOSED
            batch.save(update_fields=["state"])
        return batch


def _write_paid(batch, payments, user, on):
    Payment.objects.filter(pk__in=[p.pk for p in payments]).update(
        state=PaymentState.PAID, settled_on=on, recorded_by=user, recorded_at=timezone.now()
    )
    claims = [payment.claim for payment in payments]
    move(claims, ClaimState.PAID, user, f"{batch}，{full_date(on)}到账")
    to_claimants(
        "claim_paid",
        {
            payment.claim: (
                f"payment:{payment.pk}:paid",
                f"{claim_title(payment.claim)} {yuan(payment.amount_fen)} 元已发放",
                f"{full_date(on)}拨到{payment.bank}，账号 {mask(payment.account_number, 'account')}。"
                "请核对到账。",
            )
            for payment in payments
        },
        reverse("enterprises:policies"),
    )


def _write_returned(batch, came_back, user, on):
    for reason in dict.fromkeys(why for _, why in came_back):
        payments = [p for p, why in came_back if why == reason]
        Payment.objects.filter(pk__in=[p.pk for p in payments]).update(
            state=PaymentState.RETURNED,
            settled_on=on,
            returned_reason=reason,
            recorded_by=user,
            recorded_at=timezone.now(),
        )
        note = f"{batch}，{full_date(on)}银行退回：{reason}"
        move([p.claim for p in payments], ClaimState.PAYMENT_RETURNED, user, note[:200])
    money_came_back([payment.claim for payment, _ in came_back])
    _tell_returned(came_back)


def _tell_returned(came_back):
    """What is next is said by the state the claim came to: due again, or with a person."""
    with_person = set(
        Claim.objects.filter(
            pk__in=[payment.claim_id for payment, _ in came_back], state=ClaimState.RETURNED
        ).values_list("pk", flat=True)
    )
    what_next = {
        False: "请核对收款账户，重新确认后编入下一批拨付。",
        True: "这笔补贴正在核对，暂不重新拨付，核对后会告诉您结果。收款账户也请核对，重新确认。",
    }
    to_claimants(
        "payment_returned",
        {
            payment.claim: (
                f"payment:{payment.pk}:returned",
                f"{claim_title(payment.claim)} {yuan(payment.amount_fen)} 元被银行退回",
                f"原因：{reason}。{what_next[payment.claim_id in with_person]}",
            )
            for payment, reason in came_back
        },
        reverse("enterprises:payee"),
        reverse("applications:account"),
    )
