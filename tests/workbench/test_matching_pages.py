"""Staff pages of the matching: supply and demand, funnel, ranking, plans with their trial."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from jobseekers.enums import MatchPlanState
from jobseekers.matching.score import ScoreModel
from jobseekers.models import MatchArea, MatchGeneration, MatchPlan, Push
from jobseekers.services import plan_trials, plans
from portal.runs.models import JobRun, RunState
from tests.factories import (
    ApplicationFactory,
    JobSeekerFactory,
    UserFactory,
    VacancyFactory,
    division,
    occupation,
)

AREAS, FUNNEL, RANKING = "workbench:match_areas", "workbench:funnel", "workbench:shortage_ranking"
PLANS, PLAN = "workbench:match_plans", "workbench:match_plan"
TODAY = timezone.localdate


def read(client, name, *args, **query):
    """A page's text."""
    return client.get(reverse(name, args=args), query).content.decode()


def cells(client, name, **query):
    """The rows of a workbook's first sheet."""
    content = client.get(reverse(name), query).content
    return [list(row) for row in load_workbook(io.BytesIO(content)).active.values]


@pytest.fixture
def night(db):
    """A night with two classes in 武进区 and one in 新北区."""
    run = JobRun.objects.create(kind="match", key="match:night", state=RunState.DONE)
    generation = MatchGeneration.objects.create(
        run=run, state="current", weights_version="1", cap_per_headcount=10, per_seeker=10
    )
    for region, code, counts in (
        ("320412", "6-18", (20, 300, 15, 5, 80, 100, 90, 600)),
        ("320412", "", (0, 0, 0, 0, 0, 7, 0, 0)),
        ("320411", "4-02", (5, 40, 5, 0, 0, 10, 4, 50)),
    ):
        if code:
            occupation(code)
        names = (
            "vacancies", "openings", "vacancies_covered", "vacancies_full", "openings_unfilled",
            "seekers", "seekers_covered", "edges",
        )  # fmt: skip
        MatchArea.objects.create(
            generation=generation,
            region=division(region),
            occupation=code,
            **dict(zip(names, counts, strict=True)),
        )
    return generation


# ---- supply and demand -------------------------------------------------------------------------


def test_coverage_stands_beside_congestion_and_leads_to_the_lists(sign_in, city, night):
    page = read(sign_in(city), AREAS)
    assert "80.0%" in page and "20 / 25 个" in page  # posts with somebody
    assert "80.3%" in page and "94 / 117 人" in page  # people with something
    assert "5 个，平均每招 1 人推荐给 1.9 人" in page
    assert f"{reverse('workbench:unmatched_vacancies')}?occupation=6-18" in page
    people = f"{reverse('workbench:jobseekers')}?recommended=no&amp;"
    assert f"{people}occupation=6-18" in page and f"{people}occupation=none" in page


def test_rows_are_narrowed_grouped_and_ordered(sign_in, city, night):
    client = sign_in(city)
    body = read(client, AREAS, area="320411").split("<tbody>")[1]
    assert "4-02" in body and "6-18" not in body
    assert "recommended=no&amp;region=320411&amp;occupation=4-02" in body
    assert reverse("workbench:unmatched_vacancies") not in body  # each post has somebody
    body = read(client, AREAS, by="area").split("<tbody>")[1]
    assert body.index("武进区") < body.index("新北区")
    assert f"{reverse('workbench:unmatched_vacancies')}?area=320412" in body
    body = read(client, AREAS, order="unmet").split("<tbody>")[1]
    assert body.index("6-18") < body.index("没有对应的职业") < body.index("4-02")
    division("320413")
    assert "没有这样的岗位和求职者" in read(client, AREAS, area="320413")


def test_a_district_sees_its_own_areas(sign_in, wujin, night):
    page = read(sign_in(wujin), AREAS)
    assert "90 / 107 人" in page and "4-02" not in page.split("<tbody>")[1]
    assert 'name="area"' not in page
    other = UserFactory(district=True, region=division("320404"))
    assert "没有这样的岗位和求职者" in read(sign_in(other), AREAS)


def test_areas_as_a_workbook(sign_in, city, night):
    rows = cells(sign_in(city), "workbench:match_areas_file", by="area")
    assert rows[2][:4] == ["区划代码", "地区", "岗位（个）", "招聘（人）"]
    assert rows[3][1:4] == ["合计", 25, 340]
    assert rows[4][:3] == ["320412", "武进区", 20] and rows[4][11] == 17
    assert rows[4][4] == 0.75


def test_areas_take_a_fixed_number_of_queries(sign_in, city, night, django_assert_max_num_queries):
    client = sign_in(city)
    read(client, AREAS)
    for number in range(10, 16):
        MatchArea.objects.create(
            generation=night, region=division("320412"), occupation=f"4-{number}", seekers=3
        )
    with django_assert_max_num_queries(12):
        read(client, AREAS)


@pytest.mark.parametrize("name", [AREAS, RANKING, FUNNEL])
def test_before_the_first_night_pages_say_so(sign_in, city, name):
    page = read(sign_in(city), name)
    assert "还没有匹配过" in page or "这段时间没有推送" in page


