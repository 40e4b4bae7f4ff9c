"""Running numbers without a gap or a double: one at a time for each row of numbers."""

import zlib

from django.db import connection
from django.db.models import Max

_LOCK_SPACE = 7034  # first half of the advisory locks' numbers; others have theirs


def lock_number(named: str) -> None:
    """Hold what a number is looked up by until the transaction ends: one at a time decides on it."""
    key = zlib.crc32(named.encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, key])


def next_number(model, **row) -> int:
    """The next `number` of a model among rows with these values, from 1.

    Locks that row of numbers until the transaction ends: two people at once get two numbers.
    """
    lock_number(f"{model._meta.label}:{sorted(row.items())}")
    return (model.objects.filter(**row).aggregate(last=Max("number"))["last"] or 0) + 1
