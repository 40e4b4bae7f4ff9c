"""Amounts paid in parts, and the days on which a claim is accepted."""

from datetime import date

import pytest

from subsidies.policy import POLICIES, LoadedPolicy, PolicyFileError, PolicySet, evaluate

STATION = "jianghai/service-station"
FACTS = {"fee_year_fen": 16000000, "workers_brought": 50, "workers_recruited": 299}
TEXT = (POLICIES / "jianghai/jianghai.yaml").read_text("utf-8")


def steps(policy_set, **facts):
    return evaluate(policy_set, STATION, FACTS | facts).amount_steps


def test_the_first_part_is_due_with_the_decision(policy_set):
    assert steps(policy_set)[-4:] == [
        "招聘 299 人，不到 300 人，第二期还不能拨付。",
        "应拨付：160,000.00 元 × （首期 50%） ＝ 80,000.00 元",
        "这次拨付：应拨付 80,000.00 元 － 已经拨付 0.00 元 ＝ 80,000.00 元",
        "四舍五入到分（只在最后一步）：80,000.00 元",
    ]


def test_the_second_is_due_when_its_figure_is_reached_less_what_was_paid(policy_set):
    decision = evaluate(
        policy_set, STATION, FACTS | {"workers_recruited": 300, "paid_this_year_fen": 8000000}
    )
    assert (decision.outcome, decision.amount_fen) == ("grant", 8000000)
    assert "招聘 300 人，达到 300 人，拨付第二期。" in decision.amount_steps
    assert decision.amount_steps[-2].endswith("已经拨付 80,000.00 元 ＝ 80,000.00 元")


def test_a_figure_not_on_record_leaves_its_part_for_later(policy_set):
    decision = evaluate(policy_set, STATION, FACTS | {"workers_recruited": None})
    assert decision.amount_fen == 8000000
    assert "缺少“招用人数”，第二期核实以后再拨付。" in decision.amount_steps
    assert {"second_part", "paid_this_year_fen"} <= {c["id"] for c in decision.manual_checks}


def test_nothing_is_left_once_all_was_paid(policy_set):
    decision = evaluate(policy_set, STATION, FACTS | {"paid_this_year_fen": 8000000})
    assert (decision.outcome, decision.failed) == ("deny", ["amount_fen"])


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("paid: paid_this_year_fen", "paid: workers_brought", "单位不对：事实“workers_brought”是 int"),
        ("paid: paid_this_year_fen", "paid: fee_year_fen", "manual_checks 里没有“fee_year_fen”"),
        ("- id: second_part", "- id: part_two", "manual_checks 里没有“part_two”"),
        ("share: second_tranche", "share: couple_year_fen", "单位不对"),
        ("share: second_tranche", "share: nothing", "parameters 里没有“nothing”"),
        ("fact: workers_recruited\n          least", "fact: recruited\n          least", "未知的事实“recruited”"),
        ("          least: 300\n", "", "以后各期都要写"),
        ("label: 首期, share", "label: 首期, least: 3, share", "第一期不写"),
        ("reached: 招聘 {workers_recruited}", "reached: 招聘 {workers}", "不是事实也不是参数"),
    ],
)  # fmt: skip
def test_faults(old, new, fault):
    assert old in TEXT
    with pytest.raises(PolicyFileError) as caught:
        LoadedPolicy(TEXT.replace(old, new), "江海.yaml")
    assert any(fault in text for text in caught.value.faults), caught.value.faults


WINDOW = "\nclaim_window: {from: 2021-03-01, to: 2021-06-30, cite: S2(实施期限)}\n\nnotice:"


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        (date(2021, 2, 28), "deny"),
        (date(2021, 3, 1), "grant"),
        (date(2021, 6, 30), "grant"),
        (date(2021, 7, 1), "deny"),
    ],
)
def test_a_claim_is_made_within_the_window(day, outcome):
    policies = PolicySet([LoadedPolicy(TEXT.replace("\nnotice:", WINDOW, 1), "江海.yaml")])
    decision = evaluate(policies, STATION, FACTS, as_of=day)
    assert decision.outcome == outcome
    entry = next(e for e in decision.trace if e["rule"] == "claim_window")
    assert (entry["limit"], entry["cite"]) == (["2021-03-01", "2021-06-30"], "S2(实施期限)")
    assert entry["text"].endswith("不在办理期限内。" if outcome == "deny" else "在办理期限内。")


def test_what_needs_no_claim_has_no_window(policy_set):
    text = policy_set.policies["jinzhou-2020"].text
    window = WINDOW.replace("S2(实施期限)", "S4(四)")
    policies = PolicySet([LoadedPolicy(text.replace("\nnotice:", window, 1), "x.yaml")])
    facts = {"region": "210700", "base_year": 2020}
    decision = evaluate(policies, "jinzhou-2020/refund", facts, as_of=date(2021, 1, 1))
    assert not any(entry["rule"] == "claim_window" for entry in decision.trace)
