"""The embedded PostgreSQL: initialise, start, recognise one that is running, stop."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2

from portal.launch.layout import options_for
from portal.launch.processes import is_zombie, spawn_server, wait_gone
from portal.launch.terminal import LaunchError, gist, say

DATABASE = "portal"
START_SECONDS = 600  # long enough to replay the log after a power cut
STOP_SECONDS = 60
ORPHAN_SECONDS = 60
ORPHANS_REMAIN = "pre-existing shared memory block"
SETTINGS = {
    "fsync": "on",
    "listen_addresses": "",  # only the socket, in a directory that only its owner enters
    "timezone": "UTC",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_timezone": "UTC",
}
# The tests' data are thrown away: nothing is gained by waiting for the disk.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# Nothing of ours: PGPORT, PGDATA or a locale of the user would change what the server does.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class Postgres:
    """One profile's server. Its address is a socket, so no port can be taken."""

    def __init__(self, layout, profile, *, careless=False):
        self.layout = layout
        self.profile = profile
        self.settings = SETTINGS | (CARELESS if careless else {})
        self.data = layout.data_directory(profile)
        self.socket = layout.socket_directory(profile)
        self.log = layout.logs / f"postgresql-{profile}.log"
        self._process = None

    @property
    def url(self):
        """Return the address as ``DATABASE_URL``; a query keeps the directory's capitals."""
        return f"postgres://postgres@/{DATABASE}?host={quote(str(self.socket))}"

    def holds_data(self):
        """Tell whether the data directory was initialised."""
        return (self.data / "PG_VERSION").exists()

    def connect(self, database="postgres"):
        """Return an autocommit connection."""
        connection = psycopg2.connect(host=str(self.socket), user="postgres", dbname=database)
        connection.autocommit = True
        return connection

    def pid(self):
        """Return the process id of the running server of this data directory, or ``None``.

        A stale ``postmaster.pid`` may name a process that has nothing to do with us; the command
        line tells.
        """
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            command = psutil.Process(pid).cmdline()
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        return pid if str(self.data) in command and not is_zombie(pid) else None

    def answers(self):
        """Tell whether the server takes connections.

        Its own word comes first: each connection refused too early is a line in the log.
        """
        try:
            if not (self.data / "postmaster.pid").read_text().rstrip().endswith("ready"):
                return False
        except FileNotFoundError:
            return False
        try:
            with closing(self.connect()):
                return True
        except psycopg2.OperationalError:
            return False

    def start(self):
        """Start the server unless it runs, with its database; return its process id."""
        programs = self.layout.server_programs()
        self._initialise(programs)
        if self.pid() is None:
            self._forget_predecessor()
            self._spawn(programs)
        self._wait(programs)
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
        return self.pid()

    def _forget_predecessor(self):
        """Remove the lock files of a server that is gone, where PostgreSQL would not.

        It takes any process with the noted number for its predecessor: a stranger who got the
        number since, or a dead server that nobody has reaped. The socket's directory is ours
        alone, so what lies there is nobody else's.
        """
        clear(self.socket)
        lock = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            if psutil.pid_exists(int(lock.read_text().split()[0])):
                lock.unlink()

    def _initialise(self, programs):
        """Make a new data directory, or check that this server can read the one there is."""
        mark = self.data / "PG_VERSION"
        if mark.exists():
            self._check_version(programs, mark.read_text().strip())
            return
        clear(self.data)  # what an interrupted initialisation left
        command = [
            *(str(programs / "initdb"), "-D", str(self.data), "-U", "postgres"),
            *("--auth=trust", "--encoding=UTF8", "--locale-provider=builtin"),
            *("--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"),
            *(["--no-sync"] if self.settings["fsync"] == "off" else []),
        ]
        done = self._run(command)
        if done.returncode:
            self.log.write_text(done.stdout)
            raise LaunchError(
                f"数据库初始化失败：{gist(done.stdout)}。详见 {self.layout.shown(self.log)}",
                f"Initialising the database failed: {gist(done.stdout)}; "
                f"log: {self.layout.shown(self.log)}",
            )

    def _check_version(self, programs, found):
        """Refuse data of another major version before the server refuses them in its log."""
        done = self._run([str(programs / "postgres"), "--version"])
        major = done.stdout.split()[-1].split(".")[0]
        if found != major:
            place = self.layout.shown(self.data)
            raise LaunchError(
                f"{place} 是 PostgreSQL {found} 的数据，现有程序是 {major}："
                "请先用旧版本导出，或移走该目录。",
                f"{place} was written by PostgreSQL {found}, the program is {major}: "
                "dump it with the old version first, or move that directory away.",
            )

    def _run(self, command):
        """Run one of the server's programs as its user; return it with output and errors."""
        return subprocess.run(
            command,
            cwd="/",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options_for(self.layout.account),
        )

    def _spawn(self, programs):
        """Start the server in a session of its own, so that Ctrl-C is not sent to it."""
        settings = self.settings | {"unix_socket_directories": str(self.socket)}
        if shared_memory_is_small():
            settings["dynamic_shared_memory_type"] = "mmap"
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        self._process = spawn_server(
            [str(programs / "postgres"), "-D", str(self.data), *options],
            self.log,
            cwd="/",
            env=ENVIRONMENT,
            **options_for(self.layout.account),
        )

    def _wait(self, programs):
        """Wait until the server answers; say so when it is busy recovering.

        After ``kill -9`` of the old server its own children take a moment to notice and still
        hold its memory; the new server refuses to start until they are gone.
        """
        told = False
        begun = time.monotonic()
        while not self.answers():
            waited = time.monotonic() - begun
            ended = self._process is not None and self._process.poll() is not None
            if ended and waited < ORPHAN_SECONDS and ORPHANS_REMAIN in self.log.read_text():
                time.sleep(0.2)
                self._spawn(programs)
                continue
            if ended or waited > START_SECONDS:
                raise LaunchError(
                    f"数据库没有启动：{gist(self.log.read_text())}。"
                    f"详见 {self.layout.shown(self.log)}",
                    f"The database did not start: {gist(self.log.read_text())}; "
                    f"log: {self.layout.shown(self.log)}",
                )
            if waited > 10 and not told:
                told = True
                say("数据库正在恢复上次中断的写入……", "The database is recovering from a crash …")
            time.sleep(0.05)

    def stop(self):
        """Stop the server, ending what its clients still do; nothing when it does not run."""
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGINT)  # PostgreSQL's fast shutdown
        if not wait_gone(pid, STOP_SECONDS):
            os.kill(pid, signal.SIGQUIT)  # at once, recovering at the next start
            wait_gone(pid, STOP_SECONDS)


def clear(directory):
    """Empty a directory, keeping it."""
    for path in directory.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def shared_memory_is_small(path=Path("/dev/shm")):
    """Tell whether parallel queries would not fit there, as in a container's usual 64 MB."""
    if not path.exists():
        return False
    found = os.statvfs(path)
    return found.f_frsize * found.f_blocks < 256 * 1024 * 1024
