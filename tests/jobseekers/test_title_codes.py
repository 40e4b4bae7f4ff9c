"""Doubtful titles counted by district, and coding anew what a correction is about."""

import pytest
from django.db.models import Count

from enterprises.models import Vacancy
from jobseekers.models import InstantMatch, JobIntention
from jobseekers.services.title_codes import (
    correct_title,
    found_with_title,
    recount_doubtful_titles,
)
from portal.outbox.models import Message
from portal.places.corrections import make_correction
from portal.places.models import DoubtfulTitle, OccupationCorrection
from portal.refused import Refused
from portal.runs.models import JobRun
from tests.factories import (
    EnterpriseFactory,
    JobSeekerFactory,
    MembershipFactory,
    UserFactory,
    VacancyFactory,
    division,
    occupation,
)

FITTER, LATHE, SALES = "6-20-01", "6-18-01", "4-01-02"
REASON = "企业说招的是学徒钳工"


@pytest.fixture
def city(db):
    """City staff; the classes exist."""
    occupation(FITTER, "通用基础件装配制造人员")
    return UserFactory(city=True)


def wish(title, code=None, region="320412", **seeker):
    """One wish of a new seeker."""
    seeker = JobSeekerFactory(region=division(region), **seeker)
    intention = seeker.intentions.get()
    intention.title, intention.occupation = title, code and occupation(code)
    intention.save()
    return intention


def post(title, code=LATHE, **facts):
    """A live vacancy."""
    return VacancyFactory(title=title, occupation=occupation(code), **facts)


def doubts():
    """(key, district, doubt, vacancies, wishes) of every row."""
    return set(
        DoubtfulTitle.objects.values_list("key", "region_id", "doubt", "vacancies", "wishes")
    )


def test_titles_without_a_sure_code_are_counted_by_district(city):
    xinbei = EnterpriseFactory(region=division("320411"))
    post("百匠新人（急聘）")
    post("百匠新人")
    post("百匠新人", enterprise=xinbei, region=division("320411100"))
    post("百匠新人", draft=True)
    wish("百匠新人5k")
    wish("百匠新人", status="not_looking")
    wish("会计")
    assert recount_doubtful_titles() == 2
    assert doubts() == {
        ("百匠新人", "320412", "uncoded", 2, 1),
        ("百匠新人", "320411", "uncoded", 1, 0),
    }
    assert DoubtfulTitle.objects.get(region_id="320412").chosen == {LATHE: 2}
    assert JobRun.objects.get(kind="titles").counts == {"titles": 2}


def test_what_enterprises_choose_otherwise_is_a_signal_and_not_learned(city):
    post("会计", code=SALES)
    post("会计", code=SALES)
    post("出纳", code=SALES)
    post("数控车床操作工", code=LATHE)
    recount_doubtful_titles()
    assert doubts() == {("会计", "320412", "otherwise", 2, 0)}
    assert DoubtfulTitle.objects.get().chosen == {SALES: 2}
    assert not OccupationCorrection.objects.exists()


def test_counted_again_the_former_list_goes(city):
    one = post("百匠新人")
    recount_doubtful_titles()
    Vacancy.objects.filter(pk=one.pk).update(title="会计", occupation=occupation("2-06-03"))
    assert recount_doubtful_titles() == 0
    assert doubts() == set()


def test_what_has_the_title_is_shown_by_present_class_before_anything_is_done(city):
    post("百匠新人")
    post("【急聘】百匠 新人")
    post("百匠新人", code=SALES)
    post("百匠新人", code=FITTER)
    post("百匠新人", code="6-20-01-01")
    post("百匠老人")
    post("百匠新人", draft=True)
    wish("百匠新人")
    found = found_with_title(city, "百匠新人", FITTER)
    assert [(row.code, row.vacancies, row.wishes) for row in found] == [
        (LATHE, 2, 0),
        ("", 0, 1),
        (SALES, 1, 0),
    ]


def test_corrected_with_what_stands_under_the_chosen_classes(city):
    member = MembershipFactory()
    first = post("百匠新人", enterprise=member.enterprise)
    second = post("百匠 新人（双休）", enterprise=member.enterprise)
    kept = post("百匠新人", code=SALES)
    draft = VacancyFactory(title="百匠新人", occupation=occupation(LATHE), draft=True)
    wished = wish("百匠新人")
    recount_doubtful_titles()

    made = correct_title(city, title="百匠新人", code=FITTER, reason=REASON, recode=[LATHE, ""])

    assert made.recoded == {"vacancies": {LATHE: 2}, "wishes": {"": 1}}
    assert {Vacancy.objects.get(pk=one.pk).occupation_id for one in (first, second)} == {FITTER}
    assert Vacancy.objects.get(pk=kept.pk).occupation_id == SALES
    assert Vacancy.objects.get(pk=draft.pk).occupation_id == LATHE
    assert JobIntention.objects.get(pk=wished.pk).occupation_id == FITTER
    assert not DoubtfulTitle.objects.filter(key="百匠新人").exists()
    event = first.events.order_by("pgh_id").last()
    assert event.occupation_id == FITTER
    assert event.pgh_context.metadata["correction"] == made.public_id
    message = Message.objects.get(recipient=member.user)
    assert "通用基础件装配制造人员" in message.subject
    assert "2 个岗位" in message.body and REASON in message.body
    words = Vacancy.objects.values_list("search_vector", flat=True).get(pk=first.pk)
    assert "装配" in words
    assert set(InstantMatch.objects.values_list("side", "object_id")) == {
        ("vacancy", first.pk), ("vacancy", second.pk), ("seeker", wished.seeker_id),
    }  # fmt: skip


def test_nothing_chosen_changes_nothing_but_what_comes(city):
    one = post("百匠新人")
    made = correct_title(city, title="百匠新人", code=FITTER, reason=REASON)
    assert made.recoded == {"vacancies": {}, "wishes": {}}
    one.refresh_from_db()
    assert one.occupation_id == LATHE


def test_refused_it_leaves_everything_as_it_was(city):
    one = post("百匠新人")
    make_correction(city, title="百匠新人", code=FITTER, reason=REASON)
    with pytest.raises(Refused, match="没有再记一次"):
        correct_title(city, title="百匠新人", code=FITTER, reason=REASON, recode=[LATHE])
    with pytest.raises(Refused, match="市级"):
        correct_title(
            UserFactory(district=True), title="百匠新人", code=SALES, reason=REASON, recode=[LATHE]
        )
    one.refresh_from_db()
    assert one.occupation_id == LATHE
    assert OccupationCorrection.objects.count() == 1


def test_another_citys_are_not_touched(city):
    elsewhere = EnterpriseFactory(region=division("210702"))
    post("百匠新人", enterprise=elsewhere, region=division("210702"))
    wish("百匠新人", region="210702")
    made = correct_title(city, title="百匠新人", code=FITTER, reason=REASON, recode=[LATHE, ""])
    assert made.recoded == {"vacancies": {}, "wishes": {}}


def test_recoding_many_takes_queries_by_the_thousand_and_not_by_the_row(
    city, django_assert_max_num_queries
):
    enterprise = EnterpriseFactory()
    for _ in range(12):
        post("百匠新人", enterprise=enterprise)
    with django_assert_max_num_queries(26):
        correct_title(city, title="百匠新人", code=FITTER, reason=REASON, recode=[LATHE])
    assert Vacancy.objects.values("occupation").annotate(n=Count("pk")).get()["n"] == 12