@pytest.mark.parametrize("name", ["workbench:match_areas_file", "workbench:shortage_ranking_file"])
def test_before_the_first_night_there_is_no_workbook(sign_in, city, name):
    assert sign_in(city).get(reverse(name)).status_code == 302


# ---- funnel ------------------------------------------------------------------------------------


def test_the_funnel_by_district_and_kind_of_work(sign_in, city, wujin):
    now = timezone.now()
    for number in range(4):
        push = Push.objects.create(
            seeker=JobSeekerFactory(), vacancy=VacancyFactory(), pushed_on=TODAY(),
            read_at=now if number else None,
        )  # fmt: skip
    ApplicationFactory(seeker=push.seeker, vacancy=push.vacancy, state="hired", hired_at=now)
    Push.objects.create(
        seeker=JobSeekerFactory(region=division("320411")),
        vacancy=VacancyFactory(),
        pushed_on=TODAY() - timedelta(days=40),
    )
    client = sign_in(city)
    page = read(client, FUNNEL)
    assert "75.0%" in page and "33.3%" in page and "25.0%" in page
    assert "武进区</th>" in page and "新北区</th>" not in page
    week = read(client, FUNNEL, first=TODAY() - timedelta(days=60), last=TODAY())
    assert "60.0%" in week and "新北区</th>" in week
    division("320481")
    occupation("4-02")
    assert "这段时间没有推送" in read(client, FUNNEL, area="320481")
    assert "这段时间没有推送" in read(client, FUNNEL, occupation="4-02")
    own = read(sign_in(wujin), FUNNEL, first=TODAY() - timedelta(days=60), last=TODAY())
    assert "60.0%" not in own and "75.0%" in own


def test_a_period_that_cannot_be_is_refused_in_words(sign_in, city):
    client = sign_in(city)
    tomorrow = TODAY() + timedelta(days=1)
    response = client.get(reverse(FUNNEL), {"last": tomorrow})
    assert response.status_code == 422 and "结束日期还没有到" in response.content.decode()
    page = read(client, FUNNEL, first=TODAY(), last=TODAY() - timedelta(days=1))
    assert "结束日期在开始日期之前" in page
    assert "推送记录保留 180 天" in read(client, FUNNEL, first=TODAY() - timedelta(days=181))
    assert "日期要写成" in read(client, FUNNEL, first="去年")
    assert "日期要写成" in read(client, FUNNEL, last="去年")
    month = TODAY() - timedelta(days=29)
    assert f'value="{month}"' in read(client, FUNNEL)


# ---- ranking -----------------------------------------------------------------------------------


def test_the_ranking_shows_ratio_and_pay(sign_in, city, wujin, night):
    VacancyFactory(pay_min=6000, pay_max=8000)
    JobSeekerFactory(pay_expected=7500)
    page = read(sign_in(city), RANKING)
    body = page.split("<tbody>")[1]
    assert body.index("4-02") < body.index("6-18")  # 4.0 before 3.0
    assert "4.0" in body and "3.0" in body and "7,000" in body and "7,500" in body
    assert "高于岗位" in body and "只有一晚的记录" in page
    own = read(sign_in(wujin), RANKING)
    assert "4-02" not in own.split("<tbody>")[1]
    rows = cells(sign_in(city), "workbench:shortage_ranking_file", area="320411")
    assert rows[3][:6] == [1, "4-02", occupation("4-02").name, 40, 10, "4.0"]


def test_a_street_reads_its_districts_figures_under_the_districts_name(sign_in, night):
    street = UserFactory(district=True, region=division("320412001"))
    client = sign_in(street)
    for name in (RANKING, AREAS):
        page = read(client, name)
        assert "<p>武进区，" in page and division("320412001").name not in page.split("<main")[1]
        title = cells(client, f"{name}_file")[0][0]
        assert title.startswith("武进区")


def test_the_ranking_takes_a_fixed_number_of_queries(
    sign_in, city, night, django_assert_max_num_queries
):
    client = sign_in(city)
    read(client, RANKING)
    for number in range(10, 16):
        MatchArea.objects.create(
            generation=night, region=division("320412"), occupation=f"4-{number}", openings=30
        )
    with django_assert_max_num_queries(18):
        read(client, RANKING)


# ---- plans -------------------------------------------------------------------------------------


def sent(**changed):
    """A filled form."""
    data = {f"weight-{part}": weight for part, weight in ScoreModel().weights.items()}
    return data | {"cap_per_headcount": 2, "per_seeker": 10, "note": "试小一点的上限"} | changed


