"""A twin is used for the logic it was written for, with the policy's own figures; else it refuses."""

import json
import re
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from subsidies.crosscheck import twins
from subsidies.crosscheck.logic import compare_logic, logic_of, pattern_of
from subsidies.crosscheck.twins import NoTwin, find_twin, groups_of
from subsidies.policy import load_policy_set
from subsidies.policy.adopting import Adoption, adopt
from subsidies.policy.policyset import POLICIES as FOLDER
from subsidies.policy.policyset import LoadedPolicy
from subsidies.services.bundles import screened_keys

from .bench import Setting, blank, disagreements

POLICIES = load_policy_set(templates=True).policies
CHANGZHOU = POLICIES["changzhou-2020-17"]
SCREENED = [(policy, key) for policy in POLICIES.values() for key in screened_keys(policy)]


def changed(policy, old, new):
    """The policy with a piece of its text replaced; it must be there."""
    assert old in policy.text
    return LoadedPolicy(policy.text.replace(old, new, 1), policy.name)


def test_everything_screened_has_a_twin_of_its_own():
    assert len(SCREENED) == 7
    for policy, key in SCREENED:
        twin, _ = find_twin(policy, key)
        assert twin.name == f"{policy.file.id}/{key}"


def test_an_adopted_template_has_the_templates_twin():
    template = POLICIES["national-refund-2021-2025"]
    cases = (FOLDER / template.name.replace(".yaml", ".cases.yaml")).read_text("utf-8")
    adoption = Adoption(
        "ganjing-2023",
        "320400",
        "测试市",
        "测试市稳岗返还",
        "测人社〔2023〕1号",
        None,
        "按样板执行",
    )
    text, _ = adopt(template, cases, adoption)
    twin, figures = find_twin(LoadedPolicy(text, "ganjing-2023.yaml"), "refund")
    assert twin.name == "national-refund-2021-2025/refund"
    assert figures == {
        "months_required": 12,
        "dishonest_from": 2023,
        "few_insured": 30,
        "others_as_small_from": 2021,
    }


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("operator: le\n        limit: {table: layoff_limit}",
         "operator: lt\n        limit: {table: layoff_limit}", "conditions[0].operator"),
        ("use: headcount_decline@1", "use: net_of_natural_loss@1", "indicators.layoff_rate.use"),
        ("              - {fact: premium_enterprise_fen, label: 单位缴纳}\n"
         "              - {fact: premium_employee_fen, label: 职工缴纳}",
         "              - {fact: premium_enterprise_fen, label: 单位缴纳}\n"
         "              - {fact: premium_enterprise_fen, label: 职工缴纳}",
         "amount.expression.multiply[0].add[1].fact"),
        ("inputs: [insured_end, size]", "inputs: [size, insured_end]", "tables.layoff_limit.inputs[0]"),
    ],
)  # fmt: skip
def test_another_logic_is_refused_with_the_place_that_differs(old, new, place):
    with pytest.raises(NoTwin) as refused:
        find_twin(changed(CHANGZHOU, old, new), "refund-general")
    assert "条件或算法与第二套计算编写时不同，不能自动筛查" in str(refused.value)
    assert place in str(refused.value)


def test_without_a_twin_it_is_refused(monkeypatch):
    monkeypatch.setattr(twins, "twins", lambda: ())
    with pytest.raises(NoTwin, match="没有第二套计算，不能自动筛查"):
        find_twin(CHANGZHOU, "refund-general")


def test_an_unknown_rule_for_the_winner_is_refused(monkeypatch):
    monkeypatch.setattr(twins, "_WINNERS", ("first_listed",))
    with pytest.raises(NoTwin, match="选取返还的规则"):
        groups_of(CHANGZHOU, ["refund-general"])


def test_every_figure_of_a_pattern_is_given_to_the_sql_or_is_the_other_side_of_one_that_is():
    # A figure that the SQL does not see could change unnoticed. Only the far side of a table's
    # threshold may be left out: without a hole or an overlap it follows from the near one.
    for policy, key in SCREENED:
        twin, figures = find_twin(policy, key)
        assert all(f"%({name})s" in twin.sql for name in figures)
        text = json.dumps(twin.pattern)
        unseen = re.findall(r'"(\w+)": "#"', text)
        named = re.findall(r'"(\w+)": "#\w+"', text)
        # Each unseen "least" or "most" of a table has its neighbour among the named.
        assert set(unseen) <= {"least", "most"}
        assert not unseen or {"least", "most"} & set(named)
        assert text.count('"#"') == len(unseen)


@pytest.mark.django_db
def test_a_changed_figure_changes_both_evaluators_alike():
    text = CHANGZHOU.text
    for old, new, count in [
        ("insured_end: {most: 30}", "insured_end: {most: 40}", 1),
        ("insured_end: {least: 31}", "insured_end: {least: 41}", 2),
        ("value: 0.2, cite", "value: 0.25, cite", 1),
        ("value: 0.5, cite", "value: 0.4567, cite", 1),
        ("value: 6, cite", "value: 5, cite", 1),
        ("values: [F, H, G, R, L7291, N786]", "values: [H, C34]", 1),
        ("value: 0.055, cite", "value: 0.1, cite", 1),
    ]:
        assert text.count(old) >= count
        text = text.replace(old, new, count)
    policy = LoadedPolicy(text, CHANGZHOU.name)
    keys = ["refund-general", "refund-difficult", "refund-hard-hit"]
    setting = Setting(
        [(policy, keys)],
        {"3204": {"benefit_monthly_fen": "150001", "hard_hit_months": "2"}},
        2019,
        date(2020, 4, 1),
    )
    rows = [
        blank(
            region="320402", size=size, industry=industry, insured_start=start, insured_end=end,
            premium_enterprise_fen=1_234_567, premium_employee_fen=2, difficult_certified=certified,
            hit_by_epidemic=True,
        )
        for size, industry, certified, start, end in product(
            ["large", "small"], ["C34", "F51"], [True, False], range(36, 60, 3), range(28, 46)
        )
    ]  # fmt: skip
    assert disagreements(setting, rows) == []
    as_published = replace(setting, policies=[(CHANGZHOU, keys)])
    assert disagreements(as_published, rows) == []


def test_words_are_no_logic_and_figures_are_no_words():
    logic = logic_of(CHANGZHOU, "refund-hard-hit")
    reworded = changed(
        CHANGZHOU, "failed: 行业代码 {actual}，不属于", "failed: 代码 {actual}，不是"
    )
    assert logic_of(reworded, "refund-hard-hit") == logic
    assert compare_logic(pattern_of(logic), logic) == ({}, [])
    assert compare_logic({"a": "#"}, {"a": True}) == ({}, ["a"])
    assert compare_logic({"a": "#"}, {"a": ["F"]}) == ({}, ["a"])
    assert compare_logic({"a": "#codes"}, {"a": ["F"]}) == ({"codes": ["F"]}, [])
    assert compare_logic({"a": 1}, {"a": 1, "b": "x"}) == ({}, ["b"])
