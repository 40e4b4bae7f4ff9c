"""A test that hangs, and one whose tidying up hangs after it failed: named, and the next one runs."""

import subprocess
import sys

from django.conf import settings

HANGING = """
import threading
import pytest

@pytest.fixture
def untidy():
    yield
    threading.Event().wait()

def test_waits():
    threading.Event().wait()

def test_fails(untidy):
    assert False, "on purpose"

def test_next():
    pass
"""


def test_a_hang_is_a_failure_and_the_suite_goes_on(tmp_path):
    (tmp_path / "test_it.py").write_text(HANGING)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntimeout = 2\ntimeout_method = signal\n")
    (tmp_path / "at").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider"]
        + ["-p", "tests.hanging", "--rootdir", str(tmp_path), "-rN", str(tmp_path)],
        cwd=settings.BASE_DIR,
        env={"PATH": "/usr/bin:/bin", "TESTS_AT": str(tmp_path / "at")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.count("Failed: Timeout (>2.0s)") == 2, done.stdout
    assert "AssertionError: on purpose" in done.stdout
    assert "2 failed, 1 passed, 1 error" in done.stdout
    assert list((tmp_path / "at").iterdir()) == []
