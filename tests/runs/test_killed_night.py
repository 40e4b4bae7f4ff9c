"""A night killed in the middle and started again leaves exactly what an undisturbed one leaves.

The jobs run in processes of their own and are killed with SIGKILL while they write: the test holds
a lock on the table, waits until the database says that the job waits for it, and kills then.
"""

import datetime
import subprocess
import sys
from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from jobseekers.models import MatchGeneration, Recommendation
from jobseekers.models.recommendation import GenerationState
from jobseekers.services.generations import drop_unused
from portal.demo.city import generate
from portal.demo.loading import load_city
from portal.demo.size import CitySize
from portal.outbox.models import Message
from portal.places.loading import load_places
from portal.runs.models import JobRun, RunState
from subsidies.models import Claim, Decision
from tests.processes import environment

SMALL = CitySize(enterprises=60, seekers=120, vacancies=80, applications=60, shortages=20)
RESULTS = (
    "jobseekers_matchgeneration, jobseekers_recommendation, subsidies_screeningrun,"
    " subsidies_decision, subsidies_claim, outbox_message"
)
PATIENCE = 600  # tries of a tenth of a second; a limit, not a wait
NIGHT_SECONDS = 200  # a limit as well


def night():
    """manage.py nightly against the test database, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "nightly"],
        cwd=settings.BASE_DIR,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def held(table):
    """Nobody writes to the table meanwhile; yields a connection that looks on."""
    options = connection.get_connection_params()
    options.pop("cursor_factory", None)
    options.pop("context", None)
    with closing(psycopg2.connect(**options)) as holder, holder.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield cursor


@contextmanager
def killed_at_last(process):
    """The process, killed with SIGKILL whatever happened meanwhile."""
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=60)


def finished(process):
    """What the process says and the status it ends with; one that does not end is killed."""
    with killed_at_last(process):
        output, _ = process.communicate(timeout=NIGHT_SECONDS)
    return output, process.returncode


def until(process, ask, what):
    """Ask again and again, as long as the process lives and patience lasts."""
    for _ in range(PATIENCE):
        if ask():
            return
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        if ask():
            return
        pytest.fail(f"the job ended before {what}: {process.stdout.read()}")
    pytest.fail(f"waited too long for {what}")


def kill_while_writing(table):
    """Start a night, kill it while it waits to write to the table."""
    with held(table) as cursor, killed_at_last(night()) as process:

        def waits():
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table]
            )
            return cursor.fetchone() is not None

        until(process, waits, f"writing to {table}")
    # The server notices the dead client once the lock is free; until then it holds the job's lock.
    watcher = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with killed_at_last(watcher), connection.cursor() as cursor:

        def gone():
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 7031"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            return cursor.fetchone() is None

        until(watcher, gone, "the server to let go of the dead client")


def wipe():
    """The city as it was before the night."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {RESULTS} CASCADE")
        # Not truncated: the imports name their jobs, and their records would go with them.
        cursor.execute("DELETE FROM runs_jobrun")
        cursor.execute("UPDATE jobseekers_application SET silence_reported_at = NULL")
    # A night that has old tables to drop would wait for that, before it has anything to write.
    drop_unused()


def left_behind():
    """Everything a night leaves, by what it means and not by when it was written."""
    return {
        "edges": sorted(
            Recommendation.objects.values_list(
                "generation__state", "seeker_id", "vacancy_id", "score", "parts",
                "seeker_rank", "vacancy_rank",
            )
        ),
        "generations": sorted(MatchGeneration.objects.values_list("state", "weights_version")),
        "figures": [g.metrics for g in MatchGeneration.objects.all()],
        "decisions": sorted(
            (d.enterprise_id, d.provision_id, d.outcome, d.amount_fen, str(d.trace),
             str(d.amount_steps), str(d.facts), str(d.near_miss), d.policy.sha256)
            for d in Decision.objects.select_related("policy")
        ),
        "claims": sorted(
            Claim.objects.values_list("enterprise_id", "base_year", "amount_fen", "state")
        ),
        "messages": sorted(
            Message.objects.values_list("recipient_id", "kind", "subject", "body")
        ),
        "runs": sorted(JobRun.objects.exclude(kind="demo").values_list("kind", "state")),
    }  # fmt: skip


@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=True)
def test_killed_three_times_and_started_again():
    load_places()
    load_city(generate(SMALL, 7, datetime.date.today()))
    wipe()

    kill_while_writing("jobseekers_recommendation")
    assert not Recommendation.objects.exists()
    assert MatchGeneration.objects.get().state == GenerationState.BUILDING
    assert JobRun.objects.get(kind="match").state == RunState.RUNNING
    kill_while_writing("subsidies_decision")
    assert Recommendation.objects.exists() and not Decision.objects.exists()
    kill_while_writing("subsidies_claim")
    assert not Decision.objects.exists() and not Claim.objects.exists()
    output, status = finished(night())
    assert status == 0, output
    disturbed = left_behind()
    assert JobRun.objects.get(kind="match").attempts == 2

    output, status = finished(night())
    assert status == 0, output
    assert left_behind() == disturbed

    wipe()
    output, status = finished(night())
    assert status == 0, output
    expected = left_behind()
    assert expected["edges"] and expected["decisions"] and expected["claims"]
    assert disturbed == expected
    wipe()  # Django does not empty tables that it does not manage
