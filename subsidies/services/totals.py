"""Figures of a screening run: how many enterprises, how much money, by what."""

from collections import Counter, defaultdict

from .bundles import Bundle


class Totals:
    """Counts bundles by the outcome of their leading decision.

    as_json(): {"enterprises", "grant_fen", "near_miss", "changed", "by_outcome": {outcome: {"count",
    "fen"}}, "by_district" / "by_size" / "by_industry": {code: {outcome: {"count", "fen"}}},
    "by_provision": {id: {...}}}; money in fen, keys sorted.
    """

    def __init__(self):
        self._bundles = Counter()
        self._fen = Counter()
        self._verdicts = defaultdict(lambda: [0, 0])

    def add(self, bundle: Bundle, near: bool, changed: bool):
        """Count one enterprise. near: of its leading decision."""
        facts, fen = bundle.facts, 0
        for verdict in bundle.verdicts:
            decided = verdict.decided
            cell = self._verdicts[decided.provision, decided.outcome]
            cell[0] += 1
            cell[1] += decided.amount_fen
            fen += decided.amount_fen
        outcome = bundle.leading.decided.outcome
        key = (
            outcome,
            facts["region"][:6],
            facts["size"] or "",
            facts["industry"][:1],
            near and outcome == "deny",
            changed,
        )
        self._bundles[key] += 1
        self._fen[key] += fen

    def _cells(self, *places):
        """{(key, …): [count, fen]} by the named places of the key of a bundle."""
        cells = defaultdict(lambda: [0, 0])
        for key, count in self._bundles.items():
            cell = cells[tuple(key[place] for place in places)]
            cell[0] += count
            cell[1] += self._fen[key]
        return cells

    def _of(self, place):
        return sum(count for key, count in self._bundles.items() if key[place])

    def as_json(self) -> dict:
        """The figures as they are kept with the run."""
        outcomes = self._cells(0)
        groups = {
            "by_district": self._cells(1, 0),
            "by_size": self._cells(2, 0),
            "by_industry": self._cells(3, 0),
            "by_provision": self._verdicts,
        }
        nested = {name: {} for name in groups}
        for name, cells in groups.items():
            for (key, outcome), (count, fen) in sorted(cells.items()):
                nested[name].setdefault(key, {})[outcome] = {"count": count, "fen": fen}
        return {
            "enterprises": self._bundles.total(),
            "grant_fen": sum(fen for _, fen in outcomes.values()),
            "near_miss": self._of(4),
            "changed": self._of(5),
            "by_outcome": {
                outcome: {"count": count, "fen": fen}
                for (outcome,), (count, fen) in sorted(outcomes.items())
            },
            **nested,
        }
