"""An employer's side: who applied, and the answers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render

from enterprises.access import current_enterprise
from enterprises.models import Vacancy
from jobseekers.enums import LIVE_STATES, TRANSITIONS, UNANSWERED_STATES, ApplicationState
from jobseekers.forms import AnswerForm
from jobseekers.models import Application
from jobseekers.services import applications as service
from jobseekers.views.applied import dated_line
from portal.accounts.access import MEMBER, allow
from portal.refused import Refused

ACTS = {
    ApplicationState.INTERVIEW: AnswerForm.INVITE,
    ApplicationState.OFFERED: AnswerForm.OFFER,
    ApplicationState.HIRED: AnswerForm.HIRE,
    ApplicationState.DECLINED: AnswerForm.DECLINE,
}


@allow(MEMBER)
def applicants(request):
    """Applications to the enterprise's posts: unanswered first, oldest first."""
    enterprise = current_enterprise(request)
    rows = (
        Application.objects.visible_to(request.user)
        .filter(vacancy__enterprise=enterprise)
        .exclude(state=ApplicationState.WITHDRAWN)
        .select_related("seeker__region", "vacancy", "consent")
        .annotate(waiting=Count("pk", filter=Q(state__in=UNANSWERED_STATES)))
        .order_by("-waiting", "applied_at", "pk")
    )
    state = request.GET.get("state", "")
    if state in ApplicationState.values:
        rows = rows.filter(state=state)
    vacancy = request.GET.get("vacancy", "")
    if vacancy:
        rows = rows.filter(vacancy__public_id=vacancy)
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    return render(
        request,
        "jobseekers/applicants.html",
        {
            "enterprise": enterprise,
            "page_obj": page,
            "states": ApplicationState.choices,
            "state": state,
            "vacancies": Vacancy.objects.live()
            .filter(enterprise=enterprise)
            .annotate(
                applied=Count(
                    "applications",
                    filter=Q(applications__state__in=[s.value for s in LIVE_STATES]),
                )
            )
            .order_by("-published_at", "-pk")[:50],
        },
    )


@allow(MEMBER)
def applicant(request, public_id):
    """One application with the résumé the person agreed to give, and the answers one may make."""
    found = get_object_or_404(
        Application.objects.visible_to(request.user).select_related(
            "seeker__region__parent", "vacancy__enterprise", "consent"
        ),
        public_id=public_id,
    )
    visible = found.consent.withdrawn_at is None and found.state in LIVE_STATES
    if visible and found.state == ApplicationState.APPLIED and request.method == "GET":
        found = service.mark_seen(found)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _answer(found, form.cleaned_data)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("enterprises:applicant", public_id)
        messages.success(request, "已答复，应聘的人会收到消息。")
        return redirect("enterprises:applicant", public_id)
    allowed = {ACTS[s] for s, who in TRANSITIONS[ApplicationState(found.state)].items()
               if who == "employer" and s in ACTS}  # fmt: skip
    return render(
        request,
        "jobseekers/applicant.html",
        {
            "enterprise": found.vacancy.enterprise,
            "application": found,
            "seeker": found.seeker if visible else None,
            "line": dated_line(found),
            "form": form,
            "allowed": allowed,
            "act": request.POST.get("act", ""),
        },
        status=422 if form.is_bound else 200,
    )


def _answer(application, data):
    act = data["act"]
    if act == AnswerForm.INVITE:
        return service.invite(application, at=data["at"], place=data["place"], words=data["words"])
    if act == AnswerForm.OFFER:
        return service.offer(application, data["words"])
    if act == AnswerForm.HIRE:
        return service.hire(application)
    return service.decline(application, data["words"])
