"""What waits for an enterprise, in the order in which it is to be done."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils import timezone

from enterprises.enums import LicenceState, ShortageState, VacancyState
from enterprises.models import ShortageDeclaration, Vacancy
from enterprises.services.licences import licence_in_force
from jobseekers.models import Application
from portal.ui.formatting import cn_date
from portal.ui.navigation import resolve

SOON = timedelta(days=7)
RECHECK_NOTICE = timedelta(days=30)


@dataclass(frozen=True)
class Waiting:
    """One thing to do: what, why, where."""

    title: str
    text: str
    url: str
    action: str
    tone: str = "warn"


def waiting_for(enterprise):
    """Context of the overview page: items in order, figures. Five queries.

    Returns items (list of Waiting), figures (dict of counts), commissioner (or None).
    """
    today = timezone.localdate()
    vacancies = Vacancy.objects.filter(enterprise=enterprise)
    live = Q(state=VacancyState.PUBLISHED, starts_on__lte=today, expires_on__gt=today)
    figures = vacancies.aggregate(
        live=Count("pk", filter=live),
        headcount=Sum("headcount", filter=live, default=0),
        ending=Count("pk", filter=live & Q(expires_on__lte=today + SOON)),
        returned=Count("pk", filter=Q(state=VacancyState.RETURNED)),
        in_review=Count("pk", filter=Q(state=VacancyState.IN_REVIEW)),
        drafts=Count("pk", filter=Q(state=VacancyState.DRAFT)),
    )
    shortages = ShortageDeclaration.objects.filter(enterprise=enterprise).exclude(
        state=ShortageState.CLOSED
    )
    figures |= shortages.aggregate(
        missing=Sum("missing_total", default=0), filled=Sum("filled_total", default=0)
    )
    figures["still_missing"] = figures["missing"] - figures["filled"]
    figures["applied"] = _unanswered(enterprise)
    assignment = (
        enterprise.assignments.filter(ended_at__isnull=True)
        .select_related("commissioner__user")
        .first()
    )
    return {
        "items": [*_licence_items(enterprise, today), *_vacancy_items(figures)],
        "figures": figures,
        "commissioner": assignment.commissioner if assignment else None,
    }


def _unanswered(enterprise):
    return Application.objects.filter(vacancy__enterprise=enterprise).unanswered().count()


def _licence_items(enterprise, today):
    url = reverse("enterprises:licence")
    state, due = enterprise.licence_state, enterprise.licence_recheck_on
    if state == LicenceState.REFUSED:
        yield Waiting("营业执照没有通过核验", enterprise.licence_reason, url, "重新上传", "bad")
    elif state == LicenceState.PENDING and not enterprise.licence_files.exists():
        yield Waiting(
            "上传营业执照", "核验通过后就能提交岗位，一般 1 个工作日内。", url, "上传执照"
        )
    elif state == LicenceState.PENDING:
        yield Waiting(
            "营业执照正在核验", "现在可以先写好岗位存草稿，通过后提交。", url, "看进度", "info"
        )
    elif not licence_in_force(enterprise, today):
        yield Waiting(
            "营业执照到了复查日",
            f"{cn_date(due, today)}到期。已发布的岗位不受影响，新岗位要等核验后提交。",
            url,
            "上传最新执照",
            "bad",
        )
    elif due and due - today <= RECHECK_NOTICE:
        yield Waiting(
            "营业执照快到复查日",
            f"{cn_date(due, today)}前上传最新执照，就不会耽误发布岗位。",
            url,
            "上传最新执照",
        )


def _vacancy_items(figures):
    url = reverse("enterprises:vacancies")
    if figures["applied"]:
        yield Waiting(
            f"{figures['applied']} 人申请了岗位，等您答复",
            "超过 3 周不答复，求职者会收到提醒，可以改投别家。",
            _applicants() or url,
            "去答复",
        )
    if figures["returned"]:
        yield Waiting(
            f"{figures['returned']} 个岗位退回修改",
            "按审核理由改好后再提交。",
            f"{url}?show=returned",
            "去修改",
        )
    if figures["ending"]:
        yield Waiting(
            f"{figures['ending']} 个岗位一周内到期",
            "还在招的可以延长，招满了请登记结果。",
            f"{url}?show=live",
            "去处理",
        )


def _applicants():
    return resolve("enterprises:applicants")
