"""Comparing two versions: nothing that changed is left out, and it reads as plain Chinese."""

import copy
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest

from subsidies.policy import (
    POLICIES,
    LoadedPolicy,
    PolicyError,
    changed_cases,
    diff,
    load_policy,
)
from subsidies.policy.cases import cases_path, load_cases
from subsidies.policy.cli import main
from subsidies.policy.policyset import policy_files

from .test_files import Changed

FILES = policy_files(POLICIES)
CHANGZHOU = POLICIES / "changzhou/changzhou-2020-17.yaml"
JINZHOU = POLICIES / "jinzhou/jinzhou-2020.yaml"


def edited(path, *replacements):
    text = path.read_text("utf-8")
    for old, new in replacements:
        assert text.count(old) >= 1, old
        text = text.replace(old, new)
    return LoadedPolicy(text, path.name)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_policy_does_not_differ_from_itself(path):
    policy = load_policy(path)
    assert diff(policy, load_policy(path)) == []
    assert changed_cases(policy, policy, load_cases(cases_path(path))[:5]) == []


def leaves(data, path=()):
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, Decimal):
        return value + Decimal("0.01")
    if isinstance(value, date):
        return value + timedelta(days=1)
    return f"{value}改" if isinstance(value, str) else value


@pytest.mark.parametrize(("path", "step"), [(f, 1 if f == JINZHOU else 4) for f in FILES])
def test_no_change_goes_unmentioned(path, step):
    policy = load_policy(path)
    tried = 0
    for where, value in list(leaves(policy.source.data))[::step]:
        data = copy.deepcopy(policy.source.data)
        place = data
        for part in where[:-1]:
            place = place[part]
        place[where[-1]] = other(value)
        try:
            changed = LoadedPolicy("", path.name, Changed(data))
        except PolicyError:
            continue
        if changed.file == policy.file:
            continue
        tried += 1
        changes = diff(policy, changed)
        assert changes, where
        assert all(change.old != change.new and change.text for change in changes), where
        assert diff(changed, policy), where
    assert tried > 10


def test_a_rate_and_a_limit():
    new = edited(
        CHANGZHOU,
        ('version: "2020-17.2"', 'version: "2020-17.3"'),
        ("value: 0.5, cite", "value: 0.6, cite"),
    )
    version, rate = diff(load_policy(CHANGZHOU), new)
    assert version.text == "版本　2020-17.2 → 2020-17.3"
    assert (rate.section, rate.name, rate.provision, rate.kind, rate.cite) == (
        "parameter",
        "general_rate",
        None,
        "changed",
        "S0(十)",
    )
    assert rate.text == (
        "返还比例　50%（2020年2月1日起，截止另行通知） → "
        "60%（2020年2月1日起，截止另行通知）　依据 S0(十)"
    )


def test_conditions_dates_tables_and_provisions():
    new = edited(
        JINZHOU,
        ("insured_end: {most: 30}", "insured_end: {most: 50}"),
        ("insured_end: {least: 31}", "insured_end: {least: 51}"),
        ("  until_notice: true\n  cite: S4(四)", "  to: 2020-12-31\n  cite: S4(四)"),
        ("        operator: le\n", "        operator: lt\n"),
        ("  working_days: 5", "  working_days: 7"),
        ("[jinzhou-2020/refund]", "[jinzhou-2020/refund-all]"),
        ("provisions:\n  refund:", "provisions:\n  refund-all:"),
    )
    texts = [change.text for change in diff(load_policy(JINZHOU), new)]
    assert (
        "有效期　2020年1月1日起，截止另行通知 → 2020年1月1日起至2020年12月31日　依据 S4(四)"
        in texts
    )
    assert any(t.startswith("公示　5 个工作日 → 7 个工作日") for t in texts)
    assert (
        "适用的裁员率上限：年末参保人数 50 人 及以下　新增：30 人（含）以下企业的裁员率上限　依据 NATIONAL(裁员率)"
        in texts
    )
    assert "条款　新增：失业保险稳岗返还　依据 S4(四)" in texts
    assert "条款　删去：失业保险稳岗返还　依据 S4(四)" in texts
    same = edited(JINZHOU, ("        operator: le\n", "        operator: lt\n"))
    (rule,) = diff(load_policy(JINZHOU), same)
    assert (rule.section, rule.provision, rule.name) == ("condition", "refund", "layoff_rate")
    assert rule.text == (
        "裁员率　裁员率 不高于 适用的裁员率上限 → 裁员率 低于 适用的裁员率上限　依据 NATIONAL(裁员率)"
    )


def test_a_change_of_ground_or_words_is_named_as_such():
    new = edited(
        JINZHOU,
        ("delivery: {how: automatic, cite: S4(四)}", "delivery: {how: automatic, unspecified: notice}"),
        ("        failed: 裁员率 {actual}，高于", "        failed: 裁员率为 {actual}，高于"),
        ("        if_unknown: ignore", "        if_unknown: review"),
    )  # fmt: skip
    texts = [change.text for change in diff(load_policy(JINZHOU), new)]
    assert "办理方式（依据）　S4(四) → 文件没有写明" in texts
    assert any("裁员率（不符合时的说明）" in text for text in texts)
    assert "不重复享受（查不到时）　查不到时不看 → 查不到时转人工核实　依据 S4(四)" in texts


def test_cases_that_come_out_differently():
    old = load_policy(CHANGZHOU)
    new = edited(CHANGZHOU, ("value: 0.5, cite", "value: 0.6, cite"))
    changes = changed_cases(old, new, load_cases(cases_path(CHANGZHOU)))
    assert changes[0].name == "一般企业返还一半"
    assert (changes[0].old, changes[0].new) == ("发放 30,000.00 元", "发放 36,000.00 元")
    assert not any("困难企业" in change.name for change in changes)


def test_cases_follow_a_policy_to_another_id():
    old = load_policy(JINZHOU)
    new = edited(JINZHOU, ("jinzhou-2020", "jinzhou-2021"))
    assert [change.name for change in diff(old, new)][:1] == ["id"]
    assert changed_cases(old, new, load_cases(cases_path(JINZHOU))) == []


def test_the_command(tmp_path):
    path = tmp_path / "new.yaml"
    path.write_text(JINZHOU.read_text("utf-8").replace("value: 0.8,", "value: 0.7,"), "utf-8")
    out, err = io.StringIO(), io.StringIO()
    assert main(["diff", str(JINZHOU), str(path)], out, err) == 0
    assert "返还比例　80%（2020年1月1日起" in out.getvalue()
    assert "  返还百分之八十：发放 10,368.00 元 → 发放 9,072.00 元\n" in out.getvalue()
    same = io.StringIO()
    assert main(["diff", str(JINZHOU), str(JINZHOU)], same, err) == 0
    assert same.getvalue() == "两个版本没有差别。\n"
    assert main(["diff", str(JINZHOU), str(tmp_path / "none.yaml")], out, err) == 2
    assert "读不到文件" in err.getvalue()
