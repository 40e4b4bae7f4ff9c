"""The pages of an enterprise and of staff: what they show, who sees them, what they cost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from enterprises.enums import LicenceState, VacancyState
from enterprises.models import Enterprise
from tests.factories import (
    ApplicationFactory,
    AssignmentFactory,
    EnterpriseFactory,
    MembershipFactory,
    ShortageFactory,
    UserFactory,
    VacancyFactory,
    division,
    industry,
)
from tests.factories.enterprises import credit_code

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate()


# ---- the enterprise ----------------------------------------------------------------------------


def test_the_overview_puts_first_what_waits(sign_in, member, enterprise):
    VacancyFactory(enterprise=enterprise, state=VacancyState.RETURNED)
    VacancyFactory(enterprise=enterprise, expires_on=today() + timedelta(days=3))
    ApplicationFactory(vacancy__enterprise=enterprise)
    enterprise.licence_recheck_on = today()
    enterprise.save()
    AssignmentFactory(enterprise=enterprise, commissioner__user__display_name="测试专员")
    page = sign_in(member).get(reverse("enterprises:overview"))
    titles = [item.title for item in page.context["items"]]
    assert titles == [
        "营业执照到了复查日",
        "1 人申请了岗位，等您答复",
        "1 个岗位退回修改",
        "1 个岗位一周内到期",
    ]
    text = page.content.decode()
    assert "测试专员" in text
    assert text.count("btn-primary") == 1


def test_an_account_without_an_enterprise_is_led_to_register(sign_in):
    client = sign_in(UserFactory(member=True))
    assert client.get(reverse("enterprises:overview")).url == reverse("enterprises:register")
    assert client.get(reverse("enterprises:vacancies")).status_code == 404


def test_strangers_and_seekers_read_what_the_portal_does_for_enterprises(client):
    assert "登录企业账号" in client.get(reverse("enterprises:overview")).content.decode()
    client.force_login(UserFactory())
    assert "招人要用企业账号" in client.get(reverse("enterprises:overview")).content.decode()


def test_registering_by_the_page(sign_in):
    user = UserFactory(member=True)
    client = sign_in(user)
    division("320412100"), industry("C34")
    data = {
        "credit_code": credit_code(501),
        "name": "常州测样纺织有限公司",
        "region": "320412100",
        "industry": "C34",
        "staff_total": "30",
        "revenue_wan": "500",
        "contact_name": "测试丁",
        "contact_phone": "12",
    }
    page = client.post(reverse("enterprises:register"), data).content.decode()
    assert 'href="#id_contact_phone"' in page
    assert "手机 11 位" in page
    assert 'value="常州测样纺织有限公司"' in page
    response = client.post(reverse("enterprises:register"), data | {"contact_phone": "13800000004"})
    assert response.url == reverse("enterprises:licence")
    enterprise = Enterprise.objects.get()
    assert enterprise.size_class == "small"
    page = client.get(reverse("enterprises:edit")).content.decode()
    assert "138****0004" in page
    assert "13800000004" not in page
    assert "小型" in page
    assert enterprise.size_rule in page


def test_the_same_code_again_is_refused_at_its_field(sign_in, enterprise):
    client = sign_in(UserFactory(member=True))
    data = {
        "credit_code": enterprise.credit_code,
        "name": "又一家",
        "region": enterprise.region_id,
        "industry": enterprise.industry_id,
        "contact_name": "测试丁",
        "contact_phone": "13800000004",
    }
    page = client.post(reverse("enterprises:register"), data).content.decode()
    assert "这家企业已经登记过" in page
    assert 'href="#id_credit_code"' in page


def test_editing_without_a_telephone_keeps_the_telephone(sign_in, member, enterprise):
    enterprise.contact_phone = "13800000005"
    enterprise.save()
    client = sign_in(member)
    data = {
        "name": enterprise.name,
        "region": enterprise.region_id,
        "industry": enterprise.industry_id,
        "contact_name": "测试戊",
        "contact_phone": "",
    }
    client.post(reverse("enterprises:edit"), data)
    enterprise.refresh_from_db()
    assert enterprise.contact_phone == "13800000005"
    assert enterprise.contact_name == "测试戊"


def test_the_list_counts_by_state_and_costs_the_same_for_more(
    sign_in, member, enterprise, queries_of
):
    client = sign_in(member)
    url = reverse("enterprises:vacancies")
    ApplicationFactory(vacancy__enterprise=enterprise, vacancy__title="有人申请的岗位")
    VacancyFactory(enterprise=enterprise, draft=True)
    few = queries_of(client, url)
    for _ in range(22):
        VacancyFactory(enterprise=enterprise, region=division("320412100"))
    assert queries_of(client, url) == few
    assert few <= 12
    page = client.get(url)
    text = page.content.decode()
    assert "全部 24" in text
    assert "招聘中 23" in text
    assert "草稿 1" in text
    assert "第 1–20 个，共 24 个" in text
    last = client.get(url, {"page": 2}).content.decode()
    assert "有人申请的岗位" in last
    assert "1 人等答复" in last
    drafts = client.get(url, {"show": "draft"})
    assert len(drafts.context["page_obj"]) == 1


def test_acts_by_the_pages_extend_close(sign_in, member, enterprise):
    live = VacancyFactory(enterprise=enterprise, duties="装配。")
    client = sign_in(member)
    ends = live.expires_on
    client.post(reverse("enterprises:vacancy_extend", args=[live.public_id]), {"days": "15"})
    live.refresh_from_db()
    assert live.expires_on == ends + timedelta(days=15)
    refused = client.post(
        reverse("enterprises:vacancy_extend", args=[live.public_id]), {"days": "90"}
    ).content.decode()
    assert "没有延长" in refused
    url = reverse("enterprises:vacancy_close", args=[live.public_id])
    page = client.post(url, {"outcome": "filled", "filled": "1"}).content.decode()
    assert "要招 3 人" in page
    client.post(url, {"outcome": "partly", "filled": "1"})
    live.refresh_from_db()
    assert (live.state, live.filled) == (VacancyState.CLOSED, 1)
    text = client.get(reverse("enterprises:vacancy", args=[live.public_id])).content.decode()
    assert "招到一部分" in text
    assert "状态：已发布 → 已结束" in text


def test_a_closed_one_offers_neither_edit_nor_close(sign_in, member, enterprise):
    closed = VacancyFactory(
        enterprise=enterprise,
        draft=True,
    )
    client = sign_in(member)
    url = reverse("enterprises:vacancy_close", args=[closed.public_id])
    client.post(url, {"outcome": "cancelled", "filled": "0"})
    text = client.get(reverse("enterprises:vacancy", args=[closed.public_id])).content.decode()
    assert "结束招聘" not in text
    assert "提交审核" not in text
    assert client.get(url).status_code == 404


OWN_PAGES = ["vacancy", "vacancy_edit", "vacancy_close"]
OWN_ACTS = ["vacancy_submit", "vacancy_extend", "vacancy_copy"]


def test_another_enterprises_vacancy_is_404_even_when_it_is_public(client, enterprise, member):
    live = VacancyFactory(enterprise=enterprise)
    former = MembershipFactory(enterprise=enterprise, ended_at=timezone.now()).user
    MembershipFactory(user=former)
    for user in (former, MembershipFactory().user, UserFactory(), UserFactory(city=True)):
        client.force_login(user)
        for name in OWN_PAGES:
            url = reverse(f"enterprises:{name}", args=[live.public_id])
            assert client.get(url).status_code == 404, (user.role, name)
        for name in OWN_ACTS:
            url = reverse(f"enterprises:{name}", args=[live.public_id])
            assert client.post(url).status_code == 404, (user.role, name)


# ---- staff -------------------------------------------------------------------------------------


def test_staff_see_the_enterprises_of_their_region_and_no_others(client, officer, enterprise):
    other = EnterpriseFactory(region=division("320411"))
    looked_after = AssignmentFactory(enterprise=enterprise).commissioner.user
    url = reverse("workbench:enterprises")
    for user, sees, sees_other in [
        (officer, True, False),
        (UserFactory(city=True), True, True),
        (UserFactory(auditor=True), True, True),
        (looked_after, True, False),
        (UserFactory(commissioner_role=True), False, False),
    ]:
        client.force_login(user)
        text = client.get(url).content.decode()
        assert (enterprise.name in text) == sees, user.role
        assert (other.name in text) == sees_other, user.role
        one = client.get(reverse("workbench:enterprise", args=[other.public_id]))
        assert one.status_code == (200 if sees_other else 404)
    client.force_login(MembershipFactory().user)
    assert client.get(url).status_code == 404


def test_the_list_filters_by_what_staff_ask_for(client, officer, enterprise):
    client.force_login(officer)
    url = reverse("workbench:enterprises")
    division("320411"), industry("H62")
    pending = EnterpriseFactory(pending=True)
    assigned = AssignmentFactory().enterprise

    def names(**query):
        return {row.name for row in client.get(url, query).context["page_obj"]}

    assert names(licence="pending") == {pending.name}
    assert names(q=enterprise.credit_code) == {enterprise.name}
    assert names(q=enterprise.name[2:8]) >= {enterprise.name}
    assert names(unassigned="on") == {enterprise.name, pending.name}
    assert names(region="320411") == set()
    assert names(industry="H") == set()
    assert names(size_class="small") == set()
    enterprise.key_entries.create(kind="above_scale", source="名录", starts_on=today())
    assert names(key="any") == names(key="above_scale") == {enterprise.name}
    assert names(key="major_project") == set()
    enterprise.licence_recheck_on = today()
    enterprise.save()
    assert names(licence="due") == {enterprise.name}
    assert assigned.name in names()


def test_staff_lists_cost_the_same_for_more_rows(client, officer, queries_of):
    client.force_login(officer)
    urls = [reverse(f"workbench:{name}") for name in ("enterprises", "vacancy_reviews")]

    def rows(count):
        for _ in range(count):
            enterprise = AssignmentFactory(enterprise__region=division("320412100")).enterprise
            enterprise.key_entries.create(kind="above_scale", source="名录", starts_on=today())
            VacancyFactory(enterprise=enterprise, in_review=True)

    rows(1)
    few = [queries_of(client, url) for url in urls]
    rows(12)
    assert [queries_of(client, url) for url in urls] == few
    assert max(few) <= 14


def test_one_enterprise_masks_the_telephone_and_offers_to_show_it(client, officer, enterprise):
    enterprise.contact_phone = "13800000006"
    enterprise.save()
    ShortageFactory(enterprise=enterprise)
    VacancyFactory(enterprise=enterprise, title="现场岗位")
    VacancyFactory(enterprise=enterprise, title="没交的草稿", draft=True)
    client.force_login(officer)
    text = client.get(reverse("workbench:enterprise", args=[enterprise.public_id])).content.decode()
    assert "138****0006" in text
    assert "13800000006" not in text
    reveal = reverse(
        "accounts:reveal",
        kwargs={
            "kind": "enterprise",
            "public_id": enterprise.public_id,
            "field": "contact_phone",
        },
    )
    assert reveal in text
    assert "订单增加" in text
    assert "现场岗位" in text
    assert "没交的草稿" not in text
    client.force_login(UserFactory(auditor=True))
    text = client.get(reverse("workbench:enterprise", args=[enterprise.public_id])).content.decode()
    assert "138****0006" in text
    assert reveal not in text
    assert "列入名录" not in text


def test_the_queue_shows_key_enterprises_first_and_marks_appeals(client, officer):
    plain = VacancyFactory(in_review=True, submitted_at=timezone.now() - timedelta(days=2))
    key = VacancyFactory(in_review=True, appeal_reason="是误报")
    key.enterprise.key_entries.create(kind="above_scale", source="名录", starts_on=today())
    VacancyFactory(in_review=True, region=division("320411"), enterprise__region=division("320411"))
    client.force_login(officer)
    page = client.get(reverse("workbench:vacancy_reviews"))
    assert list(page.context["page_obj"]) == [key, plain]
    assert "请人工复核" in page.content.decode()


def review_page(client, vacancy):
    url = reverse("workbench:vacancy_review", args=[vacancy.public_id])
    return url, client.get(url)


def test_a_review_by_the_pages_publishes(client, officer):
    vacancy = VacancyFactory(in_review=True, duties="装配。")
    client.force_login(officer)
    url, page = review_page(client, vacancy)
    seen = page.context["approve"]["seen"].value()
    data = {"decision": "approve", "seen": seen, "starts_on": today(), "days": "30"}
    response = client.post(url, data)
    assert response.url == reverse("workbench:vacancy_reviews")
    vacancy.refresh_from_db()
    assert vacancy.is_live
    again = client.post(url, data, follow=True).content.decode()
    assert "吴审核 已经在" in again
    assert vacancy.reviews.count() == 1


def test_a_review_page_marks_the_words_and_proposes_the_reasons(client, officer):
    vacancy = VacancyFactory(
        in_review=True, duties="看护。", requirements="只招女工。", appeal_reason="监护岗"
    )
    client.force_login(officer)
    url, page = review_page(client, vacancy)
    text = page.content.decode()
    assert '<span class="lint-mark">只招女工</span>' in text
    assert "监护岗" in text
    assert "《人力资源市场暂行条例》第二十四条" in page.context["back"]["reasons"].value()
    seen = page.context["approve"]["seen"].value()
    data = {"decision": "approve", "seen": seen, "starts_on": today(), "days": "30"}
    refused = client.post(url, data).content.decode()
    assert "要么退回，要么写明为什么是误报" in refused
    client.post(url, data | {"overruled_1": "女子监护岗，依法需要。"})
    vacancy.refresh_from_db()
    assert vacancy.state == VacancyState.PUBLISHED
    text = client.get(url).content.decode()
    assert "按误报放行：女子监护岗" in text


def test_a_return_by_the_pages_reaches_the_enterprise(client, officer, member, enterprise):
    vacancy = VacancyFactory(in_review=True, duties="装配。", enterprise=enterprise)
    client.force_login(officer)
    url, page = review_page(client, vacancy)
    seen = page.context["back"]["seen"].value()
    empty = client.post(url, {"decision": "return", "seen": seen, "reasons": ""}).content.decode()
    assert "退回要写明理由" in empty
    client.post(url, {"decision": "return", "seen": seen, "reasons": "请写班制。"})
    client.force_login(member)
    text = client.get(reverse("enterprises:vacancy", args=[vacancy.public_id])).content.decode()
    assert "请写班制。" in text
    assert "退回修改" in text


def test_who_may_open_a_review(client, officer, neighbour, member):
    vacancy = VacancyFactory(in_review=True)
    url = reverse("workbench:vacancy_review", args=[vacancy.public_id])
    for user, status in [
        (officer, 200),
        (UserFactory(city=True), 200),
        (UserFactory(auditor=True), 200),
        (neighbour, 404),
        (UserFactory(commissioner_role=True), 404),
        (member, 404),
    ]:
        client.force_login(user)
        page = client.get(url)
        assert page.status_code == status, user.role
        if user.role == "auditor":
            assert 'value="approve"' not in page.content.decode()
            assert client.post(url, {"decision": "approve"}).status_code == 404


def test_a_draft_is_not_shown_to_reviewers(client, officer):
    draft = VacancyFactory(draft=True)
    client.force_login(officer)
    url = reverse("workbench:vacancy_review", args=[draft.public_id])
    assert client.get(url).status_code == 404


def test_the_licence_state_of_the_list_is_in_words(client, officer):
    EnterpriseFactory(licence_state=LicenceState.REFUSED, licence_reason="看不清")
    client.force_login(officer)
    assert "未通过" in client.get(reverse("workbench:enterprises")).content.decode()
