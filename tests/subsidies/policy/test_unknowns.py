"""What is not on record never grants by itself, in any provision of any place."""

import pytest

from subsidies.policy import POLICIES, LoadedPolicy, PolicyFileError, evaluate
from subsidies.policy.cases import cases_path, load_cases
from subsidies.policy.policyset import policy_files

CASES = [
    case
    for path in policy_files(POLICIES)
    for case in load_cases(cases_path(path))
    if case.provision and case.expect.error is None
]


# Which missing facts turn a no into a grant that waits for a reviewer's tick. In every provision
# that is applied for the region does: the office that takes the application is the place's own.
LEFT_TO_A_PERSON = {
    "changzhou-2020-17/agency-referral": {"first_insured_here"},
    "huaian/outside-fair": {"enterprises_taken"},
    "huaian/staff-sharing": {"months_received"},
    "jianghai/intern-kept": {"internship_months"},
    "jianghai/service-station": {"paid_this_year_fen"},
    "nanhe-2020-1/absorb-unemployed": {"hired_on", "insured_months", "persons"},
    "nanhe-2020-1/placement-bonus": {"persons"},
    "nanhe-2020-1/temp-public-post": {"months_received"},
    "nanhe-2020-1/unemployed-aid": {"insured_months", "months_received"},
    "pingdu/absorb-graduate": {"insured_months"},
    "pingdu/placement": {"persons", "age", "graduate_of_year"},
}
# Which exclusions a missing fact lets pass: a reviewer's tick for the first; the second is about the
# employer of whoever applies as a person; the third is barred by the register of entitlements.
EXCLUSIONS = {"dispatch_company", "employer_dispatch_company", "already_paid"}


def hidings(policy_set, outcomes):
    """(case, fact, decision on all facts, decision without that fact), one fact at a time."""
    for case in CASES:
        if case.expect.outcome in outcomes:
            whole = evaluate(policy_set, case.provision, case.facts, case.local, case.as_of)
            for name in [name for name, value in case.facts.items() if value is not None]:
                facts = case.facts | {name: None}
                yield (
                    case,
                    name,
                    whole,
                    evaluate(policy_set, case.provision, facts, case.local, case.as_of),
                )


def test_exactly_these_facts_are_left_to_a_person(policy_set):
    """No more and no fewer than the decision record says, and each opens a check of its own."""
    tried, found, places = 0, {}, set()
    for case, name, whole, decision in hidings(policy_set, ("deny", "review")):
        tried += 1
        if decision.outcome != "grant":
            continue
        opened = set(ids(decision)) - set(ids(whole))
        assert opened, (case.name, name)
        if name == "region":
            places.add(case.provision)
        else:
            found.setdefault(case.provision, set()).add(name)
            assert opened & {name, "first_hired", "graduate"}, (case.name, name)
    assert tried > 500
    assert found == LEFT_TO_A_PERSON
    applied_for = {
        f"{policy.file.id}/{key}"
        for policy in policy_set.policies.values()
        for key, provision in policy.file.provisions.items()
        if provision.delivery.how == "on_application" and provision.region == "if_known"
    }
    assert places == applied_for


def test_exactly_these_exclusions_let_an_unknown_pass(policy_set):
    found = set()
    for case, name, whole, decision in hidings(policy_set, ("excluded",)):
        if decision.outcome == "grant":
            found.add(name)
            if name == "dispatch_company":
                assert set(ids(decision)) - set(ids(whole)) == {name}, case.name
    assert found == EXCLUSIONS


AUTOMATIC = (POLICIES / "jinzhou/jinzhou-2020.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("region: required", "region: if_known", "provisions.refund.region"),
        ("        operator: le\n", "        operator: le\n        if_unknown: manual\n",
         "provisions.refund.conditions[1].if_unknown"),
        ("{fact: premium_enterprise_fen, label: 单位缴纳}",
         "{fact: premium_enterprise_fen, label: 单位缴纳, otherwise: 0}", "provisions.refund.amount"),
    ],
)  # fmt: skip
def test_what_nobody_applies_for_leaves_nothing_to_a_person(old, new, key):
    """Refused when the file is read, with its line and key."""
    assert old in AUTOMATIC
    with pytest.raises(PolicyFileError) as caught:
        LoadedPolicy(AUTOMATIC.replace(old, new, 1), "锦州.yaml")
    faults = [fault for fault in caught.value.faults if "没有申请就发放" in fault]
    assert len(faults) == 1, caught.value.faults
    assert faults[0].startswith("锦州.yaml:") and key in faults[0]


def test_hiding_a_fact_never_raises_an_amount(policy_set):
    for case in CASES:
        if case.expect.outcome != "grant":
            continue
        for name in case.facts:
            facts = case.facts | {name: None}
            decision = evaluate(policy_set, case.provision, facts, case.local, case.as_of)
            if decision.amount_fen > case.expect.amount_fen:
                watched = {check["id"] for check in decision.manual_checks}
                assert name in watched, (case.name, name)


