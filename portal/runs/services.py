"""Running a job once: a row with a unique key, an advisory lock, stages with seconds.

The lock is held by the database session, so it goes with a killed process: the next start finds
the row still "running", sees that nobody holds the lock, and does the work again from the start.
A finished key is not run twice.
"""

import logging
import time
import traceback
import zlib
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from .models import JobRun, RunState

logger = logging.getLogger(__name__)


class AlreadyRunning(Exception):
    """Another process holds this key's lock."""


class AlreadyDone(Exception):
    """This key was finished before; `.run` is its row."""

    def __init__(self, run):
        super().__init__(f"{run.key} was done at {run.finished_at}")
        self.run = run


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
def running(kind, key, report=None, again=False):
    """Run the body as the job `key`, once.

    Yields a RunLog. Raises AlreadyDone when the key was finished (unless `again`), AlreadyRunning
    when another process is at it. An error in the body marks the row failed and goes on up. The
    body must keep its own writes in transactions of its own: this is not one.
    """
    lock_id = zlib.crc32(f"portal.runs:{key}".encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [7031, lock_id])
        if not cursor.fetchone()[0]:
            raise AlreadyRunning(key)
    try:
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
        except BaseException as error:
            logger.exception("job %s failed", key)
            JobRun.objects.filter(pk=run.pk).update(
                state=RunState.FAILED,
                finished_at=timezone.now(),
                error="".join(traceback.format_exception_only(error)).strip()[:2000],
            )
            raise
        run.state, run.finished_at = RunState.DONE, timezone.now()
        run.save()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [7031, lock_id])


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
