"""Review of vacancies by staff (A4, A5)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from enterprises.advertisement import check_vacancy, minimum_wage
from enterprises.enums import LicenceState, ReviewResult, VacancyState
from enterprises.services.reviews import approve_vacancy, return_vacancy
from enterprises.services.vacancies import save_draft, submit_vacancy, withdraw_vacancy
from subsidies.models import LocalParameter
from tests.factories import UserFactory, VacancyFactory, division

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate()


@pytest.fixture
def waiting(enterprise, member):
    """A lawful vacancy in review."""
    vacancy = VacancyFactory(draft=True, enterprise=enterprise, duties="操作数控车床。")
    return submit_vacancy(vacancy, member)


@pytest.fixture
def appealed(enterprise, member):
    """One that goes to a person over the lint's finding."""
    vacancy = VacancyFactory(
        draft=True, enterprise=enterprise, duties="看护。", requirements="只招女工。"
    )
    return submit_vacancy(vacancy, member, appeal="女子监护岗。")


def approve(vacancy, by, **changes):
    values = {"seen": vacancy.submitted_at, "starts_on": today(), "days": 30, **changes}
    return approve_vacancy(vacancy, by, **values)


def wage(region, value, days_ago=10, until=None):
    return LocalParameter.objects.create(
        region=division(region),
        name="minimum_wage_monthly_fen",
        value=value,
        valid_from=today() - timedelta(days=days_ago),
        valid_until=until,
        document="测发〔2026〕1号",
        author=UserFactory(city=True),
        approver=UserFactory(city=True),
    )


def test_approval_publishes_with_dates_and_tells_the_enterprise(waiting, officer, member, inbox):
    review = approve(waiting, officer)
    waiting.refresh_from_db()
    assert waiting.state == VacancyState.PUBLISHED
    assert waiting.approved_review == review
    assert (waiting.starts_on, waiting.expires_on) == (today(), today() + timedelta(days=30))
    assert waiting.is_live
    assert waiting.search_vector
    assert inbox(member) == [f"岗位已发布：{waiting.title}"]


def test_returning_needs_reasons_and_tells_them(waiting, officer, member, inbox):
    with pytest.raises(ValidationError, match="写明理由"):
        return_vacancy(waiting, officer, seen=waiting.submitted_at, reasons=" \n")
    review = return_vacancy(waiting, officer, seen=waiting.submitted_at, reasons="请写具体工资。")
    waiting.refresh_from_db()
    assert waiting.state == VacancyState.RETURNED
    assert review.result == ReviewResult.RETURNED
    assert inbox(member) == [f"岗位退回修改：{waiting.title}"]


def test_a_returned_one_is_mended_and_comes_back(waiting, officer, member, enterprise):
    return_vacancy(waiting, officer, seen=waiting.submitted_at, reasons="请写具体工资。")
    save_draft(enterprise, member, {"pay_min": 7000}, waiting)
    again = submit_vacancy(waiting, member)
    approve(again, officer)
    assert [r.result for r in waiting.reviews.all()] == ["approved", "returned"]


def test_the_second_reviewer_is_told_who_decided(waiting, officer, colleague):
    approve(waiting, officer)
    with pytest.raises(ValidationError) as refused:
        return_vacancy(waiting, colleague, seen=waiting.submitted_at, reasons="不行")
    assert refused.value.code == "taken"
    assert "吴审核 已经在" in refused.value.messages[0]
    assert "没有记下" in refused.value.messages[0]
    assert waiting.reviews.count() == 1


def test_a_text_changed_since_it_was_read_is_not_published(waiting, officer, member, enterprise):
    read = waiting.submitted_at
    withdraw_vacancy(waiting, member)
    with pytest.raises(ValidationError, match="企业已经撤回"):
        approve(waiting, officer, seen=read)
    save_draft(enterprise, member, {"duties": "别的活。"}, waiting)
    submit_vacancy(waiting, member)
    with pytest.raises(ValidationError, match="企业刚刚改过"):
        approve(waiting, officer, seen=read)


