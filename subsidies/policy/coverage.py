"""Whether the cases of a policy file try what has to be tried.

For every provision: a grant, each rule failing alone, each fact and each local parameter it needs
being unknown, and both sides of every end (``boundaries``).
"""

from collections.abc import Iterable

from .boundaries import boundary_gaps
from .cases import Case
from .evaluator import Evaluator
from .facts import CATALOGUE
from .parameters import check_local
from .policyset import LoadedPolicy
from .rules import condition_quantity
from .schema import AnyOf, expressions


def needs(policy: LoadedPolicy, key: str) -> tuple[set[str], set[str]]:
    """Names of the facts and of the local parameters without a value that a provision reads."""
    file, provision = policy.file, policy.file.provisions[key]
    facts, parameters, tables = set(), set(), set()
    if provision.region == "required":
        facts.add("region")
    if provision.base_period is not None:
        facts.add("base_year")
    conditions = list(provision.exclusions)
    for rule in provision.conditions:
        conditions.extend(rule.any_of if isinstance(rule, AnyOf) else [rule])
    for rule in conditions:
        if rule.if_unknown == "review":
            facts.update(condition_quantity(policy.scope, rule).needs)
            facts.update(getattr(rule, "only_if", ()))
        parameters.add(rule.limit.parameter)
        tables.add(rule.limit.table)
    if provision.amount is not None and provision.amount.by_method is not None:
        parameters.add(provision.amount.by_method.parameter)
    for part in expressions(provision):
        parameters.add(part.parameter)
        if part.otherwise is None and part.otherwise_fact is None:
            facts.add(part.fact)
            tables.add(part.table)
    if provision.tranches is not None:
        parameters.update(part.share for part in provision.tranches.parts)
    for name in tables - {None}:
        facts.update(file.tables[name].inputs)
        parameters.update(row.parameter for row in file.tables[name].rows)
    unset = {name for name in parameters - {None} if _can_be_unset(file.parameters[name])}
    return facts & set(CATALOGUE), unset


def _can_be_unset(parameter):
    return not parameter.values or any(item.value is None for item in parameter.values)


def missing_cases(policy: LoadedPolicy, cases: Iterable[Case]) -> list[str]:
    """What no case tries, one line of Chinese each."""
    cases = [case for case in cases if case.provision and case.expect.error is None]
    gaps = []
    for key in policy.file.provisions:
        name = f"{policy.file.id}/{key}"
        own = [case for case in cases if case.provision == name]
        decided = []
        for case in own:
            local = check_local(policy.file, case.local)
            evaluator = Evaluator(policy, key, local, case.as_of)
            decided.append((case, evaluator(case.facts), evaluator))
        if not any(decision.outcome == "grant" for _, decision, _ in decided):
            gaps.append(f"{name}：没有发放的用例")
        alone = set()
        for _, decision, _ in decided:
            false = {e["rule"] for e in decision.trace if e["result"] is False}
            if len(false) == 1:
                alone |= false
        for rule in _rule_ids(policy.file, policy.file.provisions[key]):
            if rule not in alone:
                gaps.append(f"{name}：没有只差“{rule}”的用例")
        facts, parameters = needs(policy, key)
        reviewed = [case for case, decision, _ in decided if decision.outcome == "review"]
        for fact in sorted(facts):
            if all(case.facts.get(fact) is not None for case in reviewed):
                gaps.append(f"{name}：没有“{fact}”不详的用例")
        for parameter in sorted(parameters):
            if all(case.local.get(parameter) is not None for case in reviewed):
                gaps.append(f"{name}：没有“{parameter}”未填写的用例")
        gaps.extend(f"{name}：{gap}" for gap in dict.fromkeys(boundary_gaps(policy, key, decided)))
    return gaps


def _rule_ids(file, provision):
    if not file.template:
        yield "jurisdiction"
    if provision.base_period is not None:
        yield "base_year"
    for rule in (*provision.exclusions, *provision.conditions):
        # Of alternatives all fail together, so none of them fails alone.
        if not isinstance(rule, AnyOf):
            yield rule.id
