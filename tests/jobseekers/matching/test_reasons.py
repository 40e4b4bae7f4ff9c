"""The words under a recommendation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobseekers.matching.certificates import BY_BIT, CERTIFICATES, bits_of, certificates_in, mask_of
from jobseekers.matching.reasons import LONGEST, PairFacts, Strength, missing, reasons
from jobseekers.matching.score import PARTS, ScoreModel

MODEL = ScoreModel()


def parts(**given):
    neutral = {"place": 100, "pay": 500, "education": 700, "experience": 700}
    return [(neutral | given).get(name, 0) for name in PARTS]


def words(row, facts, **more):
    return [reason.text for reason in reasons(row, facts, **more)]


def test_the_picture_of_the_design():
    facts = PairFacts(street="湖塘镇", pay_min=6500, pay_max=9000, pay_expected=6000)
    row = parts(occupation=1000, place=1000, pay=1000)
    assert words(row, facts) == ["工种一致", "就在湖塘镇", "比期望高500元"]


@pytest.mark.parametrize(
    ("points", "word"),
    [(1000, "工种一致"), (850, "工种相近"), (550, "同一类工作"), (200, None), (0, None)],
)
def test_the_trade_is_praised_only_as_far_as_it_goes(points, word):
    assert words(parts(occupation=points), PairFacts()) == ([word] if word else [])


@pytest.mark.parametrize(
    ("points", "word"),
    [(1000, "就在湖塘镇"), (700, "就在武进区"), (400, "在常州市"), (100, None)],
)
def test_places(points, word):
    facts = PairFacts(street="湖塘镇", district="武进区", city="常州市")
    assert words(parts(place=points), facts) == ([word] if word else [])


def test_a_street_with_a_long_name_gets_a_short_sentence():
    facts = PairFacts(street="西太湖生态休闲区")
    assert words(parts(place=1000), facts) == ["在您选的街道"]


@pytest.mark.parametrize(
    ("low", "high", "expected", "word"),
    [
        (6500, 9000, 6000, "比期望高500元"),
        (7500, 9000, 6000, "高出1500元"),
        (18000, 20000, 6000, "高出1.2万元"),
        (16000, 20000, 6000, "比期望高1万元"),
        (6000, 9000, 6000, "达到期望工资"),
        (5000, 6500, 6000, "最高多500元"),
        (5000, 6000, 6000, "最高达到期望"),
        (0, 0, 6000, None),
        (6000, 9000, 0, None),
    ],
)
def test_pay_in_whole_yuan(low, high, expected, word):
    facts = PairFacts(pay_min=low, pay_max=high, pay_expected=expected)
    assert words(parts(pay=800), facts) == ([word] if word else [])


def test_skills_and_perks_fill_up():
    row = parts(occupation=850, skills=600)
    facts = PairFacts(shared_skills=("数控编程",), perks=("长白班", "包吃"))
    assert words(row, facts) == ["工种相近", "会数控编程", "长白班"]
    facts = PairFacts(shared_skills=("数控编程", "制图"))
    assert words(row, facts) == ["工种相近", "2项技能对口"]


def test_education_and_experience_count_only_where_asked_and_met():
    row = parts(education=1000, experience=1000)
    assert sorted(words(row, PairFacts())) == ["学历正合适", "经验够"]


names = st.text("湖塘镇街道区市省县生态", max_size=12)
yuan = st.integers(0, 200_000)


@settings(deadline=None, max_examples=200, derandomize=True, database=None)
@given(
    st.sampled_from(MODEL.occupation_points),
    st.sampled_from(MODEL.place_points),
    st.integers(0, 1000),
    st.builds(
        PairFacts, names, names, names, yuan, yuan, yuan,
        st.lists(names, max_size=3).map(tuple), perks=st.lists(names, max_size=3).map(tuple),
    ),
)  # fmt: skip
def test_never_more_than_three_nor_longer_than_a_line(occupation, place, points, facts):
    row = parts(occupation=occupation, place=place, pay=points, skills=points, freshness=points)
    found = words(row, facts)
    assert len(found) <= 3
    assert all(0 < len(text) <= LONGEST for text in found)


def test_what_is_missing_names_the_law_first():
    facts = PairFacts(
        required=("电工证",), preferred=("叉车证",), missing_skills=("PLC",), unknown=("学历",)
    )
    assert [(m.text, m.strength, m.kind) for m in missing(facts, most=4)] == [
        ("缺电工证", Strength.REQUIRED, "certificate"),
        ("缺叉车证", Strength.PREFERRED, "certificate"),
        ("缺PLC", Strength.PREFERRED, "skill"),
        ("未填学历", Strength.PREFERRED, "profile"),
    ]
    assert len(missing(facts)) == 3


def test_points_of_an_unknown_table_are_an_error_and_not_a_guess():
    with pytest.raises(ValueError, match="不在表内"):
        reasons(parts(occupation=333), PairFacts())


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("持低压电工证上岗", [0]),
        ("需高压电工证", [1]),
        ("高压电工证、电工证", [0, 1]),
        ("有焊工证，C1 驾照优先", [2, 16]),
        ("无需证书，包吃住", []),
    ],
)
def test_certificates_are_found_in_words(text, bits):
    assert bits_of(certificates_in(text)) == bits


@pytest.mark.parametrize("certificate", CERTIFICATES, ids=lambda c: c.short)
def test_a_certificate_is_found_by_every_name_it_has(certificate):
    """The profile form stores the full names; a name that is not found would match nobody."""
    for word in (certificate.name, certificate.short, *certificate.words):
        assert bits_of(certificates_in(word)) == [certificate.bit], word


def test_the_catalogue_is_sound():
    bits = [certificate.bit for certificate in CERTIFICATES]
    assert len(set(bits)) == len(bits)
    assert all(0 <= bit < 64 for bit in bits)
    assert all(len(f"缺{c.short}") <= LONGEST for c in CERTIFICATES)
    assert all(c.ground.startswith("《") for c in CERTIFICATES)
    assert bits_of(mask_of(BY_BIT)) == sorted(bits)
    assert bits_of(mask_of([63])) == [63]


def test_neighbouring_places_and_likeness_of_texts_have_their_words():
    model = ScoreModel()
    near_district, near_city = model.place_points[3], model.place_points[1]
    row = dict.fromkeys(PARTS, 0) | {"place": near_district, "skills": 600}
    found = [r.text for r in reasons(row.values(), PairFacts(district="钟楼区"))]
    assert found == ["经历和岗位相近", "在相邻的钟楼区"]
    row = dict.fromkeys(PARTS, 0) | {"place": near_city}
    assert [r.text for r in reasons(row.values(), PairFacts(city="无锡市"))] == ["在相邻的无锡市"]
    facts = PairFacts(city="阿坝藏族羌族自治州", district="常州经济开发区")
    assert [r.text for r in reasons(row.values(), facts)] == ["在相邻的城市"]
    row["place"] = near_district
    assert [r.text for r in reasons(row.values(), facts)] == ["在相邻的区县"]
