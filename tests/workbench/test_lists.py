"""The lists of the workbench: seekers, matching, runs, search; each with a fixed cost."""

import pytest
from django.urls import reverse
from django.utils import timezone

from enterprises.models import ShortageItem
from portal.runs.models import JobRun, RunState
from tests.factories import (
    CommissionerFactory,
    EnterpriseFactory,
    JobSeekerFactory,
    ShortageFactory,
    TicketFactory,
    UserFactory,
    VacancyFactory,
    division,
)

SEEKERS, SEARCH = "workbench:jobseekers", "workbench:search"
IDENTITY, PHONE = "340000199001010011", "15400000009"


def read(client, name, *args, **query):
    """A page's text."""
    return client.get(reverse(name, args=args), query).content.decode()


@pytest.fixture
def seeker(db):
    """A hard-to-place person of 武进区."""
    return JobSeekerFactory(
        name="测试戊",
        groups=["hard_to_place"],
        education=3,
        identity_number=IDENTITY,
        phone=PHONE,
    )


def test_the_register_is_masked_and_filtered(sign_in, city, seeker):
    JobSeekerFactory(name="测试别人", region=division("320411"), education=1)
    client = sign_in(city)
    page = read(client, SEEKERS)
    assert "查到 2 人" in page
    assert "测*戊" in page and "测试戊" not in page
    assert IDENTITY not in page and PHONE not in page
    for query in (
        {"region": "320412"}, {"group": "hard_to_place"}, {"education": "3"},
    ):  # fmt: skip
        page = read(client, SEEKERS, **query)
        assert "查到 1 人" in page and "测*戊" in page
    assert "查到 0 人" in read(client, SEEKERS, status="not_looking")
    assert "查到 2 人" in read(client, SEEKERS, occupation="6-18-01")
    assert "查到 0 人" in read(client, SEEKERS, occupation="none")


def test_the_register_takes_a_fixed_number_of_queries(
    sign_in, city, seeker, django_assert_max_num_queries
):
    client = sign_in(city)
    read(client, SEEKERS)
    for _ in range(6):
        JobSeekerFactory()
    with django_assert_max_num_queries(11):
        read(client, SEEKERS)


def test_a_district_sees_its_own_people(sign_in, wujin, seeker):
    other = JobSeekerFactory(region=division("320411"))
    client = sign_in(wujin)
    assert "查到 1 人" in read(client, SEEKERS)
    url = reverse("workbench:jobseeker", args=[other.public_id])
    assert client.get(url).status_code == 404


def test_one_person_is_masked_and_revealing_is_a_link(sign_in, city, seeker, recommend):
    vacancy = VacancyFactory(title="昨夜推荐的岗位甲")
    recommend((seeker, vacancy))
    client = sign_in(city)
    page = read(client, "workbench:jobseeker", seeker.public_id)
    assert "3400************11" in page and "154****0009" in page
    assert IDENTITY not in page and PHONE not in page and "测试戊" not in page
    assert reverse("accounts:reveal", args=["seeker", seeker.public_id, "phone"]) in page
    assert "昨夜推荐的岗位甲" in page
    assert "就业困难人员" in page
    auditor = read(sign_in(UserFactory(auditor=True)), "workbench:jobseeker", seeker.public_id)
    assert "/reveal/" not in auditor


def test_commissioners_have_no_register(sign_in, seeker):
    client = sign_in(CommissionerFactory().user)
    assert client.get(reverse(SEEKERS)).status_code == 404
    assert reverse(SEEKERS) not in read(client, "workbench:today")


# ---- search ------------------------------------------------------------------------------------


def test_search_finds_people_only_by_the_whole_number(sign_in, city, seeker):
    client = sign_in(city)
    url = reverse("workbench:jobseeker", args=[seeker.public_id])
    for whole in (PHONE, IDENTITY, " 154 0000 0009 ", "１５４０００００００９"):
        assert url in read(client, SEARCH, q=whole)
    for part in (PHONE[:8], "测试戊", IDENTITY[:10], "15400000008"):
        assert url not in read(client, SEARCH, q=part)


