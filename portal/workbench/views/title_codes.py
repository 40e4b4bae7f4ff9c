"""Titles the occupation coder is not sure of, and what staff say they are.

A correction holds for the whole city, so the city's staff make it; the others read.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from enterprises.occupations import candidates
from jobseekers.services.title_codes import correct_title, found_with_title
from portal.accounts.access import OFFICERS, allow
from portal.accounts.enums import Role
from portal.places.corrections import end_correction
from portal.places.models import Occupation, OccupationCorrection
from portal.workbench.title_forms import CorrectionForm, EndForm
from portal.workbench.title_lists import UNCODED, VIEWS, counted_at, doubtful_page

WRITERS = frozenset({Role.CITY_STAFF})
PER_PAGE = 20


@allow(OFFICERS)
@require_safe
def titles(request):
    """Titles without a sure code, or those enterprises chose otherwise; ?doubt=, ?q=."""
    doubt = request.GET.get("doubt", UNCODED)
    if doubt not in VIEWS:
        doubt = UNCODED
    words = request.GET.get("q", "").strip()[:30]
    page, rows = doubtful_page(request.user, doubt, words, request.GET.get("page"), PER_PAGE)
    return render(
        request,
        "workbench/titles/list.html",
        {
            "views": VIEWS,
            "doubt": doubt,
            "words": words,
            "page_obj": page,
            "rows": rows,
            "counted_at": counted_at(),
            "may_write": request.user.role in WRITERS,
        },
    )


@allow(OFFICERS)
@require_safe
def corrections(request):
    """Every correction, those in force first."""
    words = request.GET.get("q", "").strip()[:30]
    found = OccupationCorrection.objects.visible_to(request.user)
    if words:
        found = found.filter(title__icontains=words)
    rows = found.select_related("occupation", "author", "ended_by").order_by(
        "-ended_at", "-created_at", "-pk"
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "workbench/titles/corrections.html",
        {
            "page_obj": page,
            "words": words,
            "may_write": request.user.role in WRITERS,
            "form": EndForm(),
        },
    )


@allow(WRITERS)
def correct(request):
    """Choose what a title is (?title=, ?words=, ?code=), see what has it now, and say so."""
    if request.method == "POST":
        return _correct(request)
    title = request.GET.get("title", "").strip()
    code = request.GET.get("code", "").strip()
    if "find" in request.GET:
        code = ""  # the search was pressed: first what it finds, then the choice
    return _correct_page(request, title, code, request.GET.get("words", ""))


@allow(WRITERS)
@require_POST
def correction_end(request, public_id):
    """Take a correction back."""
    correction = get_object_or_404(
        OccupationCorrection.objects.visible_to(request.user), public_id=public_id
    )
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "".join(form.errors["reason"]))
    else:
        try:
            end_correction(correction, request.user, form.cleaned_data["reason"])
        except ValidationError as error:
            messages.error(request, "".join(error.messages))
        else:
            messages.success(request, f"“{correction.title}”的更正已停用，已改的编码不变。")
    return redirect("workbench:title_corrections")


def _correct(request):
    title = request.POST.get("title", "").strip()
    code = request.POST.get("code", "").strip()
    found = found_with_title(request.user, title, code) if title else []
    form = CorrectionForm(request.POST, found=found)
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = correct_title(
                request.user,
                title=data["title"],
                code=data["code"],
                reason=data["reason"],
                recode=data["recode"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _done_words(made))
            return redirect("workbench:titles")
    return _correct_page(request, title, code, "", form=form, found=found)


def _correct_page(request, title, code, words, *, form=None, found=None):
    chosen = Occupation.objects.filter(pk=code, level__gte=Occupation.MINOR).first()
    if chosen and title and form is None:
        found = found_with_title(request.user, title, chosen.pk)
        form = CorrectionForm(found=found, initial={"title": title, "code": chosen.pk})
    return render(
        request,
        "workbench/titles/correct.html",
        {
            "title": title,
            "words": words,
            "chosen": chosen,
            "options": candidates(title, words, chosen.pk if chosen else ""),
            "form": form,
            "found": found,
            "vacancies": sum(row.vacancies for row in found or ()),
            "wishes": sum(row.wishes for row in found or ()),
            "again": f"{reverse('workbench:title_correct')}?{urlencode({'title': title})}",
        },
        status=422 if form is not None and form.is_bound else 200,
    )


def _done_words(made):
    vacancies = sum(made.recoded["vacancies"].values())
    wishes = sum(made.recoded["wishes"].values())
    changed = f"改了 {vacancies} 个岗位、{wishes} 个求职意向的编码" if vacancies + wishes else ""
    return (
        f"“{made.title}”今后编为{made.occupation}。{changed or '现有的岗位和求职意向没有要改的'}。"
    )
