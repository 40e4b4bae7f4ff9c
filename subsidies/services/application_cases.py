"""Deciding on an application: everything that is used goes in as JSON, so that it can be computed
again years later from what the decision keeps.

The case (Decision.facts): {"values", "sources": the applicant's facts, "persons": None or a list of
{"row", "name" (masked), "values", "sources"}, "parameters": local parameters as they were,
"legal_date": the day of the application, "register": what the register of entitlements refused}.
"""

from dataclasses import asdict, dataclass
from datetime import date

from subsidies.models import Decision
from subsidies.policy import ENGINE_VERSION, Evaluator, LoadedPolicy, near_miss
from subsidies.policy.parameters import check_local
from subsidies.policy.wording import money

from .application_needs import Needs, needs_of
from .bundles import JSON_COLUMNS, canonical, content_sha256
from .publishing import compiled


@dataclass(frozen=True)
class CaseResult:
    """A decision on an application. granted: positions of the persons it pays for."""

    provision: str
    outcome: str
    amount_fen: int
    trace: list
    amount_steps: list
    manual_checks: list
    near_miss: dict | None
    granted: list[int]
    outcomes: list[str]


def decide_case(policy: LoadedPolicy, key: str, case: dict) -> CaseResult:
    """Evaluate a case under one provision. Nothing but the arguments is looked at.

    Each person is evaluated alone. One person open leaves the whole application open; otherwise it
    pays for those who qualify, and `persons` counts only them. Raises FactError, ParameterError.
    """
    evaluator = Evaluator(
        policy,
        key,
        check_local(policy.file, case["parameters"]),
        date.fromisoformat(case["legal_date"]),
    )
    needs = needs_of(policy, key)
    if case["persons"] is None:
        result = _single(evaluator, case["values"])
    else:
        result = _several(evaluator, needs, case)
    return _refused_by_register(policy, key, case, result)


def _single(evaluator, values):
    decision = evaluator(values)
    return CaseResult(
        decision.provision,
        decision.outcome,
        decision.amount_fen,
        decision.trace,
        decision.amount_steps,
        decision.manual_checks,
        _missed(decision),
        [],
        [],
    )


def _missed(decision):
    missed = near_miss(decision)
    return None if missed is None else asdict(missed) | {"gap_persons": None}


def _several(evaluator, needs, case):
    shared = case["values"]
    decisions = [
        evaluator({**shared, **person["values"], "persons": 1}) for person in case["persons"]
    ]
    outcomes = [decision.outcome for decision in decisions]
    granted = [index for index, outcome in enumerate(outcomes) if outcome == "grant"]
    trace = _merged(decisions)
    amount, steps = 0, []
    if "review" in outcomes:
        outcome = "review"
    elif granted:
        amount, steps, more = _sum(evaluator, needs, case, granted)
        trace += more
        outcome = "grant" if amount else "deny"
    else:
        outcome = "excluded" if set(outcomes) == {"excluded"} else "deny"
    checks = {
        canonical(check): check
        for index, decision in enumerate(decisions)
        if index in granted or outcome != "grant"
        for check in decision.manual_checks
    }
    alone = len(decisions) == 1
    return CaseResult(
        decisions[0].provision,
        outcome,
        amount,
        trace,
        steps,
        list(checks.values()),
        _missed(decisions[0]) if alone else None,
        granted if outcome == "grant" else [],
        outcomes,
    )


def _merged(decisions):
    """What is the same for everyone once, the rest with the person's number (from 1).

    The amount of a single person stays out unless it is what refuses: the sum has its own entries.
    """
    kept = [[e for e in d.trace if e["rule"] != "amount" or not e["result"]] for d in decisions]
    counts: dict[bytes, int] = {}
    for entries in kept:
        for entry in entries:
            place = canonical(entry)
            counts[place] = counts.get(place, 0) + 1
    everyone = {place for place, count in counts.items() if count == len(decisions)}
    merged = [entry for entry in kept[0] if canonical(entry) in everyone]
    for number, entries in enumerate(kept, 1):
        merged += [
            {**entry, "person": number} for entry in entries if canonical(entry) not in everyone
        ]
    return merged


def _sum(evaluator, needs: Needs, case, granted):
    """Amount, steps and entries over those who qualify: one sum for all who have the same figures,
    each counting what the one before it has paid against a yearly cap."""
    shared = dict(case["values"])
    groups: dict[bytes, list[int]] = {}
    counts_persons = "persons" in needs.amount
    for index in granted:
        values = case["persons"][index]["values"]
        same = {name: values.get(name) for name in needs.each if name in needs.amount}
        place = canonical(same if counts_persons else [index, same])
        groups.setdefault(place, []).append(index)
    amounts, steps, trace = [], [], []
    for indexes in groups.values():
        values = case["persons"][indexes[0]]["values"]
        decision = evaluator({**shared, **values, "persons": len(indexes)})
        amounts.append(decision.amount_fen)
        if "paid_this_year_fen" in shared:
            shared["paid_this_year_fen"] += decision.amount_fen
        trace += [entry for entry in decision.trace if entry["rule"] == "amount"]
        if len(groups) > 1:
            numbers = "、".join(str(index + 1) for index in indexes)
            steps.append(f"第 {numbers} 位，共 {len(indexes)} 人：")
        steps += decision.amount_steps
    if len(groups) > 1:
        parts = " ＋ ".join(money(one) for one in amounts)
        steps.append(f"合计：{parts} ＝ {money(sum(amounts))}")
    return sum(amounts), steps, trace


def _refused_by_register(policy, key, case, result):
    """The register had it first: excluded, with an entry that says what was had and when."""
    refused = case.get("register")
    if not refused or result.outcome != "grant":
        return result
    cite = policy.file.provisions[key].cite
    entry = policy.scope.entry("register", "不重复享受", cite, "already_paid", "contains_any")
    entry["result"] = False
    entry["limit_text"] = "同一事项只享受一次"
    entry["actual_text"] = "已经享受过"
    entry["text"] = f"{'；'.join(refused)}。"
    return CaseResult(
        result.provision,
        "excluded",
        0,
        [*result.trace, entry],
        [],
        result.manual_checks,
        None,
        [],
        ["excluded" if o == "grant" else o for o in result.outcomes],
    )


def columns_of(case: dict, result: CaseResult) -> dict[str, str]:
    """The JSON columns of a decision as canonical text, by name."""
    return {
        "facts": canonical(case).decode(),
        "trace": canonical(result.trace).decode(),
        "amount_steps": canonical(result.amount_steps).decode(),
        "near_miss": canonical(result.near_miss).decode(),
        "manual_checks": canonical(result.manual_checks).decode(),
    }


def sha256_of(policy: LoadedPolicy, case: dict, result: CaseResult) -> str:
    """Hash of everything a decision on an application says."""
    return content_sha256(result, policy.sha256, columns_of(case, result))


def recompute(decision: Decision) -> list[str]:
    """Names of the columns of a stored decision that come out differently today; none is right.

    From what the decision keeps and the policy text of its version, nothing else.
    """
    policy = compiled(decision.policy)
    result = decide_case(policy, decision.provision_id.partition("/")[2], decision.facts)
    again = columns_of(decision.facts, result)
    differs = [
        name for name in JSON_COLUMNS if canonical(getattr(decision, name)).decode() != again[name]
    ]
    for name in ("outcome", "amount_fen"):
        if getattr(decision, name) != getattr(result, name):
            differs.append(name)
    same_engine = decision.engine_version == ENGINE_VERSION
    if same_engine and decision.content_sha256 != sha256_of(policy, decision.facts, result):
        differs.append("content_sha256")
    return differs
