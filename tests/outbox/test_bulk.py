"""Thousands of messages at one go are the messages that post_many writes."""

import pytest

from portal.accounts.enums import ConsentKind
from portal.accounts.services import give_consent
from portal.outbox import bulk
from portal.outbox.bulk import post_rows
from portal.outbox.models import Channel, Delivery, Message
from portal.outbox.services import post_many
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
TEXTS = [
    ("k:1", "稳岗返还：同意", "说明\n第二行"),
    ("k:2", "长" * 121, ""),
    ("k:3", "长" * 120, "\\"),
]


def everything():
    """All that is stored of the messages, without ids; a time only as whether there is one."""
    times = ("created_at", "read_at", "tried_at", "sent_at", "not_before")

    def plain(row):
        return {name: v is not None if name in times else v for name, v in row.items()}

    messages = [
        plain(row) | {"id": None, "public_id": len(row["public_id"])}
        for row in Message.objects.order_by("pk").values()
    ]
    deliveries = [
        plain(row) | {"id": None, "message_id": None}
        for row in Delivery.objects.order_by("message__dedupe_key", "channel").values()
    ]
    return messages, deliveries


@pytest.mark.parametrize("gateways", [{}, {"sms": "tests.outbox.gateway.send"}])
def test_as_post_many(settings, monkeypatch, gateways):
    """Row by row the same, in several batches too; who agreed gets a short message."""
    settings.MESSAGE_GATEWAYS = gateways
    monkeypatch.setattr(bulk, "BATCH", 2)
    users = [UserFactory() for _ in TEXTS]
    give_consent(users[1], ConsentKind.SMS, "我同意接收短信。")
    rows = [(user.pk, *texts) for user, texts in zip(users, TEXTS, strict=True)]
    drafts = [
        Message(recipient_id=pk, kind="decision", dedupe_key=key, subject=s, body=b, path="/p/")
        for pk, key, s, b in rows
    ]
    assert post_many(drafts) == 3
    expected = everything()
    Message.objects.all().delete()

    assert post_rows("decision", "/p/", rows) == 3
    assert everything() == expected
    assert Delivery.objects.filter(channel=Channel.SMS).count() == len(gateways)


def test_a_key_that_is_there_is_left_alone():
    """Written before, or twice among the rows: once; and no delivery without a message."""
    user = UserFactory()
    assert post_rows("decision", "/p/", [(user.pk, "k:1", "第一次", "")]) == 1
    again = [
        (user.pk, "k:1", "第二次", ""),
        (user.pk, "k:2", "新的", ""),
        (user.pk, "k:2", "又", ""),
    ]
    assert post_rows("decision", "/p/", again) == 1
    assert post_rows("decision", "/p/", []) == 0
    subjects = Message.objects.order_by("dedupe_key").values_list("subject", flat=True)
    assert list(subjects) == ["第一次", "新的"]
    assert Delivery.objects.count() == 2
