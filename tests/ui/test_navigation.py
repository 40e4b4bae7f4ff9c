"""Menus: what is shown to whom, which entry is current, and what happens to missing pages."""

from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.urls import include, path

from portal.ui import navigation


def view(request):
    return HttpResponse()


def app(name, *names):
    return include(([path(f"{entry}/", view, name=entry) for entry in names], name))


urlpatterns = [
    path("", view, name="home"),
    path("jobs/", include(([path("", view, name="search")], "vacancies"))),
    path(
        "enterprise/",
        include(
            (
                [path("", view, name="overview"), path("policies/", view, name="policies")],
                "enterprises",
            )
        ),
    ),
    path("staff/", app("workbench", "today", "tickets", "vacancy_reviews")),
]

pytestmark = pytest.mark.urls(__name__)


def test_entries_whose_page_does_not_exist_are_left_out():
    labels = [link.label for link in navigation.links_for(navigation.PUBLIC, "/")]
    assert labels == ["找工作", "招人用工"]


def test_the_entry_nearest_to_the_page_is_current():
    links = navigation.links_for(navigation.ENTERPRISE, "/enterprise/policies/7/")
    assert [(link.label, link.current) for link in links] == [("总览", False), ("我的政策", True)]
    links = navigation.links_for(navigation.ENTERPRISE, "/enterprise/")
    assert [link.label for link in links if link.current] == ["总览"]


def test_no_entry_is_current_elsewhere():
    assert not any(link.current for link in navigation.links_for(navigation.PUBLIC, "/jobsearch/"))


def test_the_rail_of_a_commissioner_is_shorter_and_has_no_empty_group():
    counts = {"tickets": 5, "today": 0}
    rail = navigation.groups_for(navigation.STAFF, "/staff/tickets/3/", "commissioner", counts)
    assert [(group.label, [link.label for link in group.links]) for group in rail] == [
        ("", ["今天"]),
        ("服务", ["服务单"]),
    ]
    assert [link.count for group in rail for link in group.links] == [0, 5]
    assert [link.label for group in rail for link in group.links if link.current] == ["服务单"]


def test_district_staff_see_the_reviews():
    rail = navigation.groups_for(navigation.STAFF, "/", "district_staff")
    assert "岗位审核" in [link.label for group in rail for link in group.links]


def test_a_stranger_has_no_role():
    assert navigation.role_of(SimpleNamespace(is_authenticated=False)) == ""
    assert navigation.role_of(None) == ""
    assert navigation.groups_for(navigation.STAFF, "/", "") == []
