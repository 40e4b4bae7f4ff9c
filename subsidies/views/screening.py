"""Staff: screening runs, their list, one decision."""

import re

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render

from portal.accounts.access import OFFICERS, allow
from portal.accounts.enums import Role
from portal.reports.workbook import workbook_response
from portal.runs.models import JobRun
from subsidies import screening_list, workbook
from subsidies.enums import ClaimState
from subsidies.explain import Names, explain, fact_lines
from subsidies.forms import ReasonForm, RunFilterForm
from subsidies.models import Claim, ClaimBatch, Decision, ScreeningRun
from subsidies.payment_forms import DocumentForm
from subsidies.progress import batch_steps, claim_steps
from subsidies.record_life import life_of, ticked_by
from subsidies.services.claims import REVIEWER_ROLES
from subsidies.services.screening import KIND

PER_PAGE = 20
# What portal.runs puts before the words of an error; before Chinese ones nobody needs it.
_CLASS = re.compile(r"^\w+: (?=[^\x00-\x7f])")


@allow(OFFICERS)
def runs(request):
    """Every run that wrote something, and the last night's job."""
    screenings = ScreeningRun.objects.visible_to(request.user).select_related("run", "region")
    job = JobRun.objects.filter(kind=KIND).first()
    return render(
        request,
        "subsidies/runs.html",
        {
            "page": Paginator(screenings, PER_PAGE).get_page(request.GET.get("page")),
            "job": job,
            "reason": _CLASS.sub("", job.error) if job else "",
        },
    )


def _run(request, public_id):
    runs = ScreeningRun.objects.visible_to(request.user).select_related(
        "run", "region", "released_by"
    )
    return get_object_or_404(runs, public_id=public_id)


def _filtered(request, run):
    regions = screening_list.regions_for(request.user, run)
    form = RunFilterForm(request.GET, regions=regions)
    chosen = form.chosen()
    decisions = screening_list.decisions_of(run, request.user)
    narrowed = (
        screening_list.narrow(decisions, chosen)
        .select_related("enterprise", "policy")
        .order_by("enterprise__region_id", "enterprise__name", "pk")
    )
    return form, chosen, decisions, narrowed


@allow(OFFICERS)
def run(request, public_id):
    """One run: outcomes as tabs, filters, a line for each enterprise."""
    screening = _run(request, public_id)
    form, chosen, decisions, narrowed = _filtered(request, screening)
    page = Paginator(narrowed, PER_PAGE).get_page(request.GET.get("page"))
    claims = Claim.objects.visible_to(request.user).filter(base_year=screening.base_year)
    batch = (
        ClaimBatch.objects.visible_to(request.user)
        .waiting()
        .filter(base_year=screening.base_year)
        .exclude(first_reviewer=request.user)
        .select_related("first_reviewer")
        .first()
    )
    return render(
        request,
        "subsidies/run.html",
        {
            "run": screening,
            "form": form,
            "chosen": chosen,
            "tabs": screening_list.tabs(decisions, chosen),
            "page": page,
            "rows": screening_list.rows_of(page),
            "policies": _policies(screening),
            "batch": batch,
            "batch_steps": batch_steps(batch, request.user) if batch else (),
            "batch_claims": _sum(Claim.objects.of_batch(batch)) if batch else None,
            "to_review": _sum(claims.filter(state=ClaimState.SCREENED)),
            "may_release": screening.held and request.user.role == Role.CITY_STAFF,
            "document_form": DocumentForm(),
            "later": ScreeningRun.objects.filter(
                region=screening.region, base_year=screening.base_year, number__gt=screening.number
            ).last(),
        },
    )


def _sum(claims):
    amounts = list(claims.order_by().values_list("amount_fen", flat=True))
    return {"count": len(amounts), "fen": sum(amounts)}


def _policies(screening):
    return (
        Decision.objects.filter(screening=screening)
        .order_by("policy__document_number")
        .values_list("policy__document_number", flat=True)
        .distinct()
    )


@allow(OFFICERS)
def run_workbook(request, public_id):
    """The same list under the same filters as an Excel workbook."""
    screening = _run(request, public_id)
    _, _, _, narrowed = _filtered(request, screening)
    content = workbook.run_workbook(screening, narrowed.iterator(chunk_size=2000))
    name = f"{screening.base_year}年度稳岗返还筛查-第{screening.number}次.xlsx"
    return workbook_response(content, name)


@allow(OFFICERS)
def decision(request, public_id):
    """One decision with everything it was computed from, and the enterprise's others."""
    one = get_object_or_404(
        Decision.objects.visible_to(request.user).select_related(
            "enterprise__region",
            "enterprise__industry",
            "policy",
            "screening__region",
            "supersedes__screening",
            "application",
        ),
        public_id=public_id,
    )
    if one.application_id is not None:
        return redirect("subsidies:application", one.application.public_id)
    siblings = list(
        Decision.objects.filter(screening=one.screening_id, enterprise=one.enterprise_id)
        .select_related("policy", "screening")
        .order_by("pk")
    )
    names = Names.for_decisions(siblings)
    claim = (
        Claim.objects.filter(decision__in=[s.pk for s in siblings])
        .select_related(
            "first_reviewer__region", "second_reviewer__region", "notice", "batch", "decision"
        )
        .first()
    )
    return render(
        request,
        "subsidies/decision.html",
        {
            "one": one,
            "enterprise": one.enterprise,
            "views": [(s, explain(s, names)) for s in siblings if s.pk == one.pk],
            "others": [(s, explain(s, names)) for s in siblings if s.pk != one.pk],
            "facts": fact_lines(one, names),
            "place": names.place(one.enterprise.region_id),
            "history": _history(one),
            "successor": one.successor(),
            "claim": claim,
            "steps": claim_steps(claim, for_staff=True) if claim else (),
            "claim_history": claim.steps.select_related("by") if claim else (),
            "life": life_of(claim) if claim else None,
            "checks": ticked_by(claim) if claim and claim.decision_id == one.pk else (),
            "may_tick": claim is not None
            and claim.decision_id == one.pk
            and claim.state == ClaimState.SCREENED
            and request.user.role in REVIEWER_ROLES,
            "may_return": claim is not None
            and claim.state
            in (ClaimState.SCREENED, ClaimState.FIRST_REVIEWED, ClaimState.PUBLISHED),
            "may_reopen": claim is not None and claim.state == ClaimState.RETURNED,
            "reason_form": ReasonForm(),
        },
    )


def _history(one):
    """Earlier and later decisions of the same provision for the enterprise, newest first."""
    return (
        Decision.objects.filter(
            enterprise=one.enterprise_id, provision_id=one.provision_id, base_year=one.base_year
        )
        .select_related("screening")
        .order_by("-pk")
    )
