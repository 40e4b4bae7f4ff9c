"""Vacancies over the API: the hits, order and words of the search page, for everyone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from enterprises.models import KeyListEntry
from enterprises.search import index_vacancies
from tests.factories import (
    EnterpriseFactory,
    MembershipFactory,
    UserFactory,
    VacancyFactory,
    division,
    occupation,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/vacancies/"


@pytest.fixture
def posts():
    """Five live posts that differ in one thing each, and a draft."""
    key = EnterpriseFactory(name="常州恒泰样机有限公司")
    KeyListEntry.objects.create(
        enterprise=key, kind="national_economy", source="测试", starts_on=timezone.localdate()
    )
    made = {
        "welder": VacancyFactory(title="电焊工", enterprise=key, pay_min=7000, pay_max=9000),
        "lodged": VacancyFactory(title="数控车工", lodging="both"),
        "far": VacancyFactory(title="仓库管理员", region=division("320411")),
        "educated": VacancyFactory(title="机械工程师", education=4, experience_years=3),
        "old": VacancyFactory(
            title="电焊学徒", pay_max=5000, pay_min=4000, occupation=occupation("6-31-01"),
            published_at=timezone.now() - timedelta(days=10),
        ),
        "draft": VacancyFactory(draft=True, title="电焊草稿"),
    }  # fmt: skip
    index_vacancies([v.pk for v in made.values()])
    return made


def found(response):
    assert response.status_code == 200, response.json()
    return {row["title"] for row in response.json()["results"]}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("q=电焊", {"电焊工", "电焊学徒"}),
        ("region=320411", {"仓库管理员"}),
        ("region=320411&region=320412", None),
        ("region=21", set()),
        ("pay=9000", {"电焊工"}),
        ("education=3", {"电焊工", "数控车工", "仓库管理员", "电焊学徒"}),
        ("experience=0", {"电焊工", "数控车工", "仓库管理员", "电焊学徒"}),
        ("key=true", {"电焊工"}),
        ("lodging=true", {"数控车工"}),
        ("fresh=true", {"电焊工", "数控车工", "仓库管理员", "机械工程师"}),
        ("occupation=6-31", {"电焊学徒"}),
        ("q=电焊&pay=6000", {"电焊工"}),
        ("lodging=false", None),
    ],
)
def test_filters(api, posts, query, titles):
    division("21")
    occupation("6-31-01")
    everything = {v.title for name, v in posts.items() if name != "draft"}
    assert found(api().get(f"{URL}?{query}")) == (everything if titles is None else titles)


@pytest.mark.parametrize(
    "query", ["q=电焊", "pay=6000", "region=320412&only=lodging", "only=key", "sort=pay", ""]
)
def test_page_and_api_give_the_same_hits_in_the_same_order(api, client, posts, query):
    from_page = [v.title for v in client.get(f"/jobs/?{query}").context["page"].vacancies]
    asked = query.replace("only=lodging", "lodging=true").replace("only=key", "key=true")
    from_api = [row["title"] for row in api().get(f"{URL}?{asked}").json()["results"]]
    assert from_api == from_page
    assert from_page


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("distrct=320411", "distrct"),
        ("region=999999", "region"),
        ("occupation=abc", "occupation"),
        ("pay=viel", "pay"),
        ("education=9", "education"),
        ("lodging=vielleicht", "lodging"),
        ("sort=best", "sort"),
        ("page_size=1000", "page_size"),
        ("cursor=unlesbar", "cursor"),
        ("q=" + "长" * 41, "q"),
    ],
)
def test_what_cannot_be_understood_is_said_at_its_name(api, posts, query, field):
    response = api().get(f"{URL}?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert list(body["errors"]) == [field]
    assert body["status"] == 400 and body["title"] == "请求内容有错误"


@pytest.mark.parametrize("sort", ["", "&sort=new", "&sort=pay"])
def test_pages_hold_every_post_once(api, posts, sort):
    titles, address = [], f"{URL}?page_size=2{sort}"
    while address:
        body = api().get(address).json()
        assert len(body["results"]) <= 2
        titles += [row["title"] for row in body["results"]]
        address = body["next"]
    assert len(titles) == len(set(titles)) == 5
    assert body["count"] == 5 and body["count_is_capped"] is False


def test_a_list_takes_the_same_queries_however_long(api, queries_of):
    VacancyFactory()
    one = queries_of(api(), URL)
    for _ in range(6):
        VacancyFactory()
    assert queries_of(api(), URL) == one < 8


def test_detail_of_a_live_post_has_its_texts_and_no_personal_data(api, posts):
    post = posts["welder"]
    post.enterprise.contact_phone = "13800000007"
    post.enterprise.save()
    response = api().get(f"{URL}{post.public_id}/")
    body = response.json()
    assert body["enterprise"]["name"] == "常州恒泰样机有限公司"
    assert body["key_list"] == "重要国计民生"
    assert body["state"] == "live" and "duties" in body
    assert "13800000007" not in response.content.decode()


def test_a_draft_is_there_for_its_enterprise_and_its_staff_only(api, posts):
    draft = posts["draft"]
    url = f"{URL}{draft.public_id}/"
    assert api().get(url).status_code == 404
    member = MembershipFactory(enterprise=draft.enterprise).user
    assert api(member).get(url).json()["state"] == "draft"
    assert api(MembershipFactory().user).get(url).status_code == 404
    assert api(UserFactory(district=True)).get(url).status_code == 200
    elsewhere = UserFactory(district=True, region=division("320411"))
    assert api(elsewhere).get(url).status_code == 404


def test_an_unknown_post_is_a_problem_in_json(api):
    response = api().get(f"{URL}nowhere/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["title"] == "没有找到"
