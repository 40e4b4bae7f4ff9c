"""Vacancies (A4) from the enterprise's side: draft, send in, take back, extend, copy, close."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from enterprises.access import check_acting_staff, check_member
from enterprises.advertisement import LISTS, already_overruled, check_vacancy, text_of
from enterprises.enums import CloseOutcome, VacancyState
from enterprises.lint import apply_fix
from enterprises.models import ShortageDeclaration, Vacancy
from enterprises.refusals import TAKEN, constraints_speak
from enterprises.search import index_vacancies

from .licences import posting_obstacle
from .notices import tell_members

FACTS = (
    "title",
    "occupation",
    "region",
    "address",
    "headcount",
    "pay_min",
    "pay_max",
    "pay_months",
    "education",
    "experience_years",
    "skills",
    "certificates",
    "benefits",
    "shift",
    "lodging",
    "duties",
    "requirements",
    "shortage",
)
EDITABLE = (VacancyState.DRAFT, VacancyState.RETURNED)
LONGEST_DAYS = 90
FINDINGS = "findings"  # code of the refusal of unlawful words
NEEDED = {
    "title": "请填岗位名称。",
    "occupation": "请选职业，招人的岗位要归到一个职业里。",
    "headcount": "请填招聘人数。",
    "pay_min": "请填月薪下限。",
    "pay_max": "请填月薪上限。",
    "duties": "请写工作内容，求职者最先看这里。",
}


def save_draft(enterprise, by, data, vacancy=None):
    """Write the facts given; a draft may be incomplete, so this never asks for more.

    data: any of FACTS, each value valid by itself. Without `vacancy` a new draft is made in the
    enterprise's region. Raises ValidationError when it cannot be edited any more.
    """
    check_member(by, enterprise)
    with transaction.atomic(), constraints_speak(Vacancy):
        if vacancy is None:
            vacancy = Vacancy(enterprise=enterprise, created_by=by, region=enterprise.region)
        else:
            vacancy = _lock(vacancy, *EDITABLE)
        for name in FACTS:
            if name in data:
                setattr(vacancy, name, data[name])
        if vacancy.shortage_id is not None:
            _check_own_shortage(vacancy)
        vacancy.save()
    return vacancy


def missing_facts(vacancy):
    """What a vacancy still lacks before it can be sent in: field → sentence."""
    return {name: words for name, words in NEEDED.items() if not getattr(vacancy, name)}


def submit_vacancy(vacancy, by, *, appeal=""):
    """Send a draft to the reviewers. Returns the vacancy.

    Refused while the licence is not in force, while facts are missing, and (code "findings") while
    the lint finds words that must change — unless the enterprise appeals: then it goes to a person
    with the reason, and the findings stand until that person says otherwise.
    """
    check_member(by, vacancy.enterprise)
    with transaction.atomic():
        vacancy = _lock(vacancy, *EDITABLE)
        obstacle = posting_obstacle(vacancy.enterprise)
        if obstacle:
            raise ValidationError(obstacle)
        lacking = missing_facts(vacancy)
        if lacking:
            raise ValidationError(lacking)
        musts = check_vacancy(vacancy).musts
        if musts and not appeal.strip():
            raise ValidationError(f"还不能提交：有 {len(musts)} 处必须修改。", code=FINDINGS)
        vacancy.state = VacancyState.IN_REVIEW
        vacancy.submitted_at = timezone.now()
        vacancy.appeal_reason = appeal.strip() if musts else ""
        with constraints_speak(Vacancy):
            vacancy.save()
    return vacancy


def adopt_fix(vacancy, by, fix):
    """Put the replacement of one finding in place ("采用"). Returns the finding that was mended.

    fix: `Numbered.fix` of the page the person saw. Raises ValidationError when the words have
    changed since.
    """
    check_member(by, vacancy.enterprise)
    with transaction.atomic():
        vacancy = _lock(vacancy, *EDITABLE)
        found = next((one for one in check_vacancy(vacancy).numbered if one.fix == fix), None)
        if not fix or found is None:
            raise ValidationError("这段文字已经改过，请看新的检查结果。")
        field = found.finding.field
        text = apply_fix(text_of(vacancy, field), found.finding)
        if field in LISTS:
            text = [word for word in text.split("、") if word.strip()]
        setattr(vacancy, field, text)
        vacancy.save(update_fields=[field])
    return found.finding


def withdraw_vacancy(vacancy, by):
    """Take a vacancy back from review to go on editing."""
    check_member(by, vacancy.enterprise)
    with transaction.atomic():
        vacancy = _lock(vacancy, VacancyState.IN_REVIEW)
        vacancy.state = VacancyState.DRAFT
        vacancy.submitted_at = None
        vacancy.appeal_reason = ""
        vacancy.save()
    return vacancy


def extend_vacancy(vacancy, by, *, days):
    """Show a published vacancy for `days` more, from today or from its end, whichever is later.

    An expired one is shown again. The text was reviewed; but the law of today counts, so a licence
    that is due or words and pay that must change today refuse it. It never runs more than 90 days
    ahead.
    """
    check_member(by, vacancy.enterprise)
    if not 1 <= days <= LONGEST_DAYS:
        raise ValidationError({"days": f"一次可以延长 1 到 {LONGEST_DAYS} 天。"})
    today = timezone.localdate()
    with transaction.atomic():
        vacancy = _lock(vacancy, VacancyState.PUBLISHED)
        obstacle = posting_obstacle(vacancy.enterprise)
        if obstacle:
            raise ValidationError(obstacle)
        known = already_overruled(vacancy.approved_review)
        again = [
            one.finding
            for one in check_vacancy(vacancy).musts
            if (one.finding.rule_id, one.finding.quoted) not in known
        ]
        if again:
            raise ValidationError(
                "现在还不能延长："
                + "".join(found.message for found in again)
                + "请复制这个岗位，改好后提交审核。"
            )
        ends = max(vacancy.expires_on, today) + timedelta(days=days)
        if ends > today + timedelta(days=LONGEST_DAYS):
            raise ValidationError({"days": f"最多展示到今天起的第 {LONGEST_DAYS} 天，请少延几天。"})
        vacancy.expires_on = ends
        with constraints_speak(Vacancy):
            vacancy.save(update_fields=["expires_on"])
        index_vacancies([vacancy.pk])
        match_vacancy_now(vacancy)
    return vacancy


def copy_vacancy(vacancy, by):
    """A new draft with the same facts. Returns it."""
    check_member(by, vacancy.enterprise)
    facts = {name: getattr(vacancy, name) for name in FACTS if name != "shortage"}
    with transaction.atomic():
        return Vacancy.objects.create(enterprise=vacancy.enterprise, created_by=by, **facts)


def close_vacancy(vacancy, by, *, outcome, filled=0):
    """End a vacancy in any state but closed, with the outcome and how many were found.

    Members close theirs; staff of the region may as well (a firm that has gone away). `filled` has
    to fit the outcome and the headcount.
    """
    if by.is_bureau:
        check_acting_staff(by, vacancy.enterprise)
    else:
        check_member(by, vacancy.enterprise)
    outcome = CloseOutcome(outcome)
    with transaction.atomic():
        vacancy = _lock(vacancy, *(state for state in VacancyState if state != "closed"))
        _check_filled(vacancy, outcome, filled)
        vacancy.state = VacancyState.CLOSED
        vacancy.closed_at = timezone.now()
        vacancy.close_outcome, vacancy.filled = outcome, filled
        with constraints_speak(Vacancy):
            vacancy.save()
        index_vacancies([vacancy.pk])
        # Imported here: applications are about vacancies, so their module imports this app.
        from jobseekers.services.applications import vacancy_ended

        vacancy_ended(vacancy)
        tell_members(
            vacancy.enterprise,
            kind="vacancy",
            key=f"vacancy:{vacancy.pk}:closed",
            subject=f"岗位已结束：{vacancy}",
            body=f"{outcome.label}，招到 {filled} 人。",
            path=vacancy_path(vacancy),
            but=by,
        )
    return vacancy


def match_vacancy_now(vacancy):
    """Have the candidates of a vacancy found once the transaction at hand has ended."""
    # Imported here: recommendations are about vacancies, so their module imports this app.
    from jobseekers.enums import MatchSide
    from jobseekers.services.match_now import ask

    ask(MatchSide.VACANCY, vacancy.pk)


def vacancy_path(vacancy):
    """Address of the page on which its enterprise finds it."""
    return reverse("enterprises:vacancy", args=[vacancy.public_id])


def _check_filled(vacancy, outcome, filled):
    if filled < 0 or filled > 9999:
        raise ValidationError({"filled": "招到人数要填 0 到 9,999。"})
    if vacancy.state != VacancyState.PUBLISHED and outcome != CloseOutcome.CANCELLED:
        raise ValidationError({"outcome": "还没有发布过的岗位，结果只能是“不招了”。"})
    if outcome == CloseOutcome.FILLED and filled < vacancy.headcount:
        raise ValidationError(
            {
                "filled": f"要招 {vacancy.headcount} 人，招满了就不会少于这个数；没招满请选“招到一部分”。"
            }
        )
    if outcome == CloseOutcome.PARTLY and not 1 <= filled < vacancy.headcount:
        raise ValidationError(
            {
                "filled": f"要招 {vacancy.headcount} 人，“招到一部分”要填 1 到 {vacancy.headcount - 1}。"
            }
        )
    if outcome == CloseOutcome.CANCELLED and filled:
        raise ValidationError({"filled": "有人到岗的，请选“招满了”或“招到一部分”。"})


def _check_own_shortage(vacancy):
    own = ShortageDeclaration.objects.filter(
        pk=vacancy.shortage_id, enterprise_id=vacancy.enterprise_id
    )
    if not own.exists():
        raise ValidationError({"shortage": "请选本企业的缺工申报。"})


def _lock(vacancy, *states):
    """The row, locked, in one of the states. Raises ValidationError (code "taken") otherwise."""
    vacancy = (
        Vacancy.objects.select_for_update(of=["self"])
        .select_related("enterprise")
        .prefetch_related("approved_review")  # read after the lock, not in its join
        .get(pk=vacancy.pk)
    )
    if vacancy.state not in states:
        word = vacancy.get_state_display()
        raise ValidationError(f"这个岗位现在是“{word}”，不能这样办。请看最新的情况。", code=TAKEN)
    return vacancy
