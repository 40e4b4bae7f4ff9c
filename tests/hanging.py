"""A test that hangs tells where, and the suite goes on without it.

pytest-timeout lets a signal fail the test, which ends whatever waits in Python. It stops its clock
when a test fails, so the tidying up gets a clock of its own here. What holds on in C hears no
signal: for that a watch that needs no interpreter prints the stacks of all threads and ends the
process; pytest-xdist names the test and goes on in a new one.

``make test`` names a directory in ``TESTS_AT``. There each process notes which test it is at, to be
read when the whole suite is ended from outside; the stacks are printed then as well.
"""

import faulthandler
import os
import signal
from pathlib import Path

import pytest

GRACE = 60  # seconds the signal has before the process goes
SETTINGS = pytest.StashKey()


class Watch:
    """The clock of one test process and the note of where it is."""

    def __init__(self, config):
        self.config = config
        # While a test runs, the standard error is a file of pytest's.
        self.stderr = os.dup(2)
        faulthandler.register(signal.SIGTERM, file=self.stderr, chain=True)
        place = os.environ.get("TESTS_AT")
        name = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self.note = Path(place) / f"{name}.txt" if place else None

    def _begin(self, item, phase):
        if self.note:
            self.note.write_text(f"{item.nodeid} ({phase})")
        marker = item.get_closest_marker("timeout")
        limit = marker.args[0] if marker else self.config.getini("timeout")
        if not self.config.getoption("usepdb"):
            seconds = float(limit) + GRACE
            faulthandler.dump_traceback_later(seconds, exit=True, file=self.stderr)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item):
        self._begin(item, "setup")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item):
        self._begin(item, "call")

    @pytest.hookimpl(tryfirst=True)
    def pytest_timeout_set_timer(self, item, settings):
        item.stash[SETTINGS] = settings

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item):
        self._begin(item, "teardown")
        if SETTINGS in item.stash:
            item.ihook.pytest_timeout_set_timer(item=item, settings=item.stash[SETTINGS])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        try:
            return (yield)
        finally:
            faulthandler.cancel_dump_traceback_later()
            if self.note:
                self.note.unlink(missing_ok=True)


def pytest_configure(config):
    """Watch where tests run: in the workers, or here when there are none."""
    if config.pluginmanager.hasplugin("dsession"):
        return
    config.pluginmanager.register(Watch(config), "hanging-watch")