def decide(policy_set, provision, **facts):
    return evaluate(policy_set, provision, facts)


def ids(decision):
    return [check["id"] for check in decision.manual_checks]


def test_a_check_is_settled_by_the_fact_on_record(policy_set):
    facts = {"kept_on": True, "contract_months": 12, "insured_months": 3}
    left = decide(policy_set, "jianghai/intern-kept", **facts)
    assert ids(left) == ["student", "internship_months", "region"]
    settled = decide(
        policy_set, "jianghai/intern-kept", **facts, internship_months=3, region="440704"
    )
    assert ids(settled) == ["student"]
    assert settled.manual_checks[0]["cite"] == "S2(五)"


def test_a_stand_in_is_to_be_confirmed(policy_set):
    facts = {"fee_year_fen": 16000000, "workers_brought": 50}
    first = decide(policy_set, "jianghai/service-station", **facts)
    assert (first.outcome, first.amount_fen) == ("grant", 8000000)
    assert {"paid_this_year_fen", "second_part"} <= set(ids(first))
    known = decide(
        policy_set,
        "jianghai/service-station",
        **facts,
        workers_recruited=300,
        paid_this_year_fen=8000000,
    )
    assert known.amount_fen == 8000000
    assert not {"paid_this_year_fen", "second_part"} & set(ids(known))


def test_the_basic_rate_needs_no_record_of_who_stayed(policy_set):
    facts = {
        "certified_base": True,
        "months": 6,
        "paid_minimum_wage": True,
        "accident_insured": True,
    }
    local = {"minimum_wage_monthly_fen": 173000}
    decision = evaluate(policy_set, "pingdu/placement", facts, local)
    assert (decision.outcome, decision.amount_fen) == ("grant", 622800)
    assert "placement_more" in ids(decision)
    known = evaluate(policy_set, "pingdu/placement", facts | {"kept_share": "0.5"}, local)
    assert known.amount_fen == 622800
    assert "placement_more" not in ids(known)


def test_who_was_never_insured_gets_no_aid(policy_set):
    local = {"benefit_monthly_fen": 150000, "aid_rate": "0.8"}

    def aid(**facts):
        return evaluate(policy_set, "nanhe-2020-1/unemployed-aid", facts, local)

    assert aid(entitled_to_benefit=False, insured_months=0).failed == ["insured_months"]
    left = aid(entitled_to_benefit=False)
    assert left.outcome == "grant" and "insured_months" in ids(left)


def test_alternatives_of_which_some_are_open(policy_set):
    facts = {
        "certified_base": True,
        "months": 3,
        "paid_minimum_wage": True,
        "accident_insured": True,
        "kept_share": "0.5",
    }

    def outcome(**more):
        local = {"minimum_wage_monthly_fen": 100000}
        return evaluate(policy_set, "pingdu/placement", facts | more, local)

    assert outcome(age=20).outcome == "grant"
    assert outcome(age=30, graduate_of_year=True).outcome == "grant"
    assert outcome(age=30, graduate_of_year=False).failed == ["graduate_of_year", "age"]
    assert outcome(age=30).unknown == ["graduate_of_year"]
    left = outcome()
    assert left.outcome == "grant" and {"graduate", "age", "persons"} <= set(ids(left))


PINGDU = (POLICIES / "pingdu/pingdu.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("{id: age, text", "{id: years, text", "manual_checks 里没有“age”"),
        ("{id: persons, text: 见习", "{id: people, text: 见习", "“persons”写了 otherwise"),
        ("otherwise: 1}", "otherwise: 1, otherwise_fact: months}", "单位不同"),
        ("{below: 0.7}", "{below: 0.6}", "有空缺"),
        ("{below: 0.7}", "{below: 0.8}", "有重叠"),
        ("{below: 0.7}", "{below: 0.7, most: 0.6}", "只能写一个"),
        ("steady: {one_of: [true]}", "steady: {least: 1}", "要写 one_of"),
        ("less: back_paid_months", "less: age", "单位不同"),
        ("less: back_paid_months", "less: nothing", "未知的事实"),
        ("only_if: {local_household: {one_of: [false]}}", "only_if: {household: {one_of: [false]}}", "未知的事实"),
        ("fact: placed_last_three_years", "fact: persons", "只能写 'placed_last_three_years'"),
    ],
)  # fmt: skip
def test_faults_of_these_constructs(old, new, text):
    assert old in PINGDU
    with pytest.raises(PolicyFileError) as caught:
        LoadedPolicy(PINGDU.replace(old, new), "平度.yaml")
    assert any(text in fault for fault in caught.value.faults), caught.value.faults


def test_the_base_year_needs_a_beginning():
    text = (POLICIES / "jinzhou/jinzhou-2020.yaml").read_text("utf-8")
    with pytest.raises(PolicyFileError, match="定不了上一年度"):
        LoadedPolicy(
            text.replace("effective:\n  from: 2020-01-01", "effective:\n  from: null"), "x"
        )
