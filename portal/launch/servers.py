"""PostgreSQL and Valkey of one profile, shared by everything that runs in this checkout.

Whoever uses the servers holds a shared lock on ``in-use.lock``; the last to leave stops them,
unless ``make services`` asked to keep them. A killed process lets go of its lock by itself, so
servers left by ``kill -9`` are simply used on and stopped by the next one.
"""

import contextlib
import fcntl
import os

import psycopg2
import redis

from portal.launch.postgres import Postgres
from portal.launch.terminal import LaunchError, gist
from portal.launch.valkey import Valkey, write_private

EMBEDDED = "embedded"
TEST = "test"
BENCH = "bench"
PROFILES = (EMBEDDED, TEST, BENCH)


class Servers:
    """The addresses a command works with: given by the environment, or started here."""

    def __init__(self, layout, profile=EMBEDDED, environment=os.environ):
        careless = profile == TEST
        self.layout = layout
        self.profile = profile
        self.directory = layout.profile(profile)
        self.database_url = environment.get("DATABASE_URL") or None
        self.redis_url = environment.get("REDIS_URL") or None
        self.has_own_database = self.database_url is None
        self._own = []
        if self.database_url is None:
            self._own.append(Postgres(layout, profile, careless=careless))
        if self.redis_url is None:
            self._own.append(Valkey(layout, profile, careless=careless))
        self._use = None

    @property
    def kept(self):
        """Return the mark that ``make services`` asked to leave the servers running."""
        return self.directory / "kept"

    @property
    def note(self):
        """Return the file from which ``manage.py`` in another terminal takes the addresses."""
        return self.layout.local / "services.env"

    def holds_data(self):
        """Tell whether the embedded database was initialised by an earlier start."""
        return any(isinstance(own, Postgres) and own.holds_data() for own in self._own)

    @contextlib.contextmanager
    def _alone(self):
        """Let one process at a time start or stop this profile's servers."""
        with (self.directory / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def start(self):
        """Make both servers answer, starting those whose address was not given."""
        with self._alone():
            self._use = (self.directory / "in-use.lock").open("w")
            fcntl.flock(self._use, fcntl.LOCK_SH)
            for server in self._own:
                server.start()
        for server in self._own:
            if isinstance(server, Postgres):
                self.database_url = server.url
            else:
                self.redis_url = server.url
        self._check_given()
        if self.profile == EMBEDDED:
            lines = f"DATABASE_URL={self.database_url}\nREDIS_URL={self.redis_url}\n"
            write_private(self.note, lines)

    def _check_given(self):
        """Say at once when an address from the environment leads nowhere."""
        if self.has_own_database is False:
            try:
                psycopg2.connect(self.database_url, connect_timeout=10).close()
            except psycopg2.Error as error:
                raise LaunchError(
                    f"DATABASE_URL 指向的数据库连不上：{gist(str(error))}。"
                    "请改正地址，或取消该变量以使用内置数据库。",
                    f"The database of DATABASE_URL cannot be reached: {gist(str(error))}. "
                    "Correct the address, or unset it to use the embedded database.",
                ) from None
        if not any(isinstance(server, Valkey) for server in self._own):
            try:
                with redis.Redis.from_url(self.redis_url, socket_connect_timeout=10) as client:
                    client.ping()
            except (redis.RedisError, ValueError) as error:
                raise LaunchError(
                    f"REDIS_URL 指向的服务连不上：{gist(str(error))}。"
                    "请改正地址，或取消该变量以使用内置服务。",
                    f"The server of REDIS_URL cannot be reached: {gist(str(error))}. "
                    "Correct the address, or unset it to use the embedded server.",
                ) from None

    def keep(self):
        """Leave the servers running after this process."""
        self.kept.touch()

    def release(self):
        """Stop the servers unless they are kept or somebody else still uses them."""
        with self._alone():
            if self._use is not None:
                self._use.close()
                self._use = None
            if not self.kept.exists() and not self._used_by_others():
                self._stop()

    def _used_by_others(self):
        """Tell whether another live process holds the shared lock."""
        with (self.directory / "in-use.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def stop(self):
        """Stop the servers whoever uses them; return the names of those that ran."""
        with self._alone():
            self.kept.unlink(missing_ok=True)
            return self._stop()

    def _stop(self):
        """Stop what runs, last started first; return the names."""
        stopped = []
        for server in reversed(self._own):
            if server.pid() is not None:
                server.stop()
                stopped.append(type(server).__name__)
        if self.profile == EMBEDDED:
            self.note.unlink(missing_ok=True)
        return stopped
