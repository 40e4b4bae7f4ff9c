"""The pages on titles the coder is not sure of, for those who correct and those who read."""

import pytest
from django.urls import reverse

from enterprises.models import Vacancy
from jobseekers.services.title_codes import recount_doubtful_titles
from portal.places.corrections import make_correction
from portal.places.models import OccupationCorrection
from tests.factories import (
    EnterpriseFactory,
    JobSeekerFactory,
    VacancyFactory,
    division,
    occupation,
)

LIST, CORRECT = "workbench:titles", "workbench:title_correct"
CORRECTIONS, END = "workbench:title_corrections", "workbench:title_correction_end"
FITTER, LATHE, SALES = "6-20-01", "6-18-01", "4-01-02"


def read(client, name, *args, **query):
    """A page's text."""
    return client.get(reverse(name, args=args), query).content.decode()


@pytest.fixture
def titles(db):
    """Two doubtful titles in 武进区, one of them in 新北区 too, one chosen otherwise."""
    occupation(FITTER, "通用基础件装配制造人员")
    for _ in range(2):
        VacancyFactory(title="百匠新人", occupation=occupation(LATHE))
        VacancyFactory(title="会计", occupation=occupation(SALES))
    VacancyFactory(title="银行保险服务专员", occupation=occupation(SALES))
    VacancyFactory(
        title="百匠新人",
        occupation=occupation(SALES),
        enterprise=EnterpriseFactory(region=division("320411")),
    )
    wish = JobSeekerFactory().intentions.get()
    wish.title, wish.occupation = "百匠新人", None
    wish.save()
    recount_doubtful_titles()


def test_the_list_counts_over_the_users_districts(sign_in, city, wujin, titles):
    page = read(sign_in(city), LIST)
    assert page.index("百匠新人") < page.index("银行保险服务专员")
    assert "机械冷加工人员，2 个" in page and "销售人员，1 个" in page
    assert "商务咨询服务人员，把握" in page
    assert "会计" not in page
    assert "确定职业" in page
    page = read(sign_in(wujin), LIST)
    assert "机械冷加工人员，2 个" in page
    assert "确定职业" not in page and "更正一个名称" not in page


def test_what_enterprises_chose_otherwise_is_its_own_list(sign_in, city, titles):
    page = read(sign_in(city), LIST, doubt="otherwise")
    assert "会计专业人员，把握" in page and "销售人员，2 个" in page
    assert "百匠新人" not in page
    assert "没有这样的名称" in read(sign_in(city), LIST, q="没有的")
    assert "百匠新人" in read(sign_in(city), LIST, q="百匠", doubt="nonsense")


def test_the_list_takes_a_fixed_number_of_queries(
    sign_in, city, titles, django_assert_max_num_queries
):
    client = sign_in(city)
    read(client, LIST)
    for number in range(15):
        VacancyFactory(title=f"百匠新人{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰'[number]}")
    recount_doubtful_titles()
    with django_assert_max_num_queries(11):
        page = read(client, LIST)
    assert page.count("确定职业：") == 17


def test_a_title_is_corrected_without_script(sign_in, city, titles):
    client = sign_in(city)
    page = read(client, CORRECT, title="百匠新人")
    assert "系统没有推荐，请自己找职业" in page
    page = read(client, CORRECT, title="百匠新人", words="通用基础件", find="1")
    assert 'value="6-20-01"' in page and "选这个，看会改哪些" in page
    page = read(client, CORRECT, title="百匠新人", words="通用基础件", code=FITTER)
    assert "3 个已发布的岗位、1 个求职意向" in page
    assert "现在是“6-18-01 机械冷加工人员”的：2 个岗位" in page
    assert "现在是“没有编码”的：1 个求职意向" in page

    answer = client.post(
        reverse(CORRECT),
        {"title": "百匠新人", "code": FITTER, "recode": [LATHE, "none"], "reason": "学徒钳工"},
        follow=True,
    )
    page = answer.content.decode()
    assert "“百匠新人”今后编为通用基础件装配制造人员。改了 2 个岗位、1 个求职意向的编码。" in page
    assert "确定职业：百匠新人" not in page
    assert set(
        Vacancy.objects.filter(title="百匠新人").values_list("occupation_id", flat=True)
    ) == {FITTER, SALES}
    page = read(client, CORRECTIONS)
    assert "学徒钳工" in page and "改了 2 个岗位、1 个求职意向" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": ""}, "请写理由，以后看更正的人会用到。"),
        ({"code": ""}, "请选一个职业。"),
        ({"title": ""}, "请填岗位名称。"),
        ({"recode": ["2-06-03"]}, "现有的岗位刚刚有变化，请看过新的数目再办。"),
        ({"code": "9-99-99"}, "请选职业小类，或小类里的职业。"),
    ],
)
def test_what_is_missing_is_said_and_nothing_changed(sign_in, city, titles, change, words):
    sent = {"title": "百匠新人", "code": FITTER, "recode": [LATHE], "reason": "学徒钳工"} | change
    answer = sign_in(city).post(reverse(CORRECT), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not OccupationCorrection.objects.exists()


def test_a_correction_is_taken_back_with_a_reason(sign_in, city, titles):
    made = make_correction(city, title="百匠新人", code=FITTER, reason="学徒钳工")
    client = sign_in(city)
    assert "停用的理由" in read(client, CORRECTIONS)
    page = client.post(reverse(END, args=[made.public_id]), {}, follow=True).content.decode()
    assert "请写停用的理由。" in page
    page = client.post(
        reverse(END, args=[made.public_id]), {"reason": "编错了"}, follow=True
    ).content.decode()
    assert "“百匠新人”的更正已停用，已改的编码不变。" in page
    assert "已停用" in page and "编错了" in page
    again = client.post(reverse(END, args=[made.public_id]), {"reason": "再"}, follow=True)
    assert "这条更正已经停用。" in again.content.decode()


def test_district_staff_read_and_do_not_write(sign_in, city, wujin, titles):
    made = make_correction(city, title="百匠新人", code=FITTER, reason="学徒钳工")
    client = sign_in(wujin)
    page = read(client, CORRECTIONS)
    assert "学徒钳工" in page and "停用的理由" not in page
    assert client.get(reverse(CORRECT)).status_code == 404
    answer = client.post(reverse(END, args=[made.public_id]), {"reason": "不对"})
    assert answer.status_code == 404
    made.refresh_from_db()
    assert made.ended_at is None


def test_the_corrections_take_a_fixed_number_of_queries(
    sign_in, city, titles, django_assert_max_num_queries
):
    for letter in "甲乙丙丁戊己庚辛":
        make_correction(city, title=f"百匠新人{letter}", code=FITTER, reason="学徒钳工")
    client = sign_in(city)
    read(client, CORRECTIONS)
    with django_assert_max_num_queries(8):
        assert read(client, CORRECTIONS).count("学徒钳工") == 8
