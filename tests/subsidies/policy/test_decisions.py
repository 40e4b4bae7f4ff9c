"""What a decision says: trace, steps, shown ratios, near misses, the one refund of a year."""

import json
from fractions import Fraction

import pytest

from subsidies.policy import (
    Decision,
    FactError,
    UnknownProvision,
    choose_winner,
    evaluate,
    near_miss,
)
from subsidies.policy.wording import money, percent_beside, percent_exact, yuan

GENERAL = "changzhou-2020-17/refund-general"
DIFFICULT = "changzhou-2020-17/refund-difficult"
HARD_HIT = "changzhou-2020-17/refund-hard-hit"
FACTS = {
    "region": "320412",
    "base_year": 2019,
    "size": "medium",
    "industry": "F5211",
    "insured_start": 200,
    "insured_end": 189,
    "premium_enterprise_fen": 1234567,
    "premium_employee_fen": 345678,
    "difficult_certified": True,
    "hit_by_epidemic": True,
}
LOCAL = {"benefit_monthly_fen": 150000, "hard_hit_months": 2}


def decide(policy_set, provision=GENERAL, local=None, as_of=None, **facts):
    return evaluate(policy_set, provision, FACTS | facts, local or {}, as_of)


def entry(decision, rule):
    return next(e for e in decision.trace if e["rule"] == rule)


def test_the_trace_carries_clause_figures_and_sentence(policy_set):
    found = entry(decide(policy_set), "layoff_rate")
    assert found == {
        "rule": "layoff_rate",
        "label": "裁员率",
        "cite": "S0(十)",
        "document": "常人社发〔2020〕17号",
        "fact": "layoff_rate",
        "operator": "le",
        "actual": "11/200",
        "actual_text": "5.5%",
        "limit": "0.055",
        "limit_text": "不高于 5.5%",
        "result": True,
        "text": "裁员率 5.5%，不高于 5.5%。年初 200 人，年末 189 人。",
        "remedy": "check_record",
    }


def test_a_truth_is_shown_with_the_name_of_the_fact(policy_set):
    facts = {"employer_dispatch_company": True, "local_household": False}
    decision = evaluate(policy_set, "huaian/referral-newcomer", facts)
    found = entry(decision, "employer_dispatch_company")
    assert (found["actual_text"], found["result"]) == ("用人单位是劳务派遣公司：是", False)
    assert found["limit_text"] == "用人企业不是劳务派遣公司"
    assert entry(decision, "local_household")["actual_text"] == "本地户籍：否"


def test_all_failed_conditions_are_named(policy_set):
    decision = decide(
        policy_set, HARD_HIT, LOCAL, industry="C34", hit_by_epidemic=False, insured_end=150
    )
    assert decision.outcome == "deny"
    assert decision.failed == ["industry", "hit_by_epidemic", "layoff_rate"]


def test_the_steps_show_the_exact_sum_and_name_the_rounding_last(policy_set):
    assert decide(policy_set).amount_steps == [
        "上年度实际缴纳失业保险费：单位缴纳 12,345.67 元 ＋ 职工缴纳 3,456.78 元 ＝ 15,802.45 元",
        "返还金额：上年度实际缴纳失业保险费 15,802.45 元 × 返还比例 50% ＝ 7,901.225 元",
        "四舍五入到分（只在最后一步）：7,901.23 元",
    ]


def test_no_amount_says_why(policy_set):
    decision = decide(policy_set, premium_enterprise_fen=0, premium_employee_fen=0)
    assert (decision.outcome, decision.amount_fen) == ("deny", 0)
    assert "0.00 元 × 返还比例 50%" in entry(decision, "amount")["text"]


def test_a_missing_figure_is_named(policy_set):
    decision = decide(policy_set, size="large")
    assert entry(decision, "layoff_rate")["text"] == (
        "“大型企业的裁员率上限”文件没有规定，主管部门也还没有填写，要人工核实。"
    )
    decision = decide(policy_set, insured_start=None)
    assert entry(decision, "layoff_rate")["text"] == "缺少“年初参保人数”，要人工核实。"
    decision = decide(policy_set, size=None)
    assert entry(decision, "layoff_rate")["text"] == "缺少“企业规模”，要人工核实。"
    decision = decide(policy_set, insured_start=0)
    assert entry(decision, "layoff_rate")["text"] == "裁员率的分母为 0，算不出来，要人工核实。"


