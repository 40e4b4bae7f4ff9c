"""Messages about subsidies to the people of enterprises, and to staff."""

from django.urls import reverse

from portal.accounts.models import Membership
from portal.outbox.bulk import post_rows
from portal.outbox.models import Message
from portal.outbox.services import post_many


def to_members(kind, texts: dict[int, tuple[str, str, str]], path: str):
    """Write one message to every live member of each enterprise.

    texts: enterprise id → (key, subject, body); the key is unique for all time, the member's id
    is added to it. Returns how many messages were new.
    """
    members = Membership.objects.filter(
        ended_at__isnull=True, enterprise_id__in=texts, user__is_active=True
    ).values_list("enterprise_id", "user_id")
    rows = []
    for enterprise_id, user_id in members.order_by("pk"):
        key, subject, body = texts[enterprise_id]
        rows.append((user_id, f"{key}:{user_id}", subject, body))
    return post_rows(kind, path, rows)


def to_claimants(kind, texts: dict, path: str, persons_path: str = ""):
    """Write one message for each claim to whoever gets its money.

    texts: Claim (with decision and its application) → (key, subject, body). An enterprise's
    members get `path`, a person `persons_path`, by default their applications. Returns how many messages were new.
    """
    members = {}
    for user_id, enterprise_id in Membership.objects.filter(
        ended_at__isnull=True,
        user__is_active=True,
        enterprise_id__in={claim.enterprise_id for claim in texts} - {None},
    ).values_list("user_id", "enterprise_id"):
        members.setdefault(enterprise_id, []).append(user_id)
    drafts = []
    for claim, words in texts.items():
        if claim.enterprise_id:
            drafts += [
                _draft(kind, one, *words, path) for one in members.get(claim.enterprise_id, ())
            ]
        else:
            whose = claim.decision.application.user_id
            drafts.append(_draft(kind, whose, *words, persons_path or reverse("applications:list")))
    return post_many(drafts)


def to_users(kind, user_ids, key, subject, body, path):
    """Write one message to each of these users, once for the key."""
    return post_many(
        _draft(kind, user_id, key, subject, body, path) for user_id in dict.fromkeys(user_ids)
    )


def _draft(kind, user_id, key, subject, body, path):
    return Message(
        recipient_id=user_id,
        kind=kind,
        dedupe_key=f"{key}:{user_id}",
        subject=subject,
        body=body,
        path=path,
    )
