"""The tables of person-months: one a month, and under it one an import.

A leaf is made and filled as a table of its own and hung into its month at the end: until then
nobody who reads the person-months waits for it, and after a rollback it was never there.
"""

from datetime import date

from django.db import connection

from subsidies.models import PersonMonth

PARENT = PersonMonth._meta.db_table
COLUMNS = (
    "person", "enterprise_id", "source_id", "month", "line", "first_insured_on", "base_fen",
    "paid_fen", "back_paid",
)  # fmt: skip
_LOCK = 7033  # two imports of one month must not both make the month's table
_EXISTS = "SELECT to_regclass(%s) IS NOT NULL"


def month_table(month: date) -> str:
    """The name of a month's table."""
    return f"{PARENT}_{month:%Y%m}"


def leaf_table(month: date, source_id: int) -> str:
    """The name of the table of one import's person-months."""
    return f"{month_table(month)}_{source_id}"


def create_leaf(month: date, source_id: int) -> str:
    """Make the empty table of an import, not yet part of the person-months; returns its name."""
    leaf = leaf_table(month, source_id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {leaf} (LIKE {PARENT}, CONSTRAINT {leaf}_its_own"
            f" CHECK (month = DATE '{month:%Y-%m-%d}' AND source_id = {int(source_id)}))"
        )
    return leaf


def index_leaf(month: date, source_id: int) -> None:
    """Index a filled leaf by person; the index also sees to it that a person has one line at an
    enterprise, back payments apart. Raises IntegrityError when two lines say the same."""
    leaf = leaf_table(month, source_id)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")  # a big city sorted in memory
        cursor.execute(
            f"CREATE UNIQUE INDEX {leaf}_one_line ON {leaf}"
            " (person, enterprise_id, (CASE WHEN back_paid THEN line ELSE 0 END))"
        )


def attach_leaf(month: date, source_id: int) -> None:
    """Hang a filled leaf into its month, making the month's table when it is the first, and
    analyse it. Readers of other months and imports go on meanwhile."""
    of_month, leaf = month_table(month), leaf_table(month, source_id)
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, int(f"{month:%Y%m}")])
        cursor.execute(_EXISTS, [of_month])
        if not cursor.fetchone()[0]:
            cursor.execute(f"CREATE TABLE {of_month} (LIKE {PARENT}) PARTITION BY LIST (source_id)")
            cursor.execute(
                f"ALTER TABLE {PARENT} ATTACH PARTITION {of_month}"
                f" FOR VALUES FROM ('{month:%Y-%m-%d}') TO ('{following:%Y-%m-%d}')"
            )
        cursor.execute(
            f"ALTER TABLE {of_month} ATTACH PARTITION {leaf} FOR VALUES IN ({int(source_id)})"
        )
        cursor.execute(f"ANALYZE {leaf}")


def drop_leaf(month: date, source_id: int) -> None:
    """Drop a leaf that was not hung into its month."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {leaf_table(month, source_id)}")