def test_two_months_are_not_three_whatever_was_back_paid(policy_set):
    facts = {"local_household": False, "first_insured_here": True, "contract_months": 12}
    facts |= {"registered": True, "insured_months": 2}
    decision = evaluate(policy_set, "pingdu/referral", facts)
    assert (decision.outcome, decision.failed) == ("deny", ["insured_months"])
    assert entry(decision, "insured_months")["text"] == "参保时间 2 个月，不到 3 个月。"
    open_one = evaluate(policy_set, "pingdu/referral", facts | {"insured_months": 3})
    assert (open_one.outcome, open_one.unknown) == ("review", ["insured_months"])


def test_records_under_a_former_code_of_the_place_count(policy_set):
    facts = FACTS | {"region": "130527"}
    decision = evaluate(policy_set, "nanhe-2020-1/refund-sme", facts, {"refund_rate": "1"})
    assert decision.outcome == "grant"
    assert entry(decision, "jurisdiction")["limit"] == ["130506", "130527"]


def test_the_same_decision_is_the_same_bytes(policy_set):
    first = decide(policy_set).to_json()
    again = evaluate(policy_set, GENERAL, dict(reversed(FACTS.items())), {}, None).to_json()
    assert first == again
    data = json.loads(first)
    assert data["policy"]["sha256"] == policy_set.policies["changzhou-2020-17"].sha256
    assert data["engine"] == "1"
    assert data["amount_fen"] == 790123 and "裁员率".encode() in first


def test_a_stored_decision_reads_back(policy_set):
    decision = decide(policy_set, insured_end=188)
    stored = Decision.from_dict(json.loads(decision.to_json()))
    assert stored == decision
    assert near_miss(stored) == near_miss(decision)


def test_an_evaluation_leaves_nothing_behind(policy_set):
    evaluator = policy_set.evaluator(GENERAL)
    before = evaluator(FACTS)
    before.trace[0]["text"] = "改过"
    assert evaluator(FACTS).trace[0]["text"] != "改过"


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"insured": 5}, "未知的事实“insured”"),
        ({"insured_end": 1.5}, "年末参保人数"),
        ({"insured_end": True}, "非负整数"),
        ({"insured_end": -1}, "非负整数"),
        ({"insured_end": "30"}, "非负整数"),
        ({"premium_enterprise_fen": 10.0}, "以分为单位"),
        ({"difficult_certified": 1}, "true 或 false"),
        ({"difficult_certified": "是"}, "true 或 false"),
        ({"size": "huge"}, "large、medium、small、micro"),
        ({"size": ["small"]}, "large、medium、small、micro"),
        ({"region": 320412}, "行政区划代码"),
        ({"region": "常州"}, "行政区划代码"),
        ({"industry": "3411"}, "行业代码"),
        ({"kept_share": 0.55}, "0.55"),
        ({"kept_share": "1.2"}, "0 到 1"),
        ({"kept_share": "55%"}, "0 到 1"),
        ({"hired_on": "2020-3-10"}, "2020-03-10"),
        ({"hired_on": "20200310"}, "2020-03-10"),
        ({"hired_on": "2020-02-30"}, "2020-03-10"),
        ({"placed_last_three_years": [{"persons": 3}]}, "列表"),
        ({"already_paid": "x/y"}, "列表"),
    ],
)
def test_facts_of_the_wrong_kind_are_refused(policy_set, facts, text):
    with pytest.raises(FactError, match=text):
        evaluate(policy_set, GENERAL, facts)


def test_an_unknown_provision(policy_set):
    with pytest.raises(UnknownProvision, match="changzhou-2020-17/refund"):
        evaluate(policy_set, "changzhou-2020-17/refund", {})


