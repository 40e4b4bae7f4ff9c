"""A screening that dies in the middle leaves nothing; the next start leaves what one run leaves."""

import gc
import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection, transaction

from portal.outbox.models import Delivery, Message
from portal.runs.models import JobRun, RunState
from subsidies.models import Claim, ClaimStep, Decision, PolicyVersion, ScreeningRun
from subsidies.services import decision_store, screening
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)

# Runs the screening against the test database and kills itself once two chunks are written.
KILLED = """
import os, signal, sys
from datetime import date
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from subsidies.services import decision_store, screening
decision_store.PAGE = 2
write, written = decision_store.copy_lines, []
def copy_and_die(*args):
    write(*args)
    written.append(1)
    if len(written) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
decision_store.copy_lines = copy_and_die
screening.screen_refunds(2019, date(2020, 4, 1))
"""


def everything():
    """All that a run writes, without ids and times."""
    run = ScreeningRun.objects.get()
    return {
        "run": (run.number, run.totals, run.source_rows, run.input_sha256, run.parameters),
        "decisions": sorted(
            Decision.objects.values_list(
                "enterprise_id", "provision_id", "outcome", "amount_fen", "leads", "content_sha256"
            )
        ),
        "claims": sorted(
            Claim.objects.values_list("enterprise_id", "exclusivity_group", "amount_fen", "state")
        ),
        "steps": sorted(ClaimStep.objects.values_list("claim__enterprise_id", "state", "note")),
        "messages": sorted(Message.objects.values_list("recipient_id", "subject", "body")),
        "deliveries": Delivery.objects.count(),
        "policies": sorted(PolicyVersion.objects.values_list("policy_id", "sha256")),
    }


@pytest.fixture
def undisturbed(city, screen):
    """What a run leaves that nothing disturbs; the database is as before."""
    MembershipFactory(enterprise=city.plain)
    with transaction.atomic():
        screen()
        left = everything()
        transaction.set_rollback(True)
    assert not JobRun.objects.exists()
    return left


def wait_for_the_dead():
    """Until the server has noticed that the killed client is gone and freed its job's lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = 7031"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        for (unsigned,) in cursor.fetchall():
            key = [7031, unsigned - 2**32 if unsigned >= 2**31 else unsigned]
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", key)  # waits for it
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def test_killed_with_sigkill(undisturbed, screen):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, connection.settings_dict["NAME"]],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings.test"},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    wait_for_the_dead()
    assert JobRun.objects.get().state == RunState.RUNNING
    assert not ScreeningRun.objects.exists()
    assert not Decision.objects.exists()
    assert not Claim.objects.exists()
    assert not Message.objects.exists()

    result = screen()
    assert result.changed
    assert everything() == undisturbed
    job = JobRun.objects.get()
    assert (job.state, job.attempts) == (RunState.DONE, 2)


@pytest.mark.parametrize(
    "place", ["copy_lines", "compare", "make_new_claims", "to_members", "check_run"]
)
def test_an_error_half_way(undisturbed, screen, monkeypatch, place):
    """Whatever stage fails: marked failed, nothing written, done by the next start."""
    monkeypatch.setattr(decision_store, "PAGE", 2)
    module = decision_store if place == "copy_lines" else screening
    real, calls = getattr(module, place), []

    def fail_late(*args):
        calls.append(1)
        if place != "copy_lines" or len(calls) == 5:
            raise RuntimeError("磁盘满了")
        return real(*args)

    with monkeypatch.context() as broken:
        broken.setattr(module, place, fail_late)
        with pytest.raises(RuntimeError):
            screen()
    job = JobRun.objects.get()
    assert (job.state, "磁盘满了" in job.error) == (RunState.FAILED, True)
    assert not ScreeningRun.objects.exists()
    assert not Decision.objects.exists()

    screen()
    assert everything() == undisturbed


def test_an_error_while_deciding(undisturbed, screen, monkeypatch):
    """Enterprises are decided in a thread beside the writing: what fails there fails the run."""
    monkeypatch.setattr(decision_store, "PAGE", 2)
    real, calls = decision_store.Writer.lines, []

    def fail_late(*args):
        calls.append(1)
        if len(calls) == 5:
            raise RuntimeError("算不下去")
        return real(*args)

    with monkeypatch.context() as broken:
        broken.setattr(decision_store.Writer, "lines", fail_late)
        with pytest.raises(RuntimeError, match="算不下去"):
            screen()
    assert gc.isenabled()
    assert JobRun.objects.get().state == RunState.FAILED
    assert not Decision.objects.exists()

    screen()
    assert everything() == undisturbed


def test_killed_after_the_writing(undisturbed, screen):
    """The writing is there but the job's row does not say so: finished, not written again."""
    screen()
    JobRun.objects.update(state=RunState.RUNNING, finished_at=None)
    result = screen()
    assert result.job.state == RunState.DONE
    assert result.job.counts["unchanged"] is False
    assert everything() == undisturbed
