"""“不合适”: what a reason does the next night, taking it back, and what the wishes become."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobseekers.models import Dismissal, InstantMatch, Push, Recommendation
from jobseekers.services.matching import match_all
from jobseekers.services.recommending import dismiss, dismissed_by, recommendations_for, take_back
from jobseekers.services.suggestions import suggestions_for, take
from portal.refused import Refused
from tests.factories import (
    JobSeekerFactory,
    MembershipFactory,
    UserFactory,
    VacancyFactory,
    division,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def seeker():
    """Somebody who would work in two districts, for 6,000 yuan."""
    return JobSeekerFactory(
        accepted_regions=["320412", "320411"], updated_at=timezone.now() - timedelta(hours=1)
    )


def pairs(seeker):
    """The posts recommended to the seeker by the generation in use."""
    return set(
        Recommendation.objects.current().filter(seeker=seeker).values_list("vacancy", flat=True)
    )


def test_the_next_night_leaves_the_pair_out_until_it_is_taken_back(client, sign_in, seeker):
    keep, drop = VacancyFactory(title="留下的"), VacancyFactory(title="去掉的")
    match_all()
    assert pairs(seeker) == {keep.pk, drop.pk}
    sign_in(seeker.user)
    client.post(f"/seeker/dismiss/{drop.public_id}/", {"reason": "shift"})
    match_all(TODAY() + timedelta(days=1))
    assert pairs(seeker) == {keep.pk}
    text = client.get("/seeker/recommendations/").content.decode()
    assert "您说过不合适的（1）" in text and "班次不行" in text
    for _ in range(2):
        client.post(f"/seeker/dismiss/{drop.public_id}/undo/")
    assert not Dismissal.objects.exists()
    match_all(TODAY() + timedelta(days=2))
    assert pairs(seeker) == {keep.pk, drop.pk}
    assert [a.vacancy for a in recommendations_for(seeker)]


def test_taking_back_shows_the_post_again_at_once(seeker):
    drop = VacancyFactory()
    match_all()
    dismiss(seeker, drop, "other")
    assert recommendations_for(seeker) == [] and len(dismissed_by(seeker)) == 1
    take_back(seeker, drop)
    assert [a.vacancy for a in recommendations_for(seeker)] == [drop]


def test_pay_too_low_offers_the_smallest_raise_that_keeps_such_posts_away(client, sign_in, seeker):
    low, lower, good = (
        VacancyFactory(pay_max=8500), VacancyFactory(pay_min=5000, pay_max=7000),
        VacancyFactory(pay_max=9000),
    )  # fmt: skip
    dismiss(seeker, low, "pay_low")
    dismiss(seeker, lower, "pay_low")
    (one,) = suggestions_for(seeker)
    assert (one.kind, one.value) == ("pay", "7500") and "有 2 个够这个数" in one.text
    sign_in(seeker.user)
    text = client.get("/seeker/recommendations/").content.decode()
    assert "期望工资改成 7,500 元" in text
    client.post("/seeker/suggestions/", {"kind": "pay", "value": "99999"})
    seeker.refresh_from_db()
    assert seeker.pay_expected == 6000
    client.post("/seeker/suggestions/", {"kind": "pay", "value": "7500"})
    seeker.refresh_from_db()
    assert seeker.pay_expected == 7500 and suggestions_for(seeker) == []
    assert InstantMatch.objects.get(side="seeker").object_id == seeker.pk
    other = VacancyFactory(pay_min=5000, pay_max=7400)
    match_all()
    assert good.pk in pairs(seeker) and other.pk not in pairs(seeker)


def test_too_far_twice_offers_to_drop_the_district(seeker):
    far = division("320411")
    first, second, third = (VacancyFactory(region=far) for _ in range(3))
    near = VacancyFactory(region=division("320412"))
    dismiss(seeker, first, "too_far")
    assert suggestions_for(seeker) == []
    dismiss(seeker, second, "too_far")
    (one,) = suggestions_for(seeker)
    assert (one.kind, one.value) == ("district", "320411") and far.name in one.button
    with pytest.raises(Refused):
        take(seeker, "district", "320412")
    take(seeker, "district", "320411")
    seeker.refresh_from_db()
    assert seeker.accepted_regions == ["320412"]
    match_all()
    assert near.pk in pairs(seeker) and third.pk not in pairs(seeker)
    with pytest.raises(Refused):
        take(seeker, "district", "320411")


def test_the_last_district_is_not_taken_away_and_a_whole_city_is_asked_about():
    only = JobSeekerFactory(
        accepted_regions=["320412"], updated_at=timezone.now() - timedelta(hours=1)
    )
    city = JobSeekerFactory(accepted_regions=[], updated_at=timezone.now() - timedelta(hours=1))
    for person in (only, city):
        for _ in range(2):
            dismiss(person, VacancyFactory(), "too_far")
    assert suggestions_for(only) == []
    (one,) = suggestions_for(city)
    assert one.button == "" and one.field == "accepted_regions"


def test_the_wrong_work_leads_to_the_wishes_until_they_were_saved(client, sign_in, seeker):
    dismiss(seeker, VacancyFactory(), "wrong_work")
    sign_in(seeker.user)
    text = client.get("/seeker/recommendations/").content.decode()
    assert "/seeker/profile/#id_wish_1" in text
    seeker.updated_at = timezone.now()
    seeker.save()
    assert "#id_wish_1" not in client.get("/seeker/recommendations/").content.decode()


def test_only_the_person_opening_a_recommended_post_counts_as_read(client, sign_in, seeker):
    vacancy = VacancyFactory()
    push = Push.objects.create(seeker=seeker, vacancy=vacancy, pushed_on=TODAY())
    other = Push.objects.create(seeker=JobSeekerFactory(), vacancy=vacancy, pushed_on=TODAY())
    page = f"/jobs/{vacancy.public_id}/"
    client.get(page)
    for user in (UserFactory(city=True), MembershipFactory(enterprise=vacancy.enterprise).user):
        sign_in(user)
        client.get(page)
    sign_in(seeker.user)
    client.head(page)
    client.get(page, headers={"Sec-Purpose": "prefetch;prerender"})
    push.refresh_from_db()
    assert push.read_at is None
    client.get(page)
    push.refresh_from_db()
    first = push.read_at
    assert first is not None
    client.get(page)
    push.refresh_from_db()
    other.refresh_from_db()
    assert push.read_at == first and other.read_at is None
