"""Saving a profile and answering an application when two do it at once or it is not their own."""

from datetime import timedelta
from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from jobseekers.enums import ApplicationState, SeekerStatus
from jobseekers.models import JobSeeker
from jobseekers.services import applications as service
from jobseekers.services.matching import match_all
from jobseekers.services.profile import save_profile, set_findable
from jobseekers.services.recommending import candidates_for
from portal.outbox.models import Message
from portal.refused import Refused
from tests.factories import (
    ApplicationFactory,
    JobSeekerFactory,
    UserFactory,
    VacancyFactory,
    division,
)

pytestmark = pytest.mark.django_db
NUMBER = "990000199001010018"
WAITS_FOR_US = (
    "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
)


def typed(**changes):
    """What the form hands over."""
    data = {
        "name": "测试丁", "identity_number": "", "region": division("320412"), "education": 0,
        "experience_years": 2, "skills": [], "certificates": [], "groups": [], "summary": "",
        "status": SeekerStatus.LOOKING, "accepted_regions": [], "pay_expected": None,
        "wants_lodging": False,
    }  # fmt: skip
    return data | changes


def test_an_imported_entry_goes_only_to_the_person_with_its_name():
    imported = JobSeekerFactory(user=None, name="测试丁", identity_number=NUMBER)
    with pytest.raises(ValidationError, match="已经登记过"):
        save_profile(UserFactory(), typed(name="测试戊", identity_number=NUMBER), ["电工"])
    imported.refresh_from_db()
    assert imported.user is None and imported.name == "测试丁"
    user = UserFactory()
    assert save_profile(user, typed(identity_number=NUMBER), ["电工"]) == imported
    assert JobSeeker.objects.get().user == user


@pytest.mark.django_db(transaction=True)
def test_two_first_savings_at_once_make_one_entry():
    user, data, failed = UserFactory(), typed(), []

    def second():
        try:
            save_profile(user, data, ["焊工"])
        except Exception as error:
            failed.append(error)
        connection.close()

    thread = Thread(target=second, daemon=True)
    with transaction.atomic():
        save_profile(user, data, ["电工"])
        thread.start()
        with connection.cursor() as cursor:
            for _ in range(600):
                cursor.execute(WAITS_FOR_US)
                if cursor.fetchone():
                    break
                thread.join(timeout=0.05)
    thread.join(timeout=60)
    assert not thread.is_alive()
    assert failed == []
    assert [wish.title for wish in JobSeeker.objects.get().intentions.all()] == ["焊工"]


def test_a_second_answer_with_other_words_is_not_lost_in_silence():
    application = ApplicationFactory()
    service.decline(application, "已招满")
    assert service.decline(application, "已招满").answer == "已招满"
    with pytest.raises(Refused, match="没有保存.*缺证书"):
        service.decline(application, "缺证书")
    assert Message.objects.filter(recipient=application.seeker.user).count() == 1


def test_another_interview_time_is_not_lost_in_silence():
    application, moment = ApplicationFactory(), timezone.now() + timedelta(days=2)
    service.invite(application, at=moment, place="一号门")
    assert service.invite(application, at=moment, place="一号门").interview_at == moment
    with pytest.raises(Refused, match="没有保存"):
        service.invite(application, at=moment + timedelta(hours=1), place="一号门")
    application.refresh_from_db()
    assert (application.state, application.interview_at) == (ApplicationState.INTERVIEW, moment)


def test_who_no_longer_looks_is_no_candidate_from_that_moment():
    vacancy, seeker = VacancyFactory(), JobSeekerFactory()
    set_findable(seeker.user, True)
    match_all()
    assert [advice.recommendation.seeker for advice in candidates_for(vacancy)] == [seeker]
    JobSeeker.objects.update(status=SeekerStatus.NOT_LOOKING)
    assert candidates_for(vacancy) == []
