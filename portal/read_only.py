"""Computing on live data without being able to change any of it, in every app."""

from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def read_only():
    """A transaction in which the database refuses to write. Raises django.db.Error on a write."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        yield
