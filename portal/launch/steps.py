"""Commands of ``manage.py`` run one after the other, each reported in one line.

What a command tells people on its standard output is passed on; what it writes about errors goes
to a log of its own. Work that need not be repeated is ticked off in a list kept per database.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from contextlib import closing

import psycopg2

from portal.launch.layout import ROOT
from portal.launch.processes import KILL_SECONDS, kill_group, raise_if_asked
from portal.launch.terminal import LaunchError, choose, gist, say


class Ticked:
    """What is done for one database: name of the work → hash of what it was done with."""

    def __init__(self, layout, servers):
        if servers.has_own_database:
            # Beside the data, so that both are moved or deleted together.
            self.path = layout.profile(servers.profile) / "done.json"
        else:
            digest = hashlib.sha256(servers.database_url.encode()).hexdigest()[:12]
            self.path = layout.profile("external") / f"{digest}.json"

    def _rows(self):
        try:
            return json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}

    def has(self, name, print_of_input="once"):
        """Tell whether the work was done with this input."""
        return self._rows().get(name) == print_of_input

    def tick(self, name, print_of_input="once"):
        """Note that the work is done."""
        self.path.write_text(json.dumps(self._rows() | {name: print_of_input}, indent=1))


def fingerprint(*paths):
    """Return a hash of the files below the paths by name, size and time of change."""
    digest = hashlib.sha256()
    for path in paths:
        for found in sorted([path, *path.rglob("*")]):
            if found.is_file() and "__pycache__" not in found.parts:
                state = found.stat()
                digest.update(f"{found}:{state.st_size}:{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:20]


def holds_data(database_url):
    """Tell whether enterprises are already registered in the database."""
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('enterprises_enterprise') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM enterprises_enterprise)")
        return cursor.fetchone()[0]


def environment(layout, servers, settings="portal.settings.embedded"):
    """Return the environment of every process of the product."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": settings,
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "NUMBA_CACHE_DIR": str(layout.local / "numba"),
    }


def manage(layout, variables, command, *arguments, chinese, english, show=False):
    """Run one management command to its end; ``LaunchError`` when it fails.

    ``show`` passes its standard output on line by line, indented below the announcing line.
    """
    raise_if_asked()
    begun = time.monotonic()
    log = layout.logs / f"{command}.log"
    print(choose(chinese, english), end=" …\n" if show else " … ", flush=True)
    with log.open("w") as handle:
        process = subprocess.Popen(
            [sys.executable, "manage.py", command, *arguments],
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if show else handle,
            stderr=handle,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            for line in process.stdout or ():
                handle.write(line)
                handle.flush()
                print(f"    {line}", end="", flush=True)
            status = process.wait()
        finally:
            if process.poll() is None:  # interrupted: nothing of it stays behind
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    kill_group(process.pid)
                    process.wait(KILL_SECONDS)
            if process.stdout:
                process.stdout.close()
    seconds = time.monotonic() - begun
    if status:
        if not show:
            print(flush=True)
        reason, shown = gist(log.read_text(errors="replace")), layout.shown(log)
        raise LaunchError(
            f"manage.py {command} 失败：{reason}。详见 {shown}，排除后重新执行即可。",
            f"manage.py {command} failed: {reason}; see {shown}, then start again.",
        )
    done = choose(f"完成，{seconds:.1f} 秒", f"done in {seconds:.1f} s")
    print(f"    {done}" if show else done, flush=True)


def prepare(layout, servers, variables):
    """Bring the database and the static files to the state in which the portal can be served."""
    ticked = Ticked(layout, servers)
    run = {"layout": layout, "variables": variables}
    manage(command="migrate", chinese="更新数据库结构", english="Migrating the database", **run)
    load_city(layout, servers, variables)
    if not ticked.has("nightly"):
        text = {"chinese": "执行一次夜间任务", "english": "Running the nightly jobs once"}
        manage(command="nightly", show=True, **text, **run)
        ticked.tick("nightly")
    files = fingerprint(ROOT / "static", ROOT / "requirements.txt")
    collected = ROOT / "staticfiles" / "staticfiles.json"
    if not (collected.exists() and ticked.has("collectstatic", files)):
        arguments = {"chinese": "整理静态文件", "english": "Collecting static files"}
        manage(layout, variables, "collectstatic", "--noinput", "--clear", **arguments)
        ticked.tick("collectstatic", files)


def load_city(layout, servers, variables, again=False):
    """Load the reference codes when they changed, and the demo city into an empty database.

    ``again`` loads both whatever was ticked off; the commands themselves add nothing twice.
    """
    ticked = Ticked(layout, servers)
    codes = fingerprint(ROOT / "portal" / "places")
    if again or not ticked.has("load_places", codes):
        text = {"chinese": "载入行政区划、行业和职业代码", "english": "Loading the reference codes"}
        manage(layout, variables, "load_places", show=True, **text)
        ticked.tick("load_places", codes)
    if ticked.has("load_demo") and not again:
        return
    if not again and not servers.has_own_database and holds_data(servers.database_url):
        say(
            "数据库中已有企业数据，不载入演示城市。",
            "The database already holds enterprises: the demo city is not loaded.",
        )
        return
    text = {"chinese": "载入演示城市", "english": "Loading the demo city"}
    manage(layout, variables, "load_demo", show=True, **text)
    ticked.tick("load_demo")
