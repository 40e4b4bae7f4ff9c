"""An enterprise's own: “我的政策”, one decision on paper, an objection."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect

from enterprises.access import current_enterprise
from enterprises.views.owned import page
from hotlines.models import Assignment
from portal.accounts.access import MEMBER, allow
from portal.ui.formatting import full_date
from subsidies.explain import Names, explain, provision_of
from subsidies.forms import ObjectionForm
from subsidies.models import Decision
from subsidies.my_policies import my_policies
from subsidies.services.objections import object_to_decision
from subsidies.services.reasons import clause

from .said import refusals_said


@allow(MEMBER)
def policies(request):
    """What the enterprise gets and why, and what it misses by one condition."""
    enterprise = current_enterprise(request)
    assignment = (
        Assignment.objects.active()
        .filter(enterprise=enterprise)
        .select_related("commissioner__user")
        .first()
    )
    context = my_policies(enterprise, request.user)
    context["commissioner"] = assignment.commissioner if assignment else None
    return page(request, "subsidies/my_policies.html", context, enterprise=enterprise)


def _decision(request, enterprise, public_id):
    return get_object_or_404(
        Decision.objects.visible_to(request.user)
        .screened()
        .select_related("policy", "screening__region"),
        enterprise=enterprise,
        public_id=public_id,
    )


@allow(MEMBER)
def decision_paper(request, public_id):
    """One decision as an official paper, to print."""
    enterprise = current_enterprise(request)
    one = _decision(request, enterprise, public_id)
    return page(
        request,
        "subsidies/decision_paper.html",
        {
            "one": one,
            "view": explain(one, Names.for_decisions([one])),
            "ground": f"{one.policy.document_number} {clause(provision_of(one).cite)}",
        },
        enterprise=enterprise,
    )


@allow(MEMBER)
def object_to(request, public_id):
    """The form to object to a decision."""
    enterprise = current_enterprise(request)
    one = _decision(request, enterprise, public_id)
    form = ObjectionForm(
        request.POST or None,
        initial={"name": enterprise.name, "phone": request.user.phone},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_said(request) as outcome:
            filed = object_to_decision(one, user=request.user, **form.cleaned_data)
        if not outcome.refused:
            messages.success(
                request, f"异议已收到。{full_date(filed.due_on)}下班前书面答复，会发消息告诉您。"
            )
            return redirect("enterprises:policies")
    return page(
        request,
        "subsidies/object.html",
        {"one": one, "view": explain(one, Names.for_decisions([one])), "form": form},
        enterprise=enterprise,
        status=400 if form.errors else 200,
    )
