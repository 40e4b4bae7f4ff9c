"""Commissioners, tickets, visits, hotlines: services and pages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from enterprises.models import KeyListEntry
from hotlines.enums import TicketSource, TicketState
from hotlines.models import Assignment, Hotline, Ticket
from hotlines.services import tickets as ticket_service
from hotlines.services.assignments import assign, release
from hotlines.services.tickets import answer_ticket, close_ticket, due_at, open_ticket
from hotlines.services.visits import record_visit
from portal.outbox.models import Message
from portal.refused import Refused
from tests.factories import (
    AssignmentFactory,
    CommissionerFactory,
    EnterpriseFactory,
    HotlineFactory,
    MembershipFactory,
    TicketFactory,
    UserFactory,
    division,
)

pytestmark = pytest.mark.django_db


def ask(enterprise=None, **changes):
    """One question by telephone."""
    data = {
        "source": TicketSource.HOTLINE,
        "region": division("320412"),
        "subject": "缺夜班分拣",
        "body": "夜班缺 25 人",
        "contact_name": "测试丙",
        "contact_phone": "19900001111",
        "enterprise": enterprise,
    }
    return open_ticket(**data | changes)


def test_an_enterprise_has_one_commissioner_handed_over_with_history():
    enterprise, by = EnterpriseFactory(), UserFactory(city=True)
    member = MembershipFactory(enterprise=enterprise)
    first, second = CommissionerFactory(), CommissionerFactory()
    one = assign(enterprise, first, by)
    assert assign(enterprise, first, by) == one
    with pytest.raises(Refused, match="写明原因"):
        assign(enterprise, second, by)
    two = assign(enterprise, second, by, "轮岗")
    one.refresh_from_db()
    assert one.ended_at is not None and two.ended_at is None
    assert [a.commissioner for a in Assignment.objects.active()] == [second]
    with pytest.raises(IntegrityError), transaction.atomic():
        AssignmentFactory(enterprise=enterprise)
    assert Message.objects.filter(recipient=member.user).count() == 2


def test_open_tickets_go_with_the_handover():
    enterprise, by = EnterpriseFactory(), UserFactory(city=True)
    ticket, second = ask(enterprise), CommissionerFactory()
    assert ticket.owner is None
    assign(enterprise, second, by)
    ticket.refresh_from_db()
    assert ticket.owner == second
    release(enterprise, by, "企业迁出")
    ticket.refresh_from_db()
    assert ticket.owner is None and not Assignment.objects.active().exists()


def test_a_commissioner_of_elsewhere_or_gone_is_refused():
    by = UserFactory(city=True)
    elsewhere = EnterpriseFactory(region=division("320411"))
    with pytest.raises(Refused, match="不包括"):
        assign(elsewhere, CommissionerFactory(), by)
    with pytest.raises(Refused, match="不在岗"):
        assign(EnterpriseFactory(), CommissionerFactory(is_active=False), by)


def test_a_question_is_routed_to_the_owner_and_told():
    assignment = AssignmentFactory()
    ticket = ask(assignment.enterprise)
    assert ticket.owner == assignment.commissioner
    assert Message.objects.get(recipient=assignment.commissioner.user).subject.endswith(
        "缺夜班分拣"
    )


def test_key_enterprises_have_twenty_four_hours_others_two_working_days():
    friday = datetime(2020, 4, 3, 3, 0, tzinfo=UTC)  # 清明 is the 4th to the 6th
    assert due_at(friday, True) == friday + timedelta(hours=24)
    assert timezone.localtime(due_at(friday, False)).isoformat() == "2020-04-08T17:30:00+08:00"
    enterprise = EnterpriseFactory()
    KeyListEntry.objects.create(
        enterprise=enterprise, kind="daily_life", source="x", starts_on=timezone.localdate()
    )
    ticket = ask(enterprise)
    assert ticket.is_key and ticket.due_at - ticket.created_at == timedelta(hours=24)
    assert not ask(EnterpriseFactory()).is_key


def test_two_answers_at_once_keep_the_first_and_lose_no_words():
    member = MembershipFactory()
    ticket = ask(member.enterprise)
    first, second = UserFactory(city=True, display_name="测试甲"), UserFactory(city=True)
    stale = Ticket.objects.get(pk=ticket.pk)
    answer_ticket(ticket, first, "明天送 10 人")
    with pytest.raises(Refused, match="测试甲答复.*后天送 20 人"):
        answer_ticket(stale, second, "后天送 20 人")
    ticket.refresh_from_db()
    assert (ticket.answer, ticket.answered_by) == ("明天送 10 人", first)
    assert Message.objects.get(recipient=member.user).body == "明天送 10 人"


def test_closing_needs_an_answer():
    ticket, by = ask(), UserFactory(city=True)
    with pytest.raises(Refused, match="先答复"):
        close_ticket(ticket, by, 3)
    answer_ticket(ticket, by, "已办")
    assert close_ticket(ticket, by, 3).satisfaction == 3
    assert close_ticket(ticket, by, 1).satisfaction == 3


def test_escalating_is_once():
    ticket, by = ask(), UserFactory(district=True)
    moment = ticket_service.escalate_ticket(ticket, by).escalated_at
    assert ticket_service.escalate_ticket(ticket, by).escalated_at == moment


def test_visits_are_not_of_the_future():
    enterprise, by, today = EnterpriseFactory(), UserFactory(city=True), timezone.localdate()
    with pytest.raises(Refused, match="不能晚于今天"):
        record_visit(
            enterprise, by, visited_on=today + timedelta(days=1), kind="on_site", summary="x",
            today=today,
        )  # fmt: skip
    made = record_visit(
        enterprise, by, visited_on=today, kind="on_site", summary="缺 12 人", plan="专场",
        today=today,
    )  # fmt: skip
    assert made.plan == "专场"


def test_anybody_reads_the_directory_by_region(client):
    HotlineFactory(office="武进区就业服务中心", phone="86529818")
    HotlineFactory(office="新北区人力资源开发中心", region=division("320411"))
    text = client.get("/hotlines/?region=320412").content.decode()
    assert "武进区就业服务中心" in text and "8652 9818" in text
    assert "新北区人力资源开发中心" not in text


def test_a_stranger_leaves_a_question_at_night(client):
    division("320412")
    page = client.post(
        "/hotlines/ask/",
        {
            "region": "320412",
            "subject": "怎么登记失业",
            "body": "要带什么",
            "contact_name": "测试丁",
            "contact_phone": "8652-9818",
        },
        follow=True,
    )
    ticket = Ticket.objects.get()
    assert ticket.public_id in page.content.decode()
    assert (ticket.contact_phone, ticket.source) == ("86529818", TicketSource.PORTAL)


def test_what_was_typed_is_kept_when_something_is_wrong(client):
    division("320412")
    page = client.post("/hotlines/ask/", {"subject": "怎么登记失业", "contact_phone": "12"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "怎么登记失业" in text and "电话号码不对" in text
    assert not Ticket.objects.exists()


def test_an_enterprise_person_asks_and_reads_the_answer(sign_in):
    assignment = AssignmentFactory()
    member = MembershipFactory(enterprise=assignment.enterprise)
    client = sign_in(member.user)
    client.post("/hotlines/ask/", {"subject": "稳岗返还何时到账", "body": "已公示"})
    ticket = Ticket.objects.get()
    assert ticket.owner == assignment.commissioner
    answer_ticket(ticket, assignment.commissioner.user, "公示后五个工作日")
    page = client.get(f"/hotlines/tickets/{ticket.public_id}/")
    assert "公示后五个工作日" in page.content.decode()


def test_the_work_list_puts_overdue_first_and_keeps_to_the_region(
    sign_in, django_assert_max_num_queries
):
    now = timezone.now()
    late = TicketFactory(subject="迟了", due_at=now - timedelta(hours=3))
    TicketFactory(subject="不急", due_at=now + timedelta(hours=3))
    TicketFactory(subject="别区", enterprise=EnterpriseFactory(region=division("320411")))
    client = sign_in(UserFactory(district=True))
    client.get("/staff/tickets/")
    with django_assert_max_num_queries(14):
        page = client.get("/staff/tickets/")
    text = page.content.decode()
    assert text.index("迟了") < text.index("不急")
    assert "别区" not in text and "已超时 3 小时" in text and "1 件已超时" in text
    assert "测试丙" not in text
    assert client.get(f"/staff/tickets/{late.public_id}/").status_code == 200


def test_a_commissioner_sees_their_own(sign_in):
    assignment = AssignmentFactory()
    mine = ask(assignment.enterprise)
    other = TicketFactory()
    client = sign_in(assignment.commissioner.user)
    assert client.get(f"/staff/tickets/{mine.public_id}/").status_code == 200
    assert client.get(f"/staff/tickets/{other.public_id}/").status_code == 404
    client.post(f"/staff/tickets/{mine.public_id}/", {"words": "已联系"})
    mine.refresh_from_db()
    assert mine.state == TicketState.ANSWERED


def test_staff_register_a_call_for_an_enterprise_they_see(sign_in):
    assignment = AssignmentFactory()
    client = sign_in(UserFactory(district=True))
    data = {
        "source": "hotline",
        "credit_code": assignment.enterprise.credit_code.lower(),
        "region": "320412",
        "subject": "来电",
        "body": "缺人",
        "contact_name": "测试丁",
        "contact_phone": "19900002222",
    }
    response = client.post("/staff/tickets/new/", data)
    ticket = Ticket.objects.get()
    assert response.url.endswith(f"{ticket.public_id}/")
    assert ticket.owner == assignment.commissioner
    foreign = EnterpriseFactory(region=division("320411"))
    page = client.post("/staff/tickets/new/", data | {"credit_code": foreign.credit_code})
    assert "没有找到这家企业" in page.content.decode()
    assert Ticket.objects.count() == 1


def test_quotas_are_shown_beside_the_load(sign_in, django_assert_max_num_queries):
    AssignmentFactory()
    EnterpriseFactory(name="常州无人管机械有限公司")
    client = sign_in(UserFactory(city=True))
    client.get("/staff/commissioners/")
    with django_assert_max_num_queries(12):
        text = client.get("/staff/commissioners/").content.decode()
    assert "少 2 家" in text and "常州无人管机械有限公司" in text


def test_assigning_on_the_page(sign_in):
    enterprise, commissioner = EnterpriseFactory(), CommissionerFactory()
    client = sign_in(UserFactory(district=True))
    url = f"/staff/enterprises/{enterprise.public_id}/commissioner/"
    client.post(url, {"commissioner": commissioner.pk})
    assert Assignment.objects.active().get().commissioner == commissioner
    other = CommissionerFactory()
    page = client.post(url, {"commissioner": other.pk})
    assert "换专员要写明原因" in page.content.decode()


def test_the_auditor_looks_and_does_not_touch(sign_in):
    ticket = TicketFactory()
    client = sign_in(UserFactory(auditor=True))
    assert client.get(f"/staff/tickets/{ticket.public_id}/").status_code == 200
    assert client.post(f"/staff/tickets/{ticket.public_id}/", {"words": "x"}).status_code == 404
    assert client.get("/staff/tickets/new/").status_code == 404


def test_staff_edit_the_lines_of_their_region_only(sign_in):
    mine = HotlineFactory()
    foreign = HotlineFactory(region=division("320411"))
    client = sign_in(UserFactory(district=True))
    assert client.get(f"/staff/hotlines/{foreign.public_id}/").status_code == 404
    data = {
        "region": "320412", "office": "武进区新中心", "phone": "86520000",
        "hours": "工作日", "order": 1,
    }  # fmt: skip
    client.post(f"/staff/hotlines/{mine.public_id}/", data)
    mine.refresh_from_db()
    assert mine.office == "武进区新中心"
    client.post("/staff/hotlines/new/", data | {"office": "又一个"})
    assert Hotline.objects.filter(office="又一个").exists()
    assert client.post("/staff/hotlines/new/", data | {"region": "320411"}).status_code == 422
    client.post(f"/staff/hotlines/{mine.public_id}/delete/")
    assert not Hotline.objects.filter(pk=mine.pk).exists()
