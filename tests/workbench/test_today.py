"""The dashboard: figures that add up, links to the lists behind them, scope per person."""

import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from enterprises.enums import FillChannel
from enterprises.models import ShortageFill
from portal.reports.weeks import Week
from portal.runs.models import JobRun, RunState
from tests.factories import (
    AssignmentFactory,
    CommissionerFactory,
    EnterpriseFactory,
    JobSeekerFactory,
    ShortageFactory,
    TicketFactory,
    UserFactory,
    VacancyFactory,
    division,
)

TODAY = "workbench:today"


def fill(declaration, persons, channel=FillChannel.PORTAL, days_ago=0):
    """People who came, recorded as the service does."""
    ShortageFill.objects.create(
        declaration=declaration,
        filled_on=timezone.localdate() - timedelta(days=days_ago),
        persons=persons,
        channel=channel,
        recorded_by=UserFactory(city=True),
    )
    declaration.filled_total += persons
    declaration.save()


@pytest.fixture
def shortages(db):
    """武进 misses 30 − 4, 新北 10; both declared a month ago."""
    long_ago = timezone.now() - timedelta(days=30)
    wujin = ShortageFactory(missing_total=30, declared_at=long_ago)
    fill(wujin, 4)
    xinbei = ShortageFactory(
        enterprise=EnterpriseFactory(region=division("320411")),
        missing_total=10,
        declared_at=long_ago,
    )
    return wujin, xinbei


def page_of(client, user, **query):
    """The dashboard's text and its chart options by id."""
    client.force_login(user)
    text = client.get(reverse(TODAY), query).content.decode()
    charts = re.findall(r'<script id="([\w-]+)" type="application/json">(.*?)</script>', text)
    return text, {name: json.loads(option) for name, option in charts}


def tile(text, label):
    """The words of one figure tile."""
    found = re.search(rf'<span class="label">{label}</span>(.*?)</(?:a|div)>', text, re.S)
    return re.sub(r"<[^>]+>", " ", found[1])


def test_the_city_sees_all_and_each_figure_leads_to_its_list(client, city, shortages):
    text, charts = page_of(client, city)
    assert "36" in tile(text, "缺工人数") and "比上周少 4" in tile(text, "缺工人数")
    assert "2 家企业" in tile(text, "缺工人数")
    assert " 4" in tile(text, "本周招到") and "补上缺口的 10.0%" in tile(text, "本周招到")
    option = charts["by-area"]
    assert option["yAxis"]["data"] == ["武进区", "新北区"]
    assert [series["data"] for series in option["series"]] == [[26, 10], [4, 0]]
    area = f"{reverse('workbench:shortage_items')}?area=320412"
    assert area in text
    assert "26" in client.get(area).content.decode()
    fills = f"{reverse('workbench:fills')}?week={Week.of(timezone.localdate()).key}"
    assert fills in text
    assert "招到 4 人" in client.get(fills).content.decode()


def test_a_district_sees_itself_by_street(client, wujin, shortages):
    text, charts = page_of(client, wujin)
    assert "26" in tile(text, "缺工人数")
    assert charts["by-area"]["yAxis"]["data"] == ["武进区（没有写街道）"]
    assert "新北区" not in text


def test_a_commissioner_sees_their_own_enterprises(client, shortages):
    user = CommissionerFactory().user
    AssignmentFactory(enterprise=shortages[0].enterprise, commissioner=user.commissioner)
    text, _ = page_of(client, user)
    assert "26" in tile(text, "缺工人数")
    assert "1" in tile(text, "我包保的企业")
    assert "稳岗返还可发" not in text
    other, _ = page_of(client, CommissionerFactory().user)
    assert " 0" in tile(other, "缺工人数")


def test_weeks_before_the_first_declaration_are_gaps_and_this_one_is_open(client, city, shortages):
    _, charts = page_of(client, city)
    line, bars = charts["by-week"]["series"]
    assert line["data"][0] is None
    assert line["data"][-1]["value"] == 36 and line["data"][-1]["open"] is True
    assert bars["data"][-1] == {"value": 4, "open": True}
    stock = [point if not isinstance(point, dict) else point["value"] for point in line["data"]]
    assert stock[-2] == 40


