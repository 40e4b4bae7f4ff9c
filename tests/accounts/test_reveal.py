"""Who may see personal data in clear: the right employer, while the consent lives."""

import pytest

from enterprises.models import Enterprise
from jobseekers.enums import ApplicationState
from portal.accounts.models import Reveal
from portal.accounts.services import withdraw_consent
from tests.factories import (
    ApplicationFactory,
    AssignmentFactory,
    JobSeekerFactory,
    MembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
PHONE = "19900001234"
WHY = {"reason": "电话通知面试"}


@pytest.fixture
def applied():
    """(application, member of the employer)."""
    application = ApplicationFactory(seeker=JobSeekerFactory(phone=PHONE))
    return application, MembershipFactory(enterprise=application.vacancy.enterprise)


def address(seeker, field="phone"):
    """Where one asks for a field."""
    return f"/account/reveal/seeker/{seeker.public_id}/{field}/"


def test_the_employer_sees_the_phone_and_not_the_identity_number(sign_in, applied):
    application, member = applied
    client = sign_in(member.user)
    response = client.post(address(application.seeker), WHY)
    assert PHONE in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert client.post(address(application.seeker, "identity_number"), WHY).status_code == 404
    assert Reveal.objects.count() == 1


def test_not_after_the_consent_was_withdrawn(sign_in, applied):
    application, member = applied
    withdraw_consent(application.consent)
    assert sign_in(member.user).post(address(application.seeker), WHY).status_code == 404


@pytest.mark.parametrize("state", [ApplicationState.DECLINED, ApplicationState.WITHDRAWN])
def test_not_after_the_application_ended(sign_in, applied, state):
    application, member = applied
    type(application).objects.update(state=state)
    assert sign_in(member.user).post(address(application.seeker), WHY).status_code == 404


def test_not_by_a_former_member_another_employer_or_the_commissioner(sign_in, applied):
    application, member = applied
    commissioner = AssignmentFactory(enterprise=application.vacancy.enterprise).commissioner.user
    type(member).objects.update(ended_at=member.started_at)
    for user in (member.user, MembershipFactory().user, commissioner, UserFactory()):
        assert sign_in(user).post(address(application.seeker), WHY).status_code == 404
    assert not Reveal.objects.exists()


def test_a_contact_of_an_enterprise_is_for_its_staff(sign_in):
    assignment = AssignmentFactory()
    Enterprise.objects.update(contact_phone=PHONE)
    enterprise = assignment.enterprise
    url = f"/account/reveal/enterprise/{enterprise.public_id}/contact_phone/"
    assert PHONE in sign_in(assignment.commissioner.user).post(url, WHY).content.decode()
    outsider = AssignmentFactory().commissioner.user
    member = MembershipFactory(enterprise=enterprise).user
    for user in (outsider, member, UserFactory(auditor=True)):
        assert sign_in(user).post(url, WHY).status_code == 404
