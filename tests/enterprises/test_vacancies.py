"""Vacancies from the enterprise's side (A4): every transition and every refusal."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from enterprises.enums import CloseOutcome, LicenceState, VacancyShown, VacancyState
from enterprises.models import Vacancy
from enterprises.services.vacancies import (
    adopt_fix,
    close_vacancy,
    copy_vacancy,
    extend_vacancy,
    save_draft,
    submit_vacancy,
    withdraw_vacancy,
)
from subsidies.models import LocalParameter
from tests.factories import (
    MembershipFactory,
    ShortageFactory,
    UserFactory,
    VacancyFactory,
    division,
)

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate()


@pytest.fixture
def draft(enterprise):
    """A complete lawful draft."""
    return VacancyFactory(draft=True, enterprise=enterprise, duties="操作数控车床，加工轴类零件。")


@pytest.fixture
def live(enterprise):
    """A published vacancy."""
    return VacancyFactory(enterprise=enterprise, duties="操作数控车床。")


@pytest.fixture
def minimum_wage(db):
    """2,020 yuan in the city."""
    return LocalParameter.objects.create(
        region=division("3204"),
        name="minimum_wage_monthly_fen",
        value="202000",
        valid_from=today() - timedelta(days=100),
        document="苏人社发〔2018〕180号",
        author=UserFactory(city=True),
        approver=UserFactory(city=True),
    )


# ---- drafts ------------------------------------------------------------------------------------


def test_an_empty_draft_is_saved(enterprise, member):
    vacancy = save_draft(enterprise, member, {})
    vacancy.refresh_from_db()
    assert vacancy.state == VacancyState.DRAFT
    assert vacancy.region == enterprise.region
    assert str(vacancy) == "还没有起名的岗位"


def test_saving_again_keeps_what_is_not_given(enterprise, member, draft):
    save_draft(enterprise, member, {"headcount": 9}, draft)
    draft.refresh_from_db()
    assert draft.headcount == 9
    assert draft.pay_min == 6500


def test_a_draft_names_only_its_own_shortage(enterprise, member):
    foreign = ShortageFactory()
    with pytest.raises(ValidationError, match="本企业"):
        save_draft(enterprise, member, {"shortage": foreign})
    own = ShortageFactory(enterprise=enterprise)
    assert save_draft(enterprise, member, {"shortage": own}).shortage == own


def test_what_is_in_review_or_published_is_not_edited(enterprise, member, live):
    waiting = VacancyFactory(in_review=True, enterprise=enterprise)
    for vacancy in (live, waiting):
        with pytest.raises(ValidationError, match="不能这样办"):
            save_draft(enterprise, member, {"title": "改名"}, vacancy)


# ---- sending in --------------------------------------------------------------------------------


def test_a_lawful_complete_draft_goes_to_review(draft, member):
    submit_vacancy(draft, member)
    draft.refresh_from_db()
    assert draft.state == VacancyState.IN_REVIEW
    assert draft.submitted_at is not None


def test_what_is_missing_is_named_field_by_field(enterprise, member):
    vacancy = save_draft(enterprise, member, {"title": "包装工"})
    with pytest.raises(ValidationError) as refused:
        submit_vacancy(vacancy, member)
    assert set(refused.value.message_dict) == {
        "occupation",
        "headcount",
        "pay_min",
        "pay_max",
        "duties",
    }


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {
                "licence_state": LicenceState.PENDING,
                "licence_checked_at": None,
                "licence_checked_by": None,
            },
            "还没有上传营业执照",
        ),
        ({"licence_state": LicenceState.REFUSED, "licence_reason": "看不清。"}, "看不清。"),
        ({"licence_recheck_on": timezone.localdate()}, "复查"),
    ],
)
def test_without_a_licence_in_force_nothing_is_sent(draft, enterprise, member, changes, says):
    for name, value in changes.items():
        setattr(enterprise, name, value)
    enterprise.save()
    with pytest.raises(ValidationError, match=says):
        submit_vacancy(draft, member)
    draft.refresh_from_db()
    assert draft.state == VacancyState.DRAFT


def test_unlawful_words_are_not_sent(enterprise, member, draft):
    save_draft(enterprise, member, {"requirements": "只招女工，身体健康。"}, draft)
    with pytest.raises(ValidationError) as refused:
        submit_vacancy(draft, member)
    assert refused.value.code == "findings"
    assert "1 处必须修改" in refused.value.messages[0]


def test_an_appeal_sends_it_to_a_person_with_the_reason(enterprise, member, draft):
    save_draft(enterprise, member, {"requirements": "只招女工，身体健康。"}, draft)
    submit_vacancy(draft, member, appeal="女子监护岗，依法需要。")
    draft.refresh_from_db()
    assert draft.state == VacancyState.IN_REVIEW
    assert draft.appeal_reason == "女子监护岗，依法需要。"


def test_an_appeal_without_findings_is_not_kept(member, draft):
    submit_vacancy(draft, member, appeal="不知道为什么。")
    draft.refresh_from_db()
    assert draft.appeal_reason == ""


def test_pay_below_the_minimum_wage_is_not_sent(enterprise, member, draft, minimum_wage):
    save_draft(enterprise, member, {"pay_min": 2019, "pay_max": 2500}, draft)
    with pytest.raises(ValidationError, match="1 处必须修改"):
        submit_vacancy(draft, member)
    save_draft(enterprise, member, {"pay_min": 2020}, draft)
    submit_vacancy(draft, member)


def test_without_a_local_figure_nothing_is_said_of_pay(enterprise, member, draft):
    save_draft(enterprise, member, {"pay_min": 100, "pay_max": 200}, draft)
    submit_vacancy(draft, member)
    draft.refresh_from_db()
    assert (draft.state, draft.pay_min) == (VacancyState.IN_REVIEW, 100)


def test_withdrawn_it_is_a_draft_again(draft, member):
    submit_vacancy(draft, member)
    withdraw_vacancy(draft, member)
    draft.refresh_from_db()
    assert (draft.state, draft.submitted_at) == (VacancyState.DRAFT, None)
    with pytest.raises(ValidationError):
        withdraw_vacancy(draft, member)


def test_former_and_foreign_members_send_nothing(draft, enterprise):
    former = MembershipFactory(enterprise=enterprise, ended_at=timezone.now()).user
    for user in (former, MembershipFactory().user):
        with pytest.raises(PermissionDenied):
            submit_vacancy(draft, user)


# ---- mending -----------------------------------------------------------------------------------


def fixes(vacancy):
    from enterprises.advertisement import check_vacancy

    return [one.fix for one in check_vacancy(vacancy).numbered]


def test_adopting_takes_the_words_out_and_keeps_the_rest(enterprise, member, draft):
    save_draft(enterprise, member, {"requirements": "只招女工，身体健康，能吃苦。"}, draft)
    draft.refresh_from_db()
    adopt_fix(draft, member, fixes(draft)[0])
    draft.refresh_from_db()
    assert draft.requirements == "身体健康，能吃苦。"


def test_a_fix_of_a_text_that_changed_meanwhile_changes_nothing(enterprise, member, draft):
    save_draft(enterprise, member, {"requirements": "只招女工，身体健康。"}, draft)
    draft.refresh_from_db()
    fix = fixes(draft)[0]
    save_draft(enterprise, member, {"requirements": "身体健康。只招女工。"}, draft)
    with pytest.raises(ValidationError, match="已经改过"):
        adopt_fix(draft, member, fix)
    draft.refresh_from_db()
    assert draft.requirements == "身体健康。只招女工。"


def test_a_fix_in_a_list_keeps_the_list(enterprise, member, draft):
    save_draft(enterprise, member, {"skills": ["数控", "只招女工", "看图纸"]}, draft)
    draft.refresh_from_db()
    adopt_fix(draft, member, fixes(draft)[0])
    draft.refresh_from_db()
    assert draft.skills == ["数控", "看图纸"]


# ---- running -----------------------------------------------------------------------------------


def test_live_pending_and_expired_are_scopes_over_dates(enterprise):
    day = today()
    expected = {}
    for shown, starts, ends in [
        (VacancyShown.LIVE, 0, 1),
        (VacancyShown.LIVE, -5, 1),
        (VacancyShown.PENDING, 1, 5),
        (VacancyShown.EXPIRED, -5, 0),
    ]:
        vacancy = VacancyFactory(
            enterprise=enterprise,
            starts_on=day + timedelta(days=starts),
            expires_on=day + timedelta(days=ends),
        )
        expected.setdefault(shown, set()).add(vacancy)
        assert vacancy.shown == shown
    assert set(Vacancy.objects.live()) == expected[VacancyShown.LIVE]
    assert set(Vacancy.objects.pending()) == expected[VacancyShown.PENDING]
    assert set(Vacancy.objects.expired()) == expected[VacancyShown.EXPIRED]


def test_extending_counts_from_the_end(live, member):
    ends = live.expires_on
    extend_vacancy(live, member, days=15)
    live.refresh_from_db()
    assert live.expires_on == ends + timedelta(days=15)


def test_an_expired_one_is_extended_from_today_and_shows_again(enterprise, member):
    vacancy = VacancyFactory(
        enterprise=enterprise,
        duties="装配",
        starts_on=today() - timedelta(days=40),
        expires_on=today() - timedelta(days=3),
    )
    extend_vacancy(vacancy, member, days=7)
    vacancy.refresh_from_db()
    assert vacancy.expires_on == today() + timedelta(days=7)
    assert vacancy.is_live


def test_it_never_runs_more_than_ninety_days_ahead(live, member):
    with pytest.raises(ValidationError, match="第 90 天"):
        extend_vacancy(live, member, days=61)
    extend_vacancy(live, member, days=60)
    for days in (0, 91):
        with pytest.raises(ValidationError, match="1 到 90 天"):
            extend_vacancy(live, member, days=days)


def test_the_law_of_today_counts_when_extending(live, member, minimum_wage):
    live.pay_min = 1900
    live.save()
    with pytest.raises(ValidationError, match="低于当地月最低工资标准"):
        extend_vacancy(live, member, days=7)


def test_words_staff_let_pass_do_not_stop_an_extension(live, member):
    live.requirements = "只招女工"
    live.save()
    with pytest.raises(ValidationError, match="还不能延长"):
        extend_vacancy(live, member, days=7)
    from enterprises.advertisement import check_vacancy

    live.approved_review.findings = check_vacancy(live).snapshot({1: "女子监护岗"})
    live.approved_review.save()
    extend_vacancy(live, member, days=7)


def test_only_a_published_one_is_extended(draft, member):
    with pytest.raises(ValidationError, match="不能这样办"):
        extend_vacancy(draft, member, days=7)


def test_a_copy_is_a_draft_with_the_same_facts_and_no_history(live, member):
    copy = copy_vacancy(live, member)
    assert copy.pk != live.pk
    assert copy.state == VacancyState.DRAFT
    assert (copy.title, copy.pay_max, copy.duties) == (live.title, live.pay_max, live.duties)
    assert copy.approved_review is None
    assert copy.published_at is None


def test_closing_records_the_outcome_and_leaves_the_search(live, member, inbox):
    colleague = MembershipFactory(enterprise=live.enterprise).user
    close_vacancy(live, member, outcome="filled", filled=3)
    live.refresh_from_db()
    assert (live.state, live.close_outcome, live.filled) == (
        VacancyState.CLOSED,
        CloseOutcome.FILLED,
        3,
    )
    assert not Vacancy.objects.live().exists()
    assert inbox(colleague) == [f"岗位已结束：{live.title}"]
    with pytest.raises(ValidationError, match="不能这样办"):
        close_vacancy(live, member, outcome="filled", filled=3)


@pytest.mark.parametrize(
    ("outcome", "filled", "says"),
    [
        ("filled", 2, "要招 3 人"),
        ("partly", 0, "1 到 2"),
        ("partly", 3, "1 到 2"),
        ("cancelled", 1, "有人到岗"),
        ("filled", -1, "0 到 9,999"),
    ],
)
def test_the_number_found_has_to_fit_the_outcome(live, member, outcome, filled, says):
    with pytest.raises(ValidationError, match=says):
        close_vacancy(live, member, outcome=outcome, filled=filled)


def test_a_draft_is_only_given_up(draft, member):
    with pytest.raises(ValidationError, match="不招了"):
        close_vacancy(draft, member, outcome="filled", filled=3)
    close_vacancy(draft, member, outcome="cancelled")


def test_staff_close_what_a_vanished_firm_left_the_neighbour_does_not(live, officer, neighbour):
    with pytest.raises(PermissionDenied):
        close_vacancy(live, neighbour, outcome="cancelled")
    close_vacancy(live, officer, outcome="cancelled")
