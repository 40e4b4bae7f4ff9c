"""The list of a payment batch with its accounts in full: fetched with a reason, and that is kept."""

from django.db import transaction

from portal.accounts.models import Reveal
from portal.refused import Refused
from subsidies.enums import PaymentBatchState
from subsidies.models import Payment, PaymentBatch

from .claims import policies, require_officer, unread

FETCHED = "payment_file"
FEWEST_REASON = 4


def fetch_list(batch_id, user, reason: str) -> tuple[PaymentBatch, list[Payment]]:
    """The list with its accounts in full, for the payment file; who fetched it and why is kept.

    Raises Refused without a reason, and for a cancelled batch.
    """
    require_officer(user)
    reason = (reason or "").strip()
    if len(reason) < FEWEST_REASON:
        raise Refused(f"请写明为什么下载，至少 {FEWEST_REASON} 个字。这条理由会留档。")
    batch = PaymentBatch.objects.visible_to(user).filter(public_id=batch_id).first()
    if batch is None:
        raise Refused("这一批不在您负责的地区。")
    if batch.state == PaymentBatchState.CANCELLED:
        raise Refused(f"{batch}已撤销，没有可下载的文件。")
    with transaction.atomic():
        Reveal.objects.create(
            by=user,
            subject_kind=FETCHED,
            subject_id=batch.pk,
            subject_label=str(batch)[:80],
            field="account_number",
            reason=reason[:200],
        )
        listed = (
            batch.payments.standing()
            .select_related("claim__decision")
            .defer(*unread("claim__decision__"))
            .prefetch_related(policies("claim__decision__"))
            .order_by("number")
        )
        return batch, list(listed)


def fetches(batch: PaymentBatch):
    """Who fetched the payment file of a batch, when and why, the last first."""
    return Reveal.objects.filter(subject_kind=FETCHED, subject_id=batch.pk).select_related("by")
