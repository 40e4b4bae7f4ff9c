"""What changes, is switched, fails or is locked while a row is matched at once: nothing is lost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from enterprises.models import Vacancy
from enterprises.services.reviews import approve_vacancy
from enterprises.services.vacancies import extend_vacancy
from jobseekers.enums import MatchSide, SeekerStatus
from jobseekers.models import InstantMatch, MatchGeneration
from jobseekers.services import generations, instant_edges, match_now
from jobseekers.services.instant_edges import Busy, GenerationReplaced
from jobseekers.services.matching import match_all
from jobseekers.services.profile import save_profile
from tests.factories import (
    JobSeekerFactory,
    MembershipFactory,
    UserFactory,
    VacancyFactory,
    division,
)
from tests.jobseekers.test_match_now import pairs

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def test_what_was_read_before_a_change_does_not_stand_after_it(monkeypatch):
    seeker = JobSeekerFactory(education=3)
    VacancyFactory()
    match_all()
    vacancy = VacancyFactory(education=0)
    match_now.ask(MatchSide.VACANCY, vacancy.pk)
    pairs_of, changes = match_now._pairs, []

    def changed_meanwhile(*args):
        found = pairs_of(*args)
        if not changes:
            changes.append(Vacancy.objects.filter(pk=vacancy.pk).update(education=6))
            match_now.ask(MatchSide.VACANCY, vacancy.pk)
            assert match_now.run(MatchSide.VACANCY, vacancy.pk) == 0
            InstantMatch.objects.update(edges=7)
        return found

    monkeypatch.setattr(match_now, "_pairs", changed_meanwhile)
    assert match_now.run(MatchSide.VACANCY, vacancy.pk) == 0
    assert changes and (seeker.pk, vacancy.pk) not in pairs()
    assert InstantMatch.objects.get().edges == 0


def test_a_change_after_the_matching_is_not_taken_for_matched(monkeypatch):
    JobSeekerFactory()
    match_all()
    vacancy = VacancyFactory()
    match_now.ask(MatchSide.VACANCY, vacancy.pk)
    replace = instant_edges.replace_vacancy

    def asked_after(*args):
        found = replace(*args)
        match_now.ask(MatchSide.VACANCY, vacancy.pk)
        return found

    monkeypatch.setattr(instant_edges, "replace_vacancy", asked_after)
    assert match_now.run(MatchSide.VACANCY, vacancy.pk) == 1
    assert InstantMatch.objects.get().matched_at is None


def test_one_that_fails_after_the_switch_waits_on_and_the_others_are_matched(monkeypatch, caplog):
    JobSeekerFactory()
    match_all()
    bad, good = VacancyFactory(), VacancyFactory()
    for one in (bad, good):
        match_now.ask(MatchSide.VACANCY, one.pk)
        match_now.run(MatchSide.VACANCY, one.pk)
    replace = instant_edges.replace_vacancy

    def failing(generation, subject, *args):
        if subject.pk == bad.pk:
            raise ValueError("broken")
        return replace(generation, subject, *args)

    monkeypatch.setattr(instant_edges, "replace_vacancy", failing)
    match_now.match_late(MatchGeneration.objects.get(state="current"))
    waiting = dict(InstantMatch.objects.values_list("object_id", "matched_at"))
    assert waiting[bad.pk] is None and waiting[good.pk] is not None
    assert f"vacancy {bad.pk} was not matched" in caplog.text
    monkeypatch.setattr(instant_edges, "replace_vacancy", replace)
    assert match_now.match_waiting() == 1 and match_now.match_waiting() == 0


def test_asking_is_kept_until_a_night_has_read_it(django_capture_on_commit_callbacks):
    seeker = JobSeekerFactory()
    match_all()
    vacancy = VacancyFactory()
    with django_capture_on_commit_callbacks(execute=True):
        match_now.ask(MatchSide.VACANCY, vacancy.pk)
    asked = InstantMatch.objects.get()
    assert asked.edges == 1 and asked.matched_at and pairs() == {(seeker.pk, vacancy.pk)}
    InstantMatch.objects.update(asked_at=timezone.now() - timedelta(hours=3))
    match_all(TODAY() + timedelta(days=1))
    assert not InstantMatch.objects.exists() and pairs() == {(seeker.pk, vacancy.pk)}


def test_what_came_while_the_night_was_at_work_is_matched_after_the_switch(monkeypatch):
    seeker = JobSeekerFactory()
    VacancyFactory()
    match_all()
    late = []

    def meanwhile(*args):
        if not late:
            late.append(VacancyFactory())
            match_now.ask(MatchSide.VACANCY, late[0].pk)
            match_now.run(MatchSide.VACANCY, late[0].pk)
        return fill(*args)

    fill = generations.fill_table
    monkeypatch.setattr(generations, "fill_table", meanwhile)
    match_all(TODAY() + timedelta(days=1))
    assert (seeker.pk, late[0].pk) in pairs() and len(pairs()) == 2


def test_a_switch_in_between_is_noticed(monkeypatch):
    JobSeekerFactory()
    match_all()
    vacancy = VacancyFactory()
    read = match_now.read_match_input
    nights = []

    def switched(*args, **kwargs):
        if not nights:
            nights.append(match_all(TODAY() + timedelta(days=1)))
        return read(*args, **kwargs)

    monkeypatch.setattr(match_now, "read_match_input", switched)
    assert match_now.run(MatchSide.VACANCY, vacancy.pk) == 1
    assert len(pairs()) == 1
    monkeypatch.setattr(match_now, "vacancy", broken)
    with pytest.raises(GenerationReplaced):
        match_now.run(MatchSide.VACANCY, vacancy.pk)


def broken(subject):
    """Always too late."""
    raise GenerationReplaced(subject)


def test_publishing_extending_and_saving_a_profile_ask_for_it():
    vacancy = VacancyFactory(in_review=True, duties="操作数控车床。")
    values = {"seen": vacancy.submitted_at, "starts_on": TODAY(), "days": 30}
    approve_vacancy(vacancy, UserFactory(city=True), **values)
    assert asked() == {("vacancy", vacancy.pk)}
    InstantMatch.objects.all().delete()
    extend_vacancy(vacancy, MembershipFactory(enterprise=vacancy.enterprise).user, days=40)
    assert asked() == {("vacancy", vacancy.pk)}
    InstantMatch.objects.all().delete()
    facts = {
        "name": "测试丁", "identity_number": "", "region": division("320412"), "education": 0,
        "experience_years": 2, "skills": [], "certificates": [], "groups": [], "summary": "",
        "status": SeekerStatus.LOOKING, "accepted_regions": [], "pay_expected": None,
        "wants_lodging": False,
    }  # fmt: skip
    seeker = save_profile(UserFactory(), facts, ["车工"])
    assert asked() == {("seeker", seeker.pk)}


def asked():
    """(side, id) of everything to be matched at once."""
    return set(InstantMatch.objects.values_list("side", "object_id"))


def test_without_a_broker_publishing_goes_on_and_the_night_does_it(
    monkeypatch, django_capture_on_commit_callbacks
):
    def no_broker(*args):
        raise ConnectionError("no broker")

    monkeypatch.setattr("jobseekers.tasks.match_now.delay", no_broker)
    with django_capture_on_commit_callbacks(execute=True):
        match_now.ask(MatchSide.VACANCY, VacancyFactory().pk)
    assert InstantMatch.objects.get().matched_at is None


@pytest.mark.django_db(transaction=True)
def test_behind_a_lock_it_gives_way_and_waits_on(monkeypatch):
    monkeypatch.setattr(match_now, "_TRIES", 2)
    JobSeekerFactory()
    generation = match_all()
    vacancy = VacancyFactory()
    match_now.ask(MatchSide.VACANCY, vacancy.pk)
    InstantMatch.objects.update(matched_at=None)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(HOLD, [generation.pk])
            with pytest.raises(Busy):
                match_now.run(MatchSide.VACANCY, vacancy.pk)
            assert InstantMatch.objects.get().matched_at is None
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert match_now.match_waiting() == 1 and len(pairs()) == 1


HOLD = "SELECT 1 FROM jobseekers_matchgeneration WHERE id = %s FOR NO KEY UPDATE"
