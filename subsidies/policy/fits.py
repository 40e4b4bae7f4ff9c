"""Which values and operators fit which kinds of facts and parameters."""

from datetime import date
from decimal import Decimal

from .facts import CODES
from .operands import PLAIN_TESTS, RATIO_TESTS

ORDERED = ("eq", "ne", "lt", "le", "gt", "ge", "within")
OPERATORS = {
    "int": (*ORDERED, "in", "not_in"),
    "fen": ORDERED,
    "date": ORDERED,
    "share": tuple(RATIO_TESTS),
    "bool": ("eq",),
    "choice": ("eq", "ne", "in", "not_in"),
    "region": ("under",),
    "industry": ("under",),
    "provisions": ("contains_any",),
    "placements": (),
}
MANY = ("in", "not_in", "under", "contains_any")


def value_fits(value, kind, choices=()) -> bool:
    """Whether a literal of a policy file is of a fact's or parameter's kind."""
    if kind in ("int", "fen"):
        return type(value) is int and value >= 0
    if kind == "share":
        return isinstance(value, Decimal) and 0 <= value <= 1
    if kind == "date":
        return type(value) is date
    if kind == "bool":
        return type(value) is bool
    if kind == "choice":
        return isinstance(value, str) and (not choices or value in choices)
    if not isinstance(value, str):
        return False
    return kind not in CODES or CODES[kind].fullmatch(value) is not None


# The closed set of operators is what the evaluator implements.
assert {name for names in OPERATORS.values() for name in names} == set(PLAIN_TESTS)
