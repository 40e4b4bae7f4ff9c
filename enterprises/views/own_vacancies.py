"""An enterprise's vacancies: the list, one with its history, send in, extend, copy, close."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from enterprises.access import current_enterprise
from enterprises.enums import VacancyState
from enterprises.forms.vacancies import CloseVacancyForm, ExtendForm
from enterprises.history import history_of
from enterprises.models import Vacancy
from enterprises.refusals import sentences
from enterprises.services.vacancies import (
    EDITABLE,
    FINDINGS,
    close_vacancy,
    copy_vacancy,
    extend_vacancy,
    submit_vacancy,
    withdraw_vacancy,
)
from jobseekers.enums import UNANSWERED_STATES
from portal.accounts.access import MEMBER, allow

from .owned import page, refusals_said, to_form

PAGE_SIZE = 20
TOLD = (
    "state",
    "title",
    "headcount",
    "pay_min",
    "pay_max",
    "starts_on",
    "expires_on",
    "close_outcome",
    "filled",
)


def scopes(day):
    """What the tabs of the list show: key → (label, condition), in order."""
    published = Q(state=VacancyState.PUBLISHED)
    return {
        "live": ("招聘中", published & Q(starts_on__lte=day, expires_on__gt=day)),
        "pending": ("未到发布日", published & Q(starts_on__gt=day)),
        "in_review": ("审核中", Q(state=VacancyState.IN_REVIEW)),
        "returned": ("退回修改", Q(state=VacancyState.RETURNED)),
        "draft": ("草稿", Q(state=VacancyState.DRAFT)),
        "expired": ("已到期", published & Q(expires_on__lte=day)),
        "closed": ("已结束", Q(state=VacancyState.CLOSED)),
    }


def own_vacancy(request, public_id):
    """(enterprise, vacancy) of an address; Http404 for any other's. Works across one's enterprises."""
    enterprise = current_enterprise(request)
    vacancy = get_object_or_404(
        Vacancy.objects.managed_by(request.user).select_related(
            "enterprise__region__parent",
            "enterprise__industry",
            "region__parent",
            "occupation",
            "shortage",
            "approved_review",
        ),
        public_id=public_id,
    )
    return (enterprise if vacancy.enterprise_id == enterprise.pk else vacancy.enterprise), vacancy


@allow(MEMBER)
def vacancies(request):
    """All of them by state, newest first, with who waits for an answer."""
    enterprise = current_enterprise(request)
    tabs = scopes(timezone.localdate())
    own = Vacancy.objects.filter(enterprise=enterprise)
    counts = own.aggregate(
        all=Count("pk"),
        **{key: Count("pk", filter=condition) for key, (_, condition) in tabs.items()},
    )
    show = request.GET.get("show", "")
    if show in tabs:
        own = own.filter(tabs[show][1])
    rows = (
        own.select_related("region__parent")
        .annotate(
            applied=Count("applications"),
            unanswered=Count("applications", filter=Q(applications__state__in=UNANSWERED_STATES)),
        )
        .order_by("-created_at", "-pk")
    )
    context = {
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "tabs": [("", "全部", counts["all"])]
        + [(key, label, counts[key]) for key, (label, _) in tabs.items()],
        "show": show if show in tabs else "",
    }
    return page(request, "enterprises/vacancies.html", context, enterprise=enterprise)


@allow(MEMBER)
def vacancy(request, public_id):
    """One vacancy: what it says, where it stands, what one can do."""
    enterprise, one = own_vacancy(request, public_id)
    return _vacancy_page(request, enterprise, one)


@allow(MEMBER)
@require_POST
def vacancy_submit(request, public_id):
    """Send a saved draft in, or take it back (action=withdraw)."""
    _, one = own_vacancy(request, public_id)
    if request.POST.get("action") == "withdraw":
        with refusals_said(request):
            withdraw_vacancy(one, request.user)
            messages.success(request, "已撤回，可以继续修改，改好后再提交。")
        return redirect("enterprises:vacancy", public_id)
    try:
        submit_vacancy(one, request.user)
    except ValidationError as error:
        if one.state not in EDITABLE:
            messages.error(request, sentences(error))
            return redirect("enterprises:vacancy", public_id)
        if getattr(error, "code", "") != FINDINGS:
            messages.error(request, sentences(error))
        return redirect(f"{edit_url(one)}?check=1")
    messages.success(request, submitted_words(one))
    return redirect("enterprises:vacancy", public_id)


@allow(MEMBER)
@require_POST
def vacancy_extend(request, public_id):
    """Show it longer."""
    enterprise, one = own_vacancy(request, public_id)
    form = ExtendForm(request.POST)
    if form.is_valid():
        try:
            one = extend_vacancy(one, request.user, days=form.cleaned_data["days"])
        except ValidationError as error:
            to_form(form, error)
        else:
            messages.success(request, f"已延长，{one.expires_on:%Y-%m-%d} 之前都能看到。")
            return redirect("enterprises:vacancy", public_id)
    return _vacancy_page(request, enterprise, one, extend=form)


@allow(MEMBER)
@require_POST
def vacancy_copy(request, public_id):
    """A new draft like this one."""
    _, one = own_vacancy(request, public_id)
    copy = copy_vacancy(one, request.user)
    messages.success(request, "已复制成草稿，改好后提交审核。")
    return redirect(edit_url(copy))


@allow(MEMBER)
def vacancy_close(request, public_id):
    """End it with the outcome. The page asks; the button on it does."""
    enterprise, one = own_vacancy(request, public_id)
    if one.state == VacancyState.CLOSED:
        raise Http404
    initial = {} if one.state == VacancyState.PUBLISHED else {"outcome": "cancelled"}
    form = CloseVacancyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            close_vacancy(one, request.user, **form.cleaned_data)
        except ValidationError as error:
            to_form(form, error)
        else:
            messages.success(request, "岗位已结束，求职者看不到了。")
            return redirect("enterprises:vacancy", public_id)
    context = {"form": form, "vacancy": one}
    return page(request, "enterprises/vacancy_close.html", context, enterprise=enterprise)


def edit_url(vacancy):
    """Address of the form."""
    return reverse("enterprises:vacancy_edit", args=[vacancy.public_id])


def submitted_words(vacancy):
    """What comes next after sending in."""
    return f"已提交审核。{vacancy.enterprise.district.name}工作人员审核，一般 1 个工作日内答复。"


def _vacancy_page(request, enterprise, one, extend=None):
    reviews = list(one.reviews.select_related("reviewed_by__region")[:10])
    context = {
        "vacancy": one,
        "editable": one.state in EDITABLE,
        "reviews": reviews,
        "returned": next(iter(reviews), None) if one.state == VacancyState.RETURNED else None,
        "history": history_of(one, TOLD, begun="建了草稿", reader=request.user),
        "extend": extend or ExtendForm(),
        "applied": one.applications.count(),
        "unanswered": one.applications.unanswered().count(),
    }
    return page(request, "enterprises/vacancy.html", context, enterprise=enterprise)
