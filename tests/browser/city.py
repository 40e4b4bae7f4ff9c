"""A demo city in a database of its own, loaded once and copied for whoever wants to write.

Browser tests cannot roll back what the server's threads write, and emptying the tables would empty
the test database of the others. A copy of a database takes a fraction of a second.
"""

import contextlib

import psycopg2
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from psycopg2 import sql

from portal.demo.city import generate
from portal.demo.loading import load_city
from portal.demo.size import CitySize

SMALL = CitySize(enterprises=60, seekers=120, vacancies=80, applications=60, shortages=20)
SEED = 20200325


def _settings():
    return connections["default"].settings_dict


def _administer(*statements):
    """Run statements outside any transaction, connected to no database of ours."""
    parameters = connections["default"].get_connection_params()
    kept = {
        key: parameters[key] for key in ("host", "port", "user", "password") if key in parameters
    }
    connection = psycopg2.connect(dbname="postgres", **kept)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        connection.close()


def drop(name):
    """Remove a database, whoever is still connected to it."""
    _administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def copy(source, name):
    """Make the database `name` a copy of `source`; one of that name goes first."""
    connections.close_all()
    drop(name)
    _administer(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(source)
        )
    )


@contextlib.contextmanager
def using(name):
    """Every connection of this process, the server's threads included, goes to that database."""
    before = _settings()["NAME"]
    connections.close_all()
    _settings()["NAME"] = name
    try:
        yield name
    finally:
        connections.close_all()
        _settings()["NAME"] = before


def load(name):
    """Fill the database with the codes and the small city, as of today."""
    with using(name):
        load_city(generate(SMALL, SEED, timezone.localdate()))


def nights_work(name):
    """What a night leaves: short lists, decisions, claims, and this week's report."""
    with using(name):
        call_command("nightly")
        call_command("weekly_report")