def test_the_table_beside_the_chart_says_the_same(client, city, shortages):
    text, charts = page_of(client, city)
    table = re.search(r"近 12 周：.*?</table>", text, re.S)[0]
    figures = [int(n) for n in re.findall(r'<td class="num">(\d+)</td>', table)][:2]
    assert figures == [36, 4]
    assert table.count("<tr>") == 13 and table.count("—") >= 6


def test_coverage_counts_people_and_posts_of_the_scope(client, city, recommend):
    vacancy, lonely = VacancyFactory(headcount=1), VacancyFactory(headcount=1)
    seekers = [JobSeekerFactory() for _ in range(3)]
    JobSeekerFactory(status="not_looking")
    recommend(*[(seeker, vacancy) for seeker in seekers[:2]], cap=2)
    text, charts = page_of(client, city)
    assert "66.7" in tile(text, "有岗位推荐的求职者")
    assert "2 / 3 人" in tile(text, "有岗位推荐的求职者")
    bars = [b if isinstance(b, int) else b["value"] for b in charts["bands"]["series"][0]["data"]]
    assert bars == [1, 0, 0, 0, 1]
    assert "没有一个超过" in text
    listed = client.get(reverse("workbench:jobseekers"), {"recommended": "no"}).content.decode()
    assert "查到 1 人" in listed
    unmatched = client.get(reverse("workbench:unmatched_vacancies")).content.decode()
    assert lonely.title in unmatched and vacancy.title not in unmatched


def test_a_post_over_the_cap_is_named(client, city, recommend):
    vacancy = VacancyFactory(headcount=1)
    recommend((JobSeekerFactory(), vacancy), (JobSeekerFactory(), vacancy), cap=1)
    text, _ = page_of(client, city)
    assert "没有一个超过" not in text
    assert "其中 1 个因为昨夜后减了招聘人数而超过" in text


def test_an_empty_city_says_what_to_do(client, city):
    text, charts = page_of(client, city)
    assert "没有等着办的事" in text
    assert "还没有匹配过" in text
    assert "还没有筛查过" in text
    assert "匹配还没有运行过" in text
    assert "bands" not in charts


def test_missed_deadlines_are_red_and_counted(client, city):
    TicketFactory(due_at=timezone.now() - timedelta(hours=3, minutes=20, seconds=5))
    text, _ = page_of(client, city)
    assert re.search(r'class="tile bad"><span class="label">超时未办', text)
    assert "最久 3 小时 20 分" in tile(text, "超时未办")
    assert "1 件服务单，0 件应急缺工" in tile(text, "超时未办")


def test_old_data_and_failed_nights_are_named(client, city, recommend):
    recommend()
    old = timezone.now() - timedelta(days=3)
    JobRun.objects.filter(kind="match").update(finished_at=old, started_at=old)
    JobRun.objects.create(kind="screen_refunds", key="a", state=RunState.FAILED)
    text, _ = page_of(client, city)
    assert "匹配的数据还是" in text
    assert "运行失败" in text
    assert "都已完成" not in text


def test_the_auditor_reads_without_buttons(client, db):
    TicketFactory(due_at=timezone.now() - timedelta(hours=1))
    text, _ = page_of(client, UserFactory(auditor=True))
    assert "待办 1 项" in text and "等您办的" not in text
    main = text.split("<main")[1].split("</main>")[0]
    assert "btn-primary" not in main
    assert "<form" not in main


def test_the_page_takes_a_fixed_number_of_queries(
    client, city, shortages, recommend, django_assert_max_num_queries
):
    recommend()
    page_of(client, city)
    for _ in range(5):
        TicketFactory()
        ShortageFactory(missing_total=200, is_emergency=True)
        VacancyFactory(in_review=True)
    cache.clear()  # with everything counted anew
    with django_assert_max_num_queries(53):
        text = client.get(reverse(TODAY)).content.decode()
    assert "全部待办" in text
    assert "全部待办" not in page_of(client, city, all="1")[0]


def test_strangers_and_others_do_not_get_in(client, db):
    assert client.get(reverse(TODAY)).status_code == 302
    for who in ({}, {"member": True}):
        client.force_login(UserFactory(**who))
        assert client.get(reverse(TODAY)).status_code == 404
