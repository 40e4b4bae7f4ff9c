"""The national template: in force nowhere, adopted by a place, figures that differ by year."""

import io
from datetime import date

import pytest

from subsidies.policy import (
    POLICIES,
    LoadedPolicy,
    ParameterError,
    PolicyFileError,
    PolicySet,
    choose_winner,
    evaluate,
    load_policy,
    load_policy_set,
)
from subsidies.policy.adopting import Adoption, adopt
from subsidies.policy.cases import cases_path, load_cases, run_case
from subsidies.policy.cli import main
from subsidies.policy.coverage import missing_cases
from subsidies.policy.errors import InputError

PATH = POLICIES / "national/refund-2021-2025.yaml"
REFUND = "national-refund-2021-2025/refund"
FACTS = {
    "region": "320412",
    "base_year": 2024,
    "entity_kind": "enterprise",
    "size": "large",
    "insured_start": 120,
    "insured_end": 114,
    "paid_months": 12,
    "premium_enterprise_fen": 3600000,
    "premium_employee_fen": 2400000,
    "dispatch_company": False,
    "dishonest": False,
}
ADOPTION = Adoption(
    "liyang-refund-2025",
    "320481",
    "溧阳市",
    "溧阳市失业保险稳岗返还办法",
    "溧人社〔2025〕9号",
    date(2025, 6, 1),
    "按全国口径返还",
)


@pytest.fixture(scope="module")
def template():
    return load_policy(PATH, POLICIES)


def test_nobody_takes_up_a_template_unasked(policy_set):
    assert "national-refund-2021-2025" in policy_set.policies
    assert set(policy_set.policies) - set(load_policy_set().policies) == {
        "national-refund-2021-2025"
    }


def test_it_can_be_tried_and_says_that_it_is_a_template(template):
    decision = evaluate(PolicySet([template]), REFUND, FACTS)
    assert (decision.outcome, decision.amount_fen) == ("grant", 1800000)
    assert "这是样板" in next(e for e in decision.trace if e["rule"] == "jurisdiction")["text"]
    assert [check["id"] for check in decision.manual_checks] == ["fully_paid", "fund_reserve"]


def test_it_is_shown_with_what_may_be_set_in_which_year():
    out = io.StringIO()
    assert main(["show", "national-refund-2021-2025"], out) == 0
    text = out.getvalue()
    assert "适用地区：样板，哪里采用哪里适用" in text
    assert (
        "30%，可以在10%至50%之间另定（2025年1月1日至2025年12月31日，GUOBANFA-2025-25(比例)）"
        in text
    )
    assert "由主管部门在0%至90%之间填写（2022年1月1日至2022年12月31日" in text
    assert "50%（2022年1月1日至2022年12月31日，XIAOYI-2022(比例)）" in text


def test_a_local_rate_holds_only_in_the_days_that_leave_it_open(template):
    policies = PolicySet([template])
    raised = {"large_rate": "0.5"}
    assert evaluate(policies, REFUND, FACTS, raised).amount_fen == 3000000
    assert evaluate(policies, REFUND, FACTS, raised, date(2025, 12, 31)).amount_fen == 3000000
    with pytest.raises(ParameterError, match="2024年1月1日起的取值由文件规定"):
        evaluate(policies, REFUND, FACTS | {"base_year": 2023}, raised)
    with pytest.raises(ParameterError, match="2025年1月1日起的值超出范围，应在 20% 到 90% 之间"):
        evaluate(policies, REFUND, FACTS, {"sme_rate": "0.1"})


