"""Amounts paid in parts: which parts are due by now, less what was paid already.

The first part is due with the decision, each further one once its figure is reached. A figure that
is not on record leaves its part for later, while others are due; a reviewer looks at it under
``manual_checks``.
"""

from fractions import Fraction

from .facts import CATALOGUE
from .operands import engine_value
from .wording import money, percent_exact


class CompiledTranches:
    """The parts of one provision's amount, ready to compute."""

    def __init__(self, tranches, scope):
        self._paid = tranches.paid
        self._parts = [
            (
                part,
                engine_value(part.least),
                scope.sentence(part.reached or ""),
                scope.sentence(part.waiting or ""),
            )
            for part in tranches.parts
        ]
        self._parameters = scope.parameters

    def _due(self, part, least, facts):
        if part.fact is None:
            return True
        value = facts.get(part.fact)
        return value is not None and value >= least

    def missing(self, facts, params) -> list[tuple[str, str]]:
        """``(name, label)`` of every share nobody has set, and of every figure not on record."""
        found = [
            (part.share, self._parameters[part.share].label)
            for part, *_ in self._parts
            if params[part.share] is None
        ]
        return found + [(name, CATALOGUE[name].label) for name in self._unknown(facts)]

    def _unknown(self, facts):
        names = (part.fact for part, *_ in self._parts)
        return [name for name in names if name is not None and name not in facts]

    def compute(self, whole: int | Fraction, facts, params) -> int | Fraction | None:
        """What is to be paid now of the whole amount.

        ``None`` when a share is not set, or when nothing is due by what is on record and a figure
        that is not could still make a part due: that is no refusal.
        """
        if any(params[part.share] is None for part, *_ in self._parts):
            return None
        now = whole * self._share(facts, params) - facts.get(self._paid, 0)
        return None if now <= 0 and self._unknown(facts) else now

    def _share(self, facts, params):
        return sum(
            (
                params[part.share]
                for part, least, *_ in self._parts
                if self._due(part, least, facts)
            ),
            Fraction(0),
        )

    def steps(self, whole: int | Fraction, facts, params, steps: list[str]) -> int | Fraction:
        """Write which parts are due into ``steps`` and return what is to be paid now."""
        figures = []
        for part, least, reached, waiting in self._parts:
            due = self._due(part, least, facts)
            if part.fact is not None and part.fact not in facts:
                label = CATALOGUE[part.fact].label
                steps.append(f"缺少“{label}”，{part.label}核实以后再拨付。")
            elif part.fact is not None:
                steps.append((reached if due else waiting)(facts, params, "", ""))
            if due:
                figures.append(f"{part.label} {percent_exact(params[part.share])}")
        share = self._share(facts, params)
        steps.append(
            f"应拨付：{money(whole)} × （{' ＋ '.join(figures)}） ＝ {money(whole * share)}"
        )
        paid = facts.get(self._paid, 0)
        now = whole * share - paid
        figures = f"应拨付 {money(whole * share)} － 已经拨付 {money(paid)}"
        steps.append(f"这次拨付：{figures} ＝ {money(now)}")
        return now
