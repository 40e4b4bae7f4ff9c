"""Whatever breaks an import off leaves nothing, and it can be done again."""

import json
import os
import signal
import subprocess
import sys
import threading

import pytest
from django.conf import settings
from django.db import connection, connections

from portal.refused import Refused
from portal.runs.models import JobRun, RunState
from subsidies.models import InsuranceImport, InsuranceMonth, InsuranceRejection, PersonMonth
from subsidies.services.insurance import importing, storing
from tests.subsidies.test_restart import wait_for_the_dead

from .conftest import MONTH_HEAD, PERSON_HEAD, leaf_tables

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_tables_left")]

# Imports a file into the test database and kills itself in the middle of the second chunk.
KILLED = """
import os, signal, sys
from datetime import date
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from portal.places.models import Division
from subsidies.services.insurance import checking, chunks, importing
chunks._BLOCK = 200
check, checked = checking.Checker.check, []
def check_and_die(*args):
    checked.append(1)
    if len(checked) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return check(*args)
checking.Checker.check = check_and_die
importing.import_file(
    sys.argv[2], "person_month", date(2020, 1, 1), Division.objects.get(pk="3204"))
"""


def nothing_is_there():
    return not (
        InsuranceImport.objects.exists()
        or InsuranceRejection.objects.exists()
        or InsuranceMonth.objects.exists()
        or leaf_tables()
    )


@pytest.fixture
def file(person_line, write):
    return write(PERSON_HEAD, *[person_line(number) for number in range(20)])


def test_killed_with_sigkill(file, take):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, connection.settings_dict["NAME"], str(file)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings.test"},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    wait_for_the_dead()
    assert JobRun.objects.get().state == RunState.RUNNING
    assert nothing_is_there()

    record = take(file).record
    assert (record.state, record.accepted, PersonMonth.objects.count()) == ("current", 20, 20)
    assert (JobRun.objects.get().state, JobRun.objects.get().attempts) == (RunState.DONE, 2)


@pytest.mark.parametrize("step", ["index_leaf", "attach_leaf"])
def test_an_error_at_the_end_leaves_nothing(file, take, monkeypatch, step):
    real = getattr(storing.leaves, step)

    def fail(*args):
        real(*args)
        raise OSError("磁盘满了")

    with monkeypatch.context() as broken:
        broken.setattr(storing.leaves, step, fail)
        with pytest.raises(OSError, match="磁盘满了"):
            take(file)
    assert nothing_is_there()
    assert JobRun.objects.get().state == RunState.FAILED
    assert take(file).record.accepted == 20


def test_what_is_stored_is_counted_once_more(employers, write, take, monkeypatch):
    path = write(MONTH_HEAD, f"{employers[0].credit_code},3,1,1,1,0")
    monkeypatch.setattr(storing, "_FROM_STAGE", storing._FROM_STAGE + " LIMIT 0")
    with pytest.raises(storing.Miscounted):
        take(path, "enterprise_month")
    assert nothing_is_there()


def test_two_at_once_leave_one(file, write, person_line, take, monkeypatch):
    """The second comes while the first holds the month: refused, and nothing of it is kept."""
    other = write(PERSON_HEAD, person_line(0, paid="1.00"), name="另一个.csv")
    inside, go_on = threading.Event(), threading.Event()
    real, outcome = importing._imported, []

    def slowly(*args):
        inside.set()
        assert go_on.wait(timeout=60)
        return real(*args)

    def first():
        try:
            outcome.append(take(file).record)
        finally:
            connections.close_all()

    with monkeypatch.context() as slow:
        slow.setattr(importing, "_imported", slowly)
        thread = threading.Thread(target=first)
        thread.start()
        assert inside.wait(timeout=60)
        with pytest.raises(importing.Busy, match="正在导入"):
            take(other)
        go_on.set()
        thread.join(timeout=60)
    assert [record.state for record in outcome] == ["current"]
    with pytest.raises(Refused, match="已经导入"):
        take(other)
    assert InsuranceImport.objects.count() == 1
    assert PersonMonth.objects.count() == 20


def test_the_progress_is_seen_while_the_import_runs(file, take, monkeypatch):
    monkeypatch.setattr(importing, "_TOLD_EVERY", -1)
    seen = []
    real = importing.store

    def watched(record, columns, checked):
        def looking():
            yield from checked
            seen.append(outside(record.job_id))

        return real(record, columns, looking())

    monkeypatch.setattr(importing, "store", watched)
    take(file)
    size = file.stat().st_size
    assert seen == [{"done": size, "total": size, "label": "读取和核对"}]


def outside(pk):
    """The progress of a job as another session sees it."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT progress FROM runs_jobrun WHERE id = %s", [pk])
            progress = cursor.fetchone()[0]
    finally:
        other.close()
    return json.loads(progress) if isinstance(progress, str) else progress
