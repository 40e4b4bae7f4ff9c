"""Corrections beside what people do at the same moment, on two real connections."""

from datetime import date
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from subsidies.enums import ClaimState, RecoveryState
from subsidies.models import Claim, Objection, Recovery
from subsidies.services import notices, objections, payments, recoveries, reopening, settlement

from .conftest import at, ids

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2020, 4, 14)
YUAN = 100
_WAITING = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
"""


def somebody_waits():
    """Come back as soon as another connection waits for a lock."""
    pause = Event()
    for _ in range(600):
        with connection.cursor() as cursor:
            # A transaction goes on seeing the activity as it was when it first asked.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(_WAITING)
            if cursor.fetchone()[0]:
                return
        pause.wait(0.05)
    raise AssertionError("nobody waited for a lock")


def start(act):
    """Run an act in a thread with a connection of its own; (thread, list of what it raised)."""
    raised = []

    def run():
        try:
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    thread = Thread(target=run, daemon=True)
    thread.start()
    return thread, raised


@pytest.fixture
def paid_one(approved, confirm, people):
    """The 30,000.00 of one enterprise paid. → its claim"""
    confirm(approved.plain)
    claim = Claim.objects.get(enterprise=approved.plain)
    batch = payments.prepare_batch([claim.public_id], people[0])
    payments.send_batch(batch.public_id, people[1], batch.list_sha256)
    settlement.record_paid(batch.public_id, people[0], TODAY)
    assert ids(ClaimState.PAID) == [claim.public_id]
    return claim


@pytest.fixture
def aside(paid_one, correct):
    """A difference of 4,000.00 that waits for a person while 36,000.00 is granted. → its claim"""
    correct(paid_one.enterprise, 34_000 * YUAN)
    more = Claim.objects.get(adjusts=paid_one)
    Claim.objects.filter(pk=more.pk).update(
        state=ClaimState.RETURNED, approved_at=timezone.now(), returned_reason="核对"
    )
    correct(paid_one.enterprise, 36_000 * YUAN)
    return more


def test_a_claim_taken_up_while_a_screening_waits(aside, correct, people):
    """The screening sees the claim that came in the place of the one it waited for."""
    taken = Event()

    def take_up():
        with transaction.atomic():
            reopening.reopen_claim(aside.public_id, people[0], "按更正办理")
            taken.set()
            somebody_waits()

    thread, raised = start(take_up)
    assert taken.wait(30), raised
    correct(aside.enterprise, 37_000 * YUAN)
    thread.join(60)
    assert not raised
    living = Claim.objects.filter(enterprise=aside.enterprise).exclude(state=ClaimState.SUPERSEDED)
    assert sum(living.values_list("amount_fen", flat=True)) == 37_000 * YUAN


def test_taking_up_locks_the_chain_in_the_order_of_its_keys(paid_one, aside, people):
    """Whoever has the first claim of a chain gets the others: nobody holds them and waits for it."""
    with transaction.atomic():
        Claim.objects.select_for_update().get(pk=paid_one.pk)
        thread, raised = start(
            lambda: reopening.reopen_claim(aside.public_id, people[0], "按更正办理")
        )
        somebody_waits()
        assert Claim.objects.select_for_update(nowait=True).get(pk=aside.pk) == aside
    thread.join(60)
    assert not raised


def test_a_recovery_waits_for_its_claim_first(paid_one, correct, people):
    """A screening has the claim and goes on to its recoveries: nobody holds one and waits for it."""
    correct(paid_one.enterprise, 20_000 * YUAN)
    recovery = Recovery.objects.get()
    with transaction.atomic():
        Claim.objects.select_for_update().get(pk=paid_one.pk)
        thread, raised = start(
            lambda: recoveries.notify_recovery(recovery.public_id, people[0], 15)
        )
        somebody_waits()
        assert Recovery.objects.select_for_update(nowait=True).get() == recovery
    thread.join(60)
    assert not raised
    recovery.refresh_from_db()
    assert recovery.state == RecoveryState.NOTIFIED


def test_an_objection_to_a_decision_waits_while_its_notice_is_concluded(published, people, clock):
    """The last minute of a notice: either the objection holds the approval, or it comes after it."""
    claim = Claim.objects.filter(notice=published).first()
    with transaction.atomic():
        notices.conclude_notice(published, at(2020, 4, 13, 17, 30))
        clock(at(2020, 4, 13, 17, 29))
        thread, raised = start(
            lambda: objections.object_to_decision(
                claim.decision,
                name="假名甲",
                phone="0519-85588919",
                body="金额不对",
                user=people[0],
            )
        )
        somebody_waits()
        assert not Objection.objects.exists()
    thread.join(60)
    assert not raised
    objection = Objection.objects.get()
    claim.refresh_from_db()
    assert claim.state == ClaimState.APPROVED
    # It is to the decision: nothing of a notice that is over hangs on it.
    assert (objection.notice, objection.claim) == (None, None)


def test_a_notice_is_not_concluded_while_somebody_objects(published, people, clock):
    claim = Claim.objects.filter(notice=published).order_by("pk").first()
    clock(at(2020, 4, 13, 17, 29))
    with transaction.atomic():
        objections.object_to_decision(
            claim.decision, name="假名甲", phone="0519-85588919", body="金额不对", user=people[0]
        )
        thread, raised = start(lambda: notices.conclude_notice(published, at(2020, 4, 13, 17, 30)))
        somebody_waits()
    thread.join(60)
    assert not raised
    claim.refresh_from_db()
    assert claim.state == ClaimState.PUBLISHED


def test_a_notice_is_concluded_after_the_answer_is_written(published, people, clock, monkeypatch):
    """The answer holds a chain, the conclusion locks claims before it: never both at once."""
    claim = Claim.objects.filter(notice=published).order_by("-pk").first()
    clock(at(2020, 4, 9))
    objection = objections.object_to_decision(
        claim.decision, name="假名甲", phone="0519-85588919", body="金额不对", user=people[0]
    )
    inside = []

    def conclude(notice):
        inside.append(connection.in_atomic_block)
        return notices.conclude_notice(notice)

    monkeypatch.setattr(objections, "conclude_notice", conclude)
    clock(at(2020, 4, 14))
    objections.answer_objection(objection.public_id, people[1], upheld=True, answer="属实")
    assert inside == [False]
    claim.refresh_from_db()
    assert claim.state == ClaimState.RETURNED
    others = Claim.objects.filter(notice=published).exclude(pk=claim.pk)
    assert set(others.values_list("state", flat=True)) == {ClaimState.APPROVED}
