"""Running a job once: a row with a unique key, an advisory lock, stages with seconds.

The lock is held by the database session, so it goes with a killed process: the next start finds
the row still "running", sees that nobody holds the lock, and does the work again from the start.
A finished key is not run twice. A pooler that hands one session to many clients (PgBouncer in
transaction mode) breaks such a lock: workers of the nightly jobs connect to PostgreSQL directly.
"""

import logging
import time
import traceback
import zlib
from contextlib import contextmanager

from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from portal.accounts.masking import mask_within

from .models import JobRun, RunState

logger = logging.getLogger(__name__)
LOCK_SPACE = 7031  # first half of the advisory locks' numbers; the second is made from the key


class AlreadyRunning(Exception):
    """Another process holds this key's lock."""


class AlreadyDone(Exception):
    """This key was finished before; `.run` is its row."""

    def __init__(self, run):
        super().__init__(f"{run.key} was done at {run.finished_at}")
        self.run = run


class LockLost(Exception):
    """The session that held the lock is gone, so another process may have done the same work."""


class RunLog:
    """What a job reports while it works; written to its row outside the job's transactions."""

    def __init__(self, run, report=None):
        self.run = run
        self._report = report or (lambda text: None)

    @contextmanager
    def stage(self, name):
        """Times one stage under a Chinese name and shows it."""
        self._report(f"  {name} …")
        begun = time.perf_counter()
        yield
        seconds = round(time.perf_counter() - begun, 3)
        self.run.stages[name] = seconds
        self._report(f"  {name}：{seconds:.1f} 秒")

    def count(self, **counts):
        """Adds figures to the row's counts."""
        self.run.counts.update(counts)

    def progress(self, done, total, label=""):
        """How far a long stage is; for the page that shows a running job."""
        self.run.progress = {"done": done, "total": total, "label": label}
        JobRun.objects.filter(pk=self.run.pk).update(progress=self.run.progress)


@contextmanager
def locked(key):
    """Hold the lock of a key, of a job or of what several jobs share. Raises AlreadyRunning."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, _lock_number(key)])
        if not cursor.fetchone()[0]:
            raise AlreadyRunning(key)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, _lock_number(key)])


@contextmanager
def running(kind, key, report=None, again=False):
    """Run the body as the job `key`, once.

    Yields a RunLog. Raises AlreadyDone when the key was finished (unless `again`), AlreadyRunning
    when another process is at it. An error in the body marks the row failed and goes on up. The
    body must keep its own writes in transactions of its own: this is not one.
    """
    with locked(key):
        run, created = JobRun.objects.get_or_create(key=key, defaults={"kind": kind})
        if not created:
            if run.state == RunState.DONE and not again:
                raise AlreadyDone(run)
            run.attempts += 1
            run.state = RunState.RUNNING
            run.started_at, run.finished_at, run.error = timezone.now(), None, ""
            run.counts, run.stages, run.progress = {}, {}, {}
            run.save()
        log = RunLog(run, report)
        try:
            yield log
            if _lock_number(key) not in _held(own=True):
                raise LockLost(key)
        except BaseException as error:
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("job %s failed: %s\n%s", key, describe(error), where)
            JobRun.objects.filter(pk=run.pk).update(
                state=RunState.FAILED, finished_at=timezone.now(), error=describe(error)
            )
            raise
        run.state, run.finished_at = RunState.DONE, timezone.now()
        run.save()


def interrupted(runs):
    """The primary keys of those runs that say "running" while no process is at them: killed.

    One query for any number of runs. Such a run is started again by the next start of its job.
    """
    at_work = [run for run in runs if run.state == RunState.RUNNING]
    held = _held() if at_work else set()
    return {run.pk for run in at_work if _lock_number(run.key) not in held}


def describe(error):
    """An exception as it may be kept and shown: what the database adds about the row is left out,
    for there stand names, and numbers of people are masked. At most 2,000 characters."""
    text = str(error)
    if isinstance(error, DatabaseError):
        diag = getattr(error.__cause__, "diag", None)
        text = (diag and diag.message_primary) or text.partition("\n")[0]
    return mask_within(f"{type(error).__name__}: {text}".strip().removesuffix(":"))[:2000]


def _lock_number(key):
    """The key's number among the locks: a signed 32-bit integer."""
    return zlib.crc32(f"portal.runs:{key}".encode()) - 2**31


def _held(own=False):
    """Numbers of the locks that processes hold on this database now; own: this session's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND classid = %s AND objsubid = 2 AND (NOT %s OR pid = pg_backend_pid())"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK_SPACE, own],
        )
        # The view shows the number unsigned.
        return {number - 2**32 if number >= 2**31 else number for (number,) in cursor.fetchall()}


def once(job, *args, **kwargs):
    """Run a job that raises AlreadyDone or AlreadyRunning; those are no failure. Says which.

    Returns "done", "already_done" or "already_running".
    """
    try:
        job(*args, **kwargs)
    except AlreadyDone:
        return "already_done"
    except AlreadyRunning:
        return "already_running"
    return "done"
