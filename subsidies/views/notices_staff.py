"""Staff: publishing lists, running notices, objections."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.accounts.access import OFFICERS, allow
from portal.places.working_days import uncertain
from portal.ui.formatting import cn_period, thousands, yuan
from subsidies.enums import ClaimState, ObjectionState
from subsidies.explain import DISTRICT_DIGITS, district_names, outcome_words
from subsidies.forms import AnswerForm, PublishForm, ReasonForm
from subsidies.models import Claim, ClaimBatch, Objection, PublicNotice
from subsidies.services import notices as service
from subsidies.services.claims import REVIEWER_ROLES
from subsidies.services.objections import answer_objection

from .notice_parts import clock_of, paper_state, pdf_response, state_of
from .said import refusals_said

PER_PAGE = 20


def _ready_batches(user):
    """Batches with twice-reviewed claims that no notice shows yet, as choices of the form."""
    batches = (
        ClaimBatch.objects.visible_to(user)
        .filter(claims__state=ClaimState.SECOND_REVIEWED)
        .distinct()
        .select_related("second_reviewer")
        .order_by("base_year", "number")
    )
    made = []
    for batch in batches:
        amounts = list(
            batch.claims.filter(state=ClaimState.SECOND_REVIEWED).values_list(
                "amount_fen", flat=True
            )
        )
        made.append(
            {
                "batch": batch,
                "count": len(amounts),
                "fen": sum(amounts),
                # The choice carries what was seen; another list is another choice.
                "key": f"{batch.public_id}:{len(amounts)}:{sum(amounts)}",
                "label": f"{batch.base_year} 年度第 {batch.number} 批：{thousands(len(amounts))} 户，"
                f"{yuan(sum(amounts))} 元",
            }
        )
    return made


@allow(OFFICERS)
def notices(request):
    """What can be published, objections to answer, and every notice."""
    user = request.user
    ready = _ready_batches(user)
    objections = (
        Objection.objects.visible_to(user)
        .unanswered()
        .select_related(
            "notice",
            "claim__enterprise",
            "claim__decision__application",
            "decision__enterprise",
            "decision__application",
        )
    )
    listed = (
        PublicNotice.objects.filter(region__code__startswith=user.region_scope[:4])
        .select_related("region")
        .annotate(
            open_objections=Count("objections", filter=Q(objections__state=ObjectionState.OPEN))
        )
        .defer("entries")
        .order_by("-starts_on", "-pk")
    )
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    first = service.first_day()
    return render(
        request,
        "subsidies/notices.html",
        {
            "ready": ready,
            "form": PublishForm(batches=ready) if ready else None,
            "first_day": first,
            "warning": uncertain(first, service.nth_workday(first, service.MOST_DAYS)),
            "objections": objections,
            "page": page,
            "rows": [(notice, state_of(notice)) for notice in page],
            "today": timezone.localdate(),
            "may_act": user.role in REVIEWER_ROLES,
        },
    )


@allow(OFFICERS)
@require_POST
def publish(request):
    """Publish the chosen batches as one list."""
    ready = _ready_batches(request.user)
    form = PublishForm(request.POST, batches=ready)
    if not form.is_valid():
        for name, errors in form.errors.items():
            stale = name == "batches" and request.POST.getlist("batches")
            words = "名单有变化，没有公示。请看过新的名单再办。" if stale else "".join(errors)
            messages.error(request, words)
        return redirect("subsidies:notices")
    chosen = [b["batch"].pk for b in ready if b["key"] in form.cleaned_data["batches"]]
    claims = Claim.objects.filter(batch__in=chosen, state=ClaimState.SECOND_REVIEWED)
    with refusals_said(request) as outcome:
        notice = service.publish_notice(
            list(claims.values_list("public_id", flat=True)),
            request.user,
            form.cleaned_data["working_days"],
        )
    if outcome.refused:
        return redirect("subsidies:notices")
    period = cn_period(notice.starts_on, notice.ends_on, timezone.localdate())
    messages.success(request, f"已公示 {notice.entry_count:,} 户，{period}。")
    return redirect("subsidies:notice", notice.public_id)


@allow(OFFICERS)
def notice(request, public_id):
    """A notice for staff: where each claim stands, objections, taking it down."""
    one = get_object_or_404(
        PublicNotice.objects.filter(region__code__startswith=request.user.region_scope[:4])
        .select_related("region", "published_by")
        .defer("entries"),
        public_id=public_id,
    )
    claims = (
        Claim.objects.visible_to(request.user)
        .filter(notice=one)
        .select_related("enterprise", "decision__application__user")
        .defer("decision__trace", "decision__facts", "decision__amount_steps")
        .order_by("enterprise__region_id", "enterprise__name", "pk")
    )
    state = state_of(one)
    page = Paginator(claims, 50).get_page(request.GET.get("page"))
    places = district_names(claim.region_id for claim in page)
    return render(
        request,
        "subsidies/notice.html",
        {
            "notice": one,
            "state": state,
            "clock": clock_of(one),
            "page": page,
            "rows": [(c, places.get(c.region_id[:DISTRICT_DIGITS])) for c in page],
            "objections": Objection.objects.visible_to(request.user)
            .filter(notice=one)
            .select_related("claim__enterprise"),
            "may_withdraw": not one.withdrawn_at
            and not one.concluded_at
            and request.user.role in REVIEWER_ROLES
            and one.region_id.startswith(request.user.region_scope),
            "reason_form": ReasonForm(),
            "paper": paper_state(one),
        },
    )


@allow(OFFICERS)
def pdf(request, public_id):
    """The notice as it is or was posted, also one that was taken down, for the file."""
    one = get_object_or_404(
        PublicNotice.objects.filter(region__code__startswith=request.user.region_scope[:4]).defer(
            "entries"
        ),
        public_id=public_id,
    )
    return pdf_response(one)


@allow(OFFICERS)
@require_POST
def withdraw(request, public_id):
    """Take a notice down."""
    one = get_object_or_404(
        PublicNotice.objects.filter(region__code__startswith=request.user.region_scope).defer(
            "entries"
        ),
        public_id=public_id,
    )
    with refusals_said(request) as outcome:
        service.withdraw_notice(one.public_id, request.user, request.POST.get("reason", ""))
    if not outcome.refused:
        messages.success(request, "公示已撤下，名单里的企业转为“退回”，等核对后重新办理。")
    return redirect("subsidies:notice", one.public_id)


@allow(OFFICERS)
def objection(request, public_id):
    """An objection and its answer."""
    one = get_object_or_404(
        Objection.objects.visible_to(request.user).select_related(
            "notice",
            "claim__decision__enterprise",
            "claim__decision__application",
            "decision__enterprise",
            "decision__application",
            "answered_by",
        ),
        public_id=public_id,
    )
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_said(request) as outcome:
            answer_objection(
                one.public_id,
                request.user,
                upheld=form.cleaned_data["upheld"] == "yes",
                answer=form.cleaned_data["answer"],
            )
        if not outcome.refused:
            messages.success(request, "已答复，提出异议的人会看到。")
            return redirect("subsidies:notices")
    decided = one.decision or (one.claim.decision if one.claim_id else None)
    return render(
        request,
        "subsidies/objection.html",
        {
            "objection": one,
            "decided": decided,
            "about": decided.subject_name if decided else "",
            "decided_words": outcome_words(decided) if decided else "",
            "form": form,
            "is_open": one.state == ObjectionState.OPEN,
            "may_answer": one.state == ObjectionState.OPEN and request.user.role in REVIEWER_ROLES,
        },
        status=400 if form.errors else 200,
    )
