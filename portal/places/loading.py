"""Load the national code tables from the shipped files. Doing it twice changes nothing."""

from collections.abc import Iterator

from django.db import connection, transaction
from psycopg2 import sql

from .copying import copy_rows
from .datafiles import read_rows
from .load_report import LoadReport
from .models import Division, Industry, Occupation

_DIVISION_LEVEL = {2: 1, 4: 2, 6: 3, 9: 4, 12: 5}
_DIVISION_PARENT = {2: 0, 4: 2, 6: 4, 9: 6, 12: 9}


def division_rows() -> Iterator[tuple]:
    """(code, name, level, parent or None, listed, order); parents come before children."""
    for row in read_rows("divisions.csv.gz"):
        code = row["code"]
        parent = code[: _DIVISION_PARENT[len(code)]] or None
        yield (
            code,
            row["name"],
            _DIVISION_LEVEL[len(code)],
            parent,
            row["listed"] == "1",
            int(row["order"]),
        )


def industry_rows() -> Iterator[tuple]:
    """(code, name, level, parent or None, definition)."""
    levels = {1: 1, 3: 2, 4: 3, 5: 4}
    for row in read_rows("industries.csv.gz"):
        yield (
            row["code"],
            row["name"],
            levels[len(row["code"])],
            row["parent"] or None,
            row["definition"],
        )


def occupation_rows() -> Iterator[tuple]:
    """(code, name, level, parent or None, definition, work types)."""
    for row in read_rows("occupations.csv.gz"):
        code = row["code"]
        parent = code.rpartition("-")[0] or None
        yield code, row["name"], code.count("-") + 1, parent, row["definition"], row["work_types"]


_TABLES = (
    ("行政区划", Division, ("name", "level", "parent_id", "listed", "order"), division_rows),
    ("行业", Industry, ("name", "level", "parent_id", "definition"), industry_rows),
    (
        "职业",
        Occupation,
        ("name", "level", "parent_id", "definition", "work_types"),
        occupation_rows,
    ),
)


@transaction.atomic
def load_places(report: LoadReport | None = None) -> LoadReport:
    """Bring the three code tables to the state of the shipped files, in one transaction.

    Rows that are already as in the file are not touched, so a second run writes nothing. A code
    that is no longer in the file stays: records may refer to it.
    """
    report = report or LoadReport()
    for label, model, columns, rows in _TABLES:
        read, added, changed = _upsert(model, ("code", *columns), rows())
        report.count(label, report.READ, read)
        report.count(label, report.ADDED, added)
        report.count(label, report.CHANGED, changed)
        report.count(label, report.SAME, read - added - changed)
    return report


def _upsert(model, columns: tuple[str, ...], rows: Iterator[tuple]) -> tuple[int, int, int]:
    """COPY into a temporary table, then one INSERT … ON CONFLICT. Returns read, added, changed."""
    table, stage = model._meta.db_table, f"stage_{model._meta.db_table}"
    comma = sql.SQL(", ")
    parts = {
        "table": sql.Identifier(table),
        "stage": sql.Identifier(stage),
        "names": comma.join(map(sql.Identifier, columns)),
        "assign": comma.join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in columns[1:]
        ),
        "old": comma.join(sql.Identifier(table, name) for name in columns[1:]),
        "new": comma.join(sql.Identifier("excluded", name) for name in columns[1:]),
    }
    with connection.cursor() as cursor:

        def run(statement: str) -> None:
            cursor.execute(sql.SQL(statement).format(**parts).as_string(cursor.cursor))

        run("CREATE TEMP TABLE {stage} AS SELECT {names} FROM {table} LIMIT 0")
        quote = connection.ops.quote_name
        read = copy_rows(cursor, quote(stage), map(quote, columns), rows)
        run(
            "INSERT INTO {table} ({names}) SELECT {names} FROM {stage} "
            "ON CONFLICT (code) DO UPDATE SET {assign} WHERE ({old}) IS DISTINCT FROM ({new}) "
            "RETURNING (xmax = 0)"
        )
        inserted = [row[0] for row in cursor.fetchall()]
        run("DROP TABLE {stage}")
        if inserted:
            # What was known of the table may be that it has many pages and no rows, after an
            # attempt that was rolled back; whoever joins it in this transaction would suffer.
            run("ANALYZE {table}")
    added = sum(inserted)
    return read, added, len(inserted) - added
