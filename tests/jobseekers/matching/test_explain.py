"""Each hard condition alone, and what is said about it."""

from collections import Counter
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings

from jobseekers.matching import MatchSettings, SeekerColumns, VacancyColumns, match
from jobseekers.matching.explain import one_certificate_away, removed_by, why_not

from . import oracle
from .strategies import seeker_columns, vacancy_columns, worlds

POST = {
    "occupation": 6310103,
    "division": 320412100,
    "pay": (5000, 7000),
    "education": 2,
    "experience": 1,
    "certificates": 1,
    "skills": [1],
    "active": True,
    "headcount": 1,
}
PERSON = {
    "occupations": [6310103],
    "regions": [320412],
    "pay_expected": 6000,
    "education": 2,
    "experience": 1,
    "certificates": 1,
    "skills": [1],
    "consent": True,
    "active": True,
    "excluded": [],
}
NAMES = {320412100: "湖塘镇", 320412: "武进区", 320402001: "雕庄街道", 320402: "天宁区"}


def world(post=None, person=None):
    return vacancy_columns([POST | (post or {})]), seeker_columns([PERSON | (person or {})])


def test_a_pair_that_fits_is_recommended_and_has_no_obstacle():
    vacancies, seekers = world()
    result = match(vacancies, seekers)
    assert len(result) == 1
    assert why_not(vacancies, seekers, 1, 101, result=result) == []


@pytest.mark.parametrize(
    ("post", "person", "code", "words"),
    [
        ({"active": False}, {}, "vacancy_closed", "岗位没有在招"),
        ({}, {"active": False}, "seeker_inactive", "求职者现在不找工作"),
        ({}, {"consent": False}, "no_consent", "求职者没有同意把简历给用人单位看"),
        ({}, {"regions": [320402]}, "place", "工作在湖塘镇，求职者只接受天宁区"),
        ({"division": 320402001}, {}, "place", "工作在雕庄街道，求职者只接受武进区"),
        ({"division": 0}, {}, "place", "工作在没有写明的地方，求职者只接受武进区"),
        ({"education": 3}, {}, "education", "学历要求大专以上，求职者是高中/中专"),
        ({}, {"education": 0}, "education", "学历要求高中/中专以上，求职者没有学历"),
        ({"experience": 3}, {}, "experience", "经验要求 3 年以上，求职者有 1 年"),
        ({}, {"pay_expected": 7001}, "pay", "工资最高 7,000 元/月，低于求职者期望的 7,001 元/月"),
        (
            {"certificates": 3},
            {},
            "certificate",
            "缺高压电工作业证（《安全生产法》第三十条，上岗必须）",
        ),
        ({}, {"excluded": [1]}, "excluded", "已经应聘过，或选过“不合适”"),
    ],
)
def test_each_hard_condition_alone_removes_the_pair_and_is_named(post, person, code, words):
    vacancies, seekers = world(post, person)
    result = match(vacancies, seekers)
    assert len(result) == 0
    assert oracle.hard_failures(vacancies, 0, seekers, 0) == {code}
    found = why_not(vacancies, seekers, 1, 101, result=result, place_name=NAMES.get)
    assert [(o.code, o.text, o.hard) for o in found] == [(code, words, True)]


@pytest.mark.parametrize(
    ("post", "person"),
    [
        ({}, {"education": -1}),
        ({}, {"experience": -1}),
        ({}, {"pay_expected": 0}),
        ({"pay": (0, 0)}, {}),
        ({"pay": (5000, 0)}, {}),
        ({"education": 0, "experience": 0}, {"education": 0, "experience": 0}),
        ({}, {"pay_expected": 7000}),
        ({"division": 0}, {"regions": []}),
        ({"division": 320412}, {}),
        ({}, {"regions": [320412100]}),
        ({}, {"regions": [3204]}),
        ({}, {"regions": [320401]}),
        ({}, {"regions": [32]}),
        ({}, {"regions": [320402, 3204, 320412]}),
    ],
)
def test_what_is_unknown_or_just_enough_does_not_exclude(post, person):
    assert len(match(*world(post, person))) == 1


@pytest.mark.parametrize(
    ("division", "region", "accepted"),
    [
        (320412, 320412100, False),  # the street is not known to be the one wanted
        (3204, 320412, False),
        (500236001, 5001, True),  # 市辖区 and 县 of 重庆 are one municipality
        (500236001, 500236, True),
        (500236001, 500237, False),
        (429004100, 4290, True),
        (222401001, 222402, False),
        (222401001, 222401, True),  # a real county-level city, although it ends in 01
        (321002003, 3204, False),
    ],
)
def test_places_by_prefix_and_pseudo_divisions(division, region, accepted):
    result = match(*world({"division": division}, {"regions": [region]}))
    assert len(result) == accepted


