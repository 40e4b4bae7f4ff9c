"""Staff: the list of enterprises, one enterprise, its key lists, its licence."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Max, Prefetch, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from enterprises.enums import ShortageState, VacancyState
from enterprises.filters import EnterpriseFilter
from enterprises.forms.staff import KeyListForm, LicenceReviewForm, TakeOffForm
from enterprises.history import history_of
from enterprises.models import Enterprise, KeyListEntry
from enterprises.refusals import sentences
from enterprises.services.key_lists import put_on_key_list, take_off_key_list
from enterprises.services.licences import mark_of, review_licence
from hotlines.models import Assignment
from portal.accounts.access import BUREAU, OFFICERS, allow
from portal.accounts.masking import mask

from .owned import refusals_said, to_form

PAGE_SIZE = 20
TOLD = (
    "name",
    "address",
    "entity_kind",
    "staff_total",
    "revenue_wan",
    "assets_wan",
    "size_class",
    "contact_name",
    "licence_state",
    "licence_reason",
    "licence_recheck_on",
)


def _may_decide(user):
    return user.may_act and user.role != "commissioner"


@allow(BUREAU)
def enterprises(request):
    """All the user sees, narrowed by filters; key lists, shortage and commissioner at a glance."""
    today = timezone.localdate()
    found = EnterpriseFilter(request.GET, queryset=Enterprise.objects.visible_to(request.user))
    shortage = Q(shortages__state__in=[ShortageState.OPEN, ShortageState.SERVING])
    rows = (
        found.qs.select_related("region__parent", "industry")
        .prefetch_related(
            Prefetch("key_entries", KeyListEntry.objects.on(today), to_attr="key_today"),
            Prefetch(
                "assignments",
                Assignment.objects.active().select_related("commissioner__user"),
                to_attr="active_assignments",
            ),
        )
        .annotate(open_shortages=Count("shortages", filter=shortage, distinct=True))
        .order_by("name", "pk")
    )
    context = {
        "filter": found,
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "waiting": Enterprise.objects.visible_to(request.user).licence_waiting().count(),
        "decides": _may_decide(request.user),
    }
    return render(request, "enterprises/staff/enterprises.html", context)


@allow(BUREAU)
def enterprise(request, public_id):
    """One enterprise: facts, lists, shortages, vacancies, tickets, visits, who looks after it."""
    return _enterprise_page(request, _seen(request, public_id))


@allow(OFFICERS)
@require_POST
def key_list_add(request, public_id):
    """Put it on a key list."""
    one = _seen(request, public_id)
    form = KeyListForm(request.POST)
    if form.is_valid():
        try:
            entry = put_on_key_list(one, request.user, **form.cleaned_data)
        except ValidationError as error:
            to_form(form, error)
        else:
            messages.success(request, f"已列入“{entry.get_kind_display()}”，企业会收到消息。")
            return redirect("workbench:enterprise", public_id)
    return _enterprise_page(request, one, key_form=form)


@allow(OFFICERS)
@require_POST
def key_list_end(request, public_id, pk):
    """Take it off a key list."""
    one = _seen(request, public_id)
    entry = get_object_or_404(KeyListEntry.objects.visible_to(request.user), pk=pk, enterprise=one)
    form = TakeOffForm(request.POST)
    with refusals_said(request):
        if not form.is_valid():
            raise ValidationError("没有保存：移出日期写成 2026-05-01 这样。")
        take_off_key_list(entry, request.user, **form.cleaned_data)
        messages.success(request, f"已登记移出“{entry.get_kind_display()}”。")
    return redirect("workbench:enterprise", public_id)


@allow(OFFICERS)
def licence_reviews(request):
    """Licences that nobody has looked at, longest waiting first."""
    rows = (
        Enterprise.objects.visible_to(request.user)
        .licence_waiting()
        .select_related("region__parent", "industry")
        .annotate(newest=Max("licence_files__uploaded_at"))
        .order_by("newest", "pk")
    )
    context = {"page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))}
    return render(request, "enterprises/staff/licence_reviews.html", context)


@allow(OFFICERS)
def licence_review(request, public_id):
    """Look at the newest licence beside what the enterprise said, and decide."""
    one = _seen(request, public_id)
    file = one.licence_files.select_related("uploaded_by").first()
    if file is None:
        raise Http404("no licence was sent")
    initial = {"file": file.public_id, "seen": mark_of(one)}
    form = LicenceReviewForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        looked_at = one.licence_files.filter(public_id=form.cleaned_data["file"]).first() or file
        approve = request.POST.get("decision") == "approve"
        try:
            review_licence(
                one,
                request.user,
                file=looked_at,
                seen=form.cleaned_data["seen"],
                approve=approve,
                reason=form.cleaned_data["reason"],
            )
        except ValidationError as error:
            if getattr(error, "code", "") == "taken":
                messages.error(request, sentences(error))
                return redirect("workbench:licence_review", public_id)
            to_form(form, error)
        else:
            done = "已核验通过，一年后复查。" if approve else "已退回，企业会收到原因。"
            messages.success(request, f"{one.name}：{done}")
            return redirect("workbench:licence_reviews")
    waiting = one.licence_checked_at is None or file.uploaded_at > one.licence_checked_at
    context = {
        "enterprise": one,
        "file": file,
        "earlier": one.licence_files.exclude(pk=file.pk)[:5],
        "form": form,
        "waiting": waiting,
        "decides": _may_decide(request.user),
    }
    return render(request, "enterprises/staff/licence_review.html", context)


def _seen(request, public_id):
    return get_object_or_404(
        Enterprise.objects.visible_to(request.user)
        .select_related("region__parent", "industry", "licence_checked_by")
        .distinct(),
        public_id=public_id,
    )


def _enterprise_page(request, one, key_form=None):
    vacancies = one.vacancies.exclude(state=VacancyState.DRAFT)
    assignments = list(
        Assignment.objects.filter(enterprise=one)
        .select_related("commissioner__user", "assigned_by")
        .order_by("ended_at", "-started_at")[:6]
    )
    context = {
        "one": one,
        "masked_phone": mask(one.contact_phone, "phone"),
        "has_licence": one.licence_files.exists(),
        "today": timezone.localdate(),
        "key_entries": one.key_entries.all(),
        "key_form": key_form or KeyListForm(initial={"starts_on": timezone.localdate()}),
        "take_off_form": TakeOffForm(initial={"ends_on": timezone.localdate()}),
        "shortages": one.shortages.all()[:10],
        "vacancies": vacancies[:10],
        "vacancy_count": vacancies.count(),
        "tickets": one.tickets.order_by("-created_at")[:5],
        "visits": one.visits.select_related("visited_by")[:5],
        "assignment": next((a for a in assignments if a.ended_at is None), None),
        "former": [a for a in assignments if a.ended_at is not None],
        "members": one.memberships.filter(ended_at__isnull=True).select_related("user"),
        "history": history_of(one, TOLD, begun="登记", reader=request.user)[:20],
        "decides": _may_decide(request.user),
        "acts": request.user.may_act,
    }
    return render(request, "enterprises/staff/enterprise.html", context)
