"""Writing a message. Sending it is portal.outbox.delivery's work, later."""

from django.db import transaction

from .models import Channel, Delivery, Message


def post(recipient, *, kind, key, subject, body="", path="", channels=(Channel.INBOX,)):
    """Write one message in the caller's transaction; the same key a second time writes nothing.

    recipient: User. key: what happened, unique for all time, e.g. "application:12:offered".
    Returns the Message, or None when the key was there already.
    """
    with transaction.atomic():
        written = Message.objects.bulk_create(
            [
                Message(
                    recipient=recipient,
                    kind=kind,
                    dedupe_key=key,
                    subject=subject,
                    body=body,
                    path=path,
                )
            ],
            ignore_conflicts=True,
        )
        message = Message.objects.filter(dedupe_key=key, public_id=written[0].public_id).first()
        if message is None:
            return None
        Delivery.objects.bulk_create([Delivery(message=message, channel=c) for c in channels])
    return message
