"""Running a job once: done, failed, again, two at once, killed."""

import signal
import subprocess
import sys
from threading import Thread, Timer

import psycopg2
import pytest
from django.conf import settings
from django.db import IntegrityError, connection
from django.utils import timezone

from portal.accounts.models import User
from portal.runs.models import JobRun, RunState
from portal.runs.services import (
    AlreadyDone,
    AlreadyRunning,
    LockLost,
    describe,
    interrupted,
    once,
    running,
)
from tests.processes import environment

KEY = "test:2020-03-19"
LOCKS = (
    "SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def run_once(again=False, **counts):
    """One run that counts something."""
    with running("test", KEY, again=again) as log:
        with log.stage("读取"):
            log.progress(1, 2, "武进区")
        log.count(**counts)


def in_another_thread(act):
    """What act raises or returns on a database connection of its own."""
    caught = []

    def work():
        try:
            caught.append(act())
        except Exception as error:
            caught.append(error)
        finally:
            connection.close()

    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(timeout=60)
    assert not thread.is_alive()
    return caught[0]


@pytest.mark.django_db
def test_a_run_is_a_row_with_counts_and_seconds():
    shown = []
    with running("test", KEY, shown.append) as log:
        with log.stage("读取"):
            assert JobRun.objects.get().state == RunState.RUNNING
            log.progress(1, 2, "武进区")
        log.count(rows=3)
    run = JobRun.objects.get()
    assert (run.state, run.attempts, run.counts, run.error) == (RunState.DONE, 1, {"rows": 3}, "")
    assert list(run.stages) == ["读取"] and run.seconds >= 0
    assert run.progress == {"done": 1, "total": 2, "label": "武进区"}
    assert shown[0] == "  读取 …"


@pytest.mark.django_db
def test_what_is_done_is_not_run_twice_unless_asked_for():
    run_once(rows=1)
    with pytest.raises(AlreadyDone) as refusal:
        run_once(rows=2)
    assert refusal.value.run.counts == {"rows": 1}
    assert once(run_once) == "already_done"
    assert once(run_once, again=True) == "done"
    assert (JobRun.objects.get().attempts, JobRun.objects.get().counts) == (2, {})


@pytest.mark.django_db
def test_a_failure_is_kept_and_the_next_start_does_the_work():
    with pytest.raises(ZeroDivisionError), running("test", KEY):
        raise ZeroDivisionError("没有岗位")
    run = JobRun.objects.get()
    assert (run.state, run.error) == (RunState.FAILED, "ZeroDivisionError: 没有岗位")
    assert run.finished_at is not None
    run_once()
    run.refresh_from_db()
    assert (run.state, run.attempts, run.error) == (RunState.DONE, 2, "")


@pytest.mark.django_db
def test_errors_and_log_tell_nobodys_data(caplog):
    number, phone = "32041219900101" + "0019", "1381234" + "5678"
    with pytest.raises(ValueError), running("test", KEY):
        raise ValueError(f"{number} 的电话是 {phone}，第 1001 行")
    text = JobRun.objects.get().error
    assert text == "ValueError: 3204************19 的电话是 138****5678，第 1001 行"
    assert phone not in caplog.text and number not in caplog.text
    assert "test_services" in caplog.text


@pytest.mark.django_db
def test_an_error_of_the_database_is_told_without_the_row():
    User.objects.create(username="赵测试")
    with pytest.raises(IntegrityError) as broken:
        User.objects.create(username="赵测试")
    assert "赵测试" in str(broken.value)
    assert "赵测试" not in describe(broken.value)
    assert "accounts_user_username_key" in describe(broken.value)


@pytest.mark.django_db
def test_two_at_once_are_one():
    with running("test", KEY):
        assert isinstance(in_another_thread(run_once), AlreadyRunning)
        assert in_another_thread(lambda: once(run_once)) == "already_running"
    assert JobRun.objects.get().attempts == 1


@pytest.mark.django_db
def test_the_lock_is_given_back_whatever_happened():
    with pytest.raises(ZeroDivisionError), running("test", KEY):
        raise ZeroDivisionError
    with pytest.raises(AlreadyDone):
        for _ in range(2):
            run_once()
    with running("test", "test:another"):
        assert not interrupted([JobRun.objects.get(key="test:another")])
    with connection.cursor() as cursor:
        cursor.execute(LOCKS)
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_a_lock_that_was_lost_on_the_way_is_no_success():
    with pytest.raises(LockLost), running("test", KEY), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")
    assert JobRun.objects.get().state == RunState.FAILED


@pytest.mark.django_db
def test_only_running_rows_without_a_process_count_as_interrupted(django_assert_num_queries):
    killed = JobRun.objects.create(kind="test", key="test:killed")
    failed = JobRun.objects.create(
        kind="test", key="test:failed", state=RunState.FAILED, finished_at=timezone.now()
    )
    with running("test", KEY) as log, django_assert_num_queries(1):
        assert interrupted([killed, failed, log.run]) == {killed.pk}
    with django_assert_num_queries(0):
        assert interrupted([failed]) == set()


@pytest.mark.django_db(transaction=True)
def test_a_killed_run_shows_as_interrupted_and_starts_again():
    code = (
        "import django; django.setup()\n"
        "from portal.runs.services import running\n"
        f"with running('test', '{KEY}'):\n"
        "    print('at work', flush=True)\n"
        "    input()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    too_long = Timer(60, process.kill)
    too_long.start()
    try:
        assert process.stdout.readline() == "at work\n"
        run = JobRun.objects.get()
        assert interrupted([run]) == set()
        with pytest.raises(AlreadyRunning):
            run_once()
    finally:
        too_long.cancel()
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    wait_for_the_server_to_notice()
    assert interrupted([run]) == {run.pk}
    run_once()
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.DONE, 2)


def wait_for_the_server_to_notice():
    """Waits in the queue behind the dead process's lock, on a connection that is then closed."""
    options = connection.get_connection_params()
    options.pop("cursor_factory", None)
    options.pop("context", None)
    waiting = psycopg2.connect(**options)
    with waiting.cursor() as cursor:
        cursor.execute(LOCKS)
        for space, number in cursor.fetchall():
            signed = number - 2**32 if number >= 2**31 else number
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [space, signed])
    waiting.close()
