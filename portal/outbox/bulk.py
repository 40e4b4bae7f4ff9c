"""Writing thousands of messages in the transaction that causes them, without an object for each."""

from collections.abc import Iterable

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from portal.accounts.fields import make_public_id

from .models import Channel, DeliveryState, Message
from .services import BATCH, post_many

# Statements begin with INSERT: see subsidies/services/new_claims.py.
_MESSAGES = """INSERT INTO outbox_message
    (public_id, recipient_id, kind, dedupe_key, subject, body, path, created_at)
SELECT public_id, recipient_id, %s, key,
       CASE WHEN length(subject) > 120 THEN left(subject, 119) || '…' ELSE subject END,
       body, %s, %s
  FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[])
       AS draft(public_id, recipient_id, key, subject, body)
ON CONFLICT DO NOTHING
RETURNING id
"""
_IN_THE_INBOX = """INSERT INTO outbox_delivery
    (message_id, channel, state, attempts, not_before, sent_at, error)
SELECT unnest(%s::bigint[]), %s, %s, 0, %s, %s, ''
"""


def post_rows(kind: str, path: str, rows: Iterable[tuple[int, str, str, str]]) -> int:
    """As services.post_many, for messages of one kind that lead to one page.

    rows: (recipient's id, key, subject, body). Returns how many were new. Who has agreed to short
    messages is post_many's to know, so it writes them where there is a gateway for those.
    """
    rows = list(rows)
    if settings.MESSAGE_GATEWAYS.get(Channel.SMS):
        return post_many(
            Message(
                recipient_id=recipient_id,
                kind=kind,
                dedupe_key=key,
                subject=subject,
                body=body,
                path=path,
            )
            for recipient_id, key, subject, body in rows
        )
    with transaction.atomic():
        return sum(
            _write(kind, path, rows[start : start + BATCH]) for start in range(0, len(rows), BATCH)
        )


def _write(kind, path, rows):
    now = timezone.now()
    columns = [list(column) for column in zip(*rows, strict=True)]
    ids = [make_public_id() for _ in rows]
    with connection.cursor() as cursor:
        cursor.execute(_MESSAGES, [kind, path, now, ids, *columns])
        new = [key for (key,) in cursor.fetchall()]
        cursor.execute(_IN_THE_INBOX, [new, Channel.INBOX, DeliveryState.SENT, now, now])
    return len(new)
