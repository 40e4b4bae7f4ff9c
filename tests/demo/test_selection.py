"""From published lists to titles that name no employer and no place."""

import re

import pytest

from portal.demo.selection import (
    REASON_BRAND,
    REASON_NIGHT,
    REASON_PAY,
    REASON_RARE,
    PlaceNames,
    SourceRow,
    clean_title,
    sector_of,
    select,
)

DIVISIONS = [
    ("44", "广东省"), ("4403", "深圳市"), ("440309", "龙华区"), ("440311", "光明区"),
    ("4419", "东莞市"), ("441900", "东莞市"), ("441900119", "塘厦镇"), ("21", "辽宁省"),
    ("2101", "沈阳市"), ("210102", "和平区"), ("210103010", "长白街道"),
]  # fmt: skip


def row(title, area="深圳", employer="甲公司", pay="5-8K", tags=""):
    return SourceRow("boss", title, area, employer, "生产", pay, "1-3年经验", "大专", tags)


@pytest.mark.parametrize(
    ("title", "area", "cleaned"),
    [
        ("诚聘机械技术员-深圳光明6000-8000", "深圳", "机械技术员"),
        ("  操作工普工  5000-10000", "东莞", "操作工普工"),
        ("郑州金麦源餐饮招聘收银员", "郑州", "收银员"),
        ("招聘专员", "长沙", "招聘专员"),
        ("高级后端开发工程师（Golang） (MJ000998)", "深圳", "高级后端开发工程师"),
        ("035148-后台开发工程师-核心", "深圳", "后台开发工程师"),
        ("急聘塘厦普工", "东莞", "普工"),
        ("长白班操作工", "沈阳", "长白班操作工"),
        ("C++开发工程师", "深圳", "C++开发工程师"),
        ("2023届校招", "深圳", ""),
    ],
)
def test_clean_title(title, area, cleaned):
    assert clean_title(title, PlaceNames(DIVISIONS).for_area(area)) == cleaned


def test_rows_are_selected_or_counted_with_a_reason():
    rows = [row("普工", employer=f"单位{n}") for n in range(9)]
    rows += [
        row("链家直招经纪人"),
        row("夜场服务员"),
        row("蒙发利导购"),
        row("普工", pay=""),
        row("万象更新"),
    ]
    selected, refused = select(rows, DIVISIONS)
    assert [item.title for item in selected] == ["普工"] * 9
    assert refused == {REASON_BRAND: 1, REASON_NIGHT: 1, REASON_RARE: 2, REASON_PAY: 1}
    assert not any("单位" in field for item in selected for field in item)


def test_a_title_that_contains_an_employer_of_the_list_is_refused():
    rows = [row("客户经理", employer=f"单位{n}") for n in range(9)]
    rows += [row("客户经理助理", employer=f"单位{n}") for n in range(9)]
    rows.append(row("普工", employer="客户经理"))
    selected, refused = select(rows, DIVISIONS)
    assert selected == []
    assert refused[REASON_BRAND] == 18


def test_sectors():
    assert sector_of("机械") == "machinery"
    assert sector_of("快速消费品(食品、饮料、化妆品)") == "food"
    assert sector_of("别的") == "other"
    assert not re.search(r"\s", sector_of("生产"))
