"""Which words a query asks for, and that what people type finds what they mean and nothing else."""

import pytest

from enterprises.search import index_vacancies, vector_text
from enterprises.search_params import SearchParams
from enterprises.search_results import page_of, relaxations
from enterprises.search_words import index_words, query_terms, query_words, shown_words
from tests.factories import EnterpriseFactory, VacancyFactory, division, occupation

TITLES = (
    "低压电工", "充电工程师", "叉车工", "车工", "仓管员", "跟单员", "C++开发工程师", "C#开发工程师",
    "JAVA工程师", "设备维护工程师", "护工", "自动化工程师", "化工操作工", "JAVA后端开发", "后台/前端开发",
    "短视频运营", "机械维修工", "普工", "人事专员",
)  # fmt: skip


@pytest.mark.parametrize(
    "typed,words",
    [
        ("我想找电工的工作", ["电工"]),
        ("招聘", ["招聘"]),
        ("Ｃ＋＋ 开发", ["c++", "开发"]),
        ("3班倒", ["三班倒"]),
        ("HR", ["人事"]),
        ("经开区普工", ["经济", "开发区", "普工"]),
        ("后端", ["后端"]),
        ("电工 电工", ["电工"]),
        ("，。&|!:*()'\\", []),
        ("\x00", []),
    ],
)
def test_a_query_becomes_the_words_it_means(typed, words):
    assert query_words(typed) == words


def test_a_long_word_is_also_its_parts_and_all_of_it_is_marked():
    (term,) = query_terms("机修钳工")
    assert term.parts == ("机修", "钳工")
    assert shown_words("机修钳工") == ["机修钳工", "机修", "钳工"]
    assert shown_words("后端") == ["后端"]


def test_eight_words_at_most():
    assert len(query_words(" ".join(f"w{n}" for n in range(20)))) == 8


def test_a_text_is_filed_under_the_words_inside_its_words():
    assert {"仓管员", "仓管", "仓", "管", "员"} <= set(index_words("仓管员", characters=True))
    assert {"node.js", "node", "js"} <= set(index_words("Node.js"))


def test_a_vector_quotes_what_postgres_would_read_as_its_own():
    assert vector_text((["o'k", "a\\b", "x:1A"], "A")) == r"'o''k':1A 'a\\b':2A 'x:1A':3A"


@pytest.fixture
def posts(db):
    """One post a title, all of one kind of work, so that only titles tell them apart."""
    enterprise = EnterpriseFactory(name="常州砺石模具有限公司", region=division("320412100"))
    kind = occupation("6-99-99", "其他人员")
    made = [VacancyFactory(enterprise=enterprise, title=t, occupation=kind) for t in TITLES]
    index_vacancies(v.pk for v in made)


def found(text):
    """The titles a query finds."""
    return {v.title for v in page_of(SearchParams(text=text)).vacancies}


@pytest.mark.parametrize(
    "typed,titles",
    [
        ("电工", {"低压电工"}),  # not 充电工程师
        ("车工", {"车工"}),  # not 叉车工
        ("护工", {"护工"}),  # not 设备维护工程师
        ("化工", {"化工操作工"}),  # not 自动化工程师
        ("仓管", {"仓管员"}),
        ("跟单", {"跟单员"}),
        ("c++", {"C++开发工程师"}),
        ("java", {"JAVA工程师", "JAVA后端开发"}),
        ("后端", {"JAVA后端开发"}),
        ("短视频", {"短视频运营"}),
        ("叉车司机", set()),
        ("湖塘普工", {"普工"}),
        ("武进区 普工", {"普工"}),
        ("hr", {"人事专员"}),
        ("砺石模具", set(TITLES)),
    ],
)
def test_what_is_typed_finds_what_is_meant(posts, typed, titles):
    assert found(typed) == titles


def test_better_hits_come_first_however_old(db):
    enterprise = EnterpriseFactory()
    rows = [
        VacancyFactory(enterprise=enterprise, title="电工"),
        VacancyFactory(enterprise=enterprise, title="装配电工"),
        VacancyFactory(enterprise=enterprise, title="技术员", skills=["电工"]),
        VacancyFactory(enterprise=enterprise, title="设备员", duties="协助电工检修"),
    ]
    index_vacancies(v.pk for v in rows)
    assert [v.title for v in page_of(SearchParams(text="电工")).vacancies] == [
        "电工", "装配电工", "技术员", "设备员",
    ]  # fmt: skip


def test_of_work_and_place_the_work_in_the_title_counts(db):
    enterprise = EnterpriseFactory()
    rows = [
        VacancyFactory(enterprise=enterprise, title="装配电工"),
        VacancyFactory(enterprise=enterprise, title="技术员", duties="协助电工检修"),
    ]
    index_vacancies(v.pk for v in rows)
    found = page_of(SearchParams(text="武进电工")).vacancies
    assert [v.title for v in found] == ["装配电工", "技术员"]


def test_a_word_nobody_uses_offers_posts_that_are_near(posts):
    offers = relaxations(SearchParams(text="机修"), [])
    assert [(label, count) for _, label, _, count in offers] == [("名称里有“机”和“修”的", 1)]
    assert found("机 修") == {"机械维修工"}
