"""What is new or was changed is matched at once, within the caps, and again when the night missed it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobseekers.enums import MatchSide, SeekerStatus
from jobseekers.matching.score import EARLIER_WEIGHTS, PARTS, ScoreModel
from jobseekers.matching.settings import Scope
from jobseekers.models import MatchGeneration, Push, Recommendation
from jobseekers.services import match_now
from jobseekers.services.matching import match_all
from jobseekers.services.plans import create_draft, mark_of, plan_in_use, switch_on
from jobseekers.services.recommending import (
    candidates_for,
    dismiss,
    factors_of,
    recommendations_for,
)
from portal.accounts.enums import ConsentKind
from portal.accounts.services import give_consent
from tests.factories import (
    ApplicationFactory,
    JobSeekerFactory,
    UserFactory,
    VacancyFactory,
    occupation,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def pairs():
    """(seeker, vacancy) of the generation in use."""
    return set(Recommendation.objects.current().values_list("seeker_id", "vacancy_id"))


def ranks_are_whole():
    """Every list is numbered 1, 2, 3 …, a seeker's by falling score, a vacancy's by how well
    people fit: the score without the points for having few choices."""
    weight = ScoreModel().weights["choices"]
    for side, rank in (("seeker_id", "seeker_rank"), ("vacancy_id", "vacancy_rank")):
        lists = {}
        for row in (
            Recommendation.objects.current()
            .order_by(side, rank)
            .values(side, rank, "score", "parts")
        ):
            fit = row["score"]
            if side == "vacancy_id":
                fit -= weight * row["parts"][PARTS.index("choices")]
            lists.setdefault(row[side], []).append((row[rank], fit))
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
    vacancy, _ = new(VacancyFactory, MatchSide.VACANCY, headcount=1)
    seeker, _ = new(JobSeekerFactory, MatchSide.SEEKER)
    found = match_now.run(MatchSide.VACANCY, vacancy.pk)
    got = match_now.run(MatchSide.SEEKER, seeker.pk)
    before = pairs()
    assert found == 10
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
    wanted = [["看图纸"], ["数控编程", "焊接"]]
    skills = [["数控编程", "看图纸"], ["看图纸"], ["焊接"], []]
    posts = [VacancyFactory(skills=some) for some in wanted]
    people = [JobSeekerFactory(skills=some) for some in skills]
    match_all()
    by_night = scored()
    assert len(by_night) == 8 and len(set(by_night.values())) > 2
    for post in posts:
        assert match_now.run(MatchSide.VACANCY, post.pk) == 4
    assert scored() == by_night
    for seeker in people:
        assert match_now.run(MatchSide.SEEKER, seeker.pk) == 2
    assert scored() == by_night


def test_by_day_somebody_with_few_choices_comes_first_and_lower_on_the_employers_list():
    cook = VacancyFactory(occupation=occupation("4-03-02"), headcount=1)
    turners = [VacancyFactory(headcount=9) for _ in range(20)]
    few = seeker_wanting("4-03-02")
    many = seeker_wanting("4-03-02")
    many.intentions.create(rank=2, title="车工", occupation=turners[0].occupation)
    many.skills = cook.skills = ["炒菜", "切配"]
    many.save()
    cook.save()
    match_all()
    night = Recommendation.objects.current().get(vacancy=cook, seeker=few)
    assert night.parts[-1] > 0 == recommended(many)[0].parts[-1]
    post = VacancyFactory(occupation=cook.occupation, headcount=1, skills=cook.skills)
    assert match_now.run(MatchSide.VACANCY, post.pk) == 2
    mine = {row.seeker_id: row for row in Recommendation.objects.current().filter(vacancy=post)}
    assert mine[few.pk].parts[-1] == night.parts[-1] and mine[many.pk].parts[-1] == 0
    assert mine[few.pk].score > mine[many.pk].score
    assert (mine[many.pk].vacancy_rank, mine[few.pk].vacancy_rank) == (1, 2)
    ranks_are_whole()


def test_somebody_new_is_counted_among_the_posts_there_are_and_who_has_nothing_has_no_points():
    for _ in range(15):
        VacancyFactory(headcount=9)
    JobSeekerFactory()
    match_all()
    seeker, found = new(JobSeekerFactory, MatchSide.SEEKER)
    assert found == 10 and {row.parts[-1] for row in recommended(seeker)} == {0}
    idle = JobSeekerFactory()
    new(VacancyFactory, MatchSide.VACANCY)
    assert [row.parts[-1] for row in recommended(idle)] == [0]


def test_people_who_want_one_post_do_not_take_turns_on_its_list():
    for _ in range(12):
        JobSeekerFactory()
    vacancy = VacancyFactory(headcount=1)
    match_all()
    by_night = pairs()
    for _ in range(3):
        assert match_now.run(MatchSide.VACANCY, vacancy.pk) == 10
        assert pairs() == by_night
    ranks_are_whole()


def recommended(seeker):
    """A seeker's rows of the generation in use."""
    return list(Recommendation.objects.current().filter(seeker=seeker))


def test_a_generation_from_before_choices_were_scored_goes_on():
    """Its rows have a part less and its weights have none for it."""
    vacancy, seeker = VacancyFactory(), JobSeekerFactory()
    match_all()
    for row in Recommendation.objects.current():
        Recommendation.objects.filter(pk=row.pk).update(parts=row.parts[:-1], score=700_000)
    MatchGeneration.objects.update(weights_version="2026-2")
    assert [advice.vacancy for advice in recommendations_for(seeker)] == [vacancy]
    give_consent(seeker.user, ConsentKind.FINDABLE, "同意被找到")
    (found,) = candidates_for(vacancy)
    assert found.reasons and len(factors_of(found.recommendation.parts)) == len(PARTS) - 1
    post, got = new(VacancyFactory, MatchSide.VACANCY)
    row = Recommendation.objects.current().get(vacancy=post)
    weights = EARLIER_WEIGHTS["2026-2"]
    assert got == 1 and row.score == sum(
        weights.get(part, 0) * points for part, points in zip(PARTS, row.parts, strict=True)
    )


