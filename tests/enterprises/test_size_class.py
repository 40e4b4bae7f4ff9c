"""Boundaries of 国统字〔2017〕213号: every bound counts on the upper side."""

from decimal import Decimal

import pytest

from enterprises.size_class import classify, size_class, thresholds


@pytest.mark.parametrize(
    ("code", "staff", "revenue", "assets", "expected"),
    [
        ("C3525", 1000, 40000, None, "large"),
        ("C3525", 999, 40000, None, "medium"),
        ("C3525", 1000, 39999, None, "medium"),
        ("C3525", 300, 2000, None, "medium"),
        ("C3525", 299, 2000, None, "small"),
        ("C3525", 300, 1999, None, "small"),
        ("C3525", 20, 300, None, "small"),
        ("C3525", 19, 300, None, "micro"),
        ("C3525", 20, 299, None, "micro"),
        # many people, hardly any revenue: one indicator under the bound is enough for micro
        ("C3525", 5000, 299, None, "micro"),
        ("A0111", None, 20000, None, "large"),
        ("A0111", None, 499, None, "small"),
        ("E4710", None, 80000, 80000, "large"),
        ("E4710", None, 80000, 79999, "medium"),
        ("E4710", None, 6000, 4999, "small"),
        ("F5141", 200, 40000, None, "large"),
        ("F5141", 19, 5000, None, "small"),
        ("F5211", 50, 500, None, "medium"),
        ("F5211", 9, 500, None, "micro"),
        ("G5430", 1000, 30000, None, "large"),
        ("G5911", 100, 1000, None, "medium"),
        ("G6010", 300, 2000, None, "medium"),
        ("H6110", 300, 10000, None, "large"),
        ("H6210", 100, 2000, None, "medium"),
        ("I6311", 2000, 100000, None, "large"),
        ("I6510", 300, 10000, None, "large"),
        ("I6510", 10, 49, None, "micro"),
        ("K7010", None, 200000, 10000, "large"),
        ("K7010", None, 1000, 4999, "small"),
        ("K7020", 1000, 5000, None, "large"),
        ("K7030", 100, None, None, "medium"),
        ("L7261", 300, None, 120000, "large"),
        ("L7261", 300, None, 119999, "medium"),
        ("M7320", 10, None, None, "small"),
        ("Q8521", 9, None, None, "micro"),
    ],
)
def test_bounds(code, staff, revenue, assets, expected):
    assert size_class(code, staff, revenue, assets) == expected


def test_decimal_revenue_is_compared_exactly():
    assert size_class("C34", 300, Decimal("1999.99"), None) == "small"
    assert size_class("C34", 300, Decimal("2000.00"), None) == "medium"


def test_unknown_indicator_leaves_the_class_open_and_says_which():
    result = classify("C34", 120, None, None)
    assert result.size is None
    assert result.missing == ("营业收入",)
    assert "缺营业收入" in result.rule


def test_one_indicator_already_micro_needs_no_other():
    assert size_class("C34", 12, None, None) == "micro"


@pytest.mark.parametrize("code", ["J6621", "P8321", "Q8411", "G5311", "K7040", "S9221", ""])
def test_industries_the_document_does_not_cover(code):
    result = classify(code, 500, 50000, 50000)
    assert result.size is None
    assert "没有规定" in result.rule


def test_rule_names_the_indicator_that_decided():
    result = classify("C3525", 120, Decimal("1850"), None)
    assert result.size == "small"
    assert result.industry_group == "工业"
    assert result.rule == (
        "工业：从业人员 120 人，不到中型下限 300 人；"
        "营业收入 1850 万元，不到中型下限 2000 万元；划为小型（国统字〔2017〕213号）"
    )


def test_rule_of_a_micro_enterprise_with_many_people():
    assert classify("C34", 5000, 299, None).rule == (
        "工业：从业人员 5000 人，达到大型下限 1000 人；"
        "营业收入 299 万元，不到小型下限 300 万元；划为微型（国统字〔2017〕213号）"
    )


def test_every_indicator_of_the_table_has_falling_bounds():
    for group, indicators in thresholds().values():
        for item in indicators:
            assert item.large > item.medium > item.small > 0, (group, item.indicator)
