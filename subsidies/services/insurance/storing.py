"""Checked chunks into the tables: COPY, doubles taken out, what is stored counted once more."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from django.db import IntegrityError, connection, transaction

from portal.places.copying import copy_value
from subsidies.enums import InsuranceKind
from subsidies.models import InsuranceImport

from . import leaves
from .binary import copy_binary, postgres_days, rows
from .checking import Checked
from .chunks import Chunk
from .layouts import LAYOUTS, Columns

# The names put into these are those of our own tables and columns, never of a file.
_COPY_REJECTIONS = (
    'COPY subsidies_insurancerejection (source_id, line, "column", value, reason) FROM STDIN'
)
_TAKE_OUT = """
WITH gone AS (
    DELETE FROM {table} d
     USING (SELECT line, first_value(line) OVER (PARTITION BY {same} ORDER BY line) AS first
              FROM {table} WHERE {where}) r
     WHERE d.line = r.line AND r.line <> r.first
    RETURNING d.*, r.first
), said AS (
    INSERT INTO subsidies_insurancerejection (source_id, line, "column", value, reason)
    SELECT %(source)s, line, %(heading)s, '', format(%(reason)s, first) FROM gone
)
SELECT count(*){sums} FROM gone
"""
_COUNT = "SELECT count(*){sums} FROM {table} WHERE source_id = %s"
_STAGE = "CREATE TEMP TABLE {table} ON COMMIT DROP AS SELECT {columns} FROM {into} WHERE false"
_FROM_STAGE = "INSERT INTO {into} ({columns}) SELECT {columns} FROM {table} ORDER BY line"
_STAGING = "insurance_staging"


class Miscounted(Exception):
    """What is stored is not what was read: the import is broken off."""


@dataclass
class Tally:
    """What became of the lines. sums: stored money column → [file, accepted, unreadable] fen."""

    lines: int = 0
    rejected: int = 0
    sums: dict[str, list[int]] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """Lines stored."""
        return self.lines - self.rejected

    def add(self, checked: Checked) -> None:
        """Count a chunk."""
        self.lines += checked.lines
        self.rejected += checked.rejected
        for column, more in checked.sums.items():
            sums = self.sums.setdefault(column, [0, 0, 0])
            for place, figure in enumerate(more):
                sums[place] += figure

    def told(self, labels: dict[str, str]) -> dict:
        """The sums as InsuranceImport keeps them."""
        return {
            column: {
                "label": labels[column],
                "file": whole,
                "accepted": accepted,
                "rejected": whole - accepted,
                "unreadable": unreadable,
            }
            for column, (whole, accepted, unreadable) in self.sums.items()
        }


class Store:
    """Takes the checked chunks of one import. Must run inside a transaction."""

    def __init__(self, record: InsuranceImport, columns: Columns):
        self._record, self._columns = record, columns
        self._month: date = record.first_month
        self.tally = Tally()

    def load(self, checked: Iterable[tuple[Chunk, Checked]]) -> Tally:
        """COPY everything, reject doubles, keep the rejections. Returns the totals, which were
        compared with what the table holds."""
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as rejections:
            self._load(self._pieces(checked, rejections))
            rejections.seek(0)
            with connection.cursor() as cursor:
                cursor.copy_expert(_COPY_REJECTIONS, rejections)
        return self.tally

    def _pieces(self, checked, rejections) -> Iterator[bytes]:
        for chunk, found in checked:
            self.tally.add(found)
            for problem in found.problems:
                row = (
                    self._record.pk, problem.line, problem.column, problem.value, problem.reason,
                )  # fmt: skip
                rejections.write("\t".join(map(copy_value, row)) + "\n")
            if found.good.any():
                yield from rows(self._stored(chunk, found))

    def _stored(self, chunk, found):
        """(type, values, known) of the columns of self.copied, of the good lines."""
        good = found.good
        size = int(good.sum())
        everything = {
            **found.data,
            "line": (chunk.lines, None),
            "source_id": (np.full(len(good), self._record.pk), None),
            "month": (np.full(len(good), np.datetime64(self._month, "D")), None),
        }
        for _, kind, name in self.copied:
            values, known = everything.get(name, (None, None))
            if values is None:
                fixed = np.zeros(size, dtype=bool)
                yield kind, fixed, None if kind == "bool" else fixed
                continue
            values = values[good]
            if kind == "date":
                values = np.where(np.isnat(values), 0, postgres_days(values))
            yield kind, values, None if known is None else known[good]

    def _sums(self) -> str:
        return "".join(f", coalesce(sum({column}), 0)::bigint" for column in self.tally.sums)

    def _take_out_doubles(self, table: str, same: str, heading: str, reason: str, where="true"):
        """Reject every line that is the same as an earlier one. reason: %s is the earlier line."""
        statement = _TAKE_OUT.format(table=table, same=same, where=where, sums=self._sums())
        with connection.cursor() as cursor:
            cursor.execute(
                statement,
                {
                    "source": self._record.pk,
                    "heading": self._columns.headings.get(heading, "")[:60],
                    "reason": reason,
                },
            )
            count, *fen = cursor.fetchone()
        self.tally.rejected += count
        for sums, double in zip(self.tally.sums.values(), fen, strict=True):
            sums[1] -= double

    def _compare(self, table: str) -> None:
        """The rows of the import, counted and added up by the database, are those read."""
        with connection.cursor() as cursor:
            cursor.execute(_COUNT.format(table=table, sums=self._sums()), [self._record.pk])
            found = list(cursor.fetchone())
        expected = [self.tally.accepted, *(sums[1] for sums in self.tally.sums.values())]
        if found != expected:
            raise Miscounted(f"read {expected}, stored {found}")


class PersonMonths(Store):
    """Into a leaf of their own."""

    copied = (
        ("person", "uuid", "person"),
        ("enterprise_id", "int8", "enterprise_id"),
        ("source_id", "int8", "source_id"),
        ("month", "date", "month"),
        ("line", "int4", "line"),
        ("first_insured_on", "date", "first_insured"),
        ("base_fen", "int4", "base_fen"),
        ("paid_fen", "int4", "paid_fen"),
        ("back_paid", "bool", "back_paid"),
    )

    def _load(self, pieces):
        leaf = leaves.create_leaf(self._month, self._record.pk)
        with connection.cursor() as cursor:
            copy_binary(cursor, leaf, [column for column, _, _ in self.copied], pieces)
        try:
            with transaction.atomic():
                leaves.index_leaf(self._month, self._record.pk)
        except IntegrityError:
            self._take_out_doubles(
                leaf,
                "person, enterprise_id",
                "identity",
                "和第 %s 行是同一人、同一单位，又没有标明补缴，只收第一行。",
                where="NOT back_paid",
            )
            leaves.index_leaf(self._month, self._record.pk)
        self._compare(leaf)
        if self.tally.accepted:
            leaves.attach_leaf(self._month, self._record.pk)
        else:
            leaves.drop_leaf(self._month, self._record.pk)


class _Staged(Store):
    """Into a temporary table first, where doubles are found, and from there into the table."""

    table: str
    same: str
    reason: str
    heading: str

    def _load(self, pieces):
        copied = [column for column, _, _ in self.copied]
        names = {"table": _STAGING, "into": self.table, "columns": ", ".join(copied)}
        with connection.cursor() as cursor:
            cursor.execute(_STAGE.format(**names))
            copy_binary(cursor, _STAGING, copied, pieces)
        self._take_out_doubles(_STAGING, self.same, self.heading, self.reason)
        with connection.cursor() as cursor:
            cursor.execute(_FROM_STAGE.format(**names))
            cursor.execute(f"DROP TABLE {_STAGING}")
            self._compare(self.table)
            if self.tally.accepted:
                cursor.execute(f"ANALYZE {self.table}")


class EnterpriseMonths(_Staged):
    """One line an enterprise."""

    table = "subsidies_insurancemonth"
    same, heading = "enterprise_id", "credit_code"
    reason = "和第 %s 行是同一家单位，只收第一行。"
    copied = (
        ("enterprise_id", "int8", "enterprise_id"),
        ("source_id", "int8", "source_id"),
        ("month", "date", "month"),
        ("line", "int4", "line"),
        ("headcount", "int4", "headcount"),
        ("premium_enterprise_fen", "int8", "premium_enterprise_fen"),
        ("premium_employee_fen", "int8", "premium_employee_fen"),
        ("social_insurance_fen", "int8", "social_insurance_fen"),
        ("back_paid_fen", "int8", "back_paid_fen"),
    )


class BenefitRecipients(_Staged):
    """One line a person."""

    table = "subsidies_benefitrecipient"
    same, heading = "person", "identity"
    reason = "和第 %s 行是同一人，只收第一行。"
    copied = (
        ("person", "uuid", "person"),
        ("enterprise_id", "int8", "enterprise_id"),
        ("source_id", "int8", "source_id"),
        ("line", "int4", "line"),
        ("began_on", "date", "began"),
        ("last_month", "date", "until"),
    )


STORES = {
    InsuranceKind.ENTERPRISE_MONTH: EnterpriseMonths,
    InsuranceKind.PERSON_MONTH: PersonMonths,
    InsuranceKind.BENEFIT_RECIPIENT: BenefitRecipients,
}


def store(record: InsuranceImport, columns: Columns, checked) -> Tally:
    """Store the checked chunks of an import; the totals go to its row, which the caller saves."""
    tally = STORES[record.kind](record, columns).load(checked)
    record.lines, record.accepted, record.rejected = tally.lines, tally.accepted, tally.rejected
    record.sums = tally.told(LAYOUTS[record.kind].money)
    return tally
