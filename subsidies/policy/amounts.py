"""Amounts: exact arithmetic in fen and the steps that explain it.

A node computes an ``int`` or a ``Fraction`` and never rounds; the evaluator rounds once, at the
end. The same node writes the steps, so the explanation cannot differ from the sum.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from .facts import CATALOGUE
from .wording import money, shown, shown_fact

SYMBOLS = {"add": " ＋ ", "subtract": " － ", "multiply": " × "}


def round_half_up(value: int | Fraction) -> int:
    """Whole fen, a half counts as one. ``value`` is not negative."""
    if isinstance(value, int):
        return value
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


@dataclass(frozen=True)
class Leaf:
    """A fact, parameter, table or literal of an amount."""

    kind: str
    name: str
    label: str
    unit: str
    measure: str
    constant: int | None = None
    table: object = None
    otherwise: int | None = None
    otherwise_fact: str | None = None

    def compute(self, facts, params):
        """The value; ``None`` when it is unknown."""
        if self.kind == "parameter":
            return params[self.name]
        if self.kind == "value":
            return self.constant
        if self.kind == "fact":
            value = facts.get(self.name)
            if value is None and self.otherwise_fact:
                value = facts.get(self.otherwise_fact)
        else:
            value = self.table.value(facts, params)
        return self.otherwise if value is None else value

    def phrase(self, facts, params, steps) -> tuple[str, int | Fraction]:
        """Label and figure, and the value; a table first says in ``steps`` which row it took."""
        value = self.compute(facts, params)
        if self.kind == "fact":
            return f"{self.label} {shown_fact(self.name, value)}", value
        if self.kind == "table":
            row = self.table.row(facts)
            if row is not None:
                steps.append(self.table.sentences[row](facts, params, "", ""))
        return f"{self.label} {shown(value, self.unit, self.measure)}".strip(), value

    def leaves(self):
        """This leaf."""
        yield self

    def choices(self, facts, params):
        """A leaf chooses nothing."""
        yield from ()


@dataclass(frozen=True)
class Node:
    """An operation over other nodes."""

    kind: str
    label: str
    unit: str
    measure: str
    parts: tuple

    def compute(self, facts, params):
        """The exact value; ``None`` when any part is unknown."""
        values = []
        for part in self.parts:
            value = part.compute(facts, params)
            if value is None:
                return None
            values.append(value)
        return self._joined(values)

    def _joined(self, values):
        if self.kind == "add":
            return sum(values)
        if self.kind == "subtract":
            return values[0] - sum(values[1:])
        if self.kind == "multiply":
            return math.prod(values)
        return min(values) if self.kind == "least" else max(values)

    def phrase(self, facts, params, steps) -> tuple[str, int | Fraction]:
        """Write the sum into ``steps``; return the result as a figure, and the value.

        Only when nothing is unknown.
        """
        both = [part.phrase(facts, params, steps) for part in self.parts]
        figures = [figure for figure, _ in both]
        value = self._joined([value for _, value in both])
        result = self._figure(value)
        if self.kind in SYMBOLS:
            sum_text = SYMBOLS[self.kind].join(figures)
        else:
            sum_text = f"{'、'.join(figures)}中较{'小' if self.kind == 'least' else '大'}的"
        steps.append(f"{self.label}：{sum_text} ＝ {result}")
        return f"{self.label} {result}", value

    def _figure(self, value):
        return money(value) if self.unit == "fen" else shown(value, self.unit, self.measure)

    def leaves(self):
        """Every leaf below."""
        for part in self.parts:
            yield from part.leaves()

    def choices(self, facts, params):
        """``(label, number of parts, position taken)`` of each lesser or greater figure below.

        The position is ``None`` while a part is unknown or two of them are equal.
        """
        for part in self.parts:
            yield from part.choices(facts, params)
        if self.kind in ("least", "greatest"):
            values = [part.compute(facts, params) for part in self.parts]
            taken = self.compute(facts, params)
            alone = taken is not None and values.count(taken) == 1
            yield self.label, len(values), values.index(taken) if alone else None


def build(expr, parameters, tables):
    """Compile an ``Expr``. ``parameters`` and ``tables`` are the policy's, by name."""
    kind = expr.kind
    if kind == "fact":
        fact = CATALOGUE[expr.fact]
        return Leaf(
            kind,
            expr.fact,
            expr.label or fact.label,
            fact.kind,
            fact.unit,
            otherwise=expr.otherwise,
            otherwise_fact=expr.otherwise_fact,
        )
    if kind == "parameter":
        parameter = parameters[expr.parameter]
        label = expr.label or parameter.label
        return Leaf(kind, expr.parameter, label, parameter.unit, parameter.measure)
    if kind == "table":
        table = tables[expr.table]
        label = expr.label or table.label
        return Leaf(kind, expr.table, label, table.unit, "", table=table, otherwise=expr.otherwise)
    if kind == "value":
        return Leaf(kind, "", expr.label or "", expr.unit, "", constant=expr.value)
    parts = tuple(build(part, parameters, tables) for part in getattr(expr, kind))
    unit = "fen" if any(part.unit == "fen" for part in parts) else parts[0].unit
    measure = next((part.measure for part in parts if part.measure), "")
    return Node(kind, expr.label, unit, measure, parts)


