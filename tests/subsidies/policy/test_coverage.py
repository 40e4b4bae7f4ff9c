"""What the cases of a file have to try: taking one away is noticed and named."""

import re

import pytest

from subsidies.policy import POLICIES, LoadedPolicy, load_policy
from subsidies.policy.cases import cases_path, load_cases
from subsidies.policy.coverage import missing_cases

CHANGZHOU = "changzhou/changzhou-2020-17.yaml"
JINZHOU = "jinzhou/jinzhou-2020.yaml"
JIANGHAI = "jianghai/jianghai.yaml"
NATIONAL = "national/refund-2021-2025.yaml"
SHANDONG = "shandong/shandong-2020.yaml"
PINGDU = "pingdu/pingdu.yaml"


def gaps_without(name, wanted):
    path = POLICIES / name
    cases = load_cases(cases_path(path))
    kept = [case for case in cases if not wanted(case)]
    assert len(kept) < len(cases)
    return missing_cases(load_policy(path, POLICIES), kept)


@pytest.mark.parametrize(
    ("name", "pattern", "gap"),
    [
        (JINZHOU, "正好百分之二十|三十人以下的上限另填", "refund：没有“layoff_rate”正好等于限度的用例（layoff_limit 第 1 行）"),
        (JINZHOU, "三十人以下", "没有“layoff_rate”刚刚超过限度的用例（layoff_limit 第 1 行）"),
        (JINZHOU, "三十一人", "refund：没有“insured_end”为 31 人的用例"),
        (JINZHOU, "施行前一天", "refund：没有 2019年12月31日办理的用例"),
        (NATIONAL, "最后一天以后", "refund：没有 2026年1月1日办理的用例"),
        (NATIONAL, "十一个月", "refund：没有“paid_months”为 11 个月的用例"),
        (NATIONAL, "^严重失信2023|失信不详2023|2023年|核2022", "refund：没有“base_year”为 2022 年的用例"),
        (JIANGHAI, "招聘三百人|减去首期|招满", "service-station：没有“workers_recruited”为 300 人的用例"),
        (JIANGHAI, "费用超过上限|费用刚过上限", "service-station：没有取“工作经费”第 2 项的用例"),
        (SHANDONG, "：后一天", "reopen-hire：没有“hired_on”为 2020年3月11日的用例"),
        (CHANGZHOU, "行业返还.*上限|行业返还大型", "没有“layoff_rate”正好等于限度的用例（layoff_limit 第 3 行）"),
    ],
)  # fmt: skip
def test_a_case_that_is_missed_is_named(name, pattern, gap):
    found = gaps_without(name, lambda case: re.search(pattern, case.name))
    assert any(gap in text for text in found), found


def test_caps_are_hit_and_not_hit():
    path = POLICIES / JIANGHAI
    policy, cases = load_policy(path), load_cases(cases_path(path))
    label = policy.file.provisions["school-cooperation"].caps[0].label
    school = [case for case in cases if case.provision == "jianghai/school-cooperation"]
    over = [c for c in school if (c.facts["persons"] or 0) > 200 or c.facts["paid_this_year_fen"]]
    under = [case for case in school if case not in over]
    assert over and under
    for taken, word in ((over, "超过"), (under, "不到")):
        gaps = missing_cases(policy, [case for case in cases if case not in taken])
        assert any(f"没有{word}“{label}”的用例" in gap for gap in gaps), gaps


def test_of_alternatives_each_must_hold_once_and_all_must_fail_once():
    def ages(case):
        return case.provision == "pingdu/placement" and case.facts.get("age") is not None

    found = gaps_without(PINGDU, ages)
    assert any("没有符合“age”的用例" in gap for gap in found), found
    assert any("没有只差“age、graduate”的用例" in gap for gap in found), found


def test_a_claim_window_needs_its_days():
    path = POLICIES / JIANGHAI
    window = "\nclaim_window: {from: 2021-03-01, to: 2021-06-30, cite: S2(实施期限)}\n\nnotice:"
    text = path.read_text("utf-8").replace("\nnotice:", window, 1)
    gaps = missing_cases(LoadedPolicy(text, "x.yaml"), load_cases(cases_path(path)))
    for day in ("2021年2月28日", "2021年3月1日", "2021年6月30日", "2021年7月1日"):
        assert any(f"没有 {day}办理的用例" in gap for gap in gaps)
