"""The code tables: what is in the files, what gets into the database, twice."""

import pytest
from django.core.management import call_command

from portal.places.loading import division_rows, industry_rows, load_places, occupation_rows
from portal.places.models import Division, Industry, Occupation
from tests.planner import known_rows, pages_without_rows

STREETS_OF_ZONE = {"戚墅堰街道", "丁堰街道", "潞城街道", "遥观镇", "横林镇", "横山桥镇"}


@pytest.mark.parametrize("rows", [division_rows, industry_rows, occupation_rows])
def test_every_parent_comes_before_its_children(rows):
    seen = set()
    for code, name, level, parent, *_ in rows():
        assert code not in seen
        assert name == name.strip() != ""
        assert (level == 1) == (parent is None)
        assert parent is None or parent in seen and code.startswith(parent)
        seen.add(code)


def test_division_counts_by_level():
    levels = [row[2] for row in division_rows()]
    assert [levels.count(level) for level in range(1, 6)] == [31, 342, 2979, 41352, 1049]


def test_pseudo_cities_and_prisons_are_not_listed():
    unlisted = {name for _, name, _, _, listed, _ in division_rows() if not listed}
    assert {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"} <= unlisted
    assert {"常州监狱", "溧阳监狱"} <= unlisted
    assert all(
        name.endswith("监狱") or "直辖" in name or name in ("市辖区", "县") for name in unlisted
    )


def test_the_development_zone_is_a_district_with_its_streets():
    rows = list(division_rows())
    assert {name for code, name, *_ in rows if code[:6] == "320471" and len(code) == 9} == (
        STREETS_OF_ZONE
    )
    wujin = {name for code, name, *_ in rows if code[:6] == "320412" and len(code) == 9}
    assert "湖塘镇" in wujin
    assert not wujin & STREETS_OF_ZONE


def test_industry_names_are_those_of_the_standard():
    names = {code: name for code, name, *_ in industry_rows()}
    assert names["C15"] == "酒、饮料和精制茶制造业"
    assert names["C3525"] == "模具制造"
    assert all(name == name.strip() for name in names.values())


def test_occupation_names_carry_no_marks():
    rows = {row[0]: row for row in occupation_rows()}
    assert rows["2-02-02-03"][1] == "摄影测量与遥感工程技术人员"
    assert rows["6-20-01-01"][4].startswith("使用机械或工装")
    assert sum(1 for row in rows.values() if row[2] == 4) == 1671


@pytest.mark.django_db
def test_loading_twice_changes_nothing_and_mends_what_was_changed(capsys):
    report = load_places()
    assert report.get("行政区划", report.ADDED) == 45753 == Division.objects.count()
    assert Industry.objects.count() == 1971
    assert Occupation.objects.count() == 2135
    assert [d.name for d in Division.objects.districts_of("3204")] == [
        "天宁区",
        "钟楼区",
        "新北区",
        "武进区",
        "金坛区",
        "溧阳市",
        "常州经济开发区",
    ]

    again = load_places()
    assert not again.changed_anything
    assert again.get("行业", again.SAME) == 1971

    Division.objects.filter(code="320412").update(name="别的名字")
    mended = load_places()
    assert mended.get("行政区划", mended.CHANGED) == 1
    assert Division.objects.get(code="320412").name == "武进区"

    call_command("load_places")
    assert "没有改动" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_planner_knows_what_was_loaded():
    pages_without_rows(Division, Industry, Occupation)
    load_places()
    assert known_rows(Division) == 45753
    assert known_rows(Occupation) == 2135
