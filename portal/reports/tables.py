"""A table as a snapshot keeps it: plain JSON values with what kind each column is.

Kinds and their stored values: text and code (str), count and change (int; a change shows its sign),
money (int, fen), share ([part, whole], whole 0 means no share), day ("2020-03-18"), empty cells
None.
"""

from dataclasses import dataclass, field

KINDS = ("text", "code", "count", "change", "money", "share", "day")


@dataclass(frozen=True)
class Column:
    """One column; text wraps at the width `wide` (in digits; 0: where columns usually end)."""

    heading: str
    kind: str = "text"
    wide: int = 0

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"no such kind of column: {self.kind}")


@dataclass(frozen=True)
class Table:
    """One sheet: title, what its second line says besides date and snapshot, columns, rows.

    units: “家、人”. notes: sentences put behind the units. total: the row above all others, or
    None. Rows hold one value a column.
    """

    name: str
    title: str
    units: str
    columns: tuple[Column, ...]
    rows: list[list]
    total: list | None = None
    notes: tuple[str, ...] = field(default_factory=tuple)

    def __post_init__(self):
        for row in [*self.rows, *([self.total] if self.total else [])]:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.name}: {len(row)} values for {len(self.columns)} columns")

    def as_json(self) -> dict:
        """For the snapshot."""
        return {
            "name": self.name,
            "title": self.title,
            "units": self.units,
            "columns": [[c.heading, c.kind, c.wide] for c in self.columns],
            "rows": self.rows,
            "total": self.total,
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, data: dict) -> "Table":
        """From a snapshot."""
        return cls(
            data["name"],
            data["title"],
            data["units"],
            tuple(Column(*column) for column in data["columns"]),
            data["rows"],
            data["total"],
            tuple(data["notes"]),
        )
