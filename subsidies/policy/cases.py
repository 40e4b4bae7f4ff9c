"""Worked cases: what a policy file must answer, kept beside it as ``NAME.cases.yaml``.

A file of cases has ``schema: 1``, ``bases`` (named complete cases) and ``cases``. A case names a
``provision`` (or, for an exclusivity group, ``group``), ``facts``, ``set`` (local parameters),
``as_of``, and ``expect``; ``from`` starts with a base and overrides single facts or parameters.
``expect`` gives ``outcome`` and ``amount_fen``, optionally ``potential_fen``, the exact ``failed``
and ``unknown`` facts, ``steps`` (texts that occur in the amount steps), ``notice_days`` (working
days of the public notice), or ``error`` (a text of the message).
A group expects ``winner`` (or null) and its ``amount_fen``.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, model_validator

from .decision import choose_winner
from .errors import CaseFileError, PolicyError, PolicyFileError
from .evaluator import evaluate
from .policyset import CASES_SUFFIX, PolicySet
from .source import Source
from .terms import Strict, Text


class Expectation(Strict):
    """What must come out."""

    outcome: str | None = None
    amount_fen: int = 0
    potential_fen: int | None = None
    failed: list[str] | None = None
    unknown: list[str] | None = None
    steps: list[str] = Field(default_factory=list)
    winner: str | None = None
    notice_days: int | None = None
    error: Text | None = None


class Base(Strict):
    """A complete input that cases vary."""

    provision: Text | None = None
    group: Text | None = None
    facts: dict[str, Any] = Field(default_factory=dict)
    set: dict[str, Any] = Field(default_factory=dict)
    as_of: date | None = None


class CaseEntry(Base):
    """One case as written."""

    name: Text
    start: str | None = Field(None, alias="from")
    expect: Expectation


class CaseFile(Strict):
    """A whole file of cases."""

    schema_version: int = Field(alias="schema", ge=1, le=1)
    bases: dict[str, Base] = Field(default_factory=dict)
    cases: list[CaseEntry] = Field(min_length=1)

    @model_validator(mode="after")
    def _bases_exist(self):
        names = [case.name for case in self.cases]
        for case in self.cases:
            if case.start is not None and case.start not in self.bases:
                raise ValueError(f"用例“{case.name}”：bases 里没有“{case.start}”")
            if names.count(case.name) > 1:
                raise ValueError(f"用例名“{case.name}”用了两次")
        return self


@dataclass(frozen=True)
class Case:
    """One case ready to run."""

    name: str
    provision: str | None
    group: str | None
    facts: dict
    local: dict
    as_of: date | None
    expect: Expectation


def json_like(value):
    """Values of a YAML file as they would stand in JSON: shares and dates are texts."""
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, list):
        return [json_like(item) for item in value]
    if isinstance(value, dict):
        return {key: json_like(item) for key, item in value.items()}
    return value


def cases_path(policy_path: Path) -> Path:
    """Where the cases of a policy file are kept."""
    return policy_path.with_name(policy_path.name.removesuffix(".yaml") + CASES_SUFFIX)


def load_cases(path: Path) -> list[Case]:
    """Read a file of cases. Raises ``CaseFileError``."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CaseFileError(f"{path.name}：读不到用例文件（{error.strerror}）") from None
    return read_cases(text, path.name)


def read_cases(text: str, name: str) -> list[Case]:
    """The cases in a text; ``name`` stands before the line in messages. Raises ``CaseFileError``."""
    try:
        source = Source(text, name)
        entries = CaseFile.model_validate(source.data)
    except PolicyFileError as error:
        raise CaseFileError(str(error)) from None
    except ValidationError as error:
        raise CaseFileError(
            "；".join(source.fault(item["loc"], item["msg"]) for item in error.errors())
        ) from None
    return [_complete(entry, entries.bases.get(entry.start, Base())) for entry in entries.cases]


def _complete(entry, base):
    return Case(
        entry.name,
        entry.provision or base.provision,
        entry.group or base.group,
        json_like({**base.facts, **entry.facts}),
        json_like({**base.set, **entry.set}),
        entry.as_of or base.as_of,
        entry.expect,
    )


def run_case(policies: PolicySet, case: Case) -> list[str]:
    """Differences between what a case expects and what comes out; empty when it passes."""
    try:
        if case.group is not None:
            return _run_group(policies, case)
        decision = evaluate(policies, case.provision, case.facts, case.local, case.as_of)
    except PolicyError as error:
        if case.expect.error is None:
            return [f"出错：{error}"]
        wanted = case.expect.error
        return [] if wanted in str(error) else [f"应报错“{wanted}”，实为“{error}”"]
    if case.expect.error is not None:
        return [f"应报错“{case.expect.error}”，实为 {decision.outcome}"]
    differences = []
    for name in ("outcome", "amount_fen", "potential_fen", "failed", "unknown"):
        wanted, got = getattr(case.expect, name), getattr(decision, name)
        if wanted is None and name not in ("outcome", "amount_fen"):
            continue
        if name in ("failed", "unknown"):
            wanted, got = sorted(wanted), sorted(got)
        if wanted != got:
            differences.append(f"{name} 应为 {wanted}，实为 {got}")
    notice = policies.find(case.provision)[0].file.notice.working_days
    if case.expect.notice_days not in (None, notice):
        differences.append(f"公示天数应为 {case.expect.notice_days}，实为 {notice}")
    for text in case.expect.steps:
        if not any(text in step for step in decision.amount_steps):
            differences.append(f"计算步骤里没有“{text}”：{decision.amount_steps}")
    return differences


def _run_group(policies, case):
    policy_id, _, name = case.group.partition("/")
    group = policies.group(policy_id, name)
    decisions = choose_winner(
        [evaluate(policies, p, case.facts, case.local, case.as_of) for p in group.titles], group
    )
    grants = [d for d in decisions if d.outcome == "grant"]
    winner = grants[0].provision.partition("/")[2] if grants else None
    amount = sum(d.amount_fen for d in grants)
    differences = []
    if len(grants) > 1:
        differences.append(f"有 {len(grants)} 项同时发放")
    if (winner, amount) != (case.expect.winner, case.expect.amount_fen):
        differences.append(
            f"应由 {case.expect.winner} 得 {case.expect.amount_fen} 分，实为 {winner} 得 {amount} 分"
        )
    return differences
