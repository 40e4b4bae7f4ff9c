"""Staff: the figures the documents leave to the bureau. City staff write, the others read."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.access import OFFICERS, allow
from portal.refused import Refused
from subsidies import policy_pages
from subsidies.models import LocalParameter
from subsidies.policy_forms import ParameterForm, ReturnForm
from subsidies.services import local_parameters as service

from .policy_staff import WRITERS
from .said import refusals_said


@allow(OFFICERS)
@require_safe
def parameters(request):
    """Every figure by name: what waits for the other person, then its values, newest first."""
    return render(
        request,
        "subsidies/policies_staff/parameters.html",
        {
            "timelines": policy_pages.parameter_timelines(request.user),
            "may_write": request.user.role in WRITERS,
            "form": ReturnForm(),
        },
    )


@allow(WRITERS)
def parameter_new(request):
    """Propose a value; another person approves it."""
    form = ParameterForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        initial={"name": request.GET.get("name")},
    )
    if form.is_bound and form.is_valid():
        try:
            row = service.propose_parameter(request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "已提交。由另一人批准后，从写明的那天起有效。")
            return redirect(f"{_list()}#{row.name}")
    return render(
        request,
        "subsidies/policies_staff/parameter_new.html",
        {"form": form},
        status=422 if form.is_bound else 200,
    )


@allow(OFFICERS)
@require_POST
def parameter_act(request, public_id, act):
    """Approve a proposed value, or return it with a reason."""
    row = get_object_or_404(LocalParameter.objects.visible_to(request.user), public_id=public_id)
    if act not in ("approve", "return"):
        raise Http404
    with refusals_said(request):
        if act == "approve":
            service.approve_parameter(row, request.user)
            messages.success(request, "已批准。下次筛查按新的值计算。")
        else:
            form = ReturnForm(request.POST)
            if not form.is_valid():
                raise Refused("".join(form.errors["reason"]))
            service.reject_parameter(row, request.user, form.cleaned_data["reason"])
            messages.success(request, "已退回。")
    return redirect(f"{_list()}#{row.name}")


def _list():
    return reverse("subsidies:parameters")
