"""Writing a vacancy: the draft is saved on every button, the lint shows at the words.

One form, one POST; the button pressed says what comes after saving: nothing more, suggestions of an
occupation, a replacement adopted ("采用"), sending in, or an appeal to a person. Without script every
one of them is a submit button.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from enterprises.access import current_enterprise
from enterprises.advertisement import FIELDS, check_vacancy
from enterprises.enums import VacancyState
from enterprises.forms.vacancies import AppealForm, VacancyForm
from enterprises.models import ShortageItem
from enterprises.occupations import candidates
from enterprises.services.licences import posting_obstacle
from enterprises.services.vacancies import (
    EDITABLE,
    FINDINGS,
    adopt_fix,
    missing_facts,
    save_draft,
    submit_vacancy,
)
from portal.accounts.access import MEMBER, allow

from .own_vacancies import edit_url, own_vacancy, submitted_words
from .owned import page, to_form


@allow(MEMBER)
def vacancy_new(request):
    """An empty form, or one begun from a kind of work of a shortage (?item=)."""
    enterprise = current_enterprise(request)
    if request.method == "POST":
        return _save(request, enterprise, None)
    form = VacancyForm(enterprise=enterprise, initial=_begin_with(request, enterprise))
    return _form_page(request, enterprise, form, None)


@allow(MEMBER)
def vacancy_edit(request, public_id):
    """The form of a draft or of a vacancy that was sent back; ?check=1 shows the findings."""
    enterprise, vacancy = own_vacancy(request, public_id)
    if vacancy.state not in EDITABLE:
        messages.error(
            request, "这个岗位现在不能改。审核中的请先撤回；已发布的请复制一个，改好再提交。"
        )
        return redirect("enterprises:vacancy", public_id)
    if request.method == "POST":
        return _save(request, enterprise, vacancy)
    form = VacancyForm(enterprise=enterprise, vacancy=vacancy)
    check = check_vacancy(vacancy) if "check" in request.GET else None
    return _form_page(request, enterprise, form, vacancy, check=check)


@allow(MEMBER)
def occupation_options(request):
    """The suggestions alone, for the form that asks while one types (htmx)."""
    chosen = request.GET.get("occupation", "")
    options = candidates(
        request.GET.get("title", ""),
        request.GET.get("occupation_words", ""),
        chosen,
        request.GET.get("duties", ""),
    )
    return render(request, "enterprises/parts/occupation.html", {"options": options})


def _save(request, enterprise, vacancy):
    form = VacancyForm(request.POST, enterprise=enterprise, vacancy=vacancy)
    valid = form.is_valid()
    try:
        vacancy = save_draft(enterprise, request.user, form.facts(), vacancy)
    except ValidationError as error:
        to_form(form, error)
        return _form_page(request, enterprise, form, vacancy)
    if not valid:
        return _form_page(request, enterprise, form, vacancy, saved=True)
    action = request.POST.get("action", "save")
    if action.startswith("fix:"):
        return _adopt(request, vacancy, action.removeprefix("fix:"))
    if action == "suggest":
        words = form.cleaned_data["occupation_words"]
        query = urlencode({"occupation": words} if words else {"suggest": 1})
        return redirect(f"{edit_url(vacancy)}?{query}#occupation")
    if action == "check":
        return redirect(f"{edit_url(vacancy)}?check=1")
    if action in ("submit", "appeal"):
        return _submit(request, enterprise, vacancy, form, action)
    messages.success(request, "草稿已保存，可以以后再来写。")
    return redirect(edit_url(vacancy))


def _adopt(request, vacancy, fix):
    try:
        found = adopt_fix(vacancy, request.user, fix)
    except ValidationError as error:
        messages.error(request, "".join(error.messages))
    else:
        messages.success(request, f"已改好“{found.quoted}”，草稿已保存。")
    return redirect(f"{edit_url(vacancy)}?check=1#check")


def _submit(request, enterprise, vacancy, form, action):
    appeal_form = AppealForm(request.POST) if action == "appeal" else None
    if appeal_form is not None and not appeal_form.is_valid():
        check = check_vacancy(vacancy)
        return _form_page(request, enterprise, form, vacancy, check=check, appeal=appeal_form)
    appeal = appeal_form.cleaned_data["appeal"] if appeal_form else ""
    try:
        submit_vacancy(vacancy, request.user, appeal=appeal)
    except ValidationError as error:
        if getattr(error, "code", "") != FINDINGS:
            to_form(form, error)
        check = check_vacancy(vacancy)
        return _form_page(request, enterprise, form, vacancy, check=check, refused=True)
    words = submitted_words(vacancy)
    if appeal:
        words = f"已提交人工复核。{vacancy.enterprise.district.name}工作人员看过后答复，一般 1 个工作日内。"
    messages.success(request, words)
    return redirect("enterprises:vacancy", vacancy.public_id)


def _form_page(
    request, enterprise, form, vacancy, *, check=None, appeal=None, saved=False, refused=False
):
    title = form["title"].value() or ""
    chosen = form["occupation"].value() or ""
    context = {
        "form": form,
        "vacancy": vacancy,
        "check": check,
        "marks": marks_of(check) if check else {},
        "refused": refused,
        "saved": saved,
        "options": candidates(
            title,
            request.GET.get("occupation", ""),
            chosen,
            form["duties"].value() or "",
        ),
        "words": request.GET.get("occupation", ""),
        "obstacle": posting_obstacle(enterprise),
        "appeal": appeal or AppealForm(),
        "appealing": appeal is not None,
        "missing": missing_facts(vacancy) if vacancy and check else {},
        "returned": _last_return(vacancy),
        "form_url": edit_url(vacancy) if vacancy else reverse("enterprises:vacancy_new"),
    }
    return page(request, "enterprises/vacancy_form.html", context, enterprise=enterprise)


def marks_of(check):
    """Field → its pieces and findings, for the fields that have findings."""
    marks = {}
    for field in FIELDS:
        found = check.of(field)
        if found:
            musts = sum(one.finding.blocking for one in found)
            marks[field] = {
                "pieces": check.pieces(field),
                "found": found,
                "musts": musts,
                "advice": len(found) - musts,
            }
    return marks


def _last_return(vacancy):
    if vacancy is None or vacancy.state != VacancyState.RETURNED:
        return None
    return vacancy.reviews.first()


def _begin_with(request, enterprise):
    initial = {"region": enterprise.region_id, "pay_months": 12}
    item_id = request.GET.get("item", "")
    if item_id:
        if not item_id.isdecimal():
            raise Http404
        item = get_object_or_404(
            ShortageItem.objects.select_related("declaration"),
            pk=item_id,
            declaration__enterprise=enterprise,
        )
        initial |= {
            "title": item.title,
            "headcount": min(item.missing, 9999),
            "pay_min": item.pay_min,
            "pay_max": item.pay_max,
            "skills": item.skills,
            "occupation": item.occupation_id,
            "shortage": item.declaration.public_id,
        }
    return initial
