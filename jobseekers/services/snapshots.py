"""Reading the whole database as it was at one moment, in one session or in several."""

from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import connection, transaction


class Held(NamedTuple):
    """A moment kept open. name: for other sessions to read in it; cursor: reads in it itself."""

    name: str
    cursor: Any


@contextmanager
def held_snapshot():
    """Keep a moment open in a session of its own as long as this lasts; yields a Held."""
    keeper = connection.copy()
    try:
        keeper.set_autocommit(False)
        with keeper.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            yield Held(cursor.fetchone()[0], cursor)
    finally:
        keeper.close()


@contextmanager
def reading_in(snapshot: str):
    """Everything read inside, on Django's own connection, is of that snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
        yield


@contextmanager
def one_snapshot():
    """Everything read inside is of one moment, whatever is written meanwhile.

    Inside another transaction it is what that one sees.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
