"""A faulty policy file is refused with file, line and key."""

from pathlib import Path

import pytest

from subsidies.policy import POLICIES, LoadedPolicy, PolicyFileError, PolicySet, load_policy_set

TEXT = (POLICIES / "changzhou/changzhou-2020-17.yaml").read_text("utf-8")


def faults_of(text):
    with pytest.raises(PolicyFileError) as caught:
        LoadedPolicy(text, "市.yaml")
    return caught.value.faults


def line_of(text, snippet):
    return text[: text.index(snippet)].count("\n") + 1


def changed(old, new):
    assert TEXT.count(old) >= 1
    return TEXT.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "key", "text"),
    [
        ("        operator: le", "        oprator: le", "conditions[1].oprator", "不认识这个键"),
        ("        operator: le", "        operator: below", "conditions[1].operator", "只能写"),
        ("        fact: layoff_rate", "        fact: layoff", "conditions[1].fact", "未知的事实“layoff”"),
        ("        cite: S0(十)\n        passed", "        cite: S0(九九)\n        passed", "conditions[1].cite", "没有列出条款“九九”"),
        ("        cite: S0(十)\n        passed", "        cite: S9(十)\n        passed", "conditions[1].cite", "documents 里没有“S9”"),
        ("        cite: S0(十)\n        passed", "        passed", "conditions[1].cite", "缺少这个键"),
        ("limit: {table: layoff_limit}", "limit: {value: 5}", "conditions[1].limit", "不是事实“layoff_rate”的值"),
        ("limit: {table: layoff_limit}", "limit: {parameter: benefit_monthly_fen}", "conditions[1].limit.parameter", "单位不对"),
        ("limit: {table: layoff_limit}", "limit: {table: nothing}", "conditions[1].limit.table", "没有“nothing”"),
        ("          - parameter: general_rate", "          - parameter: benefit_monthly_fen", "expression.multiply", "金额不能乘金额"),
        ("              - {fact: premium_employee_fen, label: 职工缴纳}", "              - {fact: insured_end, label: 职工}", "multiply[1].add", "单位不对"),
        ("premium_employee_fen, label", "premium_fen, label", "add[2].fact", "未知的事实"),
        ("    unit: share\n    by: base_year", "    unit: fen\n    by: base_year", "parameters.control_target", "不是 fen 的值"),
        ("value: 0.5, cite", 'value: "0.5", cite', "general_rate.values[1].value", "不是 share 的值"),
        ("from: 2020-01-01, to: 2020-12-31", "from: 2020-01-02, to: 2020-12-31", "values[2].from", "空档"),
        ("from: 2020-01-01, to: 2020-12-31", "from: 2019-01-01, to: 2020-12-31", "values[2].from", "重叠"),
        ("to: 2019-12-31, value", "until_notice: true, value", "values[1].until_notice", "后面还有取值"),
        ("to: 2019-12-31, value", "value", "values[1]", "恰好写一个"),
        ("{insured_end: {least: 31}, size: {one_of: [large]}}", "{insured_end: {least: 30}, size: {one_of: [large]}}", "rows[3]", "重叠"),
        ("{insured_end: {least: 31}, size: {one_of: [large]}}", "{insured_end: {least: 32}, size: {one_of: [large]}}", "rows", "空缺"),
        ("{one_of: [medium, small, micro]}", "{one_of: [medium, small]}", "rows", "空缺：年末参保人数 31 人，企业规模 微型"),
        ("use: headcount_decline@1", "use: headcount_decline@2", "indicators.layoff_rate.use", "没有指标"),
        ("members: [refund-general,", "members: [refund-genral,", "members[1]", "没有“refund-genral”"),
        ("[changzhou-2020-17/station-supply]", "[changzhou-2020-17/station]", "exclusions[1].limit", "provisions 里没有“station”"),
        ("[changzhou-2020-17/station-supply]", "[station-supply]", "exclusions[1].limit", "不是事实“already_paid”的值"),
        ("values: [F, H, G, R, L7291, N786]", "values: [F, H, G, R, LL72, N786]", "conditions[1].limit", "“LL72”不是事实“industry”的值"),
        ("code: \"320400\"", "code: 320400", "jurisdiction.code", "数字代码请加引号"),
        ("年初 {insured_start}，", "年初 {insured_stat}，", "conditions[1].passed", "不是事实也不是参数"),
        ("    remedy: check_record", "    remedy: check_record\n        remedy: none", "remedy", "两次"),
        ("mode: half_up", "mode: half_even", "rounding.mode", "只能写 'half_up'"),
        ("schema: 1", "schema: 2", "schema", "只能写 1"),
        ("from: 2020-02-01\n", "from: 2020-02-30\n", "effective.from", "没有“2020-02-30”这一天"),
        ("    unspecified: large_threshold", "    unspecified: nothing", "large_threshold.unspecified", "unspecified 里没有“nothing”"),
        ("  claim_window:", "  claim:", "", "claim_window"),
        ("  small_headcount_limit:\n", "  spare:\n    label: 备用\n    unit: int\n    values:\n      - {from: 2020-02-01, until_notice: true, value: 1, cite: S0(十)}\n  small_headcount_limit:\n", "parameters.spare", "没有用到"),
    ],
)  # fmt: skip
def test_each_fault_names_line_and_key(old, new, key, text):
    broken = changed(old, new)
    matching = [fault for fault in faults_of(broken) if key in fault and text in fault]
    assert matching, faults_of(broken)
    name, line, _ = matching[0].split(":", 2)
    assert name == "市.yaml"
    lines = broken.splitlines()
    assert 1 <= int(line) <= len(lines)


def test_the_line_is_the_line_of_the_key():
    broken = changed("        operator: le", "        operator: below")
    (fault,) = faults_of(broken)
    assert fault.startswith(f"市.yaml:{line_of(broken, 'operator: below')}: ")
    assert "provisions.refund-general.conditions[1].operator" in fault


def test_all_faults_are_found_at_once():
    broken = changed("fact: layoff_rate", "fact: layoff").replace("S0(主送)", "S0(抬头)")
    faults = faults_of(broken)
    assert [fault.split(": ")[1] for fault in faults] == [
        "jurisdiction.cite",
        "provisions.refund-general.conditions[1].fact",
    ]


def test_not_yaml_at_all():
    assert faults_of("id: a\nb: ]\n")[0].startswith("市.yaml:2: 不是正确的 YAML")
    assert faults_of("") == ["市.yaml:1: 文件是空的"]
    assert faults_of("- 1") == ["市.yaml:1: 要写成键和值"]


def test_an_alias_is_refused():
    assert "不能用别名" in faults_of("a: &x 1\nb: *x\n")[0]


def test_two_files_with_one_id():
    policy = LoadedPolicy(TEXT, "a.yaml")
    with pytest.raises(PolicyFileError, match="已经有了"):
        PolicySet([policy, LoadedPolicy(TEXT, "b.yaml")])


def test_faults_of_all_files_of_a_folder_are_reported(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("schema: 2\n", "utf-8")
    (tmp_path / "b.yaml").write_bytes("标题: 常州".encode("gb18030"))
    (tmp_path / "c.cases.yaml").write_text("not a policy", "utf-8")
    with pytest.raises(PolicyFileError) as caught:
        load_policy_set(tmp_path)
    assert any(fault.startswith("a.yaml:1: schema") for fault in caught.value.faults)
    assert "b.yaml:1: 文件不是 UTF-8 编码" in caught.value.faults
    assert not any("c.cases" in fault for fault in caught.value.faults)
