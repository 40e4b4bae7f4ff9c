"""Writing a message in the transaction that causes it, delivering it later, reading it."""

import logging

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from .models import Channel, Delivery, DeliveryState, Message

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 5
BATCH = 100


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


def post_many(drafts, channels=(Channel.INBOX,)):
    """Write many messages in the caller's transaction; keys that are there already write nothing.

    drafts: unsaved Message objects with all fields but the dates. Returns how many were new.
    """
    drafts = list(drafts)
    with transaction.atomic():
        Message.objects.bulk_create(drafts, ignore_conflicts=True, batch_size=2000)
        new = Message.objects.filter(public_id__in=[draft.public_id for draft in drafts])
        Delivery.objects.bulk_create(
            (Delivery(message=message, channel=c) for message in new for c in channels),
            batch_size=2000,
        )
        return len(new)


def mark_read(message):
    """The recipient opened it; the first time counts."""
    if message.read_at is None:
        Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=timezone.now())


def deliver_waiting():
    """Deliver what waits, a batch at a time; returns how many went out.

    Each delivery is taken under a lock that other workers skip, so none is sent twice at once.
    The in-site inbox is delivered by being there. A channel that has no gateway configured waits.
    """
    sent = 0
    for delivery_id in list(
        Delivery.objects.filter(state=DeliveryState.WAITING, attempts__lt=MAX_ATTEMPTS)
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH]
    ):
        with transaction.atomic():
            delivery = (
                Delivery.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("message__recipient")
                .filter(pk=delivery_id, state=DeliveryState.WAITING)
                .first()
            )
            sent += _deliver(delivery) if delivery else 0
    return sent


def _deliver(delivery):
    gateway = _gateway(delivery.channel)
    if gateway is None:
        return 0
    delivery.attempts += 1
    try:
        gateway(delivery.message)
    except Exception as error:  # a gateway may fail in any way; it is tried again later
        logger.warning("delivery %s failed: %s", delivery.pk, type(error).__name__)
        delivery.error = f"{type(error).__name__}"[:200]
        if delivery.attempts >= MAX_ATTEMPTS:
            delivery.state = DeliveryState.FAILED
        delivery.save()
        return 0
    delivery.state, delivery.sent_at, delivery.error = DeliveryState.SENT, timezone.now(), ""
    delivery.save()
    return 1


def _gateway(channel):
    """The function that sends a message by a channel, None when the bureau has none."""
    if channel == Channel.INBOX:
        return lambda message: None
    path = settings.MESSAGE_GATEWAYS.get(channel, "")
    return import_string(path) if path else None