def test_two_grants_that_cannot_be_go_to_a_person(template):
    policies = PolicySet([template])
    group = policies.group("national-refund-2021-2025", "refund")
    decisions = [
        evaluate(policies, name, FACTS | {"dispatch_company": dispatch})
        for name, dispatch in zip(group.titles, (False, True), strict=True)
    ]
    held = choose_winner(decisions, group)
    assert [d.outcome for d in held] == ["review", "review"]
    assert "“失业保险稳岗返还（劳务派遣单位）”同时符合条件" in held[0].trace[-1]["text"]
    assert "“失业保险稳岗返还”同时符合条件" in held[1].trace[-1]["text"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("template: true\n", "", "其他的要写地区代码"),
        ("includes_below: true", "includes_below: false", "template 不限地区"),
        ("local: {least: 0.1, most: 0.5}\n", "local: {least: 0.0, most: 0.5}\n", "要正好包住各段的范围：0.1 到 0.5"),
        ("    local: {least: 0.1, most: 0.5}\n", "", "参数本身也要写 local"),
        ("value: 0.3, local: {least: 0.1", "value: 0.6, local: {least: 0.1", "取值不在这一段的范围里"),
        ("value: null, local: {least: 0.0, most: 0.9},", "value: null,", "由主管部门在范围内填写"),
        ("    unspecified: sme_rate\n", "", "取值里有 null，要写 unspecified"),
        ("winner: never_both", "winner: first_listed", "只有 winner 是 never_both 的不写"),
        ("only_if: {base_year: {least: 2023}}", "only_if: {year: {least: 2023}}", "未知的事实“year”"),
        ("only_if: {base_year: {least: 2023}}", 'only_if: {base_year: {least: "2023"}}', "不是事实“base_year”的值"),
    ],
)  # fmt: skip
def test_faults(template, old, new, fault):
    assert old in template.text
    with pytest.raises(PolicyFileError) as caught:
        LoadedPolicy(template.text.replace(old, new), "样板.yaml")
    assert any(fault in text for text in caught.value.faults), caught.value.faults


def test_a_place_adopts_it_and_has_a_complete_policy(template, tmp_path):
    text, cases = adopt(template, cases_path(PATH).read_text("utf-8"), ADOPTION)
    path = tmp_path / "liyang.yaml"
    path.write_text(text, "utf-8")
    cases_path(path).write_text(cases, "utf-8")
    policy, worked = load_policy(path), load_cases(cases_path(path))
    assert (policy.file.id, policy.file.jurisdiction.code) == ("liyang-refund-2025", "320481")
    assert next(iter(policy.file.documents.values())).number == "溧人社〔2025〕9号"
    assert policy.file.template is None
    policies = PolicySet([policy])
    assert {c.name: d for c in worked if (d := run_case(policies, c))} == {}
    assert missing_cases(policy, worked) == []
    here = FACTS | {"region": "320481"}
    assert evaluate(policies, "liyang-refund-2025/refund", here).outcome == "grant"
    assert evaluate(policies, "liyang-refund-2025/refund", FACTS).failed == ["region"]


def test_only_a_template_is_adopted(policy_set):
    with pytest.raises(InputError, match="不是样板"):
        adopt(policy_set.policies["jinzhou-2020"], "", ADOPTION)


def test_the_command_writes_both_files_once(tmp_path):
    arguments = ["adopt", "national-refund-2021-2025", "--id", "liyang-2025", "--code", "320481"]
    arguments += ["--place", "溧阳市", "--title", "溧阳市稳岗返还", "--number", "溧人社〔2025〕9号"]
    arguments += [
        "--quote",
        "按全国口径",
        "--issued",
        "2025-06-01",
        "--folder",
        str(tmp_path / "x"),
    ]
    out, err = io.StringIO(), io.StringIO()
    assert main(arguments, out, err) == 0
    written = tmp_path / "x/liyang-2025.yaml"
    assert main(["lint", str(written)], out, err) == 0
    assert main(["test", str(written)], out, err) == 0
    assert main(arguments, out, err) == 2
    assert "已经有文件" in err.getvalue()
    assert main([*arguments[:5], "32", *arguments[6:-1], str(tmp_path / "y")], out, err) == 2
    assert "jurisdiction.code" in err.getvalue() and not (tmp_path / "y").exists()
