"""Staff: budgets of a year, and letting a run go on that exceeds one."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from portal.accounts.access import OFFICERS, allow
from portal.accounts.enums import Role
from portal.ui.formatting import yuan
from subsidies.forms import ReasonForm
from subsidies.models import Budget, Claim, ScreeningRun
from subsidies.payment_forms import BudgetForm
from subsidies.services import budgets as service

from .said import refusals_said


def _groups():
    """Kinds a budget can be for: those with claims, and the refund in any case."""
    screened = Claim.objects.filter(decision__application=None)
    used = screened.order_by().values_list("exclusivity_group", flat=True).distinct()
    return [(one, service.group_label(one)) for one in dict.fromkeys(["refund", *sorted(used)])]


@allow(OFFICERS)
def budgets(request):
    """Proposals that wait, budgets in force with what is committed, what came before."""
    user = request.user
    seen = Budget.objects.visible_to(user)
    may_act = user.role == Role.CITY_STAFF
    year = ScreeningRun.objects.visible_to(user).values_list("base_year", flat=True).first()
    initial = {"base_year": year, "group": "refund"}
    form = BudgetForm(
        request.POST or None, scope=user.region_scope, groups=_groups(), initial=initial
    )
    if request.method == "POST":
        if not may_act:
            raise Http404
        if form.is_valid():
            with refusals_said(request) as outcome:
                service.propose_budget(user, **form.cleaned_data)
            if not outcome.refused:
                messages.success(request, "已登记，等另一人批准后生效。")
                return redirect("subsidies:budgets")
    # The choice of the last approved one cannot be joined to others, so its keys are read first.
    in_force = list(seen.in_force().values_list("pk", flat=True))
    listed = seen.select_related("region", "author", "approver", "rejected_by")
    return render(
        request,
        "subsidies/budgets.html",
        {
            "waiting": [
                (one, service.group_label(one.exclusivity_group), one.author_id == user.pk)
                for one in listed.filter(approver=None, rejected_by=None)
            ],
            "rows": [_row(one) for one in listed.filter(pk__in=in_force)],
            "earlier": [
                (one, service.group_label(one.exclusivity_group))
                for one in listed.exclude(pk__in=in_force).exclude(approver=None, rejected_by=None)
            ],
            "form": form,
            "reason_form": ReasonForm(),
            "may_act": may_act,
        },
        status=400 if form.errors else 200,
    )


def _row(budget):
    count, fen = service.committed(budget.region_id, budget.base_year, budget.exclusivity_group)
    return {
        "budget": budget,
        "label": service.group_label(budget.exclusivity_group),
        "count": count,
        "fen": fen,
        "left_fen": budget.amount_fen - fen,
    }


@allow(OFFICERS)
@require_POST
def budget_act(request, pk, act):
    """Approve a proposal or send it back."""
    budget = get_object_or_404(Budget.objects.visible_to(request.user), pk=pk)
    if act not in ("approve", "reject"):
        raise Http404
    with refusals_said(request) as outcome:
        if act == "approve":
            service.approve_budget(budget.pk, request.user)
        else:
            service.reject_budget(budget.pk, request.user, request.POST.get("reason", ""))
    if not outcome.refused:
        done = "已批准，从现在起按它核对" if act == "approve" else "已退回"
        messages.success(request, f"预算 {yuan(budget.amount_fen)} 元{done}。")
    return redirect("subsidies:budgets")


@allow(OFFICERS)
@require_POST
def release(request, public_id):
    """Let a held run go on, by a document."""
    seen = ScreeningRun.objects.visible_to(request.user)
    if request.user.role == Role.CITY_STAFF:
        # Whose it is to decide on: another city's is none of theirs.
        seen = seen.filter(region__code__startswith=request.user.region_scope)
    run = get_object_or_404(seen, public_id=public_id)
    with refusals_said(request) as outcome:
        service.release_run(run.public_id, request.user, request.POST.get("document", ""))
    if not outcome.refused:
        messages.success(request, f"{run}已放行，可以初审。")
    return redirect("subsidies:run", run.public_id)
