"""Shortage declarations (A3): the four clears, serving, filling, closing, the history."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from enterprises.enums import ShortageOutcome, ShortageState
from enterprises.models import ShortageDeclaration
from enterprises.services.shortages import (
    amend_shortage,
    close_shortage,
    declare_shortage,
    record_fill,
    start_serving,
)
from enterprises.shortage_history import shortage_history
from tests.factories import (
    AssignmentFactory,
    MembershipFactory,
    ShortageFactory,
    UserFactory,
    division,
)

pytestmark = pytest.mark.django_db


def item(missing=10, title="车工", **changes):
    return {
        "title": title,
        "missing": missing,
        "skills": ["数控"],
        "pay_min": 6000,
        "pay_max": 8000,
        **changes,
    }


def declare(enterprise, member, *items):
    return declare_shortage(enterprise, member, reason="订单增加", items=items or [item()])


def today():
    return timezone.localdate()


def test_the_total_is_the_sum_of_the_kinds_of_work(enterprise, member):
    declaration = declare(enterprise, member, item(30), item(12, "包装工"))
    assert declaration.missing_total == 42
    assert declaration.state == ShortageState.OPEN
    assert not declaration.is_emergency
    assert declaration.items.count() == 2


def test_from_one_hundred_it_is_an_emergency_and_district_and_commissioner_hear(
    enterprise, member, officer, neighbour, inbox
):
    commissioner = AssignmentFactory(enterprise=enterprise).commissioner.user
    city = UserFactory(city=True)
    declare(enterprise, member, item(99))
    assert inbox(officer) == []
    declaration = declare(enterprise, member, item(60), item(40, "包装工"))
    assert declaration.is_emergency
    subject = f"应急缺工 100 人：{enterprise.name}"
    assert inbox(officer) == [subject]
    assert inbox(commissioner) == [f"缺工 99 人：{enterprise.name}", subject]
    assert inbox(neighbour) == inbox(city) == []


def test_the_threshold_is_a_setting(enterprise, member, settings):
    settings.SHORTAGE_EMERGENCY_FROM = 50
    assert declare(enterprise, member, item(50)).is_emergency


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ([], "至少写一个工种"),
        ([item()] * 7, "最多申报 6 个"),
        ([item(0)], "1 以上"),
        ([item(title="")], "没有写名称"),
        ([item(pay_min=9000)], "下限不能高于上限"),
    ],
)
def test_what_is_not_clear_is_refused(enterprise, member, items, says):
    with pytest.raises(ValidationError, match=says):
        declare_shortage(enterprise, member, reason="订单增加", items=items)
    assert not ShortageDeclaration.objects.exists()


def test_a_member_of_another_enterprise_declares_nothing(enterprise):
    with pytest.raises(PermissionDenied):
        declare(enterprise, MembershipFactory().user)


def test_the_commissioner_declares_after_a_call_and_members_are_told(enterprise, member, inbox):
    commissioner = AssignmentFactory(enterprise=enterprise).commissioner.user
    declare(enterprise, commissioner, item(5))
    assert inbox(member) == ["工作人员替您申报了缺工 5 人"]


def test_the_second_who_starts_serving_is_told_who_does(enterprise, member, officer, colleague):
    declaration = declare(enterprise, member)
    start_serving(declaration, officer)
    with pytest.raises(ValidationError) as refused:
        start_serving(declaration, colleague)
    assert refused.value.code == "taken"
    assert "吴审核 已经在" in refused.value.messages[0]
    declaration.refresh_from_db()
    assert declaration.served_by == officer


def test_fills_add_up_and_begin_the_service(enterprise, member, officer, inbox):
    declaration = declare(enterprise, member, item(10))
    record_fill(declaration, officer, filled_on=today(), persons=4, channel="fair")
    record_fill(declaration, officer, filled_on=today(), persons=3, channel="portal")
    declaration.refresh_from_db()
    assert (declaration.filled_total, declaration.still_missing) == (7, 3)
    assert declaration.state == ShortageState.SERVING
    assert inbox(member) == ["到岗 4 人，还差 6 人", "到岗 3 人，还差 3 人"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"persons": 11}, "只差 10 人"),
        ({"persons": 0}, "1 以上"),
        ({"days": 1}, "不能晚于今天"),
        ({"days": -1}, "不能早于申报"),
    ],
)
def test_a_fill_that_cannot_be_is_refused(enterprise, member, officer, change, says):
    declaration = declare(enterprise, member, item(10))
    day = today() + timedelta(days=change.get("days", 0))
    with pytest.raises(ValidationError, match=says):
        record_fill(
            declaration, officer, filled_on=day, persons=change.get("persons", 1), channel="fair"
        )
    declaration.refresh_from_db()
    assert declaration.filled_total == 0
    assert declaration.state == ShortageState.OPEN


def test_members_and_neighbours_record_nothing(enterprise, member, neighbour):
    declaration = declare(enterprise, member)
    for user in (member, neighbour, UserFactory(auditor=True)):
        with pytest.raises(PermissionDenied):
            record_fill(declaration, user, filled_on=today(), persons=1, channel="fair")


def test_the_outcome_has_to_fit_the_figures(enterprise, member, officer):
    declaration = declare(enterprise, member, item(10))
    with pytest.raises(ValidationError, match="应当是“没有招到”"):
        close_shortage(declaration, officer, outcome="filled")
    record_fill(declaration, officer, filled_on=today(), persons=4, channel="fair")
    with pytest.raises(ValidationError, match="应当是“部分招到”"):
        close_shortage(declaration, officer, outcome="unmet", note="没人来")
    close_shortage(declaration, officer, outcome="partly")
    declaration.refresh_from_db()
    assert declaration.state == ShortageState.CLOSED
    assert declaration.outcome == ShortageOutcome.PARTLY
    assert declaration.closed_at is not None


def test_unmet_needs_a_note(enterprise, member, officer):
    declaration = declare(enterprise, member)
    with pytest.raises(ValidationError, match="写明原因"):
        close_shortage(declaration, officer, outcome="unmet", note=" ")


def test_nothing_happens_to_a_closed_one(enterprise, member, officer):
    declaration = declare(enterprise, member)
    close_shortage(declaration, officer, outcome="unmet", note="没人来")
    with pytest.raises(ValidationError, match="已经在 今天"):
        close_shortage(declaration, officer, outcome="unmet", note="没人来")
    with pytest.raises(ValidationError, match="不能再改"):
        record_fill(declaration, officer, filled_on=today(), persons=1, channel="fair")
    with pytest.raises(ValidationError, match="不能再改"):
        amend_shortage(declaration, member, reason="", items=[item()])


def test_a_member_withdraws_and_nothing_else(enterprise, member, inbox):
    commissioner = AssignmentFactory(enterprise=enterprise).commissioner.user
    declaration = declare(enterprise, member)
    with pytest.raises(ValidationError, match="只能撤回"):
        close_shortage(declaration, member, outcome="unmet", note="没人来")
    close_shortage(declaration, member, outcome="withdrawn", note="订单取消")
    assert inbox(commissioner)[-1] == "缺工申报已销号：企业不再需要"


def test_amending_changes_total_and_leaves_same_rows_alone(enterprise, member, officer):
    declaration = declare(enterprise, member, item(10), item(5, "包装工"))
    kept = declaration.items.get(title="包装工")
    amend_shortage(declaration, member, reason="订单增加", items=[item(20), item(5, "包装工")])
    declaration.refresh_from_db()
    assert declaration.missing_total == 25
    assert declaration.items.filter(pk=kept.pk).exists()
    record_fill(declaration, officer, filled_on=today(), persons=8, channel="fair")
    with pytest.raises(ValidationError, match="已经到岗 8 人"):
        amend_shortage(declaration, member, reason="", items=[item(7)])


def test_an_amendment_that_makes_it_an_emergency_tells_the_district_once(
    enterprise, member, officer, inbox
):
    declaration = declare(enterprise, member, item(10))
    amend_shortage(declaration, member, reason="", items=[item(150)])
    amend_shortage(declaration, member, reason="", items=[item(160)])
    assert inbox(officer) == [f"应急缺工 150 人：{enterprise.name}"]


def test_the_history_tells_who_did_what_by_the_pages(enterprise, member, officer, client):
    client.force_login(member)
    client.post(reverse("enterprises:shortage_new"), form_data([item(10)]))
    declaration = ShortageDeclaration.objects.get()
    client.force_login(officer)
    url = reverse("workbench:shortage", args=[declaration.public_id])
    client.post(url, {"action": "serve"})
    client.post(
        url, {"action": "fill", "filled_on": today(), "persons": 10, "channel": "transport"}
    )
    client.post(url, {"action": "close", "outcome": "filled"})
    said = [(line.who, "；".join(line.what)) for line in shortage_history(declaration, officer)]
    assert (str(member), "申报") in said
    assert ("吴审核", "状态：待服务 → 服务中") in said
    assert ("吴审核", "登记到岗 10 人（点对点接返）") in said
    assert any("状态：服务中 → 已销号" in what for _, what in said)
    client.force_login(member)
    page = client.get(reverse("enterprises:shortage", args=[declaration.public_id]))
    text = page.content.decode()
    assert "武进区就业服务中心" in text
    assert "吴审核" not in text
    assert "已招满" in text


# ---- pages without script ----------------------------------------------------------------------


def form_data(items, **extra):
    data = {"reason": "订单增加", "items-TOTAL_FORMS": len(items), "items-INITIAL_FORMS": 0}
    for number, one in enumerate(items):
        for name, value in one.items():
            data[f"items-{number}-{name}"] = "、".join(value) if name == "skills" else value
    return data | extra


def test_one_more_kind_of_work_keeps_what_was_typed(member, sign_in):
    client = sign_in(member)
    url = reverse("enterprises:shortage_new")
    data = form_data([item(title="抛光工"), {"title": "", "missing": "不知道"}], rows="add")
    page = client.post(url, data)
    text = page.content.decode()
    assert 'value="抛光工"' in text
    assert 'value="不知道"' in text
    assert 'name="items-2-title"' in text
    assert "请写" not in text
    assert not ShortageDeclaration.objects.exists()


def test_a_kind_of_work_is_taken_out(member, sign_in):
    client = sign_in(member)
    data = form_data([item(title="甲"), item(title="乙"), item(title="丙")], rows="drop:1")
    text = client.post(reverse("enterprises:shortage_new"), data).content.decode()
    assert 'value="甲"' in text
    assert 'value="乙"' not in text
    assert 'value="丙"' in text


def test_the_seventh_is_not_offered(member, sign_in):
    data = form_data([item(title=f"工种{n}") for n in range(6)], rows="add")
    text = sign_in(member).post(reverse("enterprises:shortage_new"), data).content.decode()
    assert "再加一种工种" not in text
    assert 'name="items-6-title"' not in text


def test_an_empty_second_row_is_left_out_a_half_filled_one_is_not(enterprise, member, sign_in):
    client = sign_in(member)
    url = reverse("enterprises:shortage_new")
    blank = {"title": "", "missing": "", "pay_min": "", "pay_max": ""}
    page = client.post(url, form_data([item(), {**blank, "title": "包装工"}]))
    text = page.content.decode()
    assert "请写缺多少人。" in text
    assert 'href="#id_items-1-missing"' in text
    assert not ShortageDeclaration.objects.exists()
    client.post(url, form_data([item(), blank]))
    assert ShortageDeclaration.objects.get().items.count() == 1


def test_a_past_day_is_refused_at_its_field(member, sign_in):
    data = form_data([item()], needed_by=today() - timedelta(days=1))
    text = sign_in(member).post(reverse("enterprises:shortage_new"), data).content.decode()
    assert "不能早于今天" in text


def test_amending_by_the_page(enterprise, member, sign_in):
    declaration = declare(enterprise, member, item(10), item(5, "包装工"))
    client = sign_in(member)
    url = reverse("enterprises:shortage_edit", args=[declaration.public_id])
    assert 'value="包装工"' in client.get(url).content.decode()
    client.post(url, form_data([item(20)]))
    declaration.refresh_from_db()
    assert declaration.missing_total == 20


def test_a_refused_fill_shows_at_the_form_and_keeps_the_figure(
    enterprise, member, officer, sign_in
):
    declaration = declare(enterprise, member, item(10))
    url = reverse("workbench:shortage", args=[declaration.public_id])
    page = sign_in(officer).post(
        url, {"action": "fill", "filled_on": today(), "persons": 11, "channel": "fair"}
    )
    text = page.content.decode()
    assert "只差 10 人" in text
    assert 'value="11"' in text


def test_who_sees_a_declaration(enterprise, member, officer, neighbour, client):
    declaration = declare(enterprise, member)
    own = reverse("enterprises:shortage", args=[declaration.public_id])
    staff = reverse("workbench:shortage", args=[declaration.public_id])
    commissioner = AssignmentFactory(enterprise=enterprise).commissioner.user
    former = MembershipFactory(enterprise=enterprise, ended_at=timezone.now()).user
    stranger = MembershipFactory().user
    for user, own_status, staff_status in [
        (member, 200, 404),
        (former, 404, 404),
        (stranger, 404, 404),
        (officer, 404, 200),
        (neighbour, 404, 404),
        (commissioner, 404, 200),
        (AssignmentFactory().commissioner.user, 404, 404),
        (UserFactory(auditor=True), 404, 200),
    ]:
        client.force_login(user)
        assert client.get(own).status_code == own_status, user
        assert client.get(staff).status_code == staff_status, user


def test_the_auditor_reads_and_finds_no_buttons(enterprise, member, client):
    declaration = declare(enterprise, member)
    client.force_login(UserFactory(auditor=True))
    url = reverse("workbench:shortage", args=[declaration.public_id])
    text = client.get(url).content.decode()
    assert "开始服务" not in text
    assert "登记</button>" not in text
    assert client.post(url, {"action": "serve"}).status_code == 404
    declaration.refresh_from_db()
    assert declaration.state == ShortageState.OPEN


def test_the_staff_list_filters_and_takes_the_same_queries_for_more_rows(
    officer, client, queries_of
):
    client.force_login(officer)
    url = reverse("workbench:shortages")
    one = ShortageFactory(is_emergency=True, missing_total=120)
    AssignmentFactory(enterprise=one.enterprise)
    few = queries_of(client, url)
    for _ in range(12):
        AssignmentFactory(enterprise=ShortageFactory().enterprise)
    assert queries_of(client, url) == few
    assert few <= 16
    text = client.get(url).content.decode()
    assert "合计缺 264 人" in text
    only = client.get(url, {"emergency": "on"}).content.decode()
    assert one.enterprise.name in only
    assert "合计缺 120 人" in only

    def found(**query):
        return client.get(url, query).context["page_obj"].paginator.count

    division("320411")
    assert found(region="320412") == found() == 13
    assert found(region="320411") == found(state="closed") == found(q="没有的工种") == 0
    assert found(q="车工") == found(state="open") == found(state="unclosed") == 13
    one.enterprise.key_entries.create(kind="above_scale", source="名录", starts_on=today())
    assert found(key="on") == 1
