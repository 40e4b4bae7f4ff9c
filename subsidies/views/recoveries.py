"""Staff: money that has to come back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.accounts.access import OFFICERS, allow
from portal.ui.formatting import yuan
from subsidies.enums import RecoveryState
from subsidies.models import Recovery
from subsidies.payment_forms import DocumentForm, NotifyForm, RepaymentForm
from subsidies.services import recoveries as service
from subsidies.services.claims import REVIEWER_ROLES
from subsidies.services.naming import claim_title

from .said import refusals_said

PER_PAGE = 30
OVERDUE = "overdue"


def _seen(user):
    return (
        Recovery.objects.visible_to(user)
        .select_related(
            "claim__enterprise", "claim__decision__application__user", "claim__decision__policy",
            "decision", "waive_asked_by", "waived_by", "handled_by",
        )
        .defer("claim__decision__facts", "claim__decision__trace", "decision__facts")
    )  # fmt: skip


@allow(OFFICERS)
def recoveries(request):
    """Every recovery by state; those overdue first of all."""
    today, chosen = timezone.localdate(), request.GET.get("state", "")
    everything = Recovery.objects.visible_to(request.user)
    late = service.overdue(everything, today)
    listed = _seen(request.user).order_by("due_on", "-opened_at", "pk")
    if chosen == OVERDUE:
        listed = service.overdue(listed, today)
    elif chosen in RecoveryState.values:
        listed = listed.filter(state=chosen)
    pending = everything.filter(state__in=("open", "notified")).aggregate(
        fen=Sum("amount_fen"), repaid=Sum("repaid_fen")
    )
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "subsidies/recoveries/list.html",
        {
            "page": page,
            "rows": [(one, one.due_on and one.due_on < today) for one in page],
            "chosen": chosen,
            "states": RecoveryState,
            "late_count": late.count(),
            "left_fen": (pending["fen"] or 0) - (pending["repaid"] or 0),
        },
    )


@allow(OFFICERS)
def recovery(request, public_id):
    """One recovery: why, how much has come back, the next step."""
    one = get_object_or_404(_seen(request.user), public_id=public_id)
    acts = request.user.role in REVIEWER_ROLES
    pending = one.state in (RecoveryState.OPEN, RecoveryState.NOTIFIED)
    return render(
        request,
        "subsidies/recoveries/detail.html",
        {
            "one": one,
            "title": claim_title(one.claim),
            "repayments": one.repayments.select_related("recorded_by"),
            "steps": one.claim.steps.filter(note__startswith="追回").select_related("by"),
            "is_late": pending and one.due_on and one.due_on < timezone.localdate(),
            "may_notify": acts and one.state == RecoveryState.OPEN,
            "may_repay": acts and pending,
            "may_ask": acts and pending and not one.waive_asked_by_id,
            "may_agree": acts and pending and one.waive_asked_by_id not in (None, request.user.pk),
            "notify_form": NotifyForm(),
            "repayment_form": RepaymentForm(),
            "document_form": DocumentForm(),
        },
    )


@allow(OFFICERS)
def letter(request, public_id):
    """The letter that asks for the money, to print; there is none before the notification."""
    one = get_object_or_404(
        _seen(request.user).filter(notified_at__isnull=False), public_id=public_id
    )
    return render(
        request, "subsidies/recoveries/letter.html", {"one": one, "title": claim_title(one.claim)}
    )


def _notify(request, one):
    form = NotifyForm(request.POST)
    if form.is_valid():
        service.notify_recovery(one.public_id, request.user, form.cleaned_data["working_days"])
    return form, "已通知对方，可以打印通知书。"


def _repay(request, one):
    form = RepaymentForm(request.POST)
    if form.is_valid():
        service.record_repayment(one.public_id, request.user, **form.cleaned_data)
        return form, f"已登记退还 {yuan(form.cleaned_data['amount_fen'])} 元。"
    return form, ""


def _ask(request, one):
    form = DocumentForm(request.POST)
    if form.is_valid():
        service.ask_waiver(one.public_id, request.user, form.cleaned_data["document"])
    return form, "已提出不再追回，等另一人同意。"


def _agree(request, one):
    service.agree_waiver(one.public_id, request.user)
    return None, "已同意不再追回，已告诉对方。"


def _refuse(request, one):
    service.refuse_waiver(one.public_id, request.user)
    return None, "没有同意，继续追回。"


_ACTS = {"notify": _notify, "repay": _repay, "waive": _ask, "agree": _agree, "refuse": _refuse}


@allow(OFFICERS)
@require_POST
def recovery_act(request, public_id, act):
    """One of the steps of a recovery."""
    if act not in _ACTS:
        raise Http404
    one = get_object_or_404(Recovery.objects.visible_to(request.user), public_id=public_id)
    with refusals_said(request) as outcome:
        form, done = _ACTS[act](request, one)
        if form is not None and not form.is_valid():
            messages.error(request, "".join(sum(form.errors.values(), [])))
            return redirect("subsidies:recovery", one.public_id)
    if not outcome.refused:
        messages.success(request, done)
    return redirect("subsidies:recovery", one.public_id)
