"""What a loading did: rows read, written, left alone, and refused with the reason."""

from collections import Counter


class LoadReport:
    """Counts by table and, for refused rows, by reason. Every row read is in exactly one count."""

    READ, ADDED, CHANGED, SAME = "读入", "新增", "更新", "不变"

    def __init__(self):
        self._counts: dict[str, Counter] = {}
        self._refused: dict[str, Counter] = {}

    def count(self, table: str, what: str, rows: int) -> None:
        """Add rows to one of READ, ADDED, CHANGED, SAME."""
        self._counts.setdefault(table, Counter())[what] += rows

    def refuse(self, table: str, reason: str, rows: int = 1) -> None:
        """Count rows that cannot be used, with the reason."""
        self._refused.setdefault(table, Counter())[reason] += rows

    def get(self, table: str, what: str) -> int:
        """One count, 0 when nothing was counted."""
        return self._counts.get(table, Counter())[what]

    def refused(self, table: str) -> dict[str, int]:
        """Reasons and rows, most frequent first."""
        return dict(self._refused.get(table, Counter()).most_common())

    @property
    def changed_anything(self) -> bool:
        """Whether any row was added or changed."""
        return any(c[self.ADDED] or c[self.CHANGED] for c in self._counts.values())

    def lines(self) -> list[str]:
        """The report as lines of text, tables in the order they were first counted."""
        result = []
        for table in dict.fromkeys([*self._counts, *self._refused]):
            counts = self._counts.get(table, Counter())
            facts = [f"{what} {rows:,}" for what, rows in counts.items()]
            refused = self.refused(table)
            if refused:
                facts.append(f"不能用 {sum(refused.values()):,}")
            result.append(f"{table}：{'，'.join(facts)}")
            result.extend(f"    {rows:>6,}  {reason}" for reason, rows in refused.items())
        return result