def test_all_obstacles_are_named_together():
    vacancies, seekers = world({"education": 6, "pay": (0, 3000)}, {"regions": [320402]})
    codes = [o.code for o in why_not(vacancies, seekers, 1, 101)]
    assert codes == ["place", "education", "pay"]


def test_another_trade_is_named_but_is_not_a_hard_condition():
    vacancies, seekers = world({"occupation": 4010203, "skills": [2]})
    found = why_not(vacancies, seekers, 1, 101)
    assert [(o.code, o.hard) for o in found] == [("occupation", False)]
    assert "4-01-02-03" in found[0].text


def test_a_full_list_is_named():
    seekers = seeker_columns([PERSON, PERSON])
    vacancies = vacancy_columns([POST])
    settings = MatchSettings(cap=1)
    result = match(vacancies, seekers, settings)
    other = 102 if seekers.ids[result.seeker_index[0]] == 101 else 101
    found = why_not(vacancies, seekers, 1, other, settings, result)
    assert [o.code for o in found] == ["vacancy_full"]
    assert "已推荐给 1 人" in found[0].text

    vacancies = vacancy_columns([POST | {"headcount": 5}, POST | {"headcount": 5}])
    settings = MatchSettings(per_seeker=1)
    result = match(vacancies, seekers, settings)
    taken = {
        (int(v), int(s)) for v, s in zip(result.vacancy_index, result.seeker_index, strict=True)
    }
    passed = next((v, s) for v in (0, 1) for s in (0, 1) if (v, s) not in taken)
    found = why_not(vacancies, seekers, passed[0] + 1, passed[1] + 101, settings, result)
    assert [o.code for o in found] == ["seeker_full"]


def test_an_unknown_id_is_an_error():
    vacancies, seekers = world()
    with pytest.raises(KeyError):
        why_not(vacancies, seekers, 9, 101)


def test_posts_one_certificate_away_are_listed_apart_best_first():
    posts = [
        POST | {"certificates": 0b11},
        POST | {"certificates": 0b111},
        POST | {"certificates": 0b101, "pay": (6500, 7000)},
        POST | {"certificates": 0b11, "education": 6},
        POST,
    ]
    vacancies, seekers = vacancy_columns(posts), seeker_columns([PERSON])
    assert one_certificate_away(vacancies, seekers, 101) == [(3, 2), (1, 1)]
    assert one_certificate_away(vacancies, seekers, 101, most=1) == [(3, 2)]
    assert vacancies.ids[match(vacancies, seekers).vacancy_index].tolist() == [5]


def test_no_column_can_hold_sex_origin_ethnicity_or_age():
    names = {field.name for kind in (VacancyColumns, SeekerColumns) for field in fields(kind)}
    for word in ("sex", "gender", "hukou", "household", "ethnic", "nation", "birth"):
        assert not [name for name in names if word in name]
    # age_days is the age of the record, not of the person.
    assert {name for name in names if "age" in name} == {"age_days"}
    assert SeekerColumns(ids=np.array([1])).age_days.tolist() == [0]


@settings(deadline=None, max_examples=40)
@given(worlds())
def test_who_is_kept_away_by_what_is_counted_as_the_pairs_are_explained(world):
    vacancies, seekers, chosen = world
    for v, vacancy in enumerate(vacancies.ids.tolist()):
        by_pair = [oracle.hard_failures(vacancies, v, seekers, s) for s in range(len(seekers))]
        counts = removed_by(vacancies, seekers, vacancy)
        assert counts.pop("seekers") == len(seekers)
        assert counts.pop("admissible") == by_pair.count(set())
        assert {code: n for code, n in counts.items() if n} == Counter(
            code for failures in by_pair for code in failures
        )
    one = int(seekers.ids[0])
    for v, vacancy in enumerate(vacancies.ids.tolist()):
        named = {o.code for o in why_not(vacancies, seekers, vacancy, one, chosen) if o.hard}
        assert named == oracle.hard_failures(vacancies, v, seekers, 0)


def test_who_is_kept_away_from_an_unknown_vacancy_is_an_error():
    with pytest.raises(KeyError):
        removed_by(*world(), 9)