def test_from_draft_to_switched_on(sign_in, city, django_capture_on_commit_callbacks):
    VacancyFactory(headcount=1, title="只招一人的岗位")
    for _ in range(4):
        JobSeekerFactory(name="测试丙丁")
    client = sign_in(city)
    assert "系统最初的方案" in read(client, PLANS)
    response = client.post(reverse("workbench:match_plan_new"), sent())
    draft = MatchPlan.objects.drafts().get()
    assert response["Location"] == reverse(PLAN, args=[draft.version])
    page = read(client, PLAN, draft.version)
    assert "请先试算" in page and "启用</button>" not in page
    act = reverse("workbench:match_plan_act", args=[draft.version, "switch"])
    assert "请先试算" in client.post(act, follow=True).content.decode()
    with django_capture_on_commit_callbacks() as asked:
        client.post(reverse("workbench:match_plan_act", args=[draft.version, "try"]))
    assert len(asked) == 1
    page = read(client, PLAN, draft.version)
    assert "等待试算" in page and "启用</button>" not in page
    progress = reverse("workbench:match_plan_progress", args=[draft.version])
    assert "HX-Refresh" not in client.get(progress)
    plan_trials.run_trial(draft.pk)
    assert client.get(progress)["HX-Refresh"] == "true"
    page = read(client, PLAN, draft.version)
    assert "100.0%（4 / 4）" in page and "50.0%（2 / 4）" in page and "−2" in page
    assert "只招一人的岗位" in page and "测**丁" in page and "测试丙丁" not in page
    assert "启用</button>" in page and "您的姓名会留档" in page
    page = client.post(act, follow=True).content.decode()
    assert f"方案 {draft.version} 已启用，今夜起按它匹配。" in page and "市甲" in page
    draft.refresh_from_db()
    assert (draft.state, draft.switched_by) == (MatchPlanState.IN_USE, city)


def test_a_form_that_is_wrong_keeps_what_was_typed(sign_in, city):
    client = sign_in(city)
    new = reverse("workbench:match_plan_new")
    response = client.post(new, sent(**{"weight-place": 121}))
    page = response.content.decode()
    assert response.status_code == 422
    assert "现在是 1,025，多 25。" in page and 'value="121"' in page
    assert client.post(new, sent(note="")).status_code == 422
    assert not MatchPlan.objects.exists()


def test_a_draft_is_edited_and_dropped(sign_in, city):
    draft = plans.create_draft(city, dict(ScoreModel().weights), 5, 10, "短一点")
    client = sign_in(city)
    edit = reverse("workbench:match_plan_edit", args=[draft.version])
    assert 'value="5"' in client.get(edit).content.decode()
    client.post(edit, sent(cap_per_headcount=6))
    draft.refresh_from_db()
    assert draft.cap_per_headcount == 6
    page = client.post(edit, sent(**{"weight-pay": 97})).content.decode()
    assert "多 1" in page
    used = MatchPlan.objects.get(state=MatchPlanState.IN_USE)
    closed = reverse("workbench:match_plan_edit", args=[used.version])
    assert client.get(closed)["Location"] == reverse(PLAN, args=[used.version])
    drop = reverse("workbench:match_plan_act", args=[draft.version, "drop"])
    assert "已删除" in client.post(drop, follow=True).content.decode()
    assert list(MatchPlan.objects.all()) == [used]
    unknown = reverse("workbench:match_plan_act", args=[used.version, "burn"])
    assert client.post(unknown).status_code == 404


def test_a_plan_like_the_one_in_use_is_not_tried(sign_in, city):
    draft = plans.create_draft(city, dict(ScoreModel().weights), 10, 10, "一样")
    client = sign_in(city)
    page = read(client, PLAN, draft.version)
    assert "改一项再试算" in page and "试算</button>" not in page
    act = reverse("workbench:match_plan_act", args=[draft.version, "try"])
    assert "没有可比的" in client.post(act, follow=True).content.decode()


def test_auditors_read_and_districts_have_no_plans(sign_in, city, wujin):
    draft = plans.create_draft(city, dict(ScoreModel().weights), 5, 10, "短一点")
    page = read(sign_in(UserFactory(auditor=True)), PLAN, draft.version)
    assert "短一点" in page
    assert reverse("workbench:match_plan_edit", args=[draft.version]) not in page
    assert reverse("workbench:match_plan_act", args=[draft.version, "try"]) not in page
    client = sign_in(wujin)
    for name, args in ((PLANS, ()), (PLAN, [draft.version])):
        assert client.get(reverse(name, args=args)).status_code == 404
    assert reverse(PLANS) not in read(client, AREAS)


def test_a_trial_that_failed_or_broke_off_is_told(sign_in, city):
    draft = plans.create_draft(city, dict(ScoreModel().weights), 5, 10, "短一点")
    client = sign_in(city)
    MatchPlan.objects.filter(pk=draft.pk).update(trial={"state": "failed", "error": "没有内存"})
    page = read(client, PLAN, draft.version)
    assert "没有算完" in page and "没有内存" in page
    JobRun.objects.create(kind="match_trial", key="match_trial:gone")
    MatchPlan.objects.filter(pk=draft.pk).update(
        trial={"state": "running", "key": "match_trial:gone"}
    )
    assert "试算中断了" in read(client, PLAN, draft.version)
    long_ago = (timezone.now() - timedelta(hours=1)).isoformat()
    MatchPlan.objects.filter(pk=draft.pk).update(
        trial={"state": "waiting", "key": "match_trial:lost", "asked_at": long_ago}
    )
    page = read(client, PLAN, draft.version)
    assert "试算一直没有开始" in page and "试算</button>" in page
