"""Money that has to come back (追回): notified in writing, repaid in parts, or given up by two people.

services/adjustments.py opens and supersedes recoveries; this module is what staff do with them.
"""

from datetime import date

import pghistory
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal.places.working_days import workdays_after
from portal.refused import Refused
from portal.ui.formatting import full_date, yuan
from subsidies.enums import RecoveryState
from subsidies.models import Claim, ClaimStep, PaymentBatch, Recovery, Repayment

from .chains import lock_chains
from .claims import require_officer
from .holdings import let_go_of_repaid
from .naming import claim_title
from .notify import to_claimants
from .numbering import lock_number

FEWEST_DAYS, MOST_DAYS = 5, 120
_PENDING = (RecoveryState.OPEN, RecoveryState.NOTIFIED)


def overdue(recoveries, today: date):
    """Those of a queryset whose day has passed with money still out."""
    return recoveries.filter(state=RecoveryState.NOTIFIED, due_on__lt=today)


def _locked(recovery_id, user):
    require_officer(user)
    visible = Recovery.objects.visible_to(user).filter(public_id=recovery_id)
    # Its chain first, as a screening does: a step about a claim would lock it after the recovery.
    lock_chains(Claim.objects.filter(pk__in=visible.values("claim")))
    recovery = (
        visible.select_for_update(of=("self",))
        .select_related("claim__enterprise", "claim__decision__application__user")
        .prefetch_related("waive_asked_by", "waived_by")
        .first()
    )
    if recovery is None:
        raise Refused("这笔追回不在您负责的地区。")
    return recovery


def _require_pending(recovery):
    if recovery.state == RecoveryState.SUPERSEDED:
        raise Refused(
            "这笔追回已被更正，不再要求退还。已经收到的款，有新的追回就登记到新的那一笔，"
            "没有就退回给对方。"
        )
    if recovery.state not in _PENDING:
        raise Refused(f"这笔追回{recovery.get_state_display()}，不能再办。")


def _note(recovery, user, words):
    claim = recovery.claim
    ClaimStep.objects.create(claim=claim, state=claim.state, by=user, note=f"追回：{words}"[:200])


def notify_recovery(recovery_id, user, working_days: int) -> Recovery:
    """Tell the claimant what to pay back and until when; the letter can be printed from then on.

    A second press changes nothing; another number of days once notified is refused.
    """
    with pghistory.context(act="recoveries.notify"), transaction.atomic():
        recovery = _locked(recovery_id, user)
        _require_pending(recovery)
        if not FEWEST_DAYS <= working_days <= MOST_DAYS:
            raise Refused(
                f"退还期限要 {FEWEST_DAYS} 到 {MOST_DAYS} 个工作日，您填的是 {working_days}。"
            )
        if recovery.state == RecoveryState.NOTIFIED:
            notified_on = timezone.localdate(recovery.notified_at)
            same = recovery.due_on == workdays_after(notified_on, working_days)
            if recovery.handled_by_id == user.pk and same:
                return recovery
            raise Refused(f"已通知，{full_date(recovery.due_on)}前退还。")
        due_on = workdays_after(timezone.localdate(), working_days)
        recovery.state, recovery.due_on = RecoveryState.NOTIFIED, due_on
        recovery.notified_at, recovery.handled_by = timezone.now(), user
        recovery.save(update_fields=["state", "due_on", "notified_at", "handled_by"])
        _note(recovery, user, f"已通知退还 {yuan(recovery.amount_fen)} 元，{full_date(due_on)}前")
        to_claimants(
            "recovery",
            {
                recovery.claim: (
                    f"recovery:{recovery.pk}:notified",
                    f"{claim_title(recovery.claim)}要退还 {yuan(recovery.left_fen)} 元，"
                    f"{full_date(due_on)}前",
                    f"{recovery.reason}对更正的决定有不同意见，可以提出异议。",
                )
            },
            reverse("enterprises:policies"),
        )
        return recovery


