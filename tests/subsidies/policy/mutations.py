"""Every small change of a policy file that would pay somebody something else.

``mutants(data)`` yields ``(what, changed data)`` for one change at a time: figures and dates moved
by one step, operators replaced, truths flipped, elements of lists and whole rules left out, rows
of tables and operations exchanged.
"""

import copy
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

# Keys whose values say nothing about who gets how much.
SILENT = {
    "schema", "id", "version", "title", "documents", "cite", "label", "measure", "text", "passed",
    "failed", "clear", "excluded", "shown_limit", "remedy", "unspecified", "rounding",
    "applicant", "manual_checks", "reason", "name", "tie", "inputs", "subject", "address",
}  # fmt: skip
SWAPS = {
    "operator": {
        "le": ("lt", "ge"), "lt": ("le", "gt"), "ge": ("gt", "le"), "gt": ("ge", "lt"),
        "eq": ("ne",), "ne": ("eq",), "in": ("not_in",), "not_in": ("in",),
    },
    "use": {"headcount_decline@1": ("benefit_recipients@1", "net_of_natural_loss@1")},
    "winner": {"highest_amount": ("first_listed",), "first_listed": ("highest_amount",)},
    "pending": {"proceed": ("wait",), "wait": ("proceed",)},
    "region": {"required": ("if_known",), "if_known": ("required",)},
    "if_unknown": {"review": ("ignore",), "ignore": ("review",), "manual": ("review",)},
    "how": {"automatic": ("on_application",), "on_application": ("automatic",)},
    "by": {"base_year": ("legal_date",), "legal_date": ("base_year",)},
    "code": {},
}  # fmt: skip
OPERATIONS = ("add", "subtract", "multiply", "least", "greatest")


def _at(data, path):
    for part in path:
        data = data[part]
    return data


def _changed(data, path, value):
    result = copy.deepcopy(data)
    _at(result, path[:-1])[path[-1]] = value
    return result


def _without(data, path):
    result = copy.deepcopy(data)
    del _at(result, path[:-1])[path[-1]]
    return result


def _renamed(data, path, name):
    result = copy.deepcopy(data)
    parent = _at(result, path[:-1])
    parent[name] = parent.pop(path[-1])
    return result


def _steps(value) -> list:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, Decimal):
        # Coarse shares are held against small headcounts: no one stands between 20 % and 20.5 %.
        step = Decimal("0.0005") if value < Decimal("0.1") else Decimal("0.01")
        return [value + step, value - step]
    if isinstance(value, date):
        return [value + timedelta(days=1), value - timedelta(days=1)]
    return []


def _name(path):
    return ".".join(str(part) for part in path)


def mutants(data: dict, path: tuple = ()) -> Iterator[tuple[str, dict]]:
    """All changes below ``path``."""
    here = _at(data, path)
    items = here.items() if isinstance(here, dict) else enumerate(here)
    for key, value in items:
        if key in SILENT:
            continue
        child = (*path, key)
        for other in SWAPS.get(key, {}).get(value, ()) if isinstance(value, str) else ():
            yield f"{_name(child)}: {value} → {other}", _changed(data, child, other)
        if key == "code" and value is not None:
            yield f"{_name(child)}: → 999900", _changed(data, child, "999900")
        if key in ("until_notice", "eligibility_only"):
            continue
        for other in _steps(value):
            yield f"{_name(child)}: {value} → {other}", _changed(data, child, other)
        if key in OPERATIONS and isinstance(value, list):
            for other in OPERATIONS:
                if other != key:
                    yield f"{_name(child)} → {other}", _renamed(data, child, other)
        if isinstance(here, list) and len(here) > 1 or key in ("local", "effective", "less"):
            yield f"{_name(child)} left out", _without(data, child)
        if key in ("conditions", "exclusions", "caps") and len(value) == 1:
            yield f"{_name(child)} left out", _without(data, child)
        if isinstance(value, dict | list):
            yield from mutants(data, child)
