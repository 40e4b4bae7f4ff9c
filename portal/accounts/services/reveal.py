"""Showing one piece of personal data in clear: recorded first, shown after."""

from django.core.exceptions import ValidationError
from django.db import transaction

from portal.accounts.models import Reveal

# What may be revealed: kind in the address → (app label.model, field → kind of mask).
REVEALABLE = {
    "seeker": (
        "jobseekers.JobSeeker",
        {"identity_number": "identity", "phone": "phone", "name": "name"},
    ),
    "enterprise": ("enterprises.Enterprise", {"contact_phone": "phone"}),
    "ticket": ("hotlines.Ticket", {"contact_phone": "phone"}),
    "objection": ("subsidies.Objection", {"phone": "phone", "name": "name"}),
    "payee": ("subsidies.PayeeAccount", {"number": "account"}),
}


def reveal(user, subject, kind, field, reason):
    """The clear value of one field of one subject the caller was let see; writes who, whom, why.

    Raises ValidationError without a reason of at least four characters, KeyError for a field that
    is not to be revealed.
    """
    _, fields = REVEALABLE[kind]
    fields[field]
    reason = (reason or "").strip()
    if len(reason) < 4:
        raise ValidationError({"reason": "请写明为什么要看，至少 4 个字。这条理由会留档。"})
    with transaction.atomic():
        Reveal.objects.create(
            by=user,
            subject_kind=kind,
            subject_id=subject.pk,
            subject_label=str(subject)[:80],
            field=field,
            reason=reason[:200],
        )
        return getattr(subject, field)