def record_repayment(
    recovery_id, user, *, amount_fen: int, paid_on: date, voucher: str, shared: bool = False
) -> Recovery:
    """Money that came back, in full or in part. The same voucher counts once.

    shared: the voucher is known to pay for another recovery as well. Raises Refused for more than
    is still out, a day before the money left or to come, or a voucher used for another sum.
    """
    voucher = (voucher or "").strip()
    with pghistory.context(act="recoveries.repaid"), transaction.atomic():
        recovery = _locked(recovery_id, user)
        known = recovery.repayments.filter(voucher=voucher).first()
        if known and (known.amount_fen, known.paid_on) == (amount_fen, paid_on):
            return recovery
        if known:
            raise Refused(
                f"凭证 {voucher} 已登记 {yuan(known.amount_fen)} 元（{full_date(known.paid_on)}）。"
            )
        _require_pending(recovery)
        if not voucher or len(voucher) > 60:
            raise Refused("请写凭证号，最多 60 个字。")
        if not 0 < amount_fen <= recovery.left_fen:
            raise Refused(
                f"还差 {yuan(recovery.left_fen)} 元，登记的金额要大于 0，不能超过这个数。"
                f"您填的是 {yuan(amount_fen)} 元。"
            )
        sent_on = _sent_on(recovery.claim)
        if not sent_on <= paid_on <= timezone.localdate():
            raise Refused(
                f"到账日期要在送银行（{full_date(sent_on)}）到今天之间，您填的是 {full_date(paid_on)}。"
            )
        _require_own_voucher(recovery, voucher, shared)
        Repayment.objects.create(
            recovery=recovery,
            amount_fen=amount_fen,
            paid_on=paid_on,
            voucher=voucher,
            recorded_by=user,
        )
        recovery.repaid_fen += amount_fen
        fields = ["repaid_fen"]
        if not recovery.left_fen:
            recovery.state, recovery.closed_at = RecoveryState.REPAID, timezone.now()
            recovery.waive_asked_by, recovery.waived_document = None, ""
            fields += ["state", "closed_at", "waive_asked_by", "waived_document"]
        recovery.save(update_fields=fields)
        _note(recovery, user, f"{full_date(paid_on)}退还 {yuan(amount_fen)} 元，凭证 {voucher}")
        if recovery.claim.decision.application_id:
            let_go_of_repaid(recovery.claim.decision.application)
        return recovery


def _sent_on(claim):
    """The day its money went to the bank first: nothing of it can have come back before."""
    batches = PaymentBatch.objects.filter(payments__claim=claim, sent_at__isnull=False)
    first = batches.order_by("sent_at").first()
    return timezone.localdate(first.sent_at if first else claim.created_at)


def _require_own_voucher(recovery, voucher, shared):
    """One voucher for two recoveries is a slip unless the officer says that it pays for both."""
    lock_number(f"voucher:{voucher}")
    elsewhere = Repayment.objects.filter(voucher=voucher).exclude(recovery=recovery).first()
    if elsewhere is not None and not shared:
        raise Refused(
            f"凭证 {voucher} 已用于另一笔追回：{full_date(elsewhere.paid_on)}"
            f"退还 {yuan(elsewhere.amount_fen)} 元。请核对凭证号；确实是同一张凭证付了几笔的，"
            "勾选“这张凭证也用于另一笔追回”再登记。"
        )


def ask_waiver(recovery_id, user, document: str) -> Recovery:
    """Propose not to recover what is left, by a document; another person has to agree."""
    document = (document or "").strip()
    if not document or len(document) > 200:
        raise Refused("请写明不再追回依据的文件，最多 200 个字。")
    with pghistory.context(act="recoveries.ask_waiver"), transaction.atomic():
        recovery = _locked(recovery_id, user)
        if recovery.waive_asked_by_id == user.pk and recovery.waived_document == document:
            return recovery
        _require_pending(recovery)
        if recovery.waive_asked_by_id:
            raise Refused(f"{recovery.waive_asked_by}已提出不再追回，等另一人同意。")
        recovery.waive_asked_by, recovery.waived_document = user, document
        recovery.save(update_fields=["waive_asked_by", "waived_document"])
        _note(recovery, user, f"提出不再追回，依据：{document}")
        return recovery


def agree_waiver(recovery_id, user) -> Recovery:
    """Another person agrees that what is left is not recovered; the claimant is told."""
    with pghistory.context(act="recoveries.waive"), transaction.atomic():
        recovery = _locked(recovery_id, user)
        if recovery.waived_by_id == user.pk:
            return recovery
        _require_asked(recovery)
        if recovery.waive_asked_by_id == user.pk:
            raise Refused("不再追回由您提出，要由另一人同意。")
        recovery.state, recovery.waived_by = RecoveryState.WAIVED, user
        recovery.closed_at = timezone.now()
        recovery.save(update_fields=["state", "waived_by", "closed_at"])
        _note(recovery, user, f"同意不再追回 {yuan(recovery.left_fen)} 元")
        to_claimants(
            "recovery",
            {
                recovery.claim: (
                    f"recovery:{recovery.pk}:waived",
                    f"{claim_title(recovery.claim)}不再要求退还 {yuan(recovery.left_fen)} 元",
                    f"依据：{recovery.waived_document}。",
                )
            },
            reverse("enterprises:policies"),
        )
        return recovery


def refuse_waiver(recovery_id, user) -> Recovery:
    """Do not agree: the money is still asked for."""
    with pghistory.context(act="recoveries.refuse_waiver"), transaction.atomic():
        recovery = _locked(recovery_id, user)
        if recovery.waive_asked_by_id is None and recovery.state in _PENDING:
            return recovery
        _require_asked(recovery)
        _note(recovery, user, "不同意不再追回，继续追回")
        recovery.waive_asked_by, recovery.waived_document = None, ""
        recovery.save(update_fields=["waive_asked_by", "waived_document"])
        return recovery


def _require_asked(recovery):
    _require_pending(recovery)
    if recovery.waive_asked_by_id is None:
        raise Refused("还没有人提出不再追回。")
