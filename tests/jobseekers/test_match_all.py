"""The nightly matching against the database: what it reads, writes, switches, and leaves alone."""

from dataclasses import fields
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from enterprises.models import KeyListEntry
from jobseekers.enums import SeekerGroup, SeekerStatus
from jobseekers.matching import Lists
from jobseekers.matching.certificates import certificates_in
from jobseekers.matching.codes import pack_occupation
from jobseekers.matching.text import TIMES_BITS
from jobseekers.models import Dismissal, JobIntention, MatchGeneration, Recommendation
from jobseekers.services import generations
from jobseekers.services.match_columns import read_match_input
from jobseekers.services.matching import match_all
from jobseekers.services.recommending import candidates_for, dismiss, recommendations_for
from jobseekers.services.snapshots import held_snapshot, reading_in
from portal.accounts.enums import ConsentKind
from portal.accounts.services import give_consent
from portal.runs.models import JobRun, RunState
from portal.runs.services import AlreadyDone
from tests.factories import (
    ApplicationFactory,
    JobSeekerFactory,
    VacancyFactory,
    division,
    occupation,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def edges():
    """(seeker, vacancy, score, ranks) of the generation in use, in a fixed order."""
    return sorted(
        Recommendation.objects.current().values_list(
            "seeker_id", "vacancy_id", "score", "parts", "seeker_rank", "vacancy_rank"
        )
    )


def tables():
    """The tables of generations that there are, hung in or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relname LIKE 'jobseekers_recommendation_g%%' ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


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


def test_every_fact_arrives_as_the_kernel_counts_it():
    vacancy = VacancyFactory(
        occupation=occupation("6-18-01"), region=division("320412"), skills=["CAD", " 焊工证 "],
        certificates=["高压电工证"], education=3, experience_years=120, pay_min=5000, pay_max=7000,
    )  # fmt: skip
    bare = JobSeekerFactory(accepted_regions=[], pay_expected=None)
    bare.intentions.all().delete()
    seeker = JobSeekerFactory(
        accepted_regions=["3204", "320412"], skills=["cad", "只有我会", ""],
        certificates=["低压电工证", "焊工证"], education=4, pay_expected=6500,
    )  # fmt: skip
    JobIntention.objects.create(seeker=seeker, rank=2, title="?", occupation=None)
    dismissed = VacancyFactory()
    dismiss(seeker, dismissed, "too_far")
    applied = ApplicationFactory(seeker=seeker).vacancy
    columns = read_match_input(TODAY())
    posts, people = columns.vacancies, columns.seekers
    at = posts.ids.tolist().index(vacancy.pk)
    assert posts.occupation[at] == pack_occupation("6-18-01") and posts.division[at] == 320412
    assert (posts.pay_min[at], posts.pay_max[at]) == (5000, 7000)
    assert (posts.education[at], posts.experience[at], posts.age_days[at]) == (3, 100, 0)
    assert posts.certificates[at] == certificates_in("高压电工证")
    assert posts.certificates_preferred[at] == certificates_in("焊工证") != 0
    assert people.ids.tolist() == [bare.pk, seeker.pk]
    assert [people.occupations.row(i).tolist() for i in (0, 1)] == [[], [6180100]]
    assert [people.regions.row(i).tolist() for i in (0, 1)] == [[], [3204, 320412]]
    assert people.education.tolist() == [-1, 4] and people.pay_expected.tolist() == [0, 6500]
    assert people.certificates[1] == certificates_in("低压电工证、焊工证")
    assert sorted(people.excluded.row(1).tolist()) == sorted([dismissed.pk, applied.pk])
    shared = set(posts.skills.row(at).tolist()) & set(people.skills.row(1).tolist())
    assert len(shared) == 1 and len(people.skills.row(1)) == 2 and not len(people.skills.row(0))


def test_the_check_follows_the_switch(monkeypatch):
    """Readers do not wait for it; what it finds is kept."""
    seen = []
    seeker = JobSeekerFactory()
    JobIntention.objects.create(seeker=seeker, rank=2, title="x", occupation=occupation())
    VacancyFactory()

    def check(self):
        seen.append(MatchGeneration.objects.get().state)
        return 3

    monkeypatch.setattr("jobseekers.matching.select.Runner.check", check)
    generation = match_all()
    assert seen == ["current"]
    assert MatchGeneration.objects.get().metrics["blocking_pairs"] == 3
    assert "核对" in JobRun.objects.get(kind="match").stages
    assert generation.metrics["blocking_pairs"] == 3


@pytest.mark.django_db(transaction=True)
def test_what_a_second_session_reads_is_what_one_reads_alone():
    for wish in ("焊工", "钳工"):
        seeker = JobSeekerFactory(skills=["氩弧焊", wish], accepted_regions=["320412", "320411"])
        JobIntention.objects.create(
            seeker=seeker, rank=2, title=wish, occupation=occupation("6-18-02-04")
        )
        VacancyFactory(title=wish, skills=[wish])
    alone = read_match_input(TODAY())
    with held_snapshot() as held, reading_in(held.name):
        together = read_match_input(TODAY(), beside=held.cursor)
        assert "jobseekers_jobseeker" in held.cursor.query.decode(), "the second one was asked"
    for side in ("vacancies", "seekers"):
        one, both = getattr(alone, side), getattr(together, side)
        for field in fields(one):
            told = getattr(one, field.name), getattr(both, field.name)
            if isinstance(told[0], Lists):
                assert [told[0].indptr.tolist(), told[0].values.tolist()] == [
                    told[1].indptr.tolist(),
                    told[1].values.tolist(),
                ], field.name
            else:
                assert told[0].tolist() == told[1].tolist(), field.name
    assert len(together.seekers.regions.values) == 4
    assert alone.words.texts == together.words.texts


def test_some_rows_are_read_with_the_words_of_all():
    vacancy, _ = VacancyFactory(skills=["甲", "乙"]), VacancyFactory(skills=["丙"])
    seeker, _ = JobSeekerFactory(skills=["乙", "丁"]), JobSeekerFactory(skills=["戊"])
    everything = read_match_input(TODAY())
    some = read_match_input(
        TODAY(), vacancies=[vacancy.pk], seekers=[seeker.pk], words=everything.words
    )
    assert some.vacancies.ids.tolist() == [vacancy.pk]
    assert some.seekers.ids.tolist() == [seeker.pk]
    assert some.seekers.skills.row(0).tolist() == everything.seekers.skills.row(0).tolist()
    new = JobSeekerFactory(skills=["从没见过", "乙"])
    later = read_match_input(TODAY(), vacancies=[], seekers=[new.pk], words=everything.words)
    assert not len(later.vacancies) and later.seekers.skills.row(0).size == 1


def test_titles_wishes_and_skills_are_texts_of_one_vocabulary():
    vacancy = VacancyFactory(title="数控车床操作工", skills=["看图纸"])
    seeker = JobSeekerFactory(skills=["数控编程", "看图纸"])
    seeker.intentions.update(title="数控车床")
    columns = read_match_input(TODAY())

    def words(rows):
        return {columns.words.texts[value >> TIMES_BITS] for value in rows.row(0).tolist()}

    both = words(columns.vacancies.text) & words(columns.seekers.text)
    assert {"数控车床", "图纸"} <= both and "编程" in words(columns.seekers.text)
    again = read_match_input(
        TODAY(), vacancies=[vacancy.pk], seekers=[seeker.pk], words=columns.words
    )
    assert again.seekers.text.values.tolist() == columns.seekers.text.values.tolist()


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
    assert tables() == [generations.table_of(second.pk)]
    assert set(Recommendation.objects.values_list("generation", flat=True)) == {second.pk}


@pytest.mark.parametrize("step", ["fill_table", "index_table", "switch"])
def test_broken_off_before_the_switch_the_old_generation_stays(monkeypatch, step):
    VacancyFactory()
    JobSeekerFactory()
    match_all()
    before = edges()
    tomorrow = TODAY() + timedelta(days=1)
    done = getattr(generations, step)

    def break_off(*args):
        if step != "switch":
            done(*args)
        raise RuntimeError("no power")

    monkeypatch.setattr(generations, step, break_off)
    with pytest.raises(RuntimeError):
        match_all(tomorrow)
    assert edges() == before
    run = JobRun.objects.get(key=f"match:{tomorrow}")
    assert (run.state, run.error) == (RunState.FAILED, "RuntimeError: no power")
    monkeypatch.setattr(generations, step, done)
    match_all(tomorrow)
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.DONE, 2)
    assert len(edges()) == len(before)
    assert tables() == [generations.table_of(run.generation.pk)]


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
    # The list, and the weights its generation was made with.
    with django_assert_num_queries(2):
        assert len(recommendations_for(seeker)) == 5