@pytest.mark.parametrize(
    ("numerator", "denominator", "limit", "shown"),
    [
        (6, 120, "0.055", "5.0%"),
        (11, 200, "0.055", "5.5%"),
        (551, 10000, "0.055", "5.51%"),
        (549, 10000, "0.055", "5.49%"),
        (5501, 100000, "0.055", "5.501%"),
        (550001, 10000000, "0.055", "5.50001%"),
        (1, 3, "0.333", "33.33%"),
        (7, 37, "0.2", "18.9%"),
        (1999, 10000, "0.2", "19.99%"),
        (0, 7, "0.055", "0.0%"),
        (1, 100000, "0.0", "0.001%"),
        (1, 3, None, "33.3%"),
    ],
)
def test_a_shown_ratio_never_crosses_or_touches_its_limit(numerator, denominator, limit, shown):
    assert percent_beside(numerator, denominator, Fraction(limit) if limit else None) == shown


def test_figures_in_words():
    assert yuan(3000000) == "30,000.00"
    assert yuan(5) == "0.05"
    assert money(Fraction(1580245, 2)) == "7,901.225 元"
    assert money(Fraction(100, 3)) == "约 0.333333 元"
    assert money(Fraction(7)) == "0.07 元"
    assert percent_exact(Fraction(11, 200)) == "5.5%"
    assert percent_exact(Fraction(1)) == "100%"


def test_near_miss_by_one_condition(policy_set):
    found = near_miss(decide(policy_set, DIFFICULT, LOCAL, difficult_certified=False))
    assert (found.rule, found.result, found.remedy) == ("difficult_certified", False, "certificate")
    assert found.amount_fen == 6 * 150000 * 189
    found = near_miss(decide(policy_set, insured_end=188))
    assert (found.fact, found.actual, found.limit) == ("layoff_rate", "12/200", "0.055")
    assert (found.actual_text, found.limit_text) == ("6.0%", "不高于 5.5%")
    assert found.amount_fen == 790123


def test_near_miss_by_one_unknown(policy_set):
    found = near_miss(decide(policy_set, DIFFICULT, LOCAL, difficult_certified=None))
    assert (found.rule, found.result, found.amount_fen) == (
        "difficult_certified",
        None,
        170100000,
    )
    found = near_miss(decide(policy_set, HARD_HIT, {"benefit_monthly_fen": 150000}))
    assert (found.fact, found.result, found.amount_fen) == ("hard_hit_months", None, None)


def test_no_near_miss(policy_set):
    assert near_miss(decide(policy_set)) is None
    two = decide(policy_set, DIFFICULT, LOCAL, difficult_certified=False, insured_end=100)
    assert near_miss(two) is None
    assert near_miss(decide(policy_set, region="330100")) is None
    assert near_miss(decide(policy_set, HARD_HIT, LOCAL, industry="C34")) is None
    assert near_miss(decide(policy_set, already_paid=[DIFFICULT])) is None


def three(policy_set, local=None, **facts):
    return [
        decide(policy_set, name, local or LOCAL, **facts) for name in (GENERAL, DIFFICULT, HARD_HIT)
    ]


def test_one_refund_only_and_the_loser_names_the_winner(policy_set):
    group = policy_set.group("changzhou-2020-17", "refund")
    general, difficult, hard_hit = choose_winner(three(policy_set), group)
    assert [d.outcome for d in (general, difficult, hard_hit)] == ["excluded", "grant", "excluded"]
    assert (general.amount_fen, difficult.amount_fen, hard_hit.amount_fen) == (0, 170100000, 0)
    reason = general.trace[-1]
    assert reason["limit"] == DIFFICULT and reason["result"] is False and reason["cite"] == "S0(十)"
    assert "困难企业" in reason["text"] and "1,701,000.00 元" in reason["text"]


def test_the_winner_does_not_depend_on_the_order(policy_set):
    group = policy_set.group("changzhou-2020-17", "refund")
    decisions = three(policy_set)
    forward = {d.provision: d.to_json() for d in choose_winner(decisions, group)}
    backward = {d.provision: d.to_json() for d in choose_winner(reversed(decisions), group)}
    assert forward == backward


def test_refusals_and_reviews_stay_what_they_are(policy_set):
    group = policy_set.group("changzhou-2020-17", "refund")
    decisions = three(policy_set, difficult_certified=None, hit_by_epidemic=False)
    assert choose_winner(decisions, group) == decisions
    assert [d.outcome for d in decisions] == ["grant", "review", "deny"]
