"""Staff: first review, second review, returns."""

import random

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from portal.accounts.access import OFFICERS, allow
from portal.ui.formatting import thousands, yuan
from subsidies.enums import ClaimState
from subsidies.forms import FirstReviewForm, ReasonForm, SecondReviewForm
from subsidies.models import Claim, ClaimBatch, ScreeningRun
from subsidies.progress import batch_steps
from subsidies.screening_list import rows_of
from subsidies.services import claims as service
from subsidies.services import reopening
from subsidies.services.claims import REVIEWER_ROLES
from subsidies.services.manual_checks import unticked, with_unticked

from .said import refusals_said

PER_PAGE = 50
SAMPLE = 5


def queue_for(user, base_year=None):
    """Claims that wait for their first review, those of the user's region."""
    queue = Claim.objects.visible_to(user).filter(state=ClaimState.SCREENED)
    return queue.filter(base_year=base_year) if base_year else queue


def _years(user):
    years = queue_for(user).order_by("-base_year").values_list("base_year", flat=True)
    return list(years.distinct())


def _chosen_year(asked, years):
    """The year of the list: the one asked for, else the latest that has something waiting."""
    if asked and asked.isdecimal() and int(asked) in years:
        return int(asked)
    return years[0] if years else None


@allow(OFFICERS)
def reviews(request):
    """What waits for the second review, then for the first, then what was returned."""
    user = request.user
    years = _years(user)
    year = _chosen_year(request.GET.get("year"), years)
    queue = queue_for(user, year)
    totals = list(queue.order_by().values_list("amount_fen", flat=True))
    listed = queue.select_related("enterprise", "decision__application__user").order_by(
        "enterprise__region_id", "enterprise__name", "pk"
    )
    only_unchecked = request.GET.get("checks") == "1"
    if only_unchecked:
        listed = with_unticked(listed)
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    batches = (
        ClaimBatch.objects.visible_to(user).waiting().select_related("first_reviewer", "region")
    )
    returned = (
        Claim.objects.visible_to(user)
        .filter(state=ClaimState.RETURNED)
        .select_related("enterprise", "decision__application__user")
        .order_by("pk")
    )
    return render(
        request,
        "subsidies/reviews.html",
        {
            "batches": [(b, *_counted(b), b.first_reviewer_id == user.pk) for b in batches],
            "years": years,
            "year": year,
            "queue_count": len(totals),
            "queue_fen": sum(totals),
            "page": page,
            "rows": _lines(page),
            "returned": returned[:PER_PAGE],
            "held": ScreeningRun.objects.visible_to(user)
            .filter(held=True)
            .select_related("region"),
            "only_unchecked": only_unchecked,
            "unchecked": with_unticked(queue).count(),
            "may_review": user.role in REVIEWER_ROLES,
        },
    )


def _lines(claims):
    """(claim, row, checks nobody ticked) of claims with enterprise and decision selected."""
    claims = list(claims)
    # An application's figures are its own; its page shows them.
    screened = [claim for claim in claims if claim.decision.application_id is None]
    for claim in screened:
        # The enterprise is selected on the claim; the decision's would be another query.
        claim.decision.enterprise = claim.enterprise
    rows = {row.decision.pk: row for row in rows_of(claim.decision for claim in screened)}
    return [(claim, rows.get(claim.decision_id), len(unticked(claim))) for claim in claims]


def _counted(batch):
    amounts = list(Claim.objects.of_batch(batch).order_by().values_list("amount_fen", flat=True))
    return len(amounts), sum(amounts)


@allow(OFFICERS)
@require_POST
def first_review(request):
    """Pass the ticked claims, or the whole list as it was shown."""
    years = _years(request.user)
    year = _chosen_year(request.POST.get("year"), years)
    form = FirstReviewForm(request.POST, queue=queue_for(request.user, year))
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, "".join(errors))
        return redirect("subsidies:reviews")
    with refusals_said(request):
        batch = service.first_review(form.cleaned_data["claims"], request.user)
        count, fen = _counted(batch)
        messages.success(
            request,
            f"已初审 {thousands(count)} 户，{yuan(fen)} 元，编为第 {batch.number} 批。"
            "下一步由另一人复核。",
        )
    return redirect("subsidies:reviews")


