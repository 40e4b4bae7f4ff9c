"""Directories and processes of the launcher's tests; every server started here is stopped here."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil
import pytest

from portal.launch.keys import ensure_keys
from portal.launch.layout import Layout
from portal.launch.postgres import Postgres
from portal.launch.servers import EMBEDDED, PROFILES, TEST, Servers
from portal.launch.valkey import free_port
from tests.launch.project import make_project

PATIENCE = 150  # seconds for one command of the launcher; a limit, not a wait


def remove_state(local):
    """Stop the servers of a ``.local`` and remove what lies outside it."""
    if not local.exists():
        return
    layout = Layout.prepare(local)
    for profile in PROFILES:
        servers = Servers(layout, profile, environment={})
        servers.stop()
        socket = layout.socket_directory(profile)
        if not socket.is_relative_to(layout.home()):
            shutil.rmtree(socket)
    if (local / "elsewhere").exists():
        shutil.rmtree(layout.home())


@pytest.fixture
def place():
    """Give a directory that every user can enter, as a checkout usually is."""
    path = Path(tempfile.mkdtemp(prefix="launch-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def initialised():
    """Give a data directory as the first start leaves it, for the others to copy."""
    path = Path(tempfile.mkdtemp(prefix="launch-"))
    path.chmod(0o755)
    layout = Layout.prepare(path / ".local")
    servers = Servers(layout, TEST, environment={})
    try:
        servers.start()
    finally:
        servers.release()
    yield layout.data_directory(TEST)
    shutil.rmtree(path)


@pytest.fixture
def layout(place):
    """Give a launcher's directories of their own."""
    yield Layout.prepare(place / ".local")
    remove_state(place / ".local")


def fill(data, initialised):
    """Copy an initialised data directory with its owner."""
    shutil.copytree(initialised, data, dirs_exist_ok=True)
    owner = initialised.stat()
    for path in (data, *data.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)


@pytest.fixture
def make_servers(layout, initialised):
    """make_servers(profile) → servers that have been started before; all are let go of at the end."""
    made = []

    def make(profile=TEST, environment=None):
        servers = Servers(layout, profile, environment=environment or {})
        for data in (own.data for own in servers._own if isinstance(own, Postgres)):
            if not (data / "PG_VERSION").exists():
                fill(data, initialised)
        made.append(servers)
        return servers

    yield make
    for servers in made:
        servers.release()


class Project:
    """The small portal in a directory of its own, and the launcher at work in it."""

    def __init__(self, root):
        self.root = make_project(root)
        self.port = free_port()
        self._launchers = []

    def environment(self, **changes):
        """Return an environment without the addresses the suite itself works with."""
        ours = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PORTAL_LOCAL", "CI")
        kept = {key: value for key, value in os.environ.items() if key not in ours}
        ours = {"PORT": str(self.port), "LANG": "zh_CN.UTF-8", "LC_ALL": ""}
        return kept | ours | {"PYTHONFAULTHANDLER": "1"} | changes

    def launch(self, *arguments, **changes):
        """Run one launcher command to its end; return it with its output."""
        return subprocess.run(
            [sys.executable, "-m", "portal.launch", *arguments],
            cwd=self.root,
            env=self.environment(**changes),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def start(self, **changes):
        """Start ``run`` and return it once it says that it can be stopped."""
        launcher = subprocess.Popen(
            [sys.executable, "-m", "portal.launch", "run"],
            cwd=self.root,
            env=self.environment(**changes),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._launchers.append(launcher)
        launcher.said = []
        too_long = threading.Timer(PATIENCE, launcher.send_signal, [signal.SIGABRT])
        too_long.start()
        try:
            for line in launcher.stdout:
                launcher.said.append(line.rstrip())
                if "Ctrl-C" in line:
                    return launcher
        finally:
            too_long.cancel()
        pytest.fail("\n".join(launcher.said))

    def ended(self, launcher):
        """Return what the launcher still says and its status once it has ended, as it must.

        One that does not is asked where it stands.
        """
        try:
            said, _ = launcher.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            launcher.send_signal(signal.SIGABRT)
            said, _ = launcher.communicate(timeout=PATIENCE)
            pytest.fail(f"The launcher did not end:\n{said}")
        return said, launcher.returncode

    def status(self, launcher):
        """Return the exit status of a launcher that was asked to end."""
        return self.ended(launcher)[1]

    def calls(self):
        """Return the management commands called so far, and forget them."""
        path = self.root / "calls.txt"
        found = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return found

    def processes(self):
        """Return the names of the live processes that work in or for this project."""
        names = []
        for process in psutil.process_iter(["cmdline", "cwd", "status", "name"]):
            command = " ".join(process.info["cmdline"] or ())
            inside = (process.info["cwd"] or "").startswith(str(self.root))
            ours = inside or str(self.root) in command
            if ours and process.info["status"] != psutil.STATUS_ZOMBIE:
                names.append(process.info["name"])
        return names

    def close(self):
        """End what a test left running."""
        for launcher in self._launchers:
            if launcher.poll() is None:
                launcher.send_signal(signal.SIGTERM)
        try:
            for launcher in self._launchers:
                if not launcher.stdout.closed:
                    self.ended(launcher)
        finally:
            self.launch("stop")
            remove_state(self.root / ".local")


@pytest.fixture
def fresh_project(place):
    """Give the small portal with nothing prepared."""
    made = Project(place / "portal")
    yield made
    made.close()


@pytest.fixture
def project(fresh_project, initialised):
    """Give the small portal with an empty database, to spare the tests its initialisation."""
    layout = Layout.prepare(fresh_project.root / ".local")
    layout.profile(EMBEDDED)
    ensure_keys(layout, has_data=False)
    fill(layout.data_directory(EMBEDDED), initialised)
    return fresh_project
