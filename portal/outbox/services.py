"""Writing a message in the transaction that causes it, delivering it later, reading it."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.module_loading import import_string

from portal.accounts.enums import ConsentKind
from portal.accounts.models import ConsentRecord

from .models import Channel, Delivery, DeliveryState, Message

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 5
FIRST_PAUSE = timedelta(minutes=2)  # before the second try; six times as long before each further
GIVEN_UP_AFTER = timedelta(hours=1)  # a try that has not ended by then died with its worker
AT_ONE_GO = 1000  # deliveries of one call, so that a worker is not held for the whole night
BATCH = 2000
# What people agree to get by SMS is answers to their applications; these are none.
ONLY_INSIDE = frozenset({"alert", "invitation"})


def post(recipient, *, kind, key, subject, body="", path=""):
    """Write one message in the caller's transaction; the same key a second time writes nothing.

    recipient: User. key: what happened, unique for all time, e.g. "application:12:offered".
    Returns the Message, or None when the key was there already.
    """
    draft = Message(
        recipient=recipient, kind=kind, dedupe_key=key, subject=subject, body=body, path=path
    )
    return next(iter(_write([draft])), None)


def post_many(drafts):
    """Write many messages in the caller's transaction; keys that are there already write nothing.

    drafts: unsaved Message objects with all fields but the dates. Returns how many were new.
    """
    drafts = list(drafts)
    with transaction.atomic():
        return sum(
            len(_write(drafts[start : start + BATCH])) for start in range(0, len(drafts), BATCH)
        )


def _write(drafts):
    """The new ones among the drafts, each with a delivery for every channel it goes by."""
    for draft in drafts:
        if len(draft.subject) > 120:
            draft.subject = f"{draft.subject[:119]}…"
    with transaction.atomic():
        # A key that another transaction is about to write is waited for; whoever wrote it, the
        # public id tells whether the row is ours.
        Message.objects.bulk_create(drafts, ignore_conflicts=True)
        new = list(Message.objects.filter(public_id__in=[draft.public_id for draft in drafts]))
        now = timezone.now()
        deliveries = [
            Delivery(message=m, channel=Channel.INBOX, state=DeliveryState.SENT, sent_at=now)
            for m in new
        ]
        if _gateway(Channel.SMS) is not None:
            told = [message for message in new if message.kind not in ONLY_INSIDE]
            agreed = set(
                _sms_consents()
                .filter(user__in={message.recipient_id for message in told})
                .values_list("user", flat=True)
            )
            deliveries += [
                Delivery(message=m, channel=Channel.SMS) for m in told if m.recipient_id in agreed
            ]
        Delivery.objects.bulk_create(deliveries)
    return new


def mark_read(message):
    """The recipient opened it; the first time counts."""
    if message.read_at is None:
        Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=timezone.now())


def deliver_waiting():
    """Send what is due by the channels that have a gateway; any number of workers at once.

    A try is written down before it is made: a worker killed in between leaves a delivery that is
    reported as failed, never one that is sent twice. A gateway's refusal is tried again with
    growing pauses, five times. Returns how many were sent.
    """
    _give_up_on_the_dead()
    return sum(_send(delivery) for delivery in _due())


def _due():
    """Takes delivery after delivery that is due, each marked as being sent before it is handed
    out, until there is none or enough were taken."""
    channels = [channel for channel in Channel if _gateway(channel) is not None]
    for _ in range(AT_ONE_GO):
        with transaction.atomic():
            delivery = (
                Delivery.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(
                    state=DeliveryState.WAITING,
                    channel__in=channels,
                    not_before__lte=timezone.now(),
                )
                .select_related("message__recipient")
                .annotate(
                    agreed=Exists(_sms_consents().filter(user=OuterRef("message__recipient")))
                )
                .order_by("not_before", "pk")
                .first()
            )
            if delivery is None:
                return
            delivery.state, delivery.tried_at = DeliveryState.SENDING, timezone.now()
            delivery.attempts += 1
            delivery.save(update_fields=["state", "tried_at", "attempts"])
        yield delivery


def _send(delivery):
    """Hands one delivery to its gateway and writes down what came of it. Returns 1 if sent."""
    if not delivery.agreed:
        _end(delivery, DeliveryState.FAILED, "已撤回接收短信的同意")
        return 0
    try:
        _gateway(delivery.channel)(delivery.message)
    except Exception as error:  # a gateway may fail in any way; it is tried again later
        logger.warning("delivery %s failed: %s", delivery.pk, type(error).__name__)
        last = delivery.attempts >= MAX_ATTEMPTS
        delivery.not_before = timezone.now() + FIRST_PAUSE * 6 ** (delivery.attempts - 1)
        state = DeliveryState.FAILED if last else DeliveryState.WAITING
        _end(delivery, state, type(error).__name__[:200])
        return 0
    delivery.sent_at = timezone.now()
    _end(delivery, DeliveryState.SENT)
    return 1


def _end(delivery, state, error=""):
    delivery.state, delivery.error = state, error
    delivery.save(update_fields=["state", "error", "not_before", "sent_at"])


def _give_up_on_the_dead():
    Delivery.objects.filter(
        state=DeliveryState.SENDING, tried_at__lt=timezone.now() - GIVEN_UP_AFTER
    ).update(state=DeliveryState.FAILED, error="发送中断，不知道是否发出，没有重发")


def _sms_consents():
    """The live consents to receive messages by telephone (PIPL art. 13)."""
    return ConsentRecord.objects.filter(kind=ConsentKind.SMS, withdrawn_at__isnull=True)


def _gateway(channel):
    """The function that sends a Message by a channel; None for the inbox, which needs none, and
    for a channel the bureau has no gateway for."""
    path = settings.MESSAGE_GATEWAYS.get(channel, "")
    return import_string(path) if path else None
