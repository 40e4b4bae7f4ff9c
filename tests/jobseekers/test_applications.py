"""Applying, answering, withdrawing, the three weeks' silence."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from enterprises.services.vacancies import close_vacancy
from jobseekers.enums import TRANSITIONS, ApplicationState
from jobseekers.models import Application
from jobseekers.services import applications as service
from portal.accounts.models import ConsentRecord
from portal.outbox.models import Message
from portal.refused import Refused
from tests.factories import ApplicationFactory, JobSeekerFactory, MembershipFactory, VacancyFactory

SOON = timezone.now() + timedelta(days=3)
ANSWERS = {
    ApplicationState.SEEN: service.mark_seen,
    ApplicationState.INTERVIEW: lambda a: service.invite(a, at=SOON, place="湖塘镇人社所"),
    ApplicationState.OFFERED: service.offer,
    ApplicationState.HIRED: service.hire,
    ApplicationState.DECLINED: lambda a: service.decline(a, "这次人已招满"),
    ApplicationState.WITHDRAWN: service.withdraw,
}
# What an application holds after those answers.
SAID = {
    ApplicationState.INTERVIEW: {"interview_at": SOON, "interview_place": "湖塘镇人社所"},
    ApplicationState.DECLINED: {"answer": "这次人已招满"},
}


@pytest.mark.django_db
def test_applying_records_the_consent_and_tells_the_employer():
    vacancy, seeker = VacancyFactory(), JobSeekerFactory(name="测试乙")
    member = MembershipFactory(enterprise=vacancy.enterprise)
    made = service.apply(seeker, vacancy, agreed=True, note="可以马上到岗")
    assert (made.state, made.note) == (ApplicationState.APPLIED, "可以马上到岗")
    assert made.consent.recipient == vacancy.enterprise
    assert vacancy.enterprise.name in made.consent.wording
    message = Message.objects.get(recipient=member.user)
    assert vacancy.title in message.subject and "测试乙" not in message.body


@pytest.mark.django_db
def test_without_consent_nothing_is_sent():
    with pytest.raises(Refused, match="先同意"):
        service.apply(JobSeekerFactory(), VacancyFactory(), agreed=False)
    assert not Application.objects.exists() and not ConsentRecord.objects.exists()


@pytest.mark.django_db
def test_an_ended_vacancy_takes_no_applications():
    today = timezone.localdate()
    ended = VacancyFactory(starts_on=today - timedelta(days=5), expires_on=today)
    with pytest.raises(Refused, match="已经结束"):
        service.apply(JobSeekerFactory(), ended, agreed=True)
    assert not ConsentRecord.objects.exists()


@pytest.mark.django_db
def test_a_second_click_gives_the_same_application():
    seeker, vacancy = JobSeekerFactory(), VacancyFactory()
    first = service.apply(seeker, vacancy, agreed=True)
    assert service.apply(seeker, vacancy, agreed=True) == first
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationFactory(seeker=seeker, vacancy=vacancy)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_application():
    seeker, vacancy = JobSeekerFactory(), VacancyFactory()
    start, made, errors = threading.Barrier(4), [], []

    def click():
        try:
            start.wait(timeout=60)
            made.append(service.apply(seeker, vacancy, agreed=True).pk)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=click, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    assert not errors
    assert len(set(made)) == Application.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("before", list(TRANSITIONS))
@pytest.mark.parametrize("after", list(ANSWERS))
def test_every_transition_is_as_the_table_says(before, after):
    application = ApplicationFactory(state=before, **SAID.get(before, {}))
    if after == before or (after == ApplicationState.SEEN and after not in TRANSITIONS[before]):
        assert ANSWERS[after](application).state == before  # again, or seen after an answer
    elif after in TRANSITIONS[before]:
        assert ANSWERS[after](application).state == after
        application.refresh_from_db()
        assert application.state == after
        assert getattr(application, service.STAMPS[after]) is not None
    else:
        with pytest.raises(Refused, match="不能改成"):
            ANSWERS[after](application)
        application.refresh_from_db()
        assert application.state == before


@pytest.mark.django_db
def test_an_interview_needs_a_time_to_come_and_a_place():
    application = ApplicationFactory()
    with pytest.raises(Refused, match="晚于现在"):
        service.invite(application, at=timezone.now() - timedelta(hours=1), place="x")
    with pytest.raises(Refused, match="面试地点"):
        service.invite(application, at=SOON, place=" ")


@pytest.mark.django_db
def test_answers_reach_the_seeker_once():
    application = ApplicationFactory()
    service.offer(application, "下周一来报到")
    service.offer(application, "下周一来报到")
    message = Message.objects.get(recipient=application.seeker.user)
    assert "同意录用" in message.body and "下周一来报到" in message.body


@pytest.mark.django_db
def test_declining_needs_a_sentence():
    with pytest.raises(Refused, match="写一句答复"):
        service.decline(ApplicationFactory(), "  ")


@pytest.mark.django_db
def test_withdrawing_ends_the_consent_unless_another_application_needs_it():
    first = ApplicationFactory()
    second = ApplicationFactory(
        seeker=first.seeker, vacancy=VacancyFactory(enterprise=first.vacancy.enterprise)
    )
    assert first.consent == second.consent
    service.withdraw(first)
    first.consent.refresh_from_db()
    assert first.consent.withdrawn_at is None
    service.withdraw(second)
    first.consent.refresh_from_db()
    assert first.consent.withdrawn_at is not None
    again = service.apply(first.seeker, first.vacancy, agreed=True)
    assert again.pk != first.pk and again.consent.withdrawn_at is None


@pytest.mark.django_db
def test_three_weeks_of_silence_are_said_to_both_once():
    now = timezone.now()
    silent = ApplicationFactory(applied_at=now - timedelta(days=21, seconds=1))
    seen = ApplicationFactory(
        applied_at=now - timedelta(days=30), state=ApplicationState.SEEN, seen_at=now
    )
    ApplicationFactory(applied_at=now - timedelta(days=20, hours=23))
    ApplicationFactory(applied_at=now - timedelta(days=40), state=ApplicationState.INTERVIEW)
    member = MembershipFactory(enterprise=silent.vacancy.enterprise)
    assert service.report_silence() == 2
    assert service.report_silence() == 0
    told = set(Message.objects.values_list("recipient", flat=True))
    assert told == {silent.seeker.user_id, seen.seeker.user_id, member.user_id}


@pytest.mark.django_db
def test_closing_a_vacancy_is_said_to_those_who_wait():
    waiting = ApplicationFactory()
    answered = ApplicationFactory(vacancy=waiting.vacancy, state=ApplicationState.OFFERED)
    member = MembershipFactory(enterprise=waiting.vacancy.enterprise)
    close_vacancy(waiting.vacancy, member.user, outcome="partly", filled=1)
    told = Message.objects.exclude(recipient=member.user).values_list("recipient", flat=True)
    assert list(told) == [waiting.seeker.user_id]
    waiting.refresh_from_db()
    answered.refresh_from_db()
    assert (waiting.state, answered.state) == ("applied", "offered")
