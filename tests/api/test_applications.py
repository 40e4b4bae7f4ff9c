"""Applying and answering over the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobseekers.models import Application
from jobseekers.services.applications import withdraw
from portal.accounts.models import ConsentRecord
from portal.accounts.services import withdraw_consent
from portal.outbox.models import Message
from tests.factories import (
    ApplicationFactory,
    JobSeekerFactory,
    MembershipFactory,
    UserFactory,
    VacancyFactory,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/applications/"


@pytest.fixture
def application():
    seeker = JobSeekerFactory(name="欧阳测样", phone="13900000011", summary="五年车工")
    return ApplicationFactory(seeker=seeker)


@pytest.fixture
def employer(application):
    return MembershipFactory(enterprise=application.vacancy.enterprise).user


def test_applying_records_consent_and_happens_once(api):
    seeker, vacancy = JobSeekerFactory(), VacancyFactory()
    sent = {"vacancy": vacancy.public_id, "agreed": True, "note": "随时到岗"}
    first = api(seeker.user).post(URL, sent, format="json")
    again = api(seeker.user).post(URL, sent, format="json")
    assert first.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    made = Application.objects.get()
    assert (made.note, made.state) == ("随时到岗", "applied")
    assert vacancy.enterprise.name in made.consent.wording


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"agreed": False}, 409, "要先同意"),
        ({"agreed": None}, 400, "agreed"),
        ({"vacancy": "nowhere"}, 400, "vacancy"),
        ({"note": "长" * 301}, 400, "note"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_written(api, change, status, words):
    seeker, vacancy = JobSeekerFactory(), VacancyFactory()
    sent = {"vacancy": vacancy.public_id, "agreed": True} | change
    response = api(seeker.user).post(URL, sent, format="json")
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert words in response.content.decode()
    assert not Application.objects.exists() and not ConsentRecord.objects.exists()


def test_a_draft_cannot_be_applied_for_and_an_expired_post_says_so(api):
    seeker = JobSeekerFactory()
    draft = VacancyFactory(draft=True)
    gone = VacancyFactory(
        starts_on=timezone.localdate() - timedelta(days=9),
        expires_on=timezone.localdate() - timedelta(days=1),
    )
    client = api(seeker.user)
    sent = {"vacancy": draft.public_id, "agreed": True}
    assert client.post(URL, sent, format="json").status_code == 400
    response = client.post(URL, {"vacancy": gone.public_id, "agreed": True}, format="json")
    assert response.status_code == 409
    assert response.json()["detail"] == "这个岗位已经结束招聘，不能再申请。"


def test_without_a_resume_one_is_told_to_write_it(api):
    sent = {"vacancy": VacancyFactory().public_id, "agreed": True}
    response = api(UserFactory()).post(URL, sent, format="json")
    assert response.status_code == 409 and "简历" in response.json()["detail"]


def test_everyone_sees_their_own_and_nobody_others(api, application, employer):
    other = ApplicationFactory()
    for user in (application.seeker.user, employer):
        rows = api(user).get(URL).json()["results"]
        assert [row["id"] for row in rows] == [application.public_id]
        assert api(user).get(f"{URL}{application.public_id}/").status_code == 200
        assert api(user).get(f"{URL}{other.public_id}/").status_code == 404


def test_a_former_member_sees_nothing_any_more(api, application, employer):
    employer.memberships.update(ended_at=timezone.now())
    assert api(employer).get(URL).json()["results"] == []
    assert api(employer).get(f"{URL}{application.public_id}/").status_code == 404
    answer = {"act": "offer"}
    response = api(employer).post(f"{URL}{application.public_id}/answer/", answer, format="json")
    assert response.status_code == 404


def test_the_employer_reads_a_masked_resume_and_has_seen_it(api, application, employer):
    response = api(employer).get(f"{URL}{application.public_id}/")
    text = response.content.decode()
    assert "13900000011" not in text and "欧阳测样" not in text
    body = response.json()
    assert body["resume"]["phone"] == "139****0011"
    assert body["resume"]["summary"] == "五年车工"
    application.refresh_from_db()
    assert application.state == body["state"] == "seen"


def test_looking_at_the_list_is_not_seeing(api, application, employer):
    api(employer).get(URL)
    api(employer).head(f"{URL}{application.public_id}/")
    application.refresh_from_db()
    assert application.state == "applied"


def test_after_consent_ends_there_is_no_resume(api, application, employer):
    withdraw_consent(application.consent)
    body = api(employer).get(f"{URL}{application.public_id}/").json()
    assert body["resume"] is None and body["state"] == "applied"
    withdraw(application)
    assert api(employer).get(URL).json()["results"] == []


def test_answers_move_the_state_and_tell_the_seeker(api, application, employer):
    url = f"{URL}{application.public_id}/answer/"
    at = (timezone.now() + timedelta(days=2)).isoformat()
    sent = {"act": "invite", "at": at, "place": "常州市测试路 1 号"}
    assert api(employer).post(url, sent, format="json").json()["state"] == "interview"
    assert api(employer).post(url, {"act": "offer"}, format="json").json()["state"] == "offered"
    assert api(employer).post(url, {"act": "hire"}, format="json").json()["state"] == "hired"
    assert Message.objects.filter(recipient=application.seeker.user).count() == 3
    refused = api(employer).post(url, {"act": "decline", "words": "满了"}, format="json")
    assert refused.status_code == 409
    assert "不能改成“不合适”" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"act": "invite"}, {"at", "place"}),
        ({"act": "invite", "at": "2020-01-01T09:00:00+08:00", "place": "某处"}, {"at"}),
        ({"act": "decline"}, {"words"}),
        ({"act": "ignore"}, {"act"}),
        ({}, {"act"}),
    ],
)
def test_an_incomplete_answer_changes_nothing(api, application, employer, sent, fields):
    url = f"{URL}{application.public_id}/answer/"
    response = api(employer).post(url, sent, format="json")
    assert response.status_code == 400
    assert set(response.json()["errors"]) == fields
    application.refresh_from_db()
    assert application.state == "applied"


def test_withdrawing_is_for_the_seeker(api, application, employer):
    url = f"{URL}{application.public_id}/withdraw/"
    assert api(employer).post(url).status_code == 404
    assert api(JobSeekerFactory().user).post(url).status_code == 404
    assert api(application.seeker.user).post(url).json()["state"] == "withdrawn"
    application.refresh_from_db()
    assert application.withdrawn_at and application.consent.withdrawn_at


def test_the_list_takes_the_same_queries_however_long(api, application, employer, queries_of):
    one = queries_of(api(employer), URL)
    for _ in range(5):
        ApplicationFactory(vacancy=application.vacancy)
    assert queries_of(api(employer), URL) == one < 6
