"""Reading values during an evaluation: facts, ratios, parameters, tables, and comparing them.

Everything here is compiled once from the policy file into closures that take ``(facts, params)``:
``facts`` as ``facts.normalise`` returns them, ``params`` a dict of parameter values with ``None``
for those nobody has set. ``None`` as a result always means unknown. A ratio is a pair
``(numerator, denominator)`` and is compared by cross-multiplication.
"""

import operator as op
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .facts import CATALOGUE
from .indicators import INDICATORS
from .wording import decimal_text, shown, shown_fact

Getter = Callable[[dict, dict], object]


def engine_value(value):
    """A scalar of a policy file as the evaluator holds it: decimals become fractions."""
    return Fraction(value) if isinstance(value, Decimal) else value


def json_value(value, kind: str):
    """A value as it stands in the trace and in stored decisions."""
    if value is None or kind in ("int", "fen", "bool", "choice", "region", "industry"):
        return list(value) if isinstance(value, tuple) else value
    if isinstance(value, list | tuple):
        return [json_value(item, kind) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return decimal_text(value)
    return value


@dataclass(frozen=True)
class Quantity:
    """Something a rule can look at: a fact of the catalogue, or an indicator over facts.

    ``at_most`` is what the value cannot exceed while it is unknown itself.
    """

    name: str
    label: str
    kind: str
    unit: str
    needs: tuple[str, ...]
    get: Getter
    ratio: bool
    at_most: Getter | None = None

    def text(self, value) -> str:
        """The value as a short Chinese phrase; ratios are worded beside their limit instead.

        A truth names the fact, since the rule may want it false.
        """
        words = shown(value, self.kind, self.unit, CATALOGUE[self.name].choices)
        return f"{self.label}：{words}" if self.kind == "bool" else words


def _fact(name):
    def get(facts, params):
        return facts.get(name)

    return get


def _share(name):
    def get(facts, params):
        value = facts.get(name)
        return None if value is None else (value.numerator, value.denominator)

    return get


def _difference(name, less):
    def get(facts, params):
        whole, part = facts.get(name), facts.get(less)
        return None if whole is None or part is None else whole - part

    return get


def _indicator(indicator):
    names, compute = indicator.facts, indicator.compute

    def get(facts, params):
        values = [facts.get(name) for name in names]
        return None if None in values else compute(*values)

    return get


def _per(name, whole):
    def get(facts, params):
        part, all_of = facts.get(name), facts.get(whole)
        return None if part is None or not all_of else (part, all_of)

    return get


def quantity(
    name: str, indicators: dict, less: str | None = None, per: str | None = None
) -> Quantity:
    """The quantity behind a name; ``indicators`` maps a policy's own names to their use."""
    if name in indicators:
        use = indicators[name]
        source = INDICATORS[use.use]
        return Quantity(name, use.label, "share", "", source.facts, _indicator(source), True)
    fact = CATALOGUE[name]
    if less is not None:
        needs = (name, less)
        return Quantity(
            name, fact.label, "int", fact.unit, needs, _difference(name, less), False, _fact(name)
        )
    if per is not None:
        label = f"{fact.label}占{CATALOGUE[per].label}的比例"
        return Quantity(name, label, "share", "", (name, per), _per(name, per), True)
    ratio = fact.kind == "share"
    getter = _share(name) if ratio else _fact(name)
    return Quantity(name, fact.label, fact.kind, fact.unit, (name,), getter, ratio)


def _under(actual, limits):
    """Whether a code lies under one of the codes: unknown when it is too coarse to tell."""
    if actual.startswith(limits):
        return True
    return None if any(limit.startswith(actual) for limit in limits) else False


def _within(actual, limits):
    return limits[0] <= actual <= limits[1]


def _contains_any(actual, limits):
    return not set(actual).isdisjoint(limits)


PLAIN_TESTS: dict[str, Callable] = {
    "eq": op.eq,
    "ne": op.ne,
    "lt": op.lt,
    "le": op.le,
    "gt": op.gt,
    "ge": op.ge,
    "within": _within,
    "in": lambda actual, limits: actual in limits,
    "not_in": lambda actual, limits: actual not in limits,
    "under": _under,
    "contains_any": _contains_any,
}


def _cross(compare):
    def test(ratio, limit):
        return compare(ratio[0] * limit.denominator, limit.numerator * ratio[1])

    return test


RATIO_TESTS: dict[str, Callable] = {
    name: _cross(PLAIN_TESTS[name]) for name in ("eq", "ne", "lt", "le", "gt", "ge")
}


def missing_facts(names, facts) -> list[str]:
    """Labels of the named facts that are unknown."""
    return [CATALOGUE[name].label for name in names if name not in facts]


def row_test(test) -> Callable:
    """A ``Test`` of the schema as a function of a known value."""
    if test.one_of is not None:
        allowed = frozenset(engine_value(item) for item in test.one_of)
        return allowed.__contains__
    least, most, below = (engine_value(end) for end in (test.least, test.most, test.below))
    if below is not None:
        return lambda value: (least is None or value >= least) and value < below
    if least is None:
        return lambda value: value <= most
    if most is None:
        return lambda value: value >= least
    return lambda value: least <= value <= most


def _flag(flag):
    """``(facts) -> bool``: every year of the list reaches the figures, and there are enough."""
    wanted, name = flag.every_year, flag.fact
    kept = engine_value(wanted.kept_share)

    def get(facts):
        years = facts.get(name)
        if years is None:
            return flag.otherwise
        return len(years) >= wanted.years and all(
            persons >= wanted.persons and share >= kept for persons, share in years
        )

    return get


class CompiledTable:
    """A decision table ready to look up. ``inputs`` are the facts and flags it reads."""

    def __init__(self, name, table, flags):
        self.name = name
        self.label = table.label
        self.unit = table.unit
        self.inputs = tuple(table.inputs)
        self.fact_inputs = tuple(name for name in table.inputs if name not in flags)
        self.rows = table.rows
        self._flags = {
            name: (flags[name].label, _flag(flags[name])) for name in table.inputs if name in flags
        }
        self._tests = [
            [(fact, row_test(test)) for fact, test in row.when.items()] for row in table.rows
        ]
        self.sentences: list = []
        self._values = [engine_value(row.value) for row in table.rows]

    def row(self, facts) -> int | None:
        """Position of the row that hits whatever the unknown facts are; ``None`` if open."""
        for index, tests in enumerate(self._tests):
            for fact, test in tests:
                value = self._flags[fact][1](facts) if fact in self._flags else facts.get(fact)
                if value is None or not test(value):
                    break
            else:
                return index
        return None

    def value(self, facts, params):
        """The value of the row that hits; ``None`` if the row or its parameter is unknown."""
        index = self.row(facts)
        if index is None:
            return None
        parameter = self.rows[index].parameter
        return self._values[index] if parameter is None else params[parameter]

    def missing(self, facts) -> tuple[list[str], list[str]]:
        """Labels of unknown facts and names of unset parameters that keep the value open."""
        index = self.row(facts)
        if index is None:
            return missing_facts(self.fact_inputs, facts), []
        return [], [self.rows[index].parameter]

    def inputs_text(self, facts) -> str:
        """The known inputs as one phrase, for the page."""
        return "，".join(
            f"{CATALOGUE[name].label} {shown_fact(name, facts[name])}"
            for name in self.fact_inputs
            if name in facts
        )
