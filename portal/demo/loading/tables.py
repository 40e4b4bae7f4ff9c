"""COPY into a model's table: the columns that are given, Django's defaults for the others."""

from collections.abc import Iterable, Iterator
from itertools import repeat

from django.db import connection

from portal.places.copying import copy_rows


def reserve(model, count: int) -> int:
    """Take ``count`` consecutive primary keys from the model's sequence; returns the first."""
    if count == 0:
        return 0
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
        sequence = cursor.fetchone()[0]
        cursor.execute(
            "SELECT setval(%s::regclass, nextval(%s::regclass) + %s)",
            [sequence, sequence, count - 1],
        )
        return cursor.fetchone()[0] - count + 1


def copy_into(model, columns: tuple[str, ...], rows: Iterable[tuple]) -> int:
    """COPY rows whose values are those of ``columns`` (column names); returns how many.

    Values go to the database as they are: encrypted fields must come as ciphertext. Every other
    column gets its default; one that has neither value nor default raises ValueError.
    """
    given = set(columns)
    fields = [field for field in model._meta.concrete_fields if field.column not in given]
    rest = [field for field in fields if not field.primary_key]
    unknown = given - {field.column for field in model._meta.concrete_fields}
    if unknown:
        raise ValueError(f"{model.__name__} has no column {', '.join(sorted(unknown))}")
    bare = [f.column for f in rest if not f.has_default() and not f.null and not f.blank]
    if bare:
        raise ValueError(f"{model.__name__} needs {', '.join(bare)}")
    defaults = [_default_stream(field) for field in rest]
    filled = (
        (*row, *others)
        for row, others in zip(
            rows, zip(*defaults, strict=True) if rest else repeat(()), strict=False
        )
    )
    quote = connection.ops.quote_name
    names = [quote(name) for name in (*columns, *(field.column for field in rest))]
    with connection.cursor() as cursor:
        return copy_rows(cursor, quote(model._meta.db_table), names, filled)


def _default_stream(field) -> Iterator:
    """A value for each row: unique fields are asked anew each time, others once."""
    if field.unique and callable(field.default):
        return iter(field.get_default, object())
    return repeat(field.get_default())
