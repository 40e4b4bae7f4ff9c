"""Finding the twin of a provision, and what it has to be given."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from subsidies.policy import LoadedPolicy

from .logic import compare_logic, logic_of

ROOT = Path(__file__).resolve().parent
# The exclusivity rules that outcomes.sql knows.
_WINNERS = ("highest_amount", "first_listed", "never_both")
_PENDING = ("wait", "proceed", None)
_TIES = ("first_listed", None)


class NoTwin(Exception):
    """A provision that the second evaluator cannot compute; the message says why, in Chinese."""


@dataclass(frozen=True)
class Twin:
    """One SQL file and the logic it was written for."""

    name: str
    sql: str
    pattern: dict = field(hash=False)


@lru_cache(maxsize=1)
def twins() -> tuple[Twin, ...]:
    """Every twin there is, by name (POLICY/PROVISION it was first written for)."""
    return tuple(
        Twin(
            str(path.relative_to(ROOT).with_suffix("")),
            path.read_text(encoding="utf-8"),
            json.loads(path.with_suffix(".logic.json").read_text(encoding="utf-8")),
        )
        for path in sorted(ROOT.glob("*/*.sql"))
    )


@lru_cache(maxsize=8)
def step(name: str) -> str:
    """The text of one of the common SQL files, by name without the ending."""
    return (ROOT / f"{name}.sql").read_text(encoding="utf-8")


def find_twin(policy: LoadedPolicy, key: str) -> tuple[Twin, dict]:
    """The twin of a provision and the figures it takes from the policy's tables and conditions.

    A twin is found by its logic, so that a template adopted under another id has one. Raises NoTwin
    when there is none, with the places that differ if one was written for the provision as it was.
    """
    logic = logic_of(policy, key)
    name = f"{policy.file.id}/{key}"
    places = None
    # The provision's own first: two twins may be for the same logic.
    for twin in sorted(twins(), key=lambda twin: twin.name != name):
        figures, differing = compare_logic(twin.pattern, logic)
        if not differing:
            return twin, figures
        if twin.name == name:
            places = differing
    if places is None:
        raise NoTwin(
            f"“{policy.file.title}”的“{policy.file.provisions[key].title}”（{name}）"
            "没有第二套计算，不能自动筛查。"
        )
    raise NoTwin(
        f"“{policy.file.title}”的“{policy.file.provisions[key].title}”（{name}，"
        f"{policy.file.version} 版）的条件或算法与第二套计算编写时不同，不能自动筛查。"
        f"不同之处：{'、'.join(places[:5])}。"
    )


def groups_of(policy: LoadedPolicy, keys: list[str]) -> list[dict]:
    """The members of exclusivity groups among some provisions, as outcomes.sql takes them.

    Raises NoTwin for a rule that the SQL does not know.
    """
    rows = []
    for name, group in policy.groups.items():
        rule = group.rule
        if rule.winner not in _WINNERS or rule.pending not in _PENDING or rule.tie not in _TIES:
            raise NoTwin(
                f"“{policy.file.title}”选取返还的规则（{name}）没有第二套计算，不能自动筛查。"
            )
        rows += [
            {
                "provision_id": f"{policy.file.id}/{member}",
                "name": f"{policy.file.id}/{name}",
                "position": position,
                "by_amount": rule.winner == "highest_amount",
                "waits": rule.pending == "wait",
                "never_both": rule.winner == "never_both",
            }
            for position, member in enumerate(rule.members)
            if member in keys
        ]
    return rows


def dated_figures(policy: LoadedPolicy) -> list[dict]:
    """Every dated value of a policy's parameters, as cases.sql takes them."""
    return [
        {
            "name": name,
            "first": value.start and value.start.isoformat(),
            "last": value.to and value.to.isoformat(),
            "value": None if value.value is None else _plain(value.value),
        }
        for name, parameter in policy.file.parameters.items()
        for value in parameter.values
    ]


def _plain(value) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)
