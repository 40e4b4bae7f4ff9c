"""Messages: written once, delivered by consent, never twice."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal.accounts.enums import ConsentKind
from portal.accounts.services import give_consent, withdraw_consent
from portal.outbox import services
from portal.outbox.models import Channel, Delivery, DeliveryState, Message
from portal.outbox.services import deliver_waiting, mark_read, post, post_many
from tests.factories import UserFactory

from . import gateway

pytestmark = pytest.mark.django_db
WAITS_FOR_US = (
    "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
)


@pytest.fixture
def sms(settings):
    """A bureau with a gateway for short messages."""
    settings.MESSAGE_GATEWAYS = {"sms": "tests.outbox.gateway.send"}
    gateway.sent.clear()
    gateway.failures.clear()
    return gateway


def agreeing():
    """A user who takes short messages, and the consent."""
    user = UserFactory()
    return user, give_consent(user, ConsentKind.SMS, "我同意接收短信。")


def write(user, key="application:1:offered", subject="“仓管”有答复"):
    """One message."""
    return post(user, kind="application", key=key, subject=subject)


def states(channel=Channel.SMS):
    """State, tries and error of the deliveries by a channel."""
    return list(
        Delivery.objects.filter(channel=channel)
        .order_by("pk")
        .values_list("state", "attempts", "error")
    )


def later(monkeypatch, **span):
    """Moves the clock of the outbox on."""
    moment = timezone.now() + timedelta(**span)
    monkeypatch.setattr(services.timezone, "now", lambda: moment)


def test_the_same_key_writes_once():
    user = UserFactory()
    first = write(user)
    assert first is not None and write(user, subject="anders") is None
    assert Message.objects.get().subject == "“仓管”有答复"
    assert states(Channel.INBOX) == [(DeliveryState.SENT, 0, "")]


def test_many_at_once_write_only_what_is_new(django_assert_max_num_queries):
    users = [UserFactory() for _ in range(6)]
    write(users[0], key="run:0")

    def drafts():
        return [
            Message(recipient=user, kind="run", dedupe_key=f"run:{number}", subject="筛查结果")
            for number, user in enumerate(users)
        ]

    with django_assert_max_num_queries(7):
        assert post_many(drafts()) == 5
    assert post_many(drafts()) == 0
    assert Message.objects.count() == Delivery.objects.count() == 6


def test_nothing_is_written_when_the_act_fails():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write(UserFactory())
        raise ZeroDivisionError
    assert not Message.objects.exists()


def test_a_long_subject_does_not_undo_the_act():
    message = write(UserFactory(), subject="长" * 130)
    message.refresh_from_db()
    assert message.subject == "长" * 119 + "…"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first_commits", [True, False])
def test_two_at_once_with_one_key_are_one(first_commits):
    user = UserFactory()
    results = []

    def second():
        results.append(write(user, subject="second"))
        connection.close()

    thread = Thread(target=second, daemon=True)
    with transaction.atomic():
        write(user, subject="first")
        thread.start()
        with connection.cursor() as cursor:
            for _ in range(600):
                cursor.execute(WAITS_FOR_US)
                if cursor.fetchone():
                    break
                thread.join(timeout=0.05)
        assert thread.is_alive(), "the second did not wait for the first"
        transaction.set_rollback(not first_commits)
    thread.join(timeout=60)
    assert not thread.is_alive()
    assert Message.objects.get().subject == ("first" if first_commits else "second")
    assert (results[0] is None) is first_commits
    assert Delivery.objects.count() == 1


def test_a_short_message_goes_only_to_those_who_agreed(sms):
    user, _ = agreeing()
    write(user, key="a")
    write(UserFactory(), key="b")
    assert deliver_waiting() == 1
    assert sms.sent == ["a"]
    assert states() == [(DeliveryState.SENT, 1, "")]
    assert deliver_waiting() == 0 and sms.sent == ["a"]


def test_a_consent_withdrawn_before_the_sending_counts(sms):
    user, consent = agreeing()
    write(user)
    withdraw_consent(consent)
    assert deliver_waiting() == 0
    assert sms.sent == [] and states()[0][0] == DeliveryState.FAILED
    assert "撤回" in states()[0][2]


def test_without_a_gateway_messages_stay_inside():
    user, _ = agreeing()
    write(user)
    assert deliver_waiting() == 0 and states() == []


def test_what_waits_for_a_missing_gateway_does_not_hold_up_others(sms, settings, monkeypatch):
    user, _ = agreeing()
    for number in range(3):
        write(user, key=f"old:{number}")
    settings.MESSAGE_GATEWAYS = {}
    assert deliver_waiting() == 0
    settings.MESSAGE_GATEWAYS = {"sms": "tests.outbox.gateway.send"}
    monkeypatch.setattr(services, "AT_ONE_GO", 2)
    assert deliver_waiting() == 2 and deliver_waiting() == 1
    assert sms.sent == ["old:0", "old:1", "old:2"]


def test_a_failing_gateway_is_tried_again_with_pauses_and_lets_others_pass(sms, monkeypatch):
    user, _ = agreeing()
    write(user, key="a")
    gateway.failures.append(TimeoutError("13812345678 no answer"))
    assert deliver_waiting() == 0
    assert states() == [(DeliveryState.WAITING, 1, "TimeoutError")]
    write(user, key="b")
    assert deliver_waiting() == 1 and sms.sent == ["b"]
    later(monkeypatch, minutes=3)
    assert deliver_waiting() == 1 and sms.sent == ["b", "a"]
    assert states()[0] == (DeliveryState.SENT, 2, "")


def test_after_five_tries_it_is_reported_as_not_sent(sms, monkeypatch):
    user, _ = agreeing()
    write(user)
    for day in range(7):
        gateway.failures.append(TimeoutError())
        later(monkeypatch, days=day)
        deliver_waiting()
    assert states() == [(DeliveryState.FAILED, 5, "TimeoutError")]
    assert sms.sent == []


def test_a_worker_killed_while_sending_sends_nothing_twice(sms, monkeypatch):
    user, _ = agreeing()
    write(user)
    next(services._due())
    assert states() == [(DeliveryState.SENDING, 1, "")]
    assert deliver_waiting() == 0
    later(monkeypatch, hours=2)
    assert deliver_waiting() == 0 and sms.sent == []
    assert states()[0][0] == DeliveryState.FAILED and "不知道是否发出" in states()[0][2]


def test_reading_counts_the_first_time():
    message = write(UserFactory())
    mark_read(message)
    message.refresh_from_db()
    first = message.read_at
    mark_read(message)
    message.refresh_from_db()
    assert first is not None and message.read_at == first


def test_everyone_reads_their_own_only():
    message = write(UserFactory())
    assert list(Message.objects.visible_to(message.recipient)) == [message]
    assert not Message.objects.visible_to(UserFactory()).exists()
    assert not Message.objects.visible_to(UserFactory(administrator=True)).exists()
