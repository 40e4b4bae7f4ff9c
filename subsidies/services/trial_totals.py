"""Adding up a trial: the bill before and after, by district, industry and size; who gains and loses.

Plain Python: rows in, a JSON value out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

DIMENSIONS = ("district", "industry", "size")
DISTRICT_DIGITS = 6
UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """One enterprise under what is in force and under what is tried; money in fen."""

    enterprise_id: int
    region: str | None
    industry: str | None
    size: str | None
    before_outcome: str
    before_fen: int
    after_outcome: str
    after_fen: int

    def key(self, dimension: str) -> str:
        """Where the row counts: district code, section letter, size class; "" when not known."""
        if dimension == "district":
            return (self.region or UNKNOWN)[:DISTRICT_DIGITS]
        if dimension == "industry":
            return (self.industry or UNKNOWN)[:1]
        return self.size or UNKNOWN


class Cell:
    """Sums over some enterprises; see `as_json` for what they are."""

    def __init__(self):
        self._sums = dict.fromkeys(
            (
                "enterprises", "before_count", "before_fen", "after_count", "after_fen",
                "winners", "winners_fen", "losers", "losers_fen",
            ),
            0,
        )  # fmt: skip

    def add(self, row: Compared) -> None:
        """Count one enterprise."""
        sums = self._sums
        sums["enterprises"] += 1
        sums["before_count"] += row.before_fen > 0
        sums["before_fen"] += row.before_fen
        sums["after_count"] += row.after_fen > 0
        sums["after_fen"] += row.after_fen
        gain = row.after_fen - row.before_fen
        if gain > 0:
            sums["winners"] += 1
            sums["winners_fen"] += gain
        elif gain < 0:
            sums["losers"] += 1
            sums["losers_fen"] -= gain

    def as_json(self) -> dict:
        """Enterprises, those paid and fen before and after, those who gain and lose and how much.

        winners_fen and losers_fen are both positive; after − before = winners_fen − losers_fen.
        """
        return dict(self._sums)


class TrialTotals:
    """Collects compared rows; `as_json` is what Trial.totals keeps."""

    def __init__(self):
        self._all = Cell()
        self._outcomes: dict[tuple[str, str], int] = {}
        self._cells: dict[str, dict[str, Cell]] = {name: {} for name in DIMENSIONS}

    def add_all(self, rows: Iterable[Compared]) -> None:
        """Count rows."""
        for row in rows:
            self._all.add(row)
            pair = (row.before_outcome, row.after_outcome)
            self._outcomes[pair] = self._outcomes.get(pair, 0) + 1
            for name, cells in self._cells.items():
                cells.setdefault(row.key(name), Cell()).add(row)

    def as_json(self) -> dict:
        """{"all": cell, "moves": [[before, after, count]], "by_district": {key: cell}, …}."""
        return {
            "all": self._all.as_json(),
            "moves": [[*pair, count] for pair, count in sorted(self._outcomes.items())],
            **{
                f"by_{name}": {key: cell.as_json() for key, cell in sorted(cells.items())}
                for name, cells in self._cells.items()
            },
        }