def scored():
    """{(seeker, vacancy): (score, parts)} of the generation in use."""
    rows = Recommendation.objects.current().values_list("seeker_id", "vacancy_id", "score", "parts")
    return {(seeker, vacancy): (score, tuple(parts)) for seeker, vacancy, score, parts in rows}


def test_a_plan_switched_on_by_day_counts_from_the_night_on():
    for pay in (3000, 5000, 8000):
        JobSeekerFactory(pay_expected=pay)
    vacancy = VacancyFactory(headcount=1)
    match_all()
    by_night = scored()
    staff = UserFactory(city=True)
    weights = dict.fromkeys(PARTS, 0) | {PARTS[0]: 1000}
    plan = create_draft(staff, weights, 2, 1, "试一试")
    plan.trial = {"mark": mark_of(plan), "against": {"version": plan_in_use().version}}
    plan.tried_at = timezone.now() + timedelta(minutes=1)
    plan.save()
    switch_on(staff, plan)
    assert match_now.run(MatchSide.VACANCY, vacancy.pk) == len(by_night) == 3
    assert scored() == by_night
    _, found = new(VacancyFactory, MatchSide.VACANCY)
    assert found == 3


def test_looking_further_away_keeps_those_who_want_exactly_this(monkeypatch, settings):
    monkeypatch.setattr(match_now, "MOST", 5)
    settings.MATCH_CAP_PER_HEADCOUNT = 5
    VacancyFactory(occupation=occupation("4-03-02"))
    match_all()
    exact, near, far = (
        [seeker_wanting(code) for _ in range(3)] for code in ("6-18-01-01", "6-18-01-02", "6-18-02")
    )
    vacancy = VacancyFactory(occupation=occupation("6-18-01-01"), headcount=1)
    match_now.run(MatchSide.VACANCY, vacancy.pk)
    assert {person for person, _ in pairs()} == {*(one.pk for one in exact), near[2].pk, near[1].pk}
    assert far


def seeker_wanting(code):
    """Somebody new with that wish."""
    seeker = JobSeekerFactory()
    seeker.intentions.update(occupation=occupation(code))
    return seeker


def test_what_is_of_no_trade_wanted_is_as_little_as_the_night_gives():
    for _ in range(6):
        VacancyFactory()
    match_all()
    cook = seeker_wanting("4-03-02")
    assert match_now.run(MatchSide.SEEKER, cook.pk) == 3
    match_all(TODAY() + timedelta(days=1))
    assert Recommendation.objects.current().filter(seeker=cook).count() == 3


def test_who_has_nothing_is_looked_for_only_while_there_is_room(monkeypatch):
    for _ in range(12):
        JobSeekerFactory()
    VacancyFactory(headcount=2)
    match_all()
    cook = seeker_wanting("4-03-02")
    scopes = []
    pairs_of = match_now._pairs
    monkeypatch.setattr(
        match_now, "_pairs", lambda *args: scopes.append(args[-1]) or pairs_of(*args)
    )
    full, found = new(VacancyFactory, MatchSide.VACANCY, headcount=1)
    assert found == 10 and scopes == [Scope.CANDIDATES]
    roomy, found = new(VacancyFactory, MatchSide.VACANCY, headcount=2)
    assert found == 13 and (cook.pk, roomy.pk) in pairs()


def test_whoever_loses_a_post_to_a_better_one_leaves_its_list_in_order():
    first = JobSeekerFactory(pay_expected=6000)
    posts = [VacancyFactory(pay_min=5000, pay_max=6100) for _ in range(10)]
    second = JobSeekerFactory(pay_expected=5000)
    match_all()
    assert {(person.pk, post.pk) for person in (first, second) for post in posts} == pairs()
    second.intentions.update(occupation=occupation("4-03-02"))
    new(VacancyFactory, MatchSide.VACANCY, pay_min=9000, pay_max=12000)
    ranks_are_whole()


def test_equals_are_in_the_order_of_their_ids():
    VacancyFactory()
    match_all()
    people = [JobSeekerFactory() for _ in range(5)]
    vacancy, found = new(VacancyFactory, MatchSide.VACANCY)
    assert found == 5
    listed = Recommendation.objects.current().filter(vacancy=vacancy).order_by("vacancy_rank")
    assert [row.seeker_id for row in listed] == [one.pk for one in people]


def test_what_is_recommended_by_day_counts_in_the_funnel():
    seeker = JobSeekerFactory()
    match_all()
    vacancy, _ = new(VacancyFactory, MatchSide.VACANCY)
    push = Push.objects.get()
    assert (push.seeker, push.vacancy, push.pushed_on) == (seeker, vacancy, TODAY())
    Push.objects.update(pushed_on=TODAY() - timedelta(days=3), read_at=timezone.now())
    other, _ = new(JobSeekerFactory, MatchSide.SEEKER)
    match_now.run(MatchSide.VACANCY, vacancy.pk)
    push.refresh_from_db()
    assert push.pushed_on == TODAY() - timedelta(days=3) and push.read_at
    assert Push.objects.exclude(pk=push.pk).get().seeker == other
