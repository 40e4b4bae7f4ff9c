"""Staff: shortage declarations, one of them, start serving, record people who came, close."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, Prefetch, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from enterprises.filters import ShortageFilter
from enterprises.forms.shortages import CloseForm, FillForm
from enterprises.models import KeyListEntry, ShortageDeclaration
from enterprises.services.shortages import (
    close_shortage,
    fitting_outcome,
    record_fill,
    start_serving,
)
from enterprises.shortage_history import shortage_history
from hotlines.models import Assignment
from portal.accounts.access import BUREAU, allow

from .owned import refusals_said, to_form

PAGE_SIZE = 20


@allow(BUREAU)
def shortages(request):
    """Declarations the user sees: emergencies first, then the oldest that is not closed."""
    today = timezone.localdate()
    params = request.GET.copy()
    params.setdefault("state", "unclosed")
    found = ShortageFilter(params, queryset=ShortageDeclaration.objects.visible_to(request.user))
    key = KeyListEntry.objects.on(today).filter(enterprise=OuterRef("enterprise_id"))
    rows = (
        found.qs.select_related("enterprise__region__parent", "served_by")
        .prefetch_related(
            "items",
            Prefetch(
                "enterprise__assignments",
                Assignment.objects.active().select_related("commissioner__user"),
                to_attr="active_assignments",
            ),
        )
        .annotate(is_key=Exists(key))
        .order_by(F("closed_at").desc(nulls_first=True), "-is_emergency", "declared_at", "pk")
    )
    totals = found.qs.aggregate(
        missing=Sum("missing_total", default=0), filled=Sum("filled_total", default=0)
    )
    context = {
        "filter": found,
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "totals": totals,
    }
    return render(request, "enterprises/staff/shortages.html", context)


@allow(BUREAU)
def shortage(request, public_id):
    """One declaration; action=serve|fill|close changes it."""
    declaration = get_object_or_404(
        ShortageDeclaration.objects.visible_to(request.user)
        .select_related("enterprise__region", "enterprise__industry", "served_by", "declared_by")
        .distinct(),
        public_id=public_id,
    )
    action = request.POST.get("action") if request.method == "POST" else None
    if action not in (None, "serve", "fill", "close"):
        raise Http404
    fill = FillForm(
        request.POST if action == "fill" else None, initial={"filled_on": timezone.localdate()}
    )
    close = CloseForm(
        request.POST if action == "close" else None,
        initial={"outcome": fitting_outcome(declaration).value},
    )
    if action == "serve":
        with refusals_said(request):
            start_serving(declaration, request.user)
            messages.success(request, "已开始服务，企业看得到由谁服务。")
        return redirect("workbench:shortage", public_id)
    if action and _do(request, declaration, action, fill if action == "fill" else close):
        return redirect("workbench:shortage", public_id)
    context = {
        "declaration": declaration,
        "items": declaration.items.select_related("occupation"),
        "fills": declaration.fills.select_related("recorded_by"),
        "vacancies": declaration.vacancies.all()[:20],
        "history": shortage_history(declaration, request.user),
        "assignment": Assignment.objects.active()
        .filter(enterprise_id=declaration.enterprise_id)
        .select_related("commissioner__user")
        .first(),
        "key_today": KeyListEntry.objects.on(timezone.localdate()).filter(
            enterprise_id=declaration.enterprise_id
        ),
        "fill": fill,
        "close": close,
        "acts": request.user.may_act,
    }
    return render(request, "enterprises/staff/shortage.html", context)


def _do(request, declaration, action, form):
    """Whether the act was done; otherwise the form says why not."""
    if not form.is_valid():
        return False
    try:
        if action == "fill":
            record_fill(declaration, request.user, **form.cleaned_data)
            messages.success(request, f"已登记到岗 {form.cleaned_data['persons']} 人。")
        else:
            close_shortage(declaration, request.user, **form.cleaned_data)
            messages.success(request, "已销号，企业会收到消息。")
    except ValidationError as error:
        to_form(form, error)
        return False
    return True
