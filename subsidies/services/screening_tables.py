"""The facts and every decision of a running screening as temp tables, for the second evaluator."""

import csv
import io

from django.db import connection

from .bundles import Bundle
from .facts import COLUMNS, FactSheet

CHUNK = 5000  # rows of results sent at once
_TEXTS = {"region", "size", "industry", "entity_kind"}
_TRUTHS = {"difficult_certified", "hit_by_epidemic", "dispatch_company", "dishonest"}
_RESULTS = "enterprise_id bigint, provision_id text, outcome text, amount_fen bigint"


class ScreeningTables:
    """screening_facts and screening_results, gone with the transaction they were made in."""

    def __init__(self, sheet: FactSheet):
        facts = ", ".join(f"{name} {_type(name)}" for name in COLUMNS)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS screening_facts, screening_results")
            cursor.execute(f"CREATE TEMP TABLE screening_facts ({facts}) ON COMMIT DROP")
            cursor.execute(f"CREATE TEMP TABLE screening_results ({_RESULTS}) ON COMMIT DROP")
        for first in range(0, len(sheet.rows), CHUNK):
            _copy("screening_facts", sheet.rows[first : first + CHUNK])
        self._waiting: list[tuple] = []

    def add(self, bundle: Bundle) -> None:
        """Every verdict on one enterprise, changed or not."""
        self._waiting += [
            (bundle.enterprise_id, v.provision_id, v.outcome, v.amount_fen) for v in bundle.verdicts
        ]
        if len(self._waiting) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Send what is waiting; call it after the last enterprise."""
        _copy("screening_results", self._waiting)
        self._waiting.clear()


def _type(name):
    if name in _TEXTS:
        return "text"
    return "boolean" if name in _TRUTHS else "bigint"


def _copy(table, rows):
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT csv)", buffer)
