"""The policy files of the product: their cases pass, cover, and hold every figure in place."""

import pytest
import yaml

from subsidies.policy import POLICIES, LoadedPolicy, PolicyError, PolicySet, evaluate, load_policy
from subsidies.policy.cases import cases_path, load_cases, run_case
from subsidies.policy.coverage import missing_cases
from subsidies.policy.policyset import policy_files

from .mutations import mutants

FILES = policy_files(POLICIES)
IDS = [path.stem for path in FILES]
ACCEPTANCE = yaml.safe_load(
    (POLICIES.parent.parent / "tests/subsidies/policy/acceptance_cases.yaml").read_text("utf-8")
)


def test_every_place_has_its_policies():
    assert {"changzhou-2020-17", "jinzhou-2020"} <= set(IDS)


@pytest.mark.parametrize("case", ACCEPTANCE, ids=[case["name"] for case in ACCEPTANCE])
def test_acceptance(policy_set, case):
    decision = evaluate(policy_set, case["provision"], case["facts"], case.get("set"))
    expect = case["expect"]
    assert (decision.outcome, decision.amount_fen) == (expect["outcome"], expect["amount_fen"])
    if "failed" in expect:
        assert decision.failed == expect["failed"]


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_worked_cases_pass(path):
    policies = PolicySet([load_policy(path)])
    wrong = {case.name: run_case(policies, case) for case in load_cases(cases_path(path))}
    assert {name: differences for name, differences in wrong.items() if differences} == {}


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_worked_cases_try_every_rule_and_every_unknown(path):
    assert missing_cases(load_policy(path), load_cases(cases_path(path))) == []


class Changed:
    """A source whose content was changed after reading; its faults need no lines."""

    def __init__(self, data):
        self.data = data

    def fault(self, path, text):
        return f"{path}: {text}"

    def knows(self, path):
        return False


def survives(data, cases, name):
    """Whether a changed policy is accepted and still passes all its cases."""
    try:
        policies = PolicySet([LoadedPolicy("", name, Changed(data))])
    except PolicyError:
        return False
    return not any(run_case(policies, case) for case in cases)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_no_figure_or_operator_can_change_unnoticed(path):
    policy, cases = load_policy(path), load_cases(cases_path(path))
    assert survives(policy.source.data, cases, path.name)
    tried, unnoticed = 0, []
    for what, data in mutants(policy.source.data):
        tried += 1
        if survives(data, cases, path.name):
            unnoticed.append(what)
    assert tried > 30
    assert not unnoticed, "\n".join(unnoticed)
