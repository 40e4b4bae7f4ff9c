"""Agreeing and withdrawing, each on its own and on record (PIPL art. 15, 23)."""

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import ConsentRecord, User


def give_consent(user, kind, wording, recipient=None):
    """The live consent of that kind for that recipient; made when there is none.

    wording: the sentence the person agreed to, as the page showed it.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        record = ConsentRecord.objects.filter(
            user=user, kind=kind, recipient=recipient, withdrawn_at__isnull=True
        ).first()
        if record is None:
            record = ConsentRecord.objects.create(
                user=user, kind=kind, recipient=recipient, wording=wording
            )
        return record


def withdraw_consent(record):
    """End a consent from now on; withdrawing twice changes nothing."""
    with transaction.atomic():
        record = ConsentRecord.objects.select_for_update().get(pk=record.pk)
        if record.withdrawn_at is None:
            record.withdrawn_at = timezone.now()
            record.save(update_fields=["withdrawn_at"])
        return record
