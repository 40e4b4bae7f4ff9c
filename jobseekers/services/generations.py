"""The table of one generation's recommendations: made and filled apart, hung in at once.

Recommendations are partitioned by generation. A new one is a table of its own that no reader
knows until it is whole: filled by COPY, then indexed, then attached and put in use in one short
transaction. See docs/decisions/recommendation-partitions.md.
"""

import logging
import re
import time

import numpy as np
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg2 import errorcodes

from jobseekers.models import MatchGeneration, Recommendation
from jobseekers.models.recommendation import GenerationState

from .copy_binary import write_columns

logger = logging.getLogger(__name__)
PARENT = Recommendation._meta.db_table
_LOCK_WAIT = "200ms"  # so long may those who read or write stand behind us
_TRIES = 50
_PAUSE_SECONDS = 0.2
_MEMORY = "256MB"  # for sorting an index

_TABLES = """
SELECT c.relname, i.inhrelid IS NOT NULL FROM pg_class c
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE c.relkind = 'r' AND c.relname LIKE %s AND pg_table_is_visible(c.oid)
"""


def table_of(generation_id: int) -> str:
    """The name of a generation's table."""
    return f"{PARENT}_g{int(generation_id)}"


def create_table(generation_id: int) -> str:
    """Make the empty table of a generation, unknown to readers; returns its name."""
    table = table_of(generation_id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {table} (LIKE {PARENT} INCLUDING DEFAULTS INCLUDING GENERATED,"
            f" CONSTRAINT {table}_its_own CHECK (generation_id = {int(generation_id)}))"
        )
        # COPY leaves the column out; it is the same in every row.
        cursor.execute(f"ALTER TABLE {table} ALTER generation_id SET DEFAULT {int(generation_id)}")
    return table


def fill_table(generation_id: int, seekers, vacancies, result) -> int:
    """COPY the edges into the new table; returns how many. The caller made it in the same
    transaction. seekers, vacancies: int64, the ids of each edge. result: MatchResult."""
    points = np.ascontiguousarray(result.parts.astype(">i2")).view(np.uint8)
    with connection.cursor() as cursor:
        return write_columns(
            cursor,
            table_of(generation_id),
            {
                "seeker_id": seekers,
                "vacancy_id": vacancies,
                "score": result.score.astype(np.int32),
                "vacancy_rank": result.vacancy_rank.astype(np.int32),
                "seeker_rank": result.seeker_rank.astype(np.int16),
                "parts": points,
            },
            freeze=True,
        )


def index_table(generation_id: int) -> None:
    """Index the filled table from both sides, and tell the planner what is in it."""
    table = table_of(generation_id)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{_MEMORY}'")
        cursor.execute(f"CREATE UNIQUE INDEX {table}_pair ON {table} (seeker_id, vacancy_id)")
        # Without the rank: a list is short, and sorting it costs a reader less than the night.
        cursor.execute(f"CREATE INDEX {table}_vacancy ON {table} (vacancy_id)")
        cursor.execute(f"ANALYZE {table}")


def attach_table(generation_id: int) -> None:
    """Hang the table in. Its CHECK spares reading it; readers of other generations go on."""
    table = table_of(generation_id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE {PARENT} ATTACH PARTITION {table} FOR VALUES IN ({int(generation_id)})"
        )
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_its_own")


def switch(generation: MatchGeneration) -> None:
    """Attach a filled generation, then put it in use instead of the one before, at once.

    In two transactions: a statement that is planned while the table is not hung in yet is to find
    the one before still in use. Killed between them, the table goes with the next start.
    """
    _patiently(lambda: attach_table(generation.pk))
    _patiently(lambda: _put_in_use(generation))


def _put_in_use(generation):
    MatchGeneration.objects.filter(state=GenerationState.CURRENT).update(
        state=GenerationState.RETIRED
    )
    generation.state = GenerationState.CURRENT
    generation.switched_at = timezone.now()
    generation.save(update_fields=["state", "switched_at"])


def drop_unused() -> list[str]:
    """Drop the tables of all generations but the one in use: replaced ones, and what a killed
    night left. Returns the names of those that went; one that somebody keeps reading, as a backup
    does, is left to a later night. Only one nightly matching may be at work."""
    kept = {
        table_of(pk)
        for pk in MatchGeneration.objects.filter(state=GenerationState.CURRENT).values_list(
            "pk", flat=True
        )
    }
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [PARENT.replace("_", r"\_") + r"\_g%"])
        named = re.compile(rf"{PARENT}_g\d+")
        found = [row for row in cursor.fetchall() if named.fullmatch(row[0]) and row[0] not in kept]
    return [table for table, attached in sorted(found) if drop_if_free(table, attached)]


def drop_if_free(table: str, attached: bool = False) -> bool:
    """Drop a table, detached first, unless somebody keeps reading it; returns whether it went."""

    def drop():
        with connection.cursor() as cursor:
            if attached:
                cursor.execute(f"ALTER TABLE {PARENT} DETACH PARTITION {table}")
            cursor.execute(f"DROP TABLE {table}")

    try:
        _patiently(drop)
    except OperationalError as error:
        if not _waited_too_long(error):
            raise
        logger.warning("%s is being read all the time; a later night drops it", table)
        return False
    return True


def _patiently(change):
    """Run a change of tables in a transaction of its own that never waits long for its locks.

    Who waits for a lock makes everybody wait who comes after; so it gives up soon, lets them
    pass, and tries again. Raises OperationalError when after _TRIES there was no moment.
    """
    for left in reversed(range(_TRIES)):
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")
                change()
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = DEFAULT")
            return
        except OperationalError as error:
            if not _waited_too_long(error) or not left:
                raise
            time.sleep(_PAUSE_SECONDS)


def _waited_too_long(error):
    return getattr(error.__cause__, "pgcode", "") == errorcodes.LOCK_NOT_AVAILABLE
