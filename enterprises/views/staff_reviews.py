"""Staff: vacancies that wait for review, and the review of one with the rules in view."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from enterprises.advertisement import FIELDS, TEXTS, check_vacancy
from enterprises.enums import VacancyState
from enterprises.forms.staff import ApproveForm, ReturnForm
from enterprises.models import KeyListEntry, Vacancy, VacancyReview
from enterprises.refusals import TAKEN, sentences
from enterprises.services.licences import posting_obstacle
from enterprises.services.reviews import approve_vacancy, return_vacancy
from portal.accounts.access import OFFICERS, allow

from .owned import to_form
from .vacancy_form import marks_of

PAGE_SIZE = 20


@allow(OFFICERS)
def vacancy_reviews(request):
    """Key enterprises first, then the longest waiting; appeals are marked."""
    key = KeyListEntry.objects.on(timezone.localdate()).filter(enterprise=OuterRef("enterprise_id"))
    rows = (
        Vacancy.objects.managed_by(request.user)
        .filter(state=VacancyState.IN_REVIEW)
        .select_related("enterprise", "region__parent", "occupation")
        .annotate(
            is_key=Exists(key),
            came_back=Exists(VacancyReview.objects.filter(vacancy=OuterRef("pk"))),
        )
        .order_by("-is_key", "submitted_at", "pk")
    )
    context = {"page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))}
    return render(request, "enterprises/staff/vacancy_reviews.html", context)


@allow(OFFICERS)
def vacancy_review(request, public_id):
    """One vacancy with its findings; publish it with dates or send it back with reasons."""
    vacancy = get_object_or_404(
        Vacancy.objects.managed_by(request.user)
        .exclude(state=VacancyState.DRAFT)
        .select_related(
            "enterprise__region", "enterprise__industry", "region__parent", "occupation"
        ),
        public_id=public_id,
    )
    check = check_vacancy(vacancy)
    seen = vacancy.submitted_at.isoformat() if vacancy.submitted_at else ""
    decision = request.POST.get("decision") if request.method == "POST" else None
    if decision not in (None, "approve", "return"):
        raise Http404
    approve = ApproveForm(
        request.POST if decision == "approve" else None, check=check, initial={"seen": seen}
    )
    back = ReturnForm(
        request.POST if decision == "return" else None,
        initial={"seen": seen, "reasons": _proposed(check)},
    )
    form = approve if decision == "approve" else back
    if decision and form.is_valid():
        try:
            if decision == "approve":
                data = form.cleaned_data
                approve_vacancy(
                    vacancy,
                    request.user,
                    seen=data["seen"],
                    starts_on=data["starts_on"],
                    days=data["days"],
                    note=data["note"],
                    overruled=form.overruled(),
                )
            else:
                return_vacancy(vacancy, request.user, **form.cleaned_data)
        except ValidationError as error:
            if getattr(error, "code", "") == TAKEN:
                messages.error(request, sentences(error))
                return redirect("workbench:vacancy_review", public_id)
            to_form(form, error)
        else:
            done = "已发布" if decision == "approve" else "已退回"
            messages.success(request, f"“{vacancy}”{done}，企业会收到消息。")
            return redirect("workbench:vacancy_reviews")
    waits = vacancy.state == VacancyState.IN_REVIEW
    reviews = list(vacancy.reviews.select_related("reviewed_by")[:10])
    may_act = request.user.may_act
    context = {
        "vacancy": vacancy,
        "check": check,
        "text_fields": _text_fields(check),
        "approve": approve,
        "back": back,
        "overrule_fields": [
            (one, approve[f"overruled_{one.number}"]) for one in check.musts if one.may_be_overruled
        ],
        "cannot_pass": [one for one in check.musts if not one.may_be_overruled],
        "obstacle": posting_obstacle(vacancy.enterprise),
        "waits": waits,
        "decides": waits and may_act,
        "reviews": reviews,
        "others": vacancy.enterprise.vacancies.filter(state=VacancyState.PUBLISHED).count(),
    }
    return render(request, "enterprises/staff/vacancy_review.html", context)


def _text_fields(check):
    """The fields that show as text: those with findings marked, the long ones in any case."""
    marks = marks_of(check)
    return [
        {"name": name, "label": FIELDS[name], "text": check.texts[name], "mark": marks.get(name)}
        for name in TEXTS
        if name in marks or name in ("duties", "requirements")
    ]


def _proposed(check):
    """The reasons a return would give, one line a finding, for the reviewer to shorten or extend."""
    return "\n".join(f"{one.finding.message}{one.finding.advice}。" for one in check.musts)
