"""Being asked to end at the worst moment; what is started here ends with its own process."""

import subprocess
import sys

from portal.launch.layout import ROOT
from portal.launch.processes import wait_gone

HANGS_AFTER = 60

# The request comes in the middle of poll(), which then keeps its lock for ever.
IN_THE_MIDDLE_OF_POLL = """
import signal, subprocess, sys
from pathlib import Path
from portal.launch.processes import Child, Interrupted, catch_signals, first_dead, stop_children

class Interrupting:
    def __init__(self, lock):
        self.lock = lock

    def acquire(self, *arguments):
        taken = self.lock.acquire(*arguments)
        children[0].process._waitpid_lock = self.lock
        signal.raise_signal(signal.SIGTERM)
        return taken

deaf = [sys.executable, "-c", "import signal, time\\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\\nprint('deaf', flush=True)\\n"
        "time.sleep(600)"]
ends = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
log = Path(sys.argv[1])
catch_signals()
children = [
    Child.start(name, command, None, log / name, log)
    for name, command in (("deaf", deaf), ("ends", ends))
]
while not all((log / name).read_text() for name in ("deaf", "ends")):
    assert first_dead(children) is None
children[0].process._waitpid_lock = Interrupting(children[0].process._waitpid_lock)
try:
    first_dead(children)
except Interrupted:
    stop_children(children, 1)
    print(*(child.process.pid for child in children))
"""

# Python drops what a destructor raises, and says so.
IN_A_DESTRUCTOR = """
import signal
from portal.launch.processes import Interrupted, catch_signals, raise_if_asked

class Dropping:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)

catch_signals()
raise_if_asked()
Dropping()
try:
    raise_if_asked()
except Interrupted:
    print("asked")
"""


def launcher(code, *arguments):
    """Run the code as a launcher of its own; it must end."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=HANGS_AFTER,
    )


def test_asked_in_the_middle_of_looking_whether_a_child_lives(tmp_path):
    done = launcher(IN_THE_MIDDLE_OF_POLL, str(tmp_path))
    assert done.returncode == 0, done.stderr
    children = [int(pid) for pid in done.stdout.split()]
    assert len(children) == 2
    assert all(wait_gone(pid, 10) for pid in children)


def test_asked_where_python_drops_the_exception():
    done = launcher(IN_A_DESTRUCTOR)
    assert "Exception ignored" in done.stderr
    assert done.stdout == "asked\n"
