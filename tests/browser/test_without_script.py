"""Searching, asking, applying and posting with JavaScript switched off: plain forms, plain links."""

import re

import pytest
from playwright.sync_api import expect

from enterprises.models import Vacancy
from hotlines.models import Ticket
from jobseekers.models import Application
from tests.browser.conftest import PHONE


@pytest.fixture(scope="module")
def origin(serve, city_database):
    return serve(city_database)


@pytest.fixture
def plain(open_context, origin):
    """plain(user) → a page without script."""
    return lambda user=None: open_context(
        origin, user, viewport=PHONE, java_script_enabled=False
    ).new_page()


def main(page):
    return page.get_by_role("main")


def test_search_filter_and_open(plain, faults):
    vacancy = Vacancy.objects.live().filter(title="数控车工").first()
    page = plain()
    page.goto("/")
    main(page).locator("input[name=q]").first.fill("数控车工")
    main(page).locator("form[role=search], form.search-form").first.locator("button").click()
    expect(main(page).get_by_role("heading", level=1)).to_contain_text("数控车工")
    main(page).get_by_role("link", name=vacancy.title).first.click()
    expect(main(page).get_by_role("heading", level=1)).to_contain_text("数控车工")


def test_apply(plain, faults):
    taken = Application.objects.filter(seeker__user__username="wangjianguo")
    vacancy = Vacancy.objects.live().exclude(pk__in=taken.values("vacancy")).first()
    page = plain("wangjianguo")
    page.goto(f"/jobs/{vacancy.public_id}/")
    main(page).get_by_role("button", name="确认申请").click()
    expect(main(page)).to_contain_text("要先同意把简历交给这家单位，才能申请。")
    main(page).get_by_label(re.compile("我同意把这份简历交给")).check()
    main(page).get_by_role("button", name="确认申请").click()
    expect(main(page).get_by_role("heading", level=1)).to_contain_text(vacancy.title)
    assert taken.filter(vacancy=vacancy, state="applied").count() == 1


def test_post_a_vacancy(plain, faults):
    """The suggestions of an occupation come with the answer to the first press."""
    page = plain("lishi")
    page.goto("/enterprise/vacancies/new/")
    page.get_by_label("岗位名称").fill("模具钳工")
    page.get_by_label("招聘人数").fill("2")
    page.get_by_label("最低").fill("6000")
    page.get_by_label("最高").fill("9000")
    page.get_by_label("工作内容").fill("修模、配模、试模，看三维图纸。")
    page.get_by_label("任职要求").fill("男，会看图纸。")
    page.get_by_role("button", name="提交审核").click()
    made = Vacancy.objects.latest("pk")
    assert (made.title, made.state) == ("模具钳工", "draft")
    if made.occupation is None:
        main(page).get_by_role("radio").first.check()
        page.get_by_role("button", name=re.compile("提交审核")).click()
    expect(main(page)).to_contain_text("还不能提交：有 1 处必须修改")
    page.get_by_role("button", name=re.compile("^采用")).first.click()
    expect(page.get_by_text(re.compile("已改好“.*”，草稿已保存。"))).to_be_visible()
    page.get_by_role("button", name=re.compile("提交审核")).click()
    expect(page.get_by_text("已提交审核。武进区工作人员审核")).to_be_visible()
    made.refresh_from_db()
    assert made.state == "in_review"
    assert "男" not in made.requirements


def test_ask(plain, faults):
    page = plain()
    page.goto("/hotlines/ask/")
    before = Ticket.objects.count()
    main(page).get_by_role("button").last.click()
    expect(main(page)).to_contain_text("还差")
    assert Ticket.objects.count() == before


def test_care_mode_by_a_link_and_back(plain, faults):
    page = plain()
    page.goto("/jobs/")
    page.get_by_role("link", name="关怀版").first.click()
    expect(page).to_have_url(re.compile("/jobs/$"))
    expect(page.locator("body")).to_have_class(re.compile(r"\bcare\b"))
    page.get_by_role("link", name="回到标准版").first.click()
    expect(page.locator("body")).not_to_have_class(re.compile(r"\bcare\b"))
