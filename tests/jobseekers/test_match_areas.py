"""Supply and demand of a night by district and class, the ranking made from it, the funnel."""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.utils import timezone

from jobseekers.enums import SeekerStatus
from jobseekers.models import JobIntention, JobSeeker, MatchArea, MatchGeneration, Push
from jobseekers.services.funnel import KEPT_DAYS, Steps, funnel, record_pushes
from jobseekers.services.match_areas import record_areas
from jobseekers.services.matching import match_all
from jobseekers.services.shortage_ranking import (
    LEAST_OPENINGS,
    SMOOTHING,
    Pay,
    course,
    shortage_ranking,
)
from portal.runs.models import JobRun, RunState
from tests.factories import (
    ApplicationFactory,
    EnterpriseFactory,
    JobSeekerFactory,
    UserFactory,
    VacancyFactory,
    division,
    occupation,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
FIGURES = (
    "vacancies", "openings", "vacancies_covered", "vacancies_full", "openings_unfilled",
    "seekers", "seekers_covered", "edges",
)  # fmt: skip


def area(region, code):
    """The counts of one row of the newest night, in the order of FIGURES."""
    return MatchArea.objects.filter(region=region, occupation=code).values_list(*FIGURES).get()


def night(days_ago=0, **areas):
    """A kept night; areas: class (with _ for -) → (openings, seekers) in 武进区."""
    moment = timezone.now() - timedelta(days=days_ago)
    run = JobRun.objects.create(kind="match", key=f"match:{days_ago}", state=RunState.DONE)
    made = MatchGeneration.objects.create(
        run=run, state="retired", weights_version="1", cap_per_headcount=10, per_seeker=10,
        created_at=moment,
    )  # fmt: skip
    for code, (openings, seekers) in areas.items():
        MatchArea.objects.create(
            generation=made, region=division("320412"), occupation=code.strip("_").replace("_", "-"),
            openings=openings, seekers=seekers,
        )  # fmt: skip
    return made


def test_a_night_is_counted_by_district_and_class():
    other = division("320411")
    VacancyFactory(headcount=1, title="一人")
    VacancyFactory(headcount=4, education=6)
    VacancyFactory(
        headcount=2, occupation=occupation("4-02-01"), enterprise=EnterpriseFactory(region=other)
    )
    VacancyFactory(draft=True)
    VacancyFactory(expires_on=TODAY(), starts_on=TODAY() - timedelta(days=3))
    people = JobSeeker.objects.filter(
        pk__in=[JobSeekerFactory(education=1, skills=[]).pk for _ in range(11)]
    )
    far = JobSeekerFactory(region=other, accepted_regions=["3205"])
    far.intentions.all().delete()
    JobSeekerFactory(status=SeekerStatus.NOT_LOOKING)
    JobSeekerFactory(birth_year=TODAY().year - 15)
    generation = match_all()
    record_areas(generation)
    assert area("320412", "6-18") == (2, 5, 1, 1, 4, people.count(), 11, 10)
    assert area("320411", "4-02") == (1, 2, 1, 0, 0, 0, 0, 1)
    assert area("320411", "") == (0, 0, 0, 0, 0, 1, 0, 0)
    assert MatchArea.objects.count() == 3
    assert sum(MatchArea.objects.values_list("seekers", flat=True)) == 12
    record_areas(generation)
    assert MatchArea.objects.count() == 3


def test_a_night_is_written_by_one_statement(django_assert_num_queries):
    VacancyFactory()
    JobSeekerFactory()
    generation = match_all()
    with django_assert_num_queries(4):  # in a transaction, and what is replaced goes first
        record_areas(generation)


def test_staff_see_the_areas_of_their_region():
    night(_6_18=(30, 10))
    own, other = UserFactory(district=True), UserFactory(district=True, region=division("320411"))
    seen = MatchArea.objects.visible_to
    assert (seen(own).count(), seen(other).count()) == (1, 0)
    assert seen(UserFactory(city=True)).count() == 1
    assert seen(UserFactory(administrator=True)).count() == 1
    assert seen(JobSeekerFactory().user).count() == 0


# ---- ranking -----------------------------------------------------------------------------------


def test_the_ranking_is_by_the_smoothed_ratio_and_needs_openings():
    for code in ("6-18", "6-20", "4-02", "4-06"):
        occupation(code)
    night(
        _6_18=(400, 100), _6_20=(40, 2), _4_02=(LEAST_OPENINGS - 1, 0), _4_06=(60, 120), _=(9, 80)
    )
    found = shortage_ranking("3204")
    usual = Fraction(518, 302)
    assert [row.code for row in found.rows] == ["6-18", "6-20", "4-06"]
    assert found.rows[0].smoothed == (400 + SMOOTHING * usual) / (100 + SMOOTHING)
    assert [row.ratio for row in found.rows] == [4, 20, Fraction(1, 2)]
    assert (found.openings, found.seekers, found.ratio) == (518, 302, usual)
    assert found.earlier is None and found.rows[0].climbed is None
    assert shortage_ranking("320411").rows == []


def test_a_class_nobody_wishes_for_has_a_rank_and_no_ratio():
    night(_6_18=(50, 0), _6_20=(50, 50))
    first = shortage_ranking("3204").rows[0]
    assert (first.code, first.ratio, first.rank) == ("6-18", None, 1)


def test_before_the_first_night_there_is_none():
    assert shortage_ranking("3204") is None and course(["6-18"], "3204") == []


def test_ranks_and_ratios_over_time():
    night(7, _6_18=(50, 100), _6_20=(100, 100))
    night(0, _6_18=(300, 100), _6_20=(100, 100))
    found = shortage_ranking("3204")
    assert [(row.code, row.before, row.climbed) for row in found.rows] == [
        ("6-18", 2, 1), ("6-20", 1, -1),
    ]  # fmt: skip
    days = course(["6-18", "4-02"], "3204")
    assert [day for day, _ in days] == [TODAY() - timedelta(days=7), TODAY()]
    assert [ratios["6-18"] for _, ratios in days] == [Fraction(1, 2), 3]
    assert days[0][1]["4-02"] is None


def test_pay_offered_and_expected():
    night(_6_18=(50, 10))
    for low, high in ((4000, 5000), (6000, 7000), (8000, 9000), (0, 0)):
        VacancyFactory(pay_min=low, pay_max=high)
    VacancyFactory(pay_min=1, pay_max=1, enterprise=EnterpriseFactory(region=division("210702")))
    for expected in (5000, 5500, 9000):
        JobSeekerFactory(pay_expected=expected)
    JobSeekerFactory(pay_expected=None)
    pay = shortage_ranking("3204").rows[0].pay
    assert pay == Pay(4500, 6500, 8500, 5500) and pay.gap == 1000


# ---- funnel ------------------------------------------------------------------------------------


def pushed(days_ago=0, **fields):
    """A push so many days ago."""
    return Push.objects.create(
        seeker=fields.pop("seeker", None) or JobSeekerFactory(),
        vacancy=fields.pop("vacancy", None) or VacancyFactory(),
        pushed_on=TODAY() - timedelta(days=days_ago),
        **fields,
    )


def test_the_night_pushes_each_pair_once_and_keeps_what_was_read():
    vacancy, seeker = VacancyFactory(), JobSeekerFactory()
    old = pushed(30, seeker=seeker, vacancy=vacancy, read_at=timezone.now())
    other = JobSeekerFactory()
    generation = match_all()
    record_pushes(generation)
    record_pushes(generation)
    assert set(Push.objects.values_list("seeker", "pushed_on")) == {
        (seeker.pk, TODAY() - timedelta(days=30)), (other.pk, TODAY()),
    }  # fmt: skip
    old.refresh_from_db()
    assert old.read_at is not None


def test_old_pushes_are_forgotten_unless_recommended_still():
    vacancy, seeker = VacancyFactory(), JobSeekerFactory()
    still = pushed(KEPT_DAYS + 1, seeker=seeker, vacancy=vacancy)
    gone_seeker = JobSeekerFactory(status=SeekerStatus.NOT_LOOKING)
    pushed(KEPT_DAYS + 1, seeker=gone_seeker, vacancy=vacancy)
    edge = pushed(KEPT_DAYS, seeker=gone_seeker)
    record_pushes(match_all())
    assert set(Push.objects.filter(pushed_on__lt=TODAY())) == {still, edge}


def test_the_funnel_counts_what_came_after_the_push():
    now = timezone.now()
    pushed(40)
    pushed(5)
    pushed(5, read_at=now)
    applied, hired, before = pushed(5), pushed(5, read_at=now), pushed(5)
    ApplicationFactory(seeker=applied.seeker, vacancy=applied.vacancy)
    ApplicationFactory(seeker=hired.seeker, vacancy=hired.vacancy, state="hired", hired_at=now)
    ApplicationFactory(
        seeker=before.seeker, vacancy=before.vacancy, applied_at=now - timedelta(days=9)
    )
    far = pushed(5, seeker=JobSeekerFactory(region=division("320411")))
    JobIntention.objects.filter(seeker=far.seeker).delete()
    found = funnel(TODAY() - timedelta(days=30), TODAY(), "3204")
    assert found.whole == Steps(6, 3, 2, 1)
    assert found.districts == {"320412": Steps(5, 3, 2, 1), "320411": Steps(1, 0, 0, 0)}
    assert found.occupations == {"6-18": Steps(6, 3, 2, 1)}
    assert found.whole.through_share == Fraction(1, 6)
    assert found.whole.applied_share == Fraction(2, 3)
    assert funnel(TODAY() - timedelta(days=60), TODAY(), "320412").whole.pushed == 6
    assert (
        funnel(TODAY() - timedelta(days=5), TODAY() - timedelta(days=5), "3204").whole.pushed == 6
    )
    assert funnel(TODAY(), TODAY(), "3204").whole == Steps()
    assert funnel(TODAY() - timedelta(days=9), TODAY(), "3204", occupation="4-02").whole == Steps()
    assert Steps().read_share is None


def test_pushes_are_seen_by_the_person_and_the_regions_staff():
    push = pushed()
    seen = Push.objects.visible_to
    assert push in seen(push.seeker.user) and push in seen(UserFactory(district=True))
    assert not seen(UserFactory(district=True, region=division("320411"))).exists()
    assert not seen(UserFactory(member=True)).exists()
