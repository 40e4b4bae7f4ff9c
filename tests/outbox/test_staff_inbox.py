"""Commissioners and staff read their messages; the auditor has none."""

import pytest

from hotlines.services.assignments import assign
from portal.accounts.enums import ConsentKind
from portal.accounts.models import ConsentRecord
from tests.factories import CommissionerFactory, EnterpriseFactory, JobSeekerFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_commissioner_reads_and_opens_what_was_sent(sign_in):
    commissioner, enterprise = CommissionerFactory(), EnterpriseFactory()
    assign(enterprise, commissioner, UserFactory(city=True))
    client = sign_in(commissioner.user)
    page = client.get("/staff/messages/")
    assert f"您开始包保{enterprise.name}" in page.content.decode()
    message = commissioner.user.inbox.get()
    opened = client.post(f"/staff/messages/{message.public_id}/")
    assert opened.url == f"/staff/enterprises/{enterprise.public_id}/"
    message.refresh_from_db()
    assert message.read_at is not None


def test_messages_are_their_recipients_alone(sign_in):
    commissioner = CommissionerFactory()
    assign(EnterpriseFactory(), commissioner, UserFactory(city=True))
    message = commissioner.user.inbox.get()
    client = sign_in(UserFactory(city=True))
    assert client.post(f"/staff/messages/{message.public_id}/").status_code == 404
    assert client.get("/staff/messages/").status_code == 200


def test_sms_is_agreed_to_and_withdrawn_on_its_own(sign_in):
    seeker = JobSeekerFactory()
    client = sign_in(seeker.user)
    client.post("/seeker/consents/", {"sms": "on"})
    record = ConsentRecord.objects.get(user=seeker.user)
    assert record.kind == ConsentKind.SMS and "不发广告" in record.wording
    assert "不再发短信" in client.get("/seeker/consents/").content.decode()
    client.post("/seeker/consents/", {"sms": "off"})
    record.refresh_from_db()
    assert record.withdrawn_at is not None
