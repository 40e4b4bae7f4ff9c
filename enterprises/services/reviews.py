"""Review of vacancies by staff (A4, A5): publish with dates, or send back with reasons."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from enterprises.access import check_officer
from enterprises.advertisement import check_vacancy
from enterprises.enums import ReviewResult, VacancyState
from enterprises.models import Vacancy, VacancyReview
from enterprises.refusals import TAKEN, constraints_speak
from enterprises.search import index_vacancies
from portal.ui.formatting import cn_date, cn_datetime

from .licences import posting_obstacle
from .notices import tell_members
from .vacancies import LONGEST_DAYS, match_vacancy_now, vacancy_path


def approve_vacancy(vacancy, by, *, seen, starts_on, days, overruled=None, note=""):
    """Publish a vacancy. Returns the VacancyReview.

    seen: submitted_at of the text the reviewer read; another one means the enterprise has sent a
    new text meanwhile. It shows from `starts_on` for `days` days (1 to 90). overruled: number of a
    finding → why it is a false alarm; every finding that must change needs one, and those about
    figures cannot be overruled. Raises ValidationError, code "taken" when someone was quicker.
    """
    check_officer(by, vacancy.enterprise)
    overruled = {number: why.strip() for number, why in (overruled or {}).items() if why.strip()}
    today = timezone.localdate()
    if starts_on < today:
        raise ValidationError({"starts_on": "开始日期不能早于今天。"})
    if starts_on > today + timedelta(days=LONGEST_DAYS):
        raise ValidationError({"starts_on": f"开始日期最晚是今天起的第 {LONGEST_DAYS} 天。"})
    if not 1 <= days <= LONGEST_DAYS:
        raise ValidationError({"days": f"展示天数要填 1 到 {LONGEST_DAYS}。"})
    with transaction.atomic():
        vacancy = _lock(vacancy, seen)
        obstacle = posting_obstacle(vacancy.enterprise)
        if obstacle:
            raise ValidationError(f"这家企业现在不能发布岗位。{obstacle}")
        check = check_vacancy(vacancy)
        _check_overruled(check, overruled)
        review = _record(vacancy, by, ReviewResult.APPROVED, note, check.snapshot(overruled))
        vacancy.state = VacancyState.PUBLISHED
        vacancy.approved_review = review
        vacancy.published_at = review.reviewed_at
        vacancy.starts_on = starts_on
        vacancy.expires_on = starts_on + timedelta(days=days)
        with constraints_speak(Vacancy):
            vacancy.save()
        index_vacancies([vacancy.pk])
        match_vacancy_now(vacancy)
        last = vacancy.expires_on - timedelta(days=1)
        tell_members(
            vacancy.enterprise,
            kind="vacancy",
            key=f"vacancy-review:{review.pk}",
            subject=f"岗位已发布：{vacancy}",
            body=f"展示到{cn_date(last, today)}。到期前可以延长。{note}",
            path=vacancy_path(vacancy),
        )
    return review


def return_vacancy(vacancy, by, *, seen, reasons):
    """Send a vacancy back with reasons the enterprise can act on. Returns the VacancyReview."""
    check_officer(by, vacancy.enterprise)
    reasons = reasons.strip()
    if not reasons:
        raise ValidationError({"reasons": "退回要写明理由，写清哪里要改、怎么改。"})
    with transaction.atomic():
        vacancy = _lock(vacancy, seen)
        snapshot = check_vacancy(vacancy).snapshot()
        review = _record(vacancy, by, ReviewResult.RETURNED, reasons, snapshot)
        vacancy.state = VacancyState.RETURNED
        with constraints_speak(Vacancy):
            vacancy.save()
        tell_members(
            vacancy.enterprise,
            kind="vacancy",
            key=f"vacancy-review:{review.pk}",
            subject=f"岗位退回修改：{vacancy}",
            body=reasons,
            path=vacancy_path(vacancy),
        )
    return review


def _lock(vacancy, seen):
    """The row, locked, still waiting with the text the reviewer has seen."""
    vacancy = (
        Vacancy.objects.select_for_update(of=["self"])
        .select_related("enterprise")
        .get(pk=vacancy.pk)
    )
    if vacancy.state != VacancyState.IN_REVIEW:
        last = vacancy.reviews.select_related("reviewed_by").first()
        if last is None or vacancy.state in (VacancyState.DRAFT, VacancyState.CLOSED):
            word = vacancy.get_state_display()
            raise ValidationError(f"企业已经撤回，岗位现在是“{word}”，不用再审。", code=TAKEN)
        when = cn_datetime(last.reviewed_at, timezone.localdate())
        result = last.get_result_display()
        raise ValidationError(
            f"{last.reviewed_by} 已经在 {when} 审过了，结果是“{result}”。您的决定没有记下。",
            code=TAKEN,
        )
    if vacancy.submitted_at != seen:
        raise ValidationError("企业刚刚改过这个岗位，请看新的内容再决定。", code=TAKEN)
    return vacancy


def _check_overruled(check, overruled):
    standing = []
    for one in check.musts:
        if not one.may_be_overruled:
            standing.append(f"{one.finding.message}这是数字，不会误报，请退回修改。")
        elif one.number not in overruled:
            standing.append(f"{one.finding.message}要么退回，要么写明为什么是误报。")
    if standing:
        raise ValidationError(standing)


def _record(vacancy, by, result, reasons, findings):
    with constraints_speak(VacancyReview):
        return VacancyReview.objects.create(
            vacancy=vacancy, result=result, reasons=reasons, findings=findings, reviewed_by=by
        )