def test_a_finding_that_must_change_is_not_published(appealed, officer):
    with pytest.raises(ValidationError, match="只招女工"):
        approve(appealed, officer)
    appealed.refresh_from_db()
    assert appealed.state == VacancyState.IN_REVIEW
    assert not appealed.reviews.exists()


def test_unless_staff_record_why_it_is_a_false_alarm(appealed, officer):
    review = approve(appealed, officer, overruled={1: "女子监护岗，依法需要。"})
    assert review.findings[0]["quoted"] == "只招女工"
    assert review.findings[0]["overruled"] == "女子监护岗，依法需要。"
    appealed.refresh_from_db()
    assert appealed.state == VacancyState.PUBLISHED


def test_a_blank_is_no_reason(appealed, officer):
    with pytest.raises(ValidationError, match="为什么是误报"):
        approve(appealed, officer, overruled={1: "  "})


def test_pay_below_the_minimum_wage_is_never_a_false_alarm(enterprise, member, officer):
    wage("3204", "202000")
    vacancy = VacancyFactory(
        draft=True, enterprise=enterprise, duties="包装。", pay_min=1800, pay_max=6000
    )
    submit_vacancy(vacancy, member, appeal="试用期。")
    vacancy.refresh_from_db()
    with pytest.raises(ValidationError, match="不会误报"):
        approve(vacancy, officer, overruled={1: "试用期"})


def test_a_licence_that_ended_meanwhile_stops_the_approval(waiting, enterprise, officer):
    enterprise.licence_state = LicenceState.REFUSED
    enterprise.licence_reason = "已注销。"
    enterprise.save()
    with pytest.raises(ValidationError, match="不能发布岗位"):
        approve(waiting, officer)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"days": 0}, "1 到 90"),
        ({"days": 91}, "1 到 90"),
        ({"starts": -1}, "不能早于今天"),
        ({"starts": 91}, "最晚"),
    ],
)
def test_dates_out_of_range_are_refused(waiting, officer, change, says):
    start = today() + timedelta(days=change.get("starts", 0))
    with pytest.raises(ValidationError, match=says):
        approve(waiting, officer, starts_on=start, days=change.get("days", 30))


def test_a_later_start_is_pending_until_then(waiting, officer):
    approve(waiting, officer, starts_on=today() + timedelta(days=3))
    waiting.refresh_from_db()
    assert waiting.shown.label == "未到发布日"


def test_only_officers_of_the_region_review(waiting, neighbour, member):
    for user in (
        neighbour,
        member,
        UserFactory(commissioner_role=True),
        UserFactory(auditor=True),
        UserFactory(administrator=True),
    ):
        with pytest.raises(PermissionDenied):
            approve(waiting, user)
    approve(waiting, UserFactory(city=True))


# ---- what the lint is given --------------------------------------------------------------------


def test_the_closest_minimum_wage_in_force_counts(db):
    assert minimum_wage("320412100") is None
    city = wage("3204", "202000")
    district = wage("320412", "210000")
    wage("320412", "100", days_ago=400, until=district.valid_from)
    assert minimum_wage("320412100") == district
    assert minimum_wage("320411") == city
    assert minimum_wage("2107") is None


def test_findings_are_numbered_in_the_order_of_the_form_and_cut_at_the_words(enterprise):
    wage("3204", "202000")
    vacancy = VacancyFactory(
        draft=True,
        enterprise=enterprise,
        title="男鞋针车工",
        pay_min=1800,
        duties="负责男鞋鞋面针车。",
        requirements="只招女工，能吃苦。湖北籍勿扰。",
    )
    check = check_vacancy(vacancy)
    assert [(one.number, one.finding.field) for one in check.numbered] == [
        (1, "pay_min"),
        (2, "requirements"),
        (3, "requirements"),
    ]
    assert "测发〔2026〕1号" in check.numbered[0].finding.legal_ground
    pieces = [(piece.text, piece.number) for piece in check.pieces("requirements")]
    assert pieces[0] == ("只招女工", 2)
    assert "".join(text for text, _ in pieces) == vacancy.requirements
    assert any("男鞋" in one.quoted for one in check.innocents)
