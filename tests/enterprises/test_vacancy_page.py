"""The public page of a post: the way back, what search engines read, and when it has ended."""

import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from enterprises.enums import CloseOutcome, VacancyState
from enterprises.search import index_vacancies
from enterprises.search_params import SearchParams
from enterprises.views.vacancy_page import way_back
from tests.factories import VacancyFactory, division

pytestmark = pytest.mark.django_db


def page_text(client, vacancy, **query):
    """The page as text."""
    page = client.get(f"/jobs/{vacancy.public_id}/?{urlencode(query)}")
    assert page.status_code == 200
    return page.content.decode()


def test_the_way_back_is_the_search_one_came_from_with_its_count(client):
    vacancy = VacancyFactory(title="低压电工")
    index_vacancies([vacancy.pk])
    listed = client.get("/jobs/?q=电工&pay=6000").context["rows"][0]
    text = client.get(listed.url).content.decode()
    assert "返回“电工”的 1 个结果" in text
    assert SearchParams(text="电工", pay=6000).url().replace("&", "&amp;") in text


@pytest.mark.parametrize("typed", ["//evil.example/", "javascript:alert(1)", "x=1&y=2", "", "%00"])
def test_the_way_back_never_leads_elsewhere(client, typed):
    vacancy = VacancyFactory()
    text = page_text(client, vacancy, **{"from": typed})
    (back,) = re.findall(r'class="back-line"><a href="(.*?)">', text)
    assert back == "/jobs/" and "查全部岗位" in text
    assert way_back("q=电工&next=//evil.example")[0] == SearchParams(text="电工").url()


def test_what_employers_write_cannot_leave_the_data_block(client):
    vacancy = VacancyFactory(title="电工", duties="</script><script>alert(1)</script>&<!--")
    text = page_text(client, vacancy)
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    data = json.loads(block)
    assert data["@type"] == "JobPosting" and data["description"] == vacancy.duties
    assert data["validThrough"].startswith(vacancy.expires_on.isoformat())
    assert data["baseSalary"]["value"]["minValue"] == vacancy.pay_min
    assert "<script>alert" not in text


def test_a_post_that_ended_says_how_and_takes_no_applications(client):
    today = timezone.localdate()
    dates = {"starts_on": today - timedelta(days=9), "expires_on": today}
    expired = VacancyFactory(**dates)
    text = page_text(client, expired)
    assert "已到期" in text and "登录后申请" not in text and "ld+json" not in text
    for outcome, words in ((CloseOutcome.FILLED, "已经招满"), (CloseOutcome.CANCELLED, "已经结束")):
        closed = VacancyFactory()
        closed.state, closed.close_outcome = VacancyState.CLOSED, outcome
        closed.closed_at = timezone.now()
        closed.save()
        text = page_text(client, closed)
        assert words in text and "登录后申请" not in text


def test_a_street_says_more_than_its_district_and_several_places_stay_chosen(client):
    assert SearchParams.read(
        client.get("/jobs/?region=320412,320412100").wsgi_request.GET
    ).regions == ("320412100",)
    VacancyFactory(), division("320411")
    page = client.get("/jobs/?region=320412&region=320411")
    (chosen,) = [option for option in page.context["band_places"] if option.chosen]
    assert chosen.value == "320412,320411"
    again = client.get(f"/jobs/?q=&region={chosen.value}")
    assert again.context["params"].regions == ("320412", "320411")


def test_htmx_is_told_the_plain_address(client):
    VacancyFactory()
    page = client.get("/jobs/?q=&pay=6000&experience=&education=", headers={"HX-Request": "true"})
    assert page["HX-Push-Url"] == "/jobs/?pay=6000"


def test_search_engines_are_told_of_live_posts_only(client):
    live, draft = VacancyFactory(), VacancyFactory(draft=True)
    assert "/sitemap.xml" in client.get("/robots.txt").content.decode()
    index = client.get("/sitemap.xml").content.decode()
    (part,) = re.findall(r"<loc>http://testserver(.*?)</loc>", index)
    text = client.get(part).content.decode()
    assert live.public_id in text and draft.public_id not in text
    assert client.get("/sitemap-vacancies-2.xml").status_code == 404
