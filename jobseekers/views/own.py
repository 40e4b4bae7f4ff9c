"""A job seeker's own pages: for you, applications, profile, messages, consents."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from enterprises.models import KeyListEntry, Vacancy
from enterprises.rows import vacancy_row
from enterprises.views.vacancy_page import detail_page
from jobseekers.enums import ApplicationState, DismissalReason
from jobseekers.forms import ApplyForm, DismissForm, ProfileForm
from jobseekers.models import Application
from jobseekers.services import applications as service
from jobseekers.services.profile import FINDABLE_WORDING, save_profile, seeker_of, set_findable
from jobseekers.services.recommending import (
    current_generation,
    dismiss,
    one_certificate_away,
    recommendations_for,
)
from jobseekers.services.refused import Refused
from portal.accounts.access import SEEKER, allow
from portal.accounts.enums import ConsentKind
from portal.accounts.models import ConsentRecord
from portal.accounts.services import withdraw_consent

SHOWN_FIRST = 6


@allow(SEEKER)
def recommendations(request):
    """Today's short list with reasons, and the posts one certificate away."""
    seeker = seeker_of(request.user)
    if seeker is None:
        messages.info(request, "先填简历和意向，才能为您推荐岗位。")
        return redirect("jobseekers:profile")
    advice = recommendations_for(seeker)
    shown = advice if request.GET.get("all") else advice[:SHOWN_FIRST]
    key = set(
        KeyListEntry.objects.on(timezone.localdate())
        .filter(enterprise_id__in={a.vacancy.enterprise_id for a in shown})
        .values_list("enterprise_id", flat=True)
    )
    context = {
        "seeker": seeker,
        "wishes": list(seeker.intentions.all()),
        "total": len(advice),
        "more": len(advice) - len(shown),
        "cards": [
            (a, vacancy_row(a.vacancy, "重点" if a.vacancy.enterprise_id in key else ""))
            for a in shown
        ],
        "dismissing": request.GET.get("dismiss", ""),
        "reasons": DismissalReason.choices,
        "away": [(vacancy_row(v), name) for v, name in one_certificate_away(seeker)],
        "generation": current_generation(),
    }
    return render(request, "jobseekers/recommendations.html", context)


@allow(SEEKER)
@require_POST
def dismiss_view(request, public_id):
    """“不合适”, with the reason."""
    seeker = seeker_of(request.user)
    vacancy = get_object_or_404(Vacancy.objects.published_once(), public_id=public_id)
    form = DismissForm(request.POST)
    if seeker is None or not form.is_valid():
        messages.error(request, "请选一个不合适的原因。")
        return redirect(f"{reverse('jobseekers:recommendations')}?dismiss={public_id}")
    dismiss(seeker, vacancy, form.cleaned_data["reason"])
    messages.success(request, f"不再推荐“{vacancy.title}”。今晚重新配岗时会用上您的理由。")
    return redirect("jobseekers:recommendations")


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
        return redirect("jobseekers:profile")
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


LINE = (
    (ApplicationState.APPLIED, "applied_at"),
    (ApplicationState.SEEN, "seen_at"),
    (ApplicationState.INTERVIEW, "invited_at"),
    (ApplicationState.OFFERED, "offered_at"),
    (ApplicationState.HIRED, "hired_at"),
    (ApplicationState.DECLINED, "declined_at"),
    (ApplicationState.WITHDRAWN, "withdrawn_at"),
)


def dated_line(application):
    """[(label, moment)] of the states an application has been in, in their order."""
    line = [(state.label, getattr(application, stamp)) for state, stamp in LINE]
    return sorted((entry for entry in line if entry[1]), key=lambda entry: entry[1])


@allow(SEEKER)
def application(request, public_id):
    """One application: the line of dates, the answer, withdrawing."""
    found = get_object_or_404(
        Application.objects.visible_to(request.user).select_related(
            "vacancy__enterprise", "vacancy__region__parent", "consent"
        ),
        public_id=public_id,
    )
    return render(
        request,
        "jobseekers/application.html",
        {
            "application": found,
            "line": dated_line(found),
            "may_withdraw": found.state
            in (
                ApplicationState.APPLIED,
                ApplicationState.SEEN,
                ApplicationState.INTERVIEW,
                ApplicationState.OFFERED,
            ),
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


def _initial(user, seeker):
    if seeker is None:
        return {"name": user.display_name, "experience_years": 0}
    wishes = list(seeker.intentions.all())
    initial = {
        name: getattr(seeker, name)
        for name in (
            "name", "region", "education", "experience_years", "skills", "certificates", "groups",
            "summary", "status", "accepted_regions", "pay_expected", "wants_lodging",
        )
    }  # fmt: skip
    if len(seeker.region_id) > 6:
        initial["region"] = seeker.region_id[:6]
    return initial | {f"wish_{wish.rank}": wish.title for wish in wishes}


@allow(SEEKER)
def profile(request):
    """Résumé and wishes on one page."""
    seeker = seeker_of(request.user)
    form = ProfileForm(request.POST or None, initial=_initial(request.user, seeker))
    if request.method == "POST" and form.is_valid():
        try:
            save_profile(request.user, form.cleaned_data, form.wishes())
        except ValidationError as error:
            form.add_error("identity_number", error.messages)
        else:
            messages.success(request, "已保存。今晚按新的意向为您配岗。")
            return redirect("jobseekers:recommendations")
    return render(
        request,
        "jobseekers/profile.html",
        {"form": form, "seeker": seeker},
        status=422 if form.is_bound else 200,
    )


@allow(SEEKER)
def consents(request):
    """Each consent: what, to whom, since when; withdrawing."""
    if request.method == "POST":
        on = request.POST.get("findable") == "on"
        set_findable(request.user, on)
        messages.success(
            request,
            "单位可以在候选人名单里看到您了。" if on else "单位不会再在候选人名单里看到您。",
        )
        return redirect("jobseekers:consents")
    records = ConsentRecord.objects.filter(user=request.user).select_related("recipient")
    return render(
        request,
        "jobseekers/consents.html",
        {
            "records": records,
            "findable": records.filter(
                kind=ConsentKind.FINDABLE, withdrawn_at__isnull=True
            ).exists(),
            "findable_wording": FINDABLE_WORDING,
        },
    )


@allow(SEEKER)
@require_POST
def consent_withdraw(request, public_id):
    """Withdraw one consent."""
    record = get_object_or_404(ConsentRecord, user=request.user, public_id=public_id)
    withdraw_consent(record)
    messages.success(request, "已撤回同意。对方不能再看到您的简历。")
    return redirect("jobseekers:consents")
