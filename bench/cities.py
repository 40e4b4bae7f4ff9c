"""The demo city, and ten times it, in databases that exist only while a benchmark runs.

A benchmark calls ``for_each_city(run, …)``: every run is a process of its own on the loaded city,
so that peaks do not hide each other. ``make bench`` loads each city once for all benchmarks
(``KEEP``); a benchmark started alone drops it when it ends.
"""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

from bench.table import measured

ROOT = Path(__file__).resolve().parent.parent
FACTORS = (1, 10)
SEED = 20200325
KEEP = "BENCH_KEEP_CITIES"
PREFIX = "bench_city_"


def _server():
    """The address of the benchmarks' own server, without the database."""
    return urlsplit(os.environ["DATABASE_URL"])


def _administer(statement, *names):
    connection = psycopg2.connect(_server()._replace(path="/postgres").geturl())
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def environment(name):
    """The environment of a process that works on that database."""
    url = _server()._replace(path=f"/{name}").geturl()
    return os.environ | {"DATABASE_URL": url, "LOG_LEVEL": "WARNING"}


def drop_cities():
    """Drop every city that a benchmark left."""
    for (name,) in _administer("SELECT datname FROM pg_database"):
        if name.startswith(PREFIX):
            _administer("DROP DATABASE {} WITH (FORCE)", name)


def city(factor):
    """Name of a database with the demo city times `factor`, before its first night."""
    load = ("manage.py", "load_demo", f"--size={factor}", f"--seed={SEED}")
    return _loaded(f"{PREFIX}{factor}", f"the demo city × {factor}", [load])


def insured(size):
    """Name of a database with the insured people of a ``bench.province.Size``, for screening."""
    places, fill = ("manage.py", "load_places"), ("-m", "bench.province", size.name)
    return _loaded(f"{PREFIX}{size.name}", f"{size.persons:,} insured people", [places, fill])


@contextlib.contextmanager
def matched(name, what, fill):
    """Name of a database made from the demo city times ten, for matching (bench.match_cities)."""
    there = [found for (found,) in _administer("SELECT datname FROM pg_database")]
    if f"{PREFIX}{name}" in there:
        with _loaded(f"{PREFIX}{name}", what, []) as found:
            yield found
        return
    with city(FACTORS[-1]) as source:
        loaded = _loaded(f"{PREFIX}{name}", what, [fill], source)
        with loaded as found:
            yield found


@contextlib.contextmanager
def _loaded(name, what, commands, source="template1"):
    """The database as an earlier benchmark of the same ``make bench`` loaded it, or loaded now."""
    there = [found for (found,) in _administer("SELECT datname FROM pg_database")]
    if name not in there:
        loading = f"{name}_loading"  # a load that was broken off is never taken for a city
        _administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", loading)
        _administer("CREATE DATABASE {} TEMPLATE {}", loading, source)
        print(f"Loading {what} … ", end="", flush=True)
        with measured() as load:
            for command in (("manage.py", "migrate", "--verbosity=0"), *commands):
                subprocess.run(
                    [sys.executable, *command],
                    cwd=ROOT,
                    env=environment(loading),
                    stdout=subprocess.DEVNULL,
                    check=True,
                )
        _administer("ALTER DATABASE {} RENAME TO {}", loading, name)
        print(f"{load.seconds:.0f} s", flush=True)
    try:
        yield name
    finally:
        if not os.environ.get(KEEP):
            _administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@contextlib.contextmanager
def copied(name):
    """Name of a copy that a benchmark may write to; dropped afterwards."""
    copy = f"{name}_copy"
    _administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", copy)
    # By file: the pages of a province would go through the log, and be written out while measured.
    _administer("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", copy, name)
    try:
        yield copy
    finally:
        _administer("DROP DATABASE {} WITH (FORCE)", copy)


def in_own_process(module, run, database):
    """What ``RUNS[run]()`` of a benchmark returned, run on a database in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", module, run],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(database),
    )
    return json.loads(done.stdout.splitlines()[-1])


def answer(runs):
    """The other side of ``in_own_process``: do what the command line names, print its result."""
    import django

    django.setup()
    print(json.dumps(runs[sys.argv[1]]()))
