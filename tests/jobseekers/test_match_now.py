"""What is new or was changed is matched at once, within the caps, and again when the night missed it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from enterprises.services.reviews import approve_vacancy
from enterprises.services.vacancies import extend_vacancy
from jobseekers.enums import MatchSide, SeekerStatus
from jobseekers.models import InstantMatch, Recommendation
from jobseekers.services import generations, match_now
from jobseekers.services.instant_edges import GenerationReplaced
from jobseekers.services.matching import match_all
from jobseekers.services.profile import save_profile
from jobseekers.services.recommending import candidates_for, dismiss, recommendations_for
from portal.accounts.enums import ConsentKind
from portal.accounts.services import give_consent
from tests.factories import (
    ApplicationFactory,
    JobSeekerFactory,
    MembershipFactory,
    UserFactory,
    VacancyFactory,
    division,
    occupation,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def pairs():
    """(seeker, vacancy) of the generation in use."""
    return set(Recommendation.objects.current().values_list("seeker_id", "vacancy_id"))


def ranks_are_whole():
    """Every list is numbered 1, 2, 3 … by falling score."""
    for side, rank in (("seeker_id", "seeker_rank"), ("vacancy_id", "vacancy_rank")):
        lists = {}
        for row in (
            Recommendation.objects.current().order_by(side, rank).values(side, rank, "score")
        ):
            lists.setdefault(row[side], []).append((row[rank], row["score"]))
        for held in lists.values():
            assert [number for number, _ in held] == list(range(1, len(held) + 1))
            assert [score for _, score in held] == sorted((s for _, s in held), reverse=True)


def new(make, side, **facts):
    """A row that came after the night, matched at once; returns it and how many it got."""
    row = make(**facts)
    return row, match_now.run(side, row.pk)


def test_before_the_first_night_there_is_nothing_to_add_to():
    assert match_now.run(MatchSide.VACANCY, VacancyFactory().pk) == 0
    assert match_now.run(MatchSide.SEEKER, JobSeekerFactory().pk) == 0


def test_a_new_vacancy_has_candidates_and_they_have_it():
    willing = JobSeekerFactory()
    give_consent(willing.user, ConsentKind.FINDABLE, "同意被找到")
    VacancyFactory()
    match_all()
    vacancy, found = new(VacancyFactory, MatchSide.VACANCY, title="刚发布的", headcount=3)
    assert found == 1
    assert vacancy in [advice.vacancy for advice in recommendations_for(willing)]
    assert [advice.recommendation.seeker for advice in candidates_for(vacancy)] == [willing]
    assert recommendations_for(willing)[0].reasons
    ranks_are_whole()


def test_a_new_seeker_has_posts_with_room():
    full, roomy = VacancyFactory(headcount=1), VacancyFactory(headcount=5)
    for _ in range(10):
        JobSeekerFactory()
    match_all()
    assert Recommendation.objects.current().filter(vacancy=full).count() == 10
    seeker, found = new(JobSeekerFactory, MatchSide.SEEKER)
    assert found == 1
    assert [advice.vacancy for advice in recommendations_for(seeker)] == [roomy]
    ranks_are_whole()


def test_a_vacancy_never_gets_more_than_its_cap_and_takes_the_best():
    VacancyFactory(headcount=9)
    people = [JobSeekerFactory(pay_expected=3000 + 400 * n) for n in range(14)]
    match_all()
    vacancy, found = new(VacancyFactory, MatchSide.VACANCY, headcount=1)
    assert found == 10
    chosen = Recommendation.objects.current().filter(vacancy=vacancy)
    assert chosen.count() == 10
    worst = chosen.order_by("score").first().score
    left_out = [p for p in people if not chosen.filter(seeker=p).exists()]
    vacancy.headcount = 2
    vacancy.save()
    assert match_now.run(MatchSide.VACANCY, vacancy.pk) == 14
    assert all(chosen.get(seeker=person).score <= worst for person in left_out)
    ranks_are_whole()


def test_on_a_full_list_a_better_post_takes_the_place_of_the_worst():
    seeker = JobSeekerFactory(pay_expected=6000)
    for _ in range(10):
        VacancyFactory(pay_min=5000, pay_max=6100)
    match_all()
    before = pairs()
    assert len(before) == 10
    worse, found = new(VacancyFactory, MatchSide.VACANCY, pay_min=4000, pay_max=6000, education=1)
    assert found == 0 and pairs() == before
    better, found = new(VacancyFactory, MatchSide.VACANCY, pay_min=9000, pay_max=12000)
    assert found == 1
    now = pairs()
    assert len(now) == 10 and len(now - before) == 1 and (seeker.pk, better.pk) in now
    assert recommendations_for(seeker)[0].vacancy == better and worse.pk
    ranks_are_whole()


def test_twice_is_once():
    for _ in range(12):
        JobSeekerFactory()
    VacancyFactory(headcount=1)
    match_all()
    vacancy, found = new(VacancyFactory, MatchSide.VACANCY, headcount=1)
    seeker, got = new(JobSeekerFactory, MatchSide.SEEKER)
    before = pairs()
    assert match_now.run(MatchSide.VACANCY, vacancy.pk) == found
    assert match_now.run(MatchSide.SEEKER, seeker.pk) == got
    assert pairs() == before
    ranks_are_whole()


def test_changed_wishes_change_the_list():
    turner = VacancyFactory(occupation=occupation("6-18-01"))
    cook = VacancyFactory(occupation=occupation("4-03-02"))
    seeker, other = JobSeekerFactory(), JobSeekerFactory()
    match_all()
    assert pairs() == {(seeker.pk, turner.pk), (other.pk, turner.pk)}
    seeker.intentions.update(occupation=occupation("4-03-02"))
    match_now.run(MatchSide.SEEKER, seeker.pk)
    assert pairs() == {(seeker.pk, cook.pk), (other.pk, turner.pk)}
    seeker.status = SeekerStatus.NOT_LOOKING
    seeker.save()
    assert match_now.run(MatchSide.SEEKER, seeker.pk) == 0
    assert pairs() == {(other.pk, turner.pk)}


def test_a_vacancy_that_ended_is_withdrawn():
    vacancy, _ = VacancyFactory(), JobSeekerFactory()
    match_all()
    assert pairs()
    vacancy.starts_on, vacancy.expires_on = TODAY() - timedelta(days=9), TODAY()
    vacancy.save()
    assert match_now.run(MatchSide.VACANCY, vacancy.pk) == 0
    assert not pairs()


def test_who_applied_or_said_no_is_not_offered_it_again():
    VacancyFactory()
    applied, said_no, third = (JobSeekerFactory() for _ in range(3))
    match_all()
    vacancy = VacancyFactory()
    ApplicationFactory(seeker=applied, vacancy=vacancy)
    dismiss(said_no, vacancy, "too_far")
    assert match_now.run(MatchSide.VACANCY, vacancy.pk) == 1
    assert (third.pk, vacancy.pk) in pairs()


def test_somebody_with_nothing_gets_what_the_hard_conditions_allow():
    VacancyFactory()
    cook = JobSeekerFactory()
    cook.intentions.update(occupation=occupation("4-03-02"))
    JobSeekerFactory()
    match_all()
    turner, found = new(VacancyFactory, MatchSide.VACANCY)
    assert found >= 1
    lonely, got = new(JobSeekerFactory, MatchSide.SEEKER)
    lonely.intentions.update(occupation=occupation("4-03-02"))
    assert got and match_now.run(MatchSide.SEEKER, lonely.pk) > 0


def test_the_score_is_the_one_the_night_gives():
    skills = [["数控编程", "看图纸"], ["看图纸"], ["焊接"], []]
    people = [JobSeekerFactory(skills=some) for some in skills]
    VacancyFactory(skills=["看图纸"])
    match_all()
    vacancy, _ = new(VacancyFactory, MatchSide.VACANCY, skills=["数控编程", "焊接"])
    row = Recommendation.objects.current().filter(vacancy=vacancy)
    at_once = dict(row.values_list("seeker_id", "parts"))
    assert len(at_once) == len(people)
    assert at_once[people[0].pk] != at_once[people[1].pk]
    for seeker in people:
        match_now.run(MatchSide.SEEKER, seeker.pk)
    assert dict(row.values_list("seeker_id", "parts")) == at_once


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


def broken(pk):
    """Always too late."""
    raise GenerationReplaced(pk)


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
