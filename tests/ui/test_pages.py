"""The frames of the pages, seen through the pages of samples."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from portal.ui import views
from portal.ui.context_processors import site

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    """page(view, care=…) → the HTML a stranger is sent."""

    def do(view, care=False, **kwargs):
        request = RequestFactory().get("/styleguide/?a=1")
        request.user = AnonymousUser()
        request.care_mode = care
        return view(request, **kwargs).content.decode()

    return do


NAMES = ["home", "search", "notice"]


@pytest.mark.parametrize("care", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_every_page_has_one_heading_landmarks_and_one_live_region(page, name, care):
    html = page(views.sample, care, name=name)
    assert '<html lang="zh-CN">' in html
    assert len(re.findall(r"<h1\b", html)) == 1
    assert html.count("<main ") == 1
    assert html.count("aria-live=") == 1
    assert 'href="#main"' in html and 'id="main"' in html
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_care_mode_is_the_same_page_without_the_bottom_bar(page):
    plain, care = page(views.sample, name="search"), page(views.sample, care=True, name="search")
    assert "css/care.css" in care and "css/care.css" not in plain
    assert "bottom-bar" not in care
    assert "回到标准版" in care or "care-actions" in care


def test_a_stranger_is_not_counted_for(rf, settings):
    settings.NAV_COUNTS = "portal.ui.samples.no_such_function"
    request = rf.get("/")
    request.user = AnonymousUser()
    assert dict(site(request)["nav_counts"]) == {}


def test_the_demo_city_says_so(page, settings):
    settings.DEMO_CITY = True
    assert "企业、岗位与人员均为虚构" in page(views.sample, name="notice")
    settings.DEMO_CITY = False
    assert "企业、岗位与人员均为虚构" not in page(views.sample, name="notice")


def test_the_page_of_parts_renders(page):
    html = page(views.styleguide)
    assert "组件与状态" in html and "还差 3 处" in html
