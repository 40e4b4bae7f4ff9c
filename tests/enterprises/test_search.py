"""Search: segmented words, filters in the address, keyset pages, capped counts, relaxations."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from enterprises import directory, search_results
from enterprises.enums import Lodging, Shift
from enterprises.models import KeyListEntry
from enterprises.search import index_vacancies
from enterprises.search_filters import filter_groups, places_of
from enterprises.search_params import SearchParams
from enterprises.search_results import capped_counts, filtered, page_of
from enterprises.search_words import query_words
from tests.factories import EnterpriseFactory, VacancyFactory, division, occupation

pytestmark = pytest.mark.django_db
ENDED = {
    "starts_on": timezone.localdate() - timedelta(days=30),
    "expires_on": timezone.localdate(),
}


@pytest.fixture
def posts():
    """Four posts of three districts."""
    wujin, xinbei, liyang = division("320412100"), division("320411100"), division("320481")
    key = EnterpriseFactory(name="常州澜川精密机械有限公司")
    KeyListEntry.objects.create(
        enterprise=key,
        kind="daily_life",
        source="常人社发〔2020〕17号",
        starts_on=timezone.localdate() - timedelta(days=9),
    )
    made = {
        "low": VacancyFactory(
            title="低压电工", enterprise=key, region=wujin, pay_min=6000, pay_max=8000,
            lodging=Lodging.LODGING, shift=Shift.DAY, experience_years=1,
        ),
        "high": VacancyFactory(
            title="高压值班电工", region=xinbei, pay_min=5500, pay_max=7000, experience_years=5,
            education=3,
        ),
        "body": VacancyFactory(
            title="设备维护员", region=wujin, pay_min=9000, pay_max=12000,
            duties="负责车间电工作业\n填写记录",
        ),
        "sales": VacancyFactory(
            title="女装导购", region=liyang, occupation=occupation("4-01-02"), pay_min=4000,
            pay_max=4500,
        ),
    }  # fmt: skip
    VacancyFactory(title="电工学徒", draft=True)
    VacancyFactory(title="夜班电工", **ENDED)
    VacancyFactory(title="明天的电工", starts_on=timezone.localdate() + timedelta(days=1))
    index_vacancies(v.pk for v in type(made["low"]).objects.all())
    return made


def titles(client, query):
    """Titles on the results page, in order."""
    page = client.get(f"/jobs/?{query}")
    assert page.status_code == 200
    return [row.title for row in page.context["rows"]]


def test_chinese_words_find_titles_before_texts_and_never_what_is_not_live(client, posts):
    assert titles(client, "q=电工") == ["高压值班电工", "低压电工", "设备维护员"]


@pytest.mark.parametrize(
    "query,expected",
    [
        ("region=320412", ["设备维护员", "低压电工"]),
        ("region=320412100&region=320481", ["女装导购", "设备维护员", "低压电工"]),
        ("pay=8000", ["设备维护员", "低压电工"]),
        ("experience=0", ["女装导购", "设备维护员"]),
        ("experience=1", ["女装导购", "设备维护员", "低压电工"]),
        ("education=2", ["女装导购", "设备维护员", "低压电工"]),
        ("occupation=4-01", ["女装导购"]),
        ("only=key", ["低压电工"]),
        ("only=lodging&only=day", ["低压电工"]),
        ("sort=pay", ["设备维护员", "低压电工", "高压值班电工", "女装导购"]),
        ("q=澜川", ["低压电工"]),
        ("q=电工&region=320411", ["高压值班电工"]),
    ],
)
def test_filters(client, posts, query, expected):
    assert titles(client, query) == expected


@pytest.mark.parametrize(
    "query",
    [
        "q=%27%29+%26+%21",
        "q=%5C%27",
        "q=%00电工",
        "q=:*",
        "region=abc&pay=-1&experience=9&education=99&only=x&sort=y&after=zzz",
        "after=WzEsIjIwMjAiLDFd",
        "occupation=DROP",
    ],
)
def test_nonsense_in_the_address_is_no_error(client, posts, query):
    assert client.get(f"/jobs/?{query}").status_code == 200


def test_single_letter_finds_a_beginning(posts):
    assert query_words("Ｐ") == ["p"]
    assert filtered(SearchParams(text="女")).count() == 1


def test_counts_at_the_filters_are_those_under_the_other_filters(client, posts):
    page = client.get("/jobs/?q=电工&region=320412")
    groups = {group.name: group for group in page.context["groups"]}
    counts = {o.label: o.count for o in groups["region"].options}
    assert counts["武进区"] == 2 and counts["新北区"] == 1 and counts["溧阳市"] == 0
    pay = {o.value: o.count for o in groups["pay"].options}
    assert pay[""] == 2 and pay["10000"] == 1


def with_option(params, group, value):
    """The search that a click on one option of a group makes."""
    if group == "region":
        return replace(params, regions=(value,))
    if group == "pay":
        return replace(params, pay=int(value or 0))
    if group == "education":
        return replace(params, education=int(value) if value else None)
    if group == "experience":
        return replace(params, experience=value)
    return replace(params, only=tuple({*params.only, value}))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "region=320412",
        "q=电工",
        "q=电工&region=320412",
        "occupation=4-01",
        "region=320412100&region=320481&pay=5000",
        "pay=8000&experience=1&education=2",
        "only=key&only=day&region=320412",
        "q=电工&only=lodging&pay=5000&experience=1&education=2&region=320412&region=320411",
    ],
)
def test_every_option_says_what_a_click_on_it_finds(posts, query):
    """Both ways of counting: of all posts one option after the other, else all in one."""
    params = SearchParams.read(QueryDict(query))
    groups, streets = filter_groups(params, places_of(params, directory.districts()))
    for group in [*groups, *([streets] if streets else [])]:
        for option in group.options:
            found = filtered(with_option(params, group.name, option.value)).count()
            assert option.count == found, (group.label, option.label)


@pytest.mark.parametrize("query", ["region=320412100", "region=320412100&pay=5000"])
def test_other_streets_of_the_district_are_counted_too(posts, query):
    VacancyFactory(title="车工", region=division("320412101"), pay_min=7000, pay_max=9000)
    params = SearchParams.read(QueryDict(query))
    _, streets = filter_groups(params, places_of(params, directory.districts()))
    assert [(street.value, street.count, street.chosen) for street in streets.options] == [
        ("320412100", 2, True), ("320412101", 1, False),
    ]  # fmt: skip


def test_a_page_full_of_titles_asks_for_no_other_ranks(posts, django_assert_num_queries):
    with django_assert_num_queries(4):  # count, openings, titles, posts
        page = page_of(SearchParams(text="电工"), size=1)
        assert [post.title for post in page.vacancies] == ["高压值班电工"]
    with django_assert_num_queries(5):
        assert len(page_of(SearchParams(text="电工"), size=2).vacancies) == 2


def test_keyset_pages_show_everything_once(client, monkeypatch):
    monkeypatch.setattr(search_results, "PAGE_SIZE", 3)
    same_moment = timezone.now()
    made = {VacancyFactory(title=f"装配工{n}", published_at=same_moment).pk for n in range(8)}
    index_vacancies(made)
    for query in ("q=装配", "sort=pay", "sort=new", ""):
        seen, url, starts = [], f"/jobs/?{query}", []
        while url:
            page = client.get(url)
            seen += [v.pk for v in page.context["page"].vacancies]
            starts.append(page.context["slice"].start)
            url = page.context["slice"].next_url
        assert len(seen) == 8 and set(seen) == made
        assert starts == [1, 4, 7]


def test_counts_stop_at_the_cap(client, monkeypatch, posts):
    monkeypatch.setattr(search_results, "COUNT_CAP", 2)
    assert capped_counts([filtered(SearchParams())]) == [3]
    page = page_of(SearchParams())
    assert page.total == 3 and page.openings is None


def test_nothing_found_offers_what_would_be_found_with_counts(client, posts):
    page = client.get("/jobs/?q=电工&region=320481&pay=8000&only=lodging")
    text = page.content.decode()
    assert "没有完全符合的岗位" in text
    offers = page.context["relaxations"]
    assert 0 < len(offers) <= 4
    for offer in offers:
        found = client.get(offer.url)
        assert found.context["page"].total == offer.count > 0
    assert any("武进区也算上" in offer.label for offer in offers)


def test_the_page_takes_few_queries(client, posts, django_assert_max_num_queries):
    client.get("/jobs/")
    with django_assert_max_num_queries(11):
        client.get("/jobs/?q=电工&region=320412")
    more = [VacancyFactory(title="电工", region=posts["low"].region) for _ in range(12)]
    index_vacancies(v.pk for v in more)
    with django_assert_max_num_queries(11):
        assert len(client.get("/jobs/?q=电工&region=320412").context["rows"]) == 14


def test_home_shows_the_city_and_browses(client, posts, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page = client.get("/")
    text = page.content.decode()
    assert "正在招 4 个岗位，共需 12 人" in text
    assert "低压电工" in text
    assert "/jobs/?region=320412" in text


def test_care_home_has_at_most_four_doors_and_a_telephone(client, posts):
    client.cookies["care"] = "1"
    text = client.get("/").content.decode()
    assert text.count('class="door') == 4
    assert "当心骗子" in text


def test_vacancy_page(client, posts):
    vacancy = posts["low"]
    text = client.get(f"/jobs/{vacancy.public_id}/").content.decode()
    assert "6,000–8,000" in text and "常州澜川精密机械有限公司" in text and "JobPosting" in text


def test_drafts_do_not_exist_and_ended_ones_say_so(client):
    draft, ended = VacancyFactory(draft=True), VacancyFactory(**ENDED)
    assert client.get(f"/jobs/{draft.public_id}/").status_code == 404
    page = client.get(f"/jobs/{ended.public_id}/")
    assert "已经到期" in page.content.decode()


def test_employer_page_lists_what_is_open(client, posts):
    enterprise = posts["low"].enterprise
    text = client.get(f"/jobs/employer/{enterprise.public_id}/").content.decode()
    assert "低压电工" in text and "正在招 1 个岗位" in text
    pending = EnterpriseFactory(pending=True)
    assert client.get(f"/jobs/employer/{pending.public_id}/").status_code == 404