def _batch(request, public_id):
    batches = ClaimBatch.objects.visible_to(request.user).select_related(
        "first_reviewer", "second_reviewer", "returned_by", "region"
    )
    return get_object_or_404(batches, public_id=public_id)


def sample_of(batch, pks):
    """Five claims drawn by lot: the same five for everyone who looks at this batch."""
    drawn = random.Random(batch.public_id).sample(sorted(pks), min(SAMPLE, len(pks)))
    return Claim.objects.filter(pk__in=drawn)


@allow(OFFICERS)
def batch(request, public_id):
    """A batch: steps, the sample, the whole list, and the second review."""
    one = _batch(request, public_id)
    claims = one.claims.select_related("enterprise", "decision__application__user").order_by(
        "enterprise__region_id", "enterprise__name", "pk"
    )
    sampled_only = request.GET.get("sample") == "1"
    if sampled_only:
        claims = claims.filter(pk__in=sample_of(one, one.claims.values_list("pk", flat=True)))
    page = Paginator(claims, PER_PAGE).get_page(request.GET.get("page"))
    count, fen = _counted(one)
    open_for_review = count > 0 and not one.second_reviewer_id and not one.returned_by_id
    return render(
        request,
        "subsidies/batch.html",
        {
            "batch": one,
            "count": count,
            "fen": fen,
            "steps": batch_steps(one, request.user),
            "page": page,
            "rows": _lines(page),
            "sampled_only": sampled_only,
            "open_for_review": open_for_review,
            "is_mine": one.first_reviewer_id == request.user.pk,
            "may_review": open_for_review
            and request.user.role in REVIEWER_ROLES
            and one.first_reviewer_id != request.user.pk,
            "form": SecondReviewForm(),
            "reason_form": ReasonForm(),
        },
    )


@allow(OFFICERS)
@require_POST
def second_review(request, public_id):
    """Pass a batch."""
    one = _batch(request, public_id)
    form = SecondReviewForm(request.POST)
    with refusals_said(request) as outcome:
        service.second_review(one.public_id, request.user, sampled=form.is_valid())
    if outcome.refused:
        return redirect("subsidies:batch", one.public_id)
    messages.success(request, f"第 {one.number} 批复核通过。下一步公示。")
    return redirect("subsidies:notices")


@allow(OFFICERS)
@require_POST
def return_batch(request, public_id):
    """Give a batch back to its first reviewer."""
    one = _batch(request, public_id)
    with refusals_said(request) as outcome:
        service.return_batch(one.public_id, request.user, request.POST.get("reason", ""))
    if outcome.refused:
        return redirect("subsidies:batch", one.public_id)
    messages.success(request, f"第 {one.number} 批已退回初审，理由已告诉{one.first_reviewer}。")
    return redirect("subsidies:reviews")


@allow(OFFICERS)
@require_POST
def checks(request, public_id):
    """Tick what a reviewer has looked at."""
    claim = get_object_or_404(
        Claim.objects.visible_to(request.user).select_related("decision"), public_id=public_id
    )
    with refusals_said(request) as outcome:
        service.tick_checks(claim.public_id, request.user, request.POST.getlist("checks"))
    if not outcome.refused:
        messages.success(request, "已记下您核对过的几项。")
    return redirect("subsidies:decision", claim.decision.public_id)


@allow(OFFICERS)
@require_POST
def claim_act(request, public_id, act):
    """Return one claim, or take a returned one up again; both with a reason."""
    acts = {
        "return": service.return_claim,
        "reopen": reopening.reopen_claim,
        "close": reopening.close_claim,
    }
    if act not in acts:
        raise Http404
    claim = get_object_or_404(
        Claim.objects.visible_to(request.user).select_related("enterprise", "decision"),
        public_id=public_id,
    )
    with refusals_said(request) as outcome:
        acts[act](claim.public_id, request.user, request.POST.get("reason", ""))
    if not outcome.refused:
        done = {
            "return": "已退回",
            "reopen": "已重新办理，从初审开始",
            "close": "这笔申领已结束办理",
        }
        messages.success(request, f"{claim.claimant_name}{done[act]}。")
    return redirect("subsidies:decision", claim.decision.public_id)
