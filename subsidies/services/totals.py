"""Figures of a screening run: how many enterprises, how much money, by what."""

from collections import defaultdict

from .bundles import Bundle


class Totals:
    """Counts bundles by the outcome of their leading decision.

    as_json(): {"enterprises", "grant_fen", "near_miss", "changed", "by_outcome": {outcome: {"count",
    "fen"}}, "by_district" / "by_size" / "by_industry": {code: {outcome: {"count", "fen"}}},
    "by_provision": {id: {...}}}; money in fen, keys sorted.
    """

    def __init__(self):
        self.enterprises = 0
        self.near_miss = 0
        self.changed = 0
        self._cells = {
            name: defaultdict(lambda: [0, 0])
            for name in ("outcome", "district", "size", "industry", "provision")
        }

    def add(self, bundle: Bundle, changed: bool):
        """Count one enterprise."""
        leading, facts = bundle.leading, bundle.facts
        self.enterprises += 1
        self.near_miss += bundle.near
        self.changed += changed
        fen = sum(verdict.amount_fen for verdict in bundle.verdicts)
        self._count("outcome", (leading.outcome,), fen)
        self._count("district", (facts["region"][:6], leading.outcome), fen)
        self._count("size", (facts["size"] or "", leading.outcome), fen)
        self._count("industry", (facts["industry"][:1], leading.outcome), fen)
        for verdict in bundle.verdicts:
            self._count("provision", (verdict.provision_id, verdict.outcome), verdict.amount_fen)

    def _count(self, name, key, fen):
        cell = self._cells[name][key]
        cell[0] += 1
        cell[1] += fen

    def as_json(self) -> dict:
        """The figures as they are kept with the run."""
        outcomes = self._cells["outcome"]
        nested = {}
        for name in ("district", "size", "industry", "provision"):
            groups = nested[f"by_{name}"] = {}
            for (key, outcome), (count, fen) in sorted(self._cells[name].items()):
                groups.setdefault(key, {})[outcome] = {"count": count, "fen": fen}
        return {
            "enterprises": self.enterprises,
            "grant_fen": sum(fen for _, fen in outcomes.values()),
            "near_miss": self.near_miss,
            "changed": self.changed,
            "by_outcome": {
                outcome: {"count": count, "fen": fen}
                for (outcome,), (count, fen) in sorted(outcomes.items())
            },
            **nested,
        }
