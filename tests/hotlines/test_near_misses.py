"""Tickets and assignments at the edges: former commissioners, second clicks, two at once."""

from threading import Thread

import pytest
from django.db import connection, transaction

from hotlines.enums import TicketSource
from hotlines.models import Assignment, Commissioner, Ticket
from hotlines.services.assignments import assign, release
from hotlines.services.tickets import answer_ticket, open_ticket
from portal.outbox.models import Message
from tests.factories import (
    AssignmentFactory,
    CommissionerFactory,
    EnterpriseFactory,
    MembershipFactory,
    TicketFactory,
    UserFactory,
    division,
)
from tests.hotlines.test_service import ask

pytestmark = pytest.mark.django_db
WAITS_FOR_US = (
    "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
)
REVEAL = "/account/reveal/ticket/{}/contact_phone/"


def test_a_former_commissioner_sees_nothing_of_the_enterprise_any_more(sign_in):
    assignment = AssignmentFactory()
    former, by = assignment.commissioner, UserFactory(city=True)
    waiting, answered = ask(assignment.enterprise), ask(assignment.enterprise, subject="已问过")
    answer_ticket(answered, former.user, "已联系")
    client = sign_in(former.user)
    assert client.get(f"/staff/tickets/{answered.public_id}/").status_code == 200
    assign(assignment.enterprise, CommissionerFactory(), by, "轮岗")
    for ticket in (waiting, answered):
        assert client.get(f"/staff/tickets/{ticket.public_id}/").status_code == 404
        assert client.get(REVEAL.format(ticket.public_id)).status_code == 404
    told = Message.objects.get(recipient=former.user, subject__startswith="您不再包保")
    assert "轮岗" in told.body


def test_a_release_keeps_both_reasons_and_tells_the_commissioner():
    enterprise, by = EnterpriseFactory(), UserFactory(city=True)
    made = assign(enterprise, CommissionerFactory(), by, "新办企业")
    release(enterprise, by, "企业迁出")
    made.refresh_from_db()
    assert made.reason == "新办企业；结束：企业迁出"
    assert "企业迁出" in Message.objects.get(dedupe_key=f"assignment:{made.pk}:former").body


def test_whoever_leaves_a_question_without_an_enterprise_can_read_it(sign_in):
    for user in (UserFactory(member=True), UserFactory(commissioner_role=True), UserFactory()):
        ticket = ask(by=user, source=TicketSource.PORTAL, body=f"{user.pk}")
        assert sign_in(user).get(f"/hotlines/tickets/{ticket.public_id}/").status_code == 200


def test_a_former_member_no_longer_reads_what_they_asked_for_the_enterprise(sign_in):
    member = MembershipFactory()
    ticket = ask(member.enterprise, by=member.user, source=TicketSource.PORTAL)
    client = sign_in(member.user)
    assert client.get(f"/hotlines/tickets/{ticket.public_id}/").status_code == 200
    member.ended_at = member.started_at
    member.save()
    assert client.get(f"/hotlines/tickets/{ticket.public_id}/").status_code == 404


def test_a_second_click_writes_nothing_more():
    user = UserFactory()
    first = ask(by=user)
    assert ask(by=user) == first
    assert ask(by=user, contact_phone="19900003333") != first
    assert ask(by=user, body="另一件事") != first
    assert ask(by=UserFactory()) != first
    assert ask(EnterpriseFactory(), by=user) != first
    assert Ticket.objects.count() == 5


def test_who_called_gets_no_message_but_who_wrote_does():
    staff, seeker = UserFactory(district=True), UserFactory()
    answer_ticket(ask(by=staff), staff, "已回电")
    assert not Message.objects.exists()
    ticket = ask(by=seeker, source=TicketSource.PORTAL)
    answer_ticket(ticket, staff, "带身份证")
    message = Message.objects.get()
    assert message.recipient == seeker
    assert message.path == f"/hotlines/tickets/{ticket.public_id}/"


def test_the_load_is_not_multiplied_by_the_tickets(sign_in):
    assignment = AssignmentFactory()
    AssignmentFactory(commissioner=assignment.commissioner)
    for _ in range(3):
        TicketFactory(enterprise=assignment.enterprise, owner=assignment.commissioner)
    page = sign_in(UserFactory(city=True)).get("/staff/commissioners/")
    assert [(row.load, row.waiting) for row in page.context["page_obj"]] == [(2, 3)]
    assert Commissioner.objects.with_load().get().load == 2


@pytest.mark.django_db(transaction=True)
def test_a_ticket_opened_during_a_handover_goes_to_the_new_commissioner():
    assignment, by = AssignmentFactory(), UserFactory(city=True)
    enterprise, second = assignment.enterprise, CommissionerFactory()
    region = division("320412")

    def open_meanwhile():
        open_ticket(
            source=TicketSource.HOTLINE, region=region, subject="缺人", body="缺人",
            contact_name="测试丙", enterprise=enterprise,
        )  # fmt: skip
        connection.close()

    thread = Thread(target=open_meanwhile, daemon=True)
    with transaction.atomic():
        assign(enterprise, second, by, "轮岗")
        thread.start()
        with connection.cursor() as cursor:
            for _ in range(600):
                cursor.execute(WAITS_FOR_US)
                if cursor.fetchone():
                    break
                thread.join(timeout=0.05)
        assert thread.is_alive(), "the ticket did not wait for the handover"
    thread.join(timeout=60)
    assert not thread.is_alive()
    assert Ticket.objects.get().owner == second
    assert Assignment.objects.active().get().commissioner == second
