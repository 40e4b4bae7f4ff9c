"""The launcher's child processes: started apart from the terminal, stopped together, remembered.

What was started is written down with its time of birth, so that a start after ``kill -9`` finds
what is left and never mistakes a stranger with the same number for it.
"""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

STOP_SECONDS = 15
KILL_SECONDS = 10  # for the system to carry out what cannot be refused
PR_SET_PDEATHSIG = 1
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
# Servers outlive the objects that started them; held here, no destructor complains about it.
_left_running = []


def is_zombie(pid):
    """Tell whether a process has ended and only waits for its parent to notice."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class Interrupted(BaseException):
    """Somebody wants the launcher to end: Ctrl-C, a closed terminal, or ``make stop``."""


def ignore_signals():
    """Let nobody break into tidying up."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


class _Request:
    """Whether somebody has asked the launcher to end."""

    made = False


def catch_signals():
    """Turn the first request to end into ``Interrupted``; further ones change nothing.

    Python drops an exception that a handler raises inside a destructor. The request is kept, so
    that ``raise_if_asked`` finds it at the next step.
    """

    def on_signal(number, frame):
        if not _Request.made:
            _Request.made = True
            raise Interrupted

    _Request.made = False
    for number in ENDING:
        signal.signal(number, on_signal)


def raise_if_asked():
    """Raise ``Interrupted`` when somebody has asked the launcher to end."""
    if _Request.made:
        raise Interrupted


def run_in_terminal(command, environment, cwd):
    """Run a program that owns the terminal, and its Ctrl-C; return its exit status."""
    process = subprocess.Popen(command, cwd=cwd, env=environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to the program as well
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: process.terminate())
    status = process.wait()
    return status if status >= 0 else 128 - status


def wait_gone(pid, seconds):
    """Wait until a process has ended, reaped by its parent or not; return whether it has."""
    deadline = time.monotonic() + seconds
    while not is_zombie(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def spawn_server(command, log, **options):
    """Start a server that stays when the launcher goes, away from the terminal's Ctrl-C."""
    with log.open("w") as handle:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
    _left_running.append(process)
    return process


def _end_with_launcher():
    """Ask Linux to end this process when the launcher is killed outright."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One process of the product and where it writes."""

    name: str
    process: subprocess.Popen
    log: Path

    @classmethod
    def start(cls, name, command, environment, log, cwd):
        """Start a process that ends with the launcher; it never sees the terminal's Ctrl-C."""
        with log.open("w") as handle:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_launcher,
            )
        return cls(name, process, log)


def remember(children, path):
    """Write down which processes run, for the next start."""
    rows = []
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            born = psutil.Process(child.process.pid).create_time()
            rows.append({"name": child.name, "pid": child.process.pid, "born": born})
    path.write_text(json.dumps(rows))


def remembered(path):
    """Return the live processes that an earlier launcher wrote down."""
    try:
        rows = json.loads(path.read_text())
    except (OSError, ValueError):
        return []
    found = []
    for row in rows:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(row["pid"])
            if abs(process.create_time() - row["born"]) < 1 and not is_zombie(row["pid"]):
                found.append(process)
    return found


def stop_leftovers(path):
    """Stop what an earlier launcher left behind; return how many processes that were."""
    left = remembered(path)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in left:
        if not wait_gone(process.pid, STOP_SECONDS):
            kill_group(process.pid)
    path.unlink(missing_ok=True)
    return len(left)


def stop_children(children, seconds=STOP_SECONDS):
    """Ask all children to end, last started first; kill what has not ended in time.

    No method of ``Popen`` is called: the request to end may have come in the middle of ``poll``,
    which then keeps for ever a lock that ``wait`` waits for. Who was not seen to end has not been
    reaped, so the number is still the child's.
    """
    living = [child for child in children if child.process.returncode is None]
    for child in reversed(living):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.process.pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    for child in living:
        if not wait_gone(child.process.pid, max(0.0, deadline - time.monotonic())):
            kill_group(child.process.pid)
            wait_gone(child.process.pid, KILL_SECONDS)


def kill_group(pid):
    """Kill a process with everything it started in its session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def first_dead(children):
    """Return the first child that has ended, or ``None``."""
    return next((child for child in children if child.process.poll() is not None), None)