class CompiledAmount:
    """The amount of one provision with its caps, and the part of it due by now."""

    def __init__(self, amount, caps, parameters, tables, tranches=None):
        self._method = amount.by_method.parameter if amount.by_method else None
        expressions = amount.by_method.choices if amount.by_method else {None: amount.expression}
        self._nodes = {
            choice: build(expr, parameters, tables) for choice, expr in expressions.items()
        }
        self._caps = [(cap.label, build(cap.amount, parameters, tables)) for cap in caps]
        self._tranches = tranches

    def _node(self, params):
        return self._nodes.get(params[self._method] if self._method else None)

    def compute(self, facts, params) -> int | Fraction | None:
        """Exact fen, not below zero; ``None`` when a figure is unknown."""
        node = self._node(params)
        value = node.compute(facts, params) if node else None
        for _, cap in self._caps:
            limit = cap.compute(facts, params)
            if value is None or limit is None:
                return None
            value = min(value, limit)
        if self._tranches and value is not None:
            value = self._tranches.compute(value, facts, params)
        return None if value is None else max(0, value)

    def choices(self, facts, params):
        """Which part each lesser or greater figure takes, in the amount and its caps."""
        for node in filter(None, (self._node(params), *(cap for _, cap in self._caps))):
            yield from node.choices(facts, params)

    def missing(self, facts, params) -> list[tuple[str, str]]:
        """``(fact or parameter name, label)`` of every figure that is unknown."""
        node = self._node(params)
        if node is None:
            return [(self._method, "")]
        found = {}
        for part in (node, *(cap for _, cap in self._caps)):
            for leaf in part.leaves():
                if leaf.compute(facts, params) is not None:
                    continue
                if leaf.kind != "table":
                    found.setdefault(leaf.name, leaf.label)
                    continue
                row = leaf.table.row(facts)
                if row is not None:
                    found.setdefault(leaf.table.rows[row].parameter, leaf.label)
                    continue
                for name in leaf.table.fact_inputs:
                    if name not in facts:
                        found.setdefault(name, CATALOGUE[name].label)
        if self._tranches:
            found.update(self._tranches.missing(facts, params))
        return list(found.items())

    def steps(self, facts, params) -> list[str]:
        """The whole sum in Chinese, the rounding last. Only when nothing is unknown."""
        steps: list[str] = []
        node = self._node(params)
        phrase, value = node.phrase(facts, params, steps)
        if not steps or isinstance(node, Leaf):
            steps.append(phrase)
        for label, cap in self._caps:
            _, limit = cap.phrase(facts, params, steps)
            if value > limit:
                value = limit
                steps.append(f"{label}：超过的部分不付，取 {money(limit)}")
        if self._tranches:
            value = self._tranches.steps(value, facts, params, steps)
        if value < 0:
            value = 0
            steps.append("结果小于 0，按 0 计")
        steps.append(f"四舍五入到分（只在最后一步）：{money(round_half_up(value))}")
        return steps
