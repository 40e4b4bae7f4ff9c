"""The nightly matching against the database: what it reads, writes, switches, and leaves alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from enterprises.models import KeyListEntry
from jobseekers.enums import SeekerGroup, SeekerStatus
from jobseekers.models import Dismissal, MatchGeneration, Recommendation
from jobseekers.services import matching
from jobseekers.services.match_columns import read_match_input
from jobseekers.services.matching import match_all
from jobseekers.services.recommending import candidates_for, dismiss, recommendations_for
from portal.accounts.enums import ConsentKind
from portal.accounts.services import give_consent
from portal.runs.models import JobRun, RunState
from portal.runs.services import AlreadyDone
from tests.factories import ApplicationFactory, JobSeekerFactory, VacancyFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def edges():
    """(seeker, vacancy, score, ranks) of the generation in use, in a fixed order."""
    return sorted(
        Recommendation.objects.current().values_list(
            "seeker_id", "vacancy_id", "score", "parts", "seeker_rank", "vacancy_rank"
        )
    )


def test_reads_both_sides_as_they_are_today():
    key, ended = (
        VacancyFactory(headcount=4, certificates=["叉车证"]),
        VacancyFactory(starts_on=TODAY() - timedelta(days=9), expires_on=TODAY()),
    )
    KeyListEntry.objects.create(
        enterprise=key.enterprise, kind="daily_life", source="x", starts_on=TODAY()
    )
    hard = JobSeekerFactory(groups=[SeekerGroup.HARD_TO_PLACE], birth_year=1980)
    JobSeekerFactory(status=SeekerStatus.NOT_LOOKING)
    JobSeekerFactory(birth_year=TODAY().year - 15)
    columns = read_match_input(TODAY())
    assert columns.vacancies.ids.tolist() == [key.pk] and ended.pk != key.pk
    assert columns.vacancies.headcount.tolist() == [4]
    assert columns.vacancies.key.tolist() == [True]
    assert columns.vacancies.certificates.tolist() != [0]
    assert columns.seekers.ids.tolist() == [hard.pk]
    assert columns.seekers.hard_to_place.tolist() == [True]


def test_an_empty_city_is_matched_too():
    generation = match_all()
    assert generation.metrics["edges"] == 0


def test_both_sides_get_lists_with_reasons_and_the_cap_holds():
    few = VacancyFactory(title="只招一人", headcount=1)
    seekers = [JobSeekerFactory() for _ in range(12)]
    generation = match_all()
    assert Recommendation.objects.current().filter(vacancy=few).count() == 10
    assert generation.metrics["blocking_pairs"] == 0
    chosen = Recommendation.objects.current().first().seeker
    assert chosen in seekers
    advice = recommendations_for(chosen)[0]
    assert "工种相近" in [reason.text for reason in advice.reasons] or "工种一致" in [
        reason.text for reason in advice.reasons
    ]


def test_candidates_are_those_who_agreed_to_be_found():
    vacancy = VacancyFactory()
    shown, hidden = JobSeekerFactory(), JobSeekerFactory()
    give_consent(shown.user, ConsentKind.FINDABLE, "同意被找到")
    match_all()
    assert Recommendation.objects.current().filter(seeker=hidden).exists()
    assert [advice.recommendation.seeker for advice in candidates_for(vacancy)] == [shown]


def test_what_was_dismissed_or_applied_to_is_not_offered_again():
    dismissed, applied, other = (VacancyFactory() for _ in range(3))
    seeker = JobSeekerFactory()
    match_all()
    assert len(recommendations_for(seeker)) == 3
    dismiss(seeker, dismissed, "too_far")
    dismiss(seeker, dismissed, "pay_low")
    ApplicationFactory(seeker=seeker, vacancy=applied)
    assert [a.vacancy for a in recommendations_for(seeker)] == [other]
    assert Dismissal.objects.get().reason == "pay_low"
    match_all(TODAY() + timedelta(days=1))
    assert [row[1] for row in edges()] == [other.pk]


def test_the_same_night_twice_changes_nothing():
    VacancyFactory()
    JobSeekerFactory()
    match_all()
    before = edges()
    with pytest.raises(AlreadyDone):
        match_all()
    assert edges() == before
    assert MatchGeneration.objects.count() == JobRun.objects.count() == 1


def test_the_next_night_replaces_the_whole_generation():
    VacancyFactory()
    JobSeekerFactory()
    first = match_all()
    second = match_all(TODAY() + timedelta(days=1))
    first.refresh_from_db()
    assert (first.state, second.state) == ("retired", "current")
    assert set(Recommendation.objects.values_list("generation", flat=True)) == {second.pk}


def test_broken_off_in_the_middle_of_writing_the_old_generation_stays(monkeypatch):
    VacancyFactory()
    JobSeekerFactory()
    match_all()
    before = edges()
    tomorrow = TODAY() + timedelta(days=1)

    def break_off(*args):
        matching_copy(*args)
        raise RuntimeError("no power")

    matching_copy = matching._copy_edges
    monkeypatch.setattr(matching, "_copy_edges", break_off)
    with pytest.raises(RuntimeError):
        match_all(tomorrow)
    assert edges() == before
    run = JobRun.objects.get(key=f"match:{tomorrow}")
    assert (run.state, run.error) == (RunState.FAILED, "RuntimeError: no power")
    monkeypatch.setattr(matching, "_copy_edges", matching_copy)
    match_all(tomorrow)
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.DONE, 2)
    assert len(edges()) == len(before)


def test_killed_after_the_switch_and_before_the_row_said_so():
    VacancyFactory()
    JobSeekerFactory()
    match_all()
    before = edges()
    JobRun.objects.update(state=RunState.RUNNING, finished_at=None)
    match_all()
    assert edges() == before
    assert MatchGeneration.objects.get().state == "current"
    assert JobRun.objects.get().state == RunState.DONE


def test_the_list_takes_a_fixed_number_of_queries(django_assert_num_queries):
    seeker = JobSeekerFactory()
    for _ in range(5):
        VacancyFactory()
    match_all()
    with django_assert_num_queries(1):
        assert len(recommendations_for(seeker)) == 5
