"""Writing a vacancy by the pages, without script: save, suggestions, findings, adopt, send, appeal."""

import pytest
from django.urls import reverse

from enterprises.enums import VacancyState
from enterprises.models import Vacancy
from portal.places.corrections import make_correction
from tests.factories import (
    MembershipFactory,
    ShortageFactory,
    UserFactory,
    VacancyFactory,
    occupation,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(sign_in, member):
    """The client, signed in as the owner."""
    occupation("6-18-01")
    return sign_in(member)


def typed(enterprise, **changes):
    """What a filled page sends."""
    return {
        "title": "数控车床操作工",
        "headcount": "3",
        "occupation": "6-18-01",
        "region": enterprise.region_id,
        "pay_min": "6500",
        "pay_max": "8500",
        "pay_months": "12",
        "education": "0",
        "experience_years": "0",
        "benefits": ["五险"],
        "benefits_other": "生日福利、午休",
        "skills": "数控，看图纸",
        "duties": "操作数控车床，加工轴类零件。",
        "requirements": "会看图纸，身体健康。",
        **changes,
    }


def edit_url(vacancy):
    return reverse("enterprises:vacancy_edit", args=[vacancy.public_id])


def test_a_wholly_empty_page_is_saved_as_a_draft(web, enterprise):
    response = web.post(reverse("enterprises:vacancy_new"), {"region": enterprise.region_id})
    vacancy = Vacancy.objects.get()
    assert response.url == edit_url(vacancy)
    assert vacancy.state == VacancyState.DRAFT
    assert "还没有起名的岗位" in web.get(reverse("enterprises:vacancies")).content.decode()


def test_saving_keeps_lists_and_choices(web, enterprise):
    web.post(reverse("enterprises:vacancy_new"), typed(enterprise, action="save"))
    vacancy = Vacancy.objects.get()
    assert vacancy.skills == ["数控", "看图纸"]
    assert vacancy.benefits == ["五险", "生日福利", "午休"]
    page = web.get(edit_url(vacancy)).content.decode()
    assert 'value="数控、看图纸"' in page
    assert 'value="生日福利、午休"' in page


def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_saved(web, enterprise):
    response = web.post(
        reverse("enterprises:vacancy_new"),
        typed(enterprise, headcount="一百", pay_min="9000", pay_max="8000"),
    )
    page = response.content.decode()
    vacancy = Vacancy.objects.get()
    assert vacancy.title == "数控车床操作工"
    assert vacancy.headcount is None
    assert (vacancy.pay_min, vacancy.pay_max) == (9000, None)
    assert "招聘人数要填 1 到 9,999。" in page
    assert 'href="#id_headcount"' in page
    assert 'value="一百"' in page
    assert 'value="8000"' in page
    assert f'action="{edit_url(vacancy)}"' in page  # the next press changes this draft, no second


def test_sending_in_a_lawful_one(web, enterprise):
    response = web.post(
        reverse("enterprises:vacancy_new"), typed(enterprise, action="submit"), follow=True
    )
    assert Vacancy.objects.get().state == VacancyState.IN_REVIEW
    page = response.content.decode()
    assert "已提交审核。武进区工作人员审核" in page
    assert "审核中" in page


def test_sending_in_without_an_occupation_asks_with_a_suggestion_marked(web, enterprise):
    page = web.post(
        reverse("enterprises:vacancy_new"), typed(enterprise, occupation="", action="submit")
    ).content.decode()
    assert "请选职业" in page
    assert 'value="6-18-01" id="occupation-6-18-01" checked' in page
    assert "按岗位名称推荐，把握" in page
    assert Vacancy.objects.get().state == VacancyState.DRAFT


def test_an_occupation_is_found_by_words(web, enterprise):
    occupation("4-01-02")
    response = web.post(
        reverse("enterprises:vacancy_new"),
        typed(enterprise, occupation_words="销售", action="suggest"),
        follow=True,
    )
    assert "4-01-02 销售人员" in response.content.decode()


def test_a_made_up_occupation_is_not_taken(web, enterprise):
    page = web.post(
        reverse("enterprises:vacancy_new"), typed(enterprise, occupation="9-99-99-99")
    ).content.decode()
    assert "请从列出的职业里选一个" in page
    assert Vacancy.objects.get().occupation is None


UNLAWFUL = "只招女工，35 岁以下，身体健康。湖北籍勿扰。"


def test_findings_stand_at_the_words_with_law_and_fix(web, enterprise):
    page = web.post(
        reverse("enterprises:vacancy_new"),
        typed(enterprise, requirements=UNLAWFUL, action="submit"),
    ).content.decode()
    assert "还不能提交：有 2 处必须修改" in page
    assert "另有 1 处建议修改，不影响提交" in page
    assert '<span class="lint-mark">只招女工</span>' in page
    assert '<span class="lint-mark advice">35 岁以下</span>' in page
    assert "《人力资源市场暂行条例》第二十四条" in page
    assert "采用" in page
    assert Vacancy.objects.get().state == VacancyState.DRAFT


def test_adopting_every_fix_makes_it_lawful(web, enterprise):
    web.post(
        reverse("enterprises:vacancy_new"), typed(enterprise, requirements=UNLAWFUL, action="check")
    )
    vacancy = Vacancy.objects.get()
    for _ in range(3):
        check = web.get(edit_url(vacancy) + "?check=1").context["check"]
        vacancy.refresh_from_db()
        data = typed(enterprise, requirements=vacancy.requirements)
        web.post(edit_url(vacancy), data | {"action": f"fix:{check.numbered[0].fix}"})
    vacancy.refresh_from_db()
    assert "女" not in vacancy.requirements
    assert "身体健康" in vacancy.requirements
    page = web.get(edit_url(vacancy) + "?check=1").content.decode()
    assert "没有必须改的" in page


def test_adopting_saves_what_was_typed_elsewhere_first(web, enterprise):
    web.post(
        reverse("enterprises:vacancy_new"),
        typed(enterprise, requirements="只招女工，能吃苦。", action="check"),
    )
    vacancy = Vacancy.objects.get()
    check = web.get(edit_url(vacancy) + "?check=1").context["check"]
    data = typed(
        enterprise,
        requirements="只招女工，能吃苦。",
        title="车工",
        action=f"fix:{check.numbered[0].fix}",
    )
    web.post(edit_url(vacancy), data)
    vacancy.refresh_from_db()
    assert (vacancy.title, vacancy.requirements) == ("车工", "能吃苦。")


def test_an_appeal_needs_words_and_then_goes_to_a_person(web, enterprise):
    data = typed(enterprise, requirements="只招女工。", action="appeal")
    page = web.post(reverse("enterprises:vacancy_new"), data | {"appeal": " "}).content.decode()
    vacancy = Vacancy.objects.get()
    assert "请写明理由" in page
    assert vacancy.state == VacancyState.DRAFT
    web.post(edit_url(vacancy), data | {"appeal": "女子监护岗，依法需要。"})
    vacancy.refresh_from_db()
    assert vacancy.state == VacancyState.IN_REVIEW
    assert vacancy.appeal_reason == "女子监护岗，依法需要。"


def test_innocent_words_are_named_and_do_not_stop_it(web, enterprise):
    data = typed(enterprise, title="男鞋针车工", duties="负责男鞋鞋面针车。", action="check")
    page = web.post(reverse("enterprises:vacancy_new"), data, follow=True).content.decode()
    assert "说的是产品，不算限定性别" in page
    assert "没有必须改的" in page


def test_without_a_licence_the_page_says_so_and_keeps_the_draft(sign_in):
    pending = MembershipFactory(enterprise__pending=True)
    occupation("6-18-01")
    client = sign_in(pending.user)
    page = client.post(
        reverse("enterprises:vacancy_new"), typed(pending.enterprise, action="submit")
    ).content.decode()
    assert "还没有上传营业执照" in page
    assert Vacancy.objects.get().state == VacancyState.DRAFT


def test_a_published_one_sends_to_the_copy_instead(web, enterprise):
    live = VacancyFactory(enterprise=enterprise)
    page = web.get(edit_url(live), follow=True).content.decode()
    assert "复制一个" in page
    response = web.post(reverse("enterprises:vacancy_copy", args=[live.public_id]))
    copy = Vacancy.objects.get(state=VacancyState.DRAFT)
    assert response.url == edit_url(copy)


def test_a_kind_of_work_of_a_shortage_begins_a_vacancy(web, enterprise):
    declaration = ShortageFactory(enterprise=enterprise)
    item = declaration.items.get()
    page = web.get(reverse("enterprises:vacancy_new"), {"item": item.pk}).content.decode()
    assert 'value="车工"' in page
    assert 'value="12"' in page
    data = typed(enterprise, shortage=declaration.public_id)
    web.post(reverse("enterprises:vacancy_new"), data)
    assert Vacancy.objects.get().shortage == declaration
    foreign = ShortageFactory().items.get()
    url = reverse("enterprises:vacancy_new")
    assert web.get(url, {"item": foreign.pk}).status_code == 404


def test_typed_text_is_escaped_between_the_marks(web, enterprise):
    nasty = '<img src=x onerror="1">只招女工'
    page = web.post(
        reverse("enterprises:vacancy_new"), typed(enterprise, requirements=nasty, action="submit")
    ).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_the_suggestions_alone_for_htmx(web):
    page = web.get(reverse("enterprises:occupation_options"), {"title": "数控车床操作工"})
    text = page.content.decode()
    assert 'value="6-18-01"' in text
    assert "<html" not in text


def test_up_to_three_candidates_can_be_chosen_without_script(web, enterprise):
    for code in ("4-07-02-03", "2-09-06", "4-04-05"):
        occupation(code)
    page = web.post(
        reverse("enterprises:vacancy_new"),
        typed(enterprise, title="淘宝客服/美工/运营", occupation="", duties="", action="suggest"),
        follow=True,
    ).content.decode()
    assert page.count('type="radio" name="occupation"') == 3
    assert page.count("按岗位名称推荐，把握") == 3


def test_the_duties_help_where_the_title_says_nothing(web, enterprise):
    occupation("6-14-02-00", "塑料制品加工人员")
    duties = "注塑机调机；注塑工艺；注塑模具更换；注塑品质"
    page = web.get(
        reverse("enterprises:occupation_options"), {"title": "技术员", "duties": duties}
    ).content.decode()
    assert "塑料制品加工人员" in page
    page = web.get(reverse("enterprises:occupation_options"), {"title": "技术员"}).content.decode()
    assert 'type="radio"' not in page


def test_what_staff_decided_is_suggested_first(web, enterprise):
    occupation("6-20-01", "通用基础件装配制造人员")
    make_correction(UserFactory(city=True), title="百匠新人", code="6-20-01", reason="学徒钳工")
    page = web.get(
        reverse("enterprises:occupation_options"), {"title": "百匠新人（急聘）"}
    ).content.decode()
    assert "通用基础件装配制造人员" in page and "这个名称由工作人员确定过" in page
