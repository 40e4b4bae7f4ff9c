"""What staff can type and press on the pages of service, and what they are told."""

import pytest

from hotlines.enums import TicketSource, TicketState
from hotlines.models import Commissioner, Hotline, HotlineEvent, Ticket
from hotlines.services.commissioners import register_commissioner
from hotlines.services.tickets import answer_ticket
from portal.accounts.identity import clean_public_phone
from portal.refused import Refused
from tests.factories import (
    CommissionerFactory,
    EnterpriseFactory,
    HotlineFactory,
    UserFactory,
    division,
)
from tests.hotlines.test_service import ask

pytestmark = pytest.mark.django_db
CALL = {
    "source": "hotline",
    "region": "320411",
    "subject": "来电",
    "body": "问社保",
    "contact_name": "测试丁",
    "contact_phone": "19900002222",
}


def test_a_call_for_another_district_is_passed_on_without_a_dead_end(sign_in):
    division("320411")
    client = sign_in(UserFactory(district=True))
    page = client.post("/staff/tickets/new/", CALL, follow=True)
    assert page.status_code == 200
    assert f"已转给{division('320411')}" in page.content.decode()
    assert Ticket.objects.get().region_id == "320411"


def test_a_commissioner_reads_what_they_wrote_down(sign_in):
    division("320411")
    client = sign_in(UserFactory(commissioner_role=True))
    page = client.post("/staff/tickets/new/", CALL, follow=True)
    assert page.status_code == 200 and "问社保" in page.content.decode()


def test_staff_do_not_write_in_the_name_of_the_portal(sign_in):
    division("320411")
    client = sign_in(UserFactory(district=True))
    assert client.post("/staff/tickets/new/", CALL | {"source": "portal"}).status_code == 422


def test_staff_are_told_whether_the_person_reads_the_answer(sign_in):
    client = sign_in(UserFactory(district=True))
    for ticket, words in (
        (ask(), "对方没有账号，请打电话告诉对方"),
        (ask(by=UserFactory(), source=TicketSource.PORTAL), "对方会收到消息"),
    ):
        url = f"/staff/tickets/{ticket.public_id}/"
        page = client.post(url, {"words": "已办"}, follow=True)
        assert words in page.content.decode()


def test_a_satisfaction_that_does_not_exist_closes_nothing(sign_in):
    staff = UserFactory(district=True)
    ticket = ask()
    answer_ticket(ticket, staff, "已办")
    url = f"/staff/tickets/{ticket.public_id}/"
    page = sign_in(staff).post(url, {"close": "1", "satisfaction": "9"}, follow=True)
    assert "没有办结" in page.content.decode()
    ticket.refresh_from_db()
    assert ticket.state == TicketState.ANSWERED


def test_only_commissioners_of_the_place_can_be_chosen(sign_in):
    enterprise = EnterpriseFactory()
    here = CommissionerFactory()
    CommissionerFactory(user=UserFactory(commissioner_role=True, region=division("320411")))
    url = f"/staff/enterprises/{enterprise.public_id}/commissioner/"
    page = sign_in(UserFactory(city=True)).get(url)
    assert list(page.context["form"].fields["commissioner"].queryset) == [here]


@pytest.mark.parametrize("number", ["12333", "400-810-1234", "96345", "8558 8919"])
def test_service_numbers_are_numbers_one_can_call(number):
    assert clean_public_phone(number) == number.replace("-", "").replace(" ", "")


def test_a_line_keeps_what_stood_there_and_the_auditor_gets_no_form(sign_in):
    line = HotlineFactory(phone="86520000")
    data = {
        "region": "320412", "office": line.office, "phone": "12333", "hours": "工作日", "order": 1,
    }  # fmt: skip
    client = sign_in(UserFactory(district=True))
    client.post(f"/staff/hotlines/{line.public_id}/", data)
    client.post(f"/staff/hotlines/{line.public_id}/delete/")
    assert not Hotline.objects.exists()
    events = HotlineEvent.objects.filter(public_id=line.public_id).order_by("pgh_id")
    assert list(events.values_list("pgh_label", "phone")) == [
        ("insert", "86520000"),
        ("update", "12333"),
        ("delete", "12333"),
    ]
    client = sign_in(UserFactory(auditor=True))
    assert client.get("/staff/hotlines/").status_code == 200
    assert client.get("/staff/hotlines/new/").status_code == 404


def test_an_officer_registers_an_account_as_commissioner(sign_in):
    account = UserFactory(commissioner_role=True, display_name="测试专员")
    elsewhere = UserFactory(commissioner_role=True, region=division("320411"))
    client = sign_in(UserFactory(district=True))
    page = client.get("/staff/commissioners/new/").content.decode()
    assert "测试专员" in page and elsewhere.username not in page
    data = {"user": account.pk, "rank": "staff", "office": "武进区中心", "phone": "8652-9818"}
    response = client.post("/staff/commissioners/new/", data)
    made = Commissioner.objects.get(user=account)
    assert response.url == f"/staff/commissioners/{made.public_id}/"
    assert (made.office, made.phone) == ("武进区中心", "86529818")
    again = client.post("/staff/commissioners/new/", data)
    assert again.status_code == 422 and Commissioner.objects.count() == 1
    refused = client.post("/staff/commissioners/new/", data | {"user": elsewhere.pk})
    assert refused.status_code == 422 and Commissioner.objects.count() == 1


def test_only_commissioners_accounts_of_the_region_become_commissioners():
    officer = UserFactory(district=True)
    with pytest.raises(Refused, match="专员账号"):
        register_commissioner(
            UserFactory(district=True), officer, rank="staff", office="x", phone="1"
        )
    elsewhere = UserFactory(commissioner_role=True, region=division("320411"))
    with pytest.raises(Refused, match="不在您负责的地区"):
        register_commissioner(elsewhere, officer, rank="staff", office="x", phone="1")
    mine = UserFactory(commissioner_role=True)
    first = register_commissioner(mine, officer, rank="staff", office="x", phone="1")
    assert register_commissioner(mine, officer, rank="leader", office="y", phone="2") == first