def test_search_finds_enterprises_tickets_and_posts_of_the_region(sign_in, wujin):
    near = EnterpriseFactory(name="常州寻得机械有限公司")
    far = EnterpriseFactory(name="常州寻得食品有限公司", region=division("320411"))
    ticket = TicketFactory(enterprise=near, subject="寻得一事")
    VacancyFactory(enterprise=far, title="寻得岗位")
    page = read(sign_in(wujin), SEARCH, q="寻得")
    assert reverse("workbench:enterprise", args=[near.public_id]) in page
    assert reverse("workbench:ticket", args=[ticket.public_id]) in page
    assert "食品有限公司" not in page and "寻得岗位" not in page
    page = read(sign_in(wujin), SEARCH, q=near.credit_code[:10].lower())
    assert reverse("workbench:enterprise", args=[near.public_id]) in page


def test_search_says_when_it_found_nothing(sign_in, city):
    client = sign_in(city)
    assert "没有找到" in read(client, SEARCH, q="没有这样的")
    assert "两个字以上" in read(client, SEARCH, q="甲")
    assert "&lt;script&gt;" in read(client, SEARCH, q="<script>")


def test_search_takes_a_fixed_number_of_queries(sign_in, city, django_assert_max_num_queries):
    client = sign_in(city)
    for _ in range(5):
        TicketFactory(enterprise=EnterpriseFactory())
    read(client, SEARCH, q="常州测样")
    with django_assert_max_num_queries(9):
        page = read(client, SEARCH, q="常州测样")
    assert "服务单" in page


# ---- matching, runs, lists behind the figures -----------------------------------------------------


def test_matching_shows_what_was_left_over_and_the_failed_night(
    sign_in, city, recommend, django_assert_max_num_queries
):
    lonely = VacancyFactory(headcount=7)
    JobSeekerFactory()
    recommend()
    JobRun.objects.create(
        kind="match", key="match:failed", state=RunState.FAILED, error="MemoryError",
        finished_at=timezone.now(), stages={"匹配": 12.5},
    )  # fmt: skip
    client = sign_in(city)
    read(client, "workbench:matching")
    with django_assert_max_num_queries(21):
        page = read(client, "workbench:matching")
    assert "机械冷加工人员" in page
    assert "失败" in page and "MemoryError" in page and "匹配 12.5" in page
    unmatched = read(client, "workbench:unmatched_vacancies", occupation="6-18-01", area="320412")
    assert lonely.title in unmatched and "要招 7 人" in unmatched
    elsewhere = read(client, "workbench:unmatched_vacancies", area="320411")
    assert lonely.title not in elsewhere


def test_matching_before_the_first_night(sign_in, city):
    page = read(sign_in(city), "workbench:matching")
    assert "还没有匹配过" in page and "还没有运行过" in page


def test_runs_are_listed_by_kind(sign_in, city):
    JobRun.objects.create(kind="match", key="match:a", state=RunState.DONE, stages={"匹配": 1.25})
    JobRun.objects.create(kind="weekly", key="weekly:b", state=RunState.RUNNING)
    client = sign_in(city)
    page = read(client, "workbench:runs")
    assert "match:a" in page and "weekly:b" in page
    page = read(client, "workbench:runs", kind="weekly")
    assert "match:a" not in page and "weekly:b" in page


def test_kinds_of_work_missing_add_up(sign_in, city, django_assert_max_num_queries):
    one = ShortageFactory(missing_total=12)
    ShortageItem.objects.create(
        declaration=one, title="没有职业的活", missing=3, pay_min=3000, pay_max=4000
    )
    filled = ShortageFactory(missing_total=5)
    filled.filled_total = 5
    filled.save()
    client = sign_in(city)
    page = read(client, "workbench:shortage_items")
    assert "申报缺 15 人" in page
    page = read(client, "workbench:shortage_items", occupation="none")
    assert "没有职业的活" in page and "申报缺 3 人" in page
    for _ in range(4):
        ShortageFactory(missing_total=2)
    with django_assert_max_num_queries(11):
        read(client, "workbench:shortage_items", area="320412")
