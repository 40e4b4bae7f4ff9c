"""Applying for a post, and following what became of it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from enterprises.models import Vacancy
from enterprises.views.vacancy_page import detail_page
from jobseekers.enums import TRANSITIONS, ApplicationState
from jobseekers.forms import ApplyForm
from jobseekers.models import Application
from jobseekers.services import applications as service
from jobseekers.services.profile import seeker_of
from portal.accounts.access import SEEKER, allow
from portal.refused import Refused
from portal.ui.formatting import cn_datetime
from portal.ui.parts import Step

PATH = (
    (ApplicationState.APPLIED, "applied_at"),
    (ApplicationState.SEEN, "seen_at"),
    (ApplicationState.INTERVIEW, "invited_at"),
    (ApplicationState.OFFERED, "offered_at"),
    (ApplicationState.HIRED, "hired_at"),
)
ENDS = (
    (ApplicationState.DECLINED, "declined_at"),
    (ApplicationState.WITHDRAWN, "withdrawn_at"),
)


@allow(SEEKER)
@require_POST
def apply(request, public_id):
    """Apply for a post; pressing twice is once."""
    vacancy = get_object_or_404(
        Vacancy.objects.published_once().select_related("enterprise"), public_id=public_id
    )
    seeker = seeker_of(request.user)
    if seeker is None:
        messages.info(request, "先填简历，再申请。")
        back = reverse("vacancies:detail", args=[public_id])
        return redirect(f"{reverse('jobseekers:profile')}?{urlencode({'next': back})}")
    form = ApplyForm(request.POST)
    if not form.is_valid():
        return detail_page(request, public_id, form, status=422)
    try:
        made = service.apply(seeker, vacancy, agreed=True, note=form.cleaned_data["note"])
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("vacancies:detail", public_id)
    messages.success(
        request, f"已申请“{vacancy.title}”。单位一般在三周内答复，有答复会给您发消息。"
    )
    return redirect("jobseekers:application", made.public_id)


@allow(SEEKER)
def applications(request):
    """Every application, newest first, with where it stands."""
    rows = (
        Application.objects.visible_to(request.user)
        .select_related("vacancy__enterprise", "vacancy__region__parent")
        .order_by("-applied_at", "-pk")
    )
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    return render(request, "jobseekers/applications.html", {"page_obj": page})


def dated_line(application):
    """[(label, moment)] of the states an application has been in, in their order."""
    line = [(state.label, getattr(application, stamp)) for state, stamp in PATH + ENDS]
    return sorted((entry for entry in line if entry[1]), key=lambda entry: entry[1])


def steps_of(application):
    """The application as steps: what happened with its moment, then what may still come."""
    today = timezone.localdate()
    done = [
        (state, getattr(application, stamp))
        for state, stamp in PATH + ENDS
        if getattr(application, stamp)
    ]
    done.sort(key=lambda entry: entry[1])
    steps = [
        Step(
            state.label,
            "current" if number == len(done) else "done",
            when=cn_datetime(moment, today),
        )
        for number, (state, moment) in enumerate(done, start=1)
    ]
    if done[-1][0] in dict(ENDS):
        return steps
    furthest = max(list(dict(PATH)).index(state) for state, _ in done)
    return steps + [Step(state.label) for state, _ in PATH[furthest + 1 :]]


@allow(SEEKER)
def application(request, public_id):
    """One application: the line of dates, the answer, withdrawing."""
    found = get_object_or_404(
        Application.objects.visible_to(request.user).select_related(
            "vacancy__enterprise", "vacancy__region__parent", "consent"
        ),
        public_id=public_id,
    )
    allowed = TRANSITIONS[ApplicationState(found.state)]
    return render(
        request,
        "jobseekers/application.html",
        {
            "application": found,
            "steps": steps_of(found),
            "may_withdraw": allowed.get(ApplicationState.WITHDRAWN) == "seeker",
        },
    )


@allow(SEEKER)
@require_POST
def withdraw(request, public_id):
    """Take an application back."""
    found = get_object_or_404(Application.objects.visible_to(request.user), public_id=public_id)
    try:
        service.withdraw(found)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已撤回。单位看不到您的简历了。")
    return redirect("jobseekers:application", public_id)
