"""Which worked cases two versions of a policy answer differently, and both lists as text."""

from collections.abc import Iterable
from dataclasses import dataclass

from .cases import Case
from .decision import choose_winner
from .diff import SECTIONS, Change
from .errors import PolicyError
from .evaluator import evaluate
from .policyset import LoadedPolicy, PolicySet
from .wording import money

OUTCOMES = {"grant": "发放", "deny": "不符合", "review": "转人工核实", "excluded": "不适用"}


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A worked case that comes out differently. old, new: outcome and amount in words."""

    name: str
    old: str
    new: str


def changed_cases(old: LoadedPolicy, new: LoadedPolicy, cases: Iterable[Case]) -> list[CaseChange]:
    """The worked cases whose outcome or amount differs between two versions, in their order.

    Ids of either version in the cases (and in what was paid before) count as the same policy.
    """
    sides = [(old.file.id, PolicySet([old])), (new.file.id, PolicySet([new]))]
    changes = []
    for case in cases:
        answers = [
            _answer(policies, _moved(case, (old.file.id, new.file.id), own))
            for own, policies in sides
        ]
        if answers[0] != answers[1]:
            changes.append(CaseChange(case.name, *answers))
    return changes


def _moved(case, ids, own):
    """A case with the ids of either version replaced by one version's own."""

    def here(text):
        head, slash, rest = text.partition("/")
        return f"{own}{slash}{rest}" if head in ids else text

    facts = dict(case.facts)
    if isinstance(facts.get("already_paid"), list):
        facts["already_paid"] = [here(str(name)) for name in facts["already_paid"]]
    provision, group = (name and here(name) for name in (case.provision, case.group))
    return Case(case.name, provision, group, facts, case.local, case.as_of, case.expect)


def _answer(policies, case):
    try:
        if case.provision is not None:
            return _outcome(evaluate(policies, case.provision, case.facts, case.local, case.as_of))
        policy_id, _, name = case.group.partition("/")
        group = policies.group(policy_id, name)
        decisions = [
            evaluate(policies, member, case.facts, case.local, case.as_of)
            for member in group.titles
        ]
        return "；".join(
            f"{group.titles[d.provision]}{_outcome(d)}" for d in choose_winner(decisions, group)
        )
    except PolicyError as error:
        return str(error)


def _outcome(decision):
    if decision.outcome == "grant":
        return f"发放 {money(decision.amount_fen)}"
    return OUTCOMES[decision.outcome]


def diff_text(changes: Iterable[Change], cases: Iterable[CaseChange]) -> str:
    """Both lists as plain text, by section; says so when there is no difference."""
    lines, section = [], None
    for change in changes:
        if change.section != section:
            section = change.section
            lines.append(f"{SECTIONS[section]}：")
        where = f"{change.provision}　" if change.provision else ""
        lines.append(f"  {where}{change.text}")
    cases = list(cases)
    if cases:
        lines.append("结果不同的用例：")
        lines.extend(f"  {case.name}：{case.old} → {case.new}" for case in cases)
    return "\n".join(lines or ["两个版本没有差别。"]) + "\n"
