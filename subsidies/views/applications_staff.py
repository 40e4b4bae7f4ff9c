"""Staff: the applications of a region, one of them with the records beside it, deciding, returning."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from portal.accounts.access import OFFICERS, allow
from portal.accounts.crypto import blind_index
from portal.accounts.identity import normalise
from portal.places.models import Division
from subsidies.application_forms import CompletionForm, StaffFilterForm
from subsidies.application_view import person_rows, shared_rows
from subsidies.enums import SubsidyApplicationState
from subsidies.explain import Names, explain, outcome_words
from subsidies.forms import ReasonForm
from subsidies.models import Decision, Entitlement, SubsidyApplication
from subsidies.progress import claim_steps
from subsidies.record_life import life_of
from subsidies.services import application_decisions as service
from subsidies.services.applications import living_claim
from subsidies.services.claims import REVIEWER_ROLES
from subsidies.services.entitlements import describe, of_enterprise

from .said import refusals_said

PER_PAGE = 30


@allow(OFFICERS)
def applications(request):
    """Handed in and not taken back; those that wait for staff first."""
    seen = SubsidyApplication.objects.visible_to(request.user)
    titles = {}
    for one in seen.order_by("provision_id").distinct("provision_id").select_related("policy"):
        titles[one.provision_id] = service.title_of(one)
    regions = [
        place
        for place in Division.objects.districts_of(
            request.user.region_scope[:4] or settings.CITY_CODE
        )
        if place.code.startswith(request.user.region_scope[:6])
    ]
    form = StaffFilterForm(request.GET, provisions=titles.items(), regions=regions)
    chosen = form.chosen()
    listed = (
        _narrow(seen, chosen).select_related("policy", "region").order_by("-submitted_at", "-pk")
    )
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    decisions = {
        one.application_id: one
        for one in Decision.objects.standing()
        .filter(application__in=[one.pk for one in page])
        .defer("trace", "facts", "amount_steps")
    }
    return render(
        request,
        "subsidies/applications/staff_list.html",
        {
            "form": form,
            "chosen": chosen,
            "page": page,
            "rows": [(one, service.title_of(one), _words(decisions.get(one.pk))) for one in page],
            "waiting": seen.filter(state=SubsidyApplicationState.SUBMITTED).count(),
        },
    )


def _words(decision):
    return (outcome_words(decision), decision.amount_fen) if decision else ("", 0)


def _narrow(seen, chosen):
    if chosen["state"]:
        seen = seen.filter(state=chosen["state"])
    if chosen["provision"]:
        seen = seen.filter(provision_id=chosen["provision"])
    if chosen["region"]:
        seen = seen.filter(region__code__startswith=chosen["region"])
    words = chosen["q"].strip()
    if words:
        with_person = Q(persons__identity_index=blind_index(normalise(words)))
        seen = seen.filter(Q(enterprise__name__icontains=words) | with_person).distinct()
    return seen


def _one(request, public_id):
    return get_object_or_404(
        SubsidyApplication.objects.visible_to(request.user).select_related(
            "policy", "region", "enterprise", "handled_by"
        ),
        public_id=public_id,
    )


@allow(OFFICERS)
def application(request, public_id):
    """One application: what was stated beside the records, the decision, what is still open."""
    return _page(request, _one(request, public_id))


def _page(request, one, forms=None, status=200):
    decision = service.standing_decision(one)
    claim = living_claim(one)
    shared = shared_rows(one, decision) if decision else []
    persons = person_rows(one, decision) if decision else []
    in_hand = one.state in (SubsidyApplicationState.SUBMITTED, SubsidyApplicationState.DECIDED)
    is_late = in_hand and service.may_correct(one)
    changeable = in_hand and (claim is None or claim.state in ("screened", "returned"))
    acts = request.user.role in REVIEWER_ROLES
    may_act = acts and (changeable or is_late)
    if forms is None and may_act:
        forms = _completion_forms(shared, persons, None)
    if decision:
        decision.application = one
    return render(
        request,
        "subsidies/applications/staff_detail.html",
        {
            "one": one,
            "title": service.title_of(one),
            "decision": decision,
            "view": explain(decision, Names.for_decisions([decision])) if decision else None,
            "shared": shared,
            "persons": persons,
            "claim": claim,
            "steps": claim_steps(claim, for_staff=True) if claim else (),
            "life": life_of(claim) if claim else None,
            "documents": one.documents.all(),
            "history": [
                (made, outcome_words(made))
                for made in one.decisions.defer("trace", "facts", "amount_steps").order_by("-pk")
            ],
            "had": _had(one),
            "forms": [part for part in forms or [] if part[3]],
            "corrections": [part for part in forms or [] if not part[3]],
            "may_act": may_act,
            "may_return": may_act and not is_late,
            "is_late": is_late,
            "is_open": one.state == SubsidyApplicationState.SUBMITTED,
            "reason_form": ReasonForm(),
        },
        status=status,
    )


def _had(one):
    """What its beneficiaries have had otherwise, in words."""
    names = [person.beneficiary for person in one.persons.all()]
    if one.enterprise_id:
        names.append(of_enterprise(one.enterprise_id))
    rows = (
        Entitlement.objects.filter(beneficiary__in=names, released_at__isnull=True)
        .exclude(claim__decision__application=one)
        .select_related("claim__decision__policy")
        .order_by("taken_at")
        .distinct()
    )
    return list(dict.fromkeys(describe(row) for row in rows[:20]))


def _completion_forms(shared, persons, data):
    """(heading, row, form, whether nobody knows it yet) for every fact staff may enter by papers:
    what no record shows, and what was stated or entered before and may be wrong."""
    made = [("", None, fact) for fact in shared]
    made += [
        (f"第 {person.number} 位 {person.name}", person.row, fact)
        for person in persons
        for fact in person.facts
    ]
    return [
        (
            heading,
            row,
            CompletionForm(data, prefix=f"c{row or 0}-{fact.name}", names=[fact.name]),
            fact.is_open,
        )
        for heading, row, fact in made
        if fact.is_open or fact.can_correct
    ]


@allow(OFFICERS)
@require_POST
def application_decide(request, public_id):
    """Keep what was completed, read the records again, decide."""
    one = _one(request, public_id)
    decision = service.standing_decision(one)
    shared = shared_rows(one, decision) if decision else []
    persons = person_rows(one, decision) if decision else []
    forms = _completion_forms(shared, persons, request.POST)
    right = [form.is_valid() for _, _, form, _ in forms]  # all of them, so that all mistakes show
    if not all(right):
        return _page(request, one, forms, 422)
    completions = [
        service.Completion(name, value, form.cleaned_data["document"], row)
        for _, row, form, _ in forms
        for name, value in form.declared().items()
    ]
    with refusals_said(request) as outcome:
        decided = service.complete(one, request.user, completions)
    if not outcome.refused:
        messages.success(request, f"已重新决定：{outcome_words(decided)}。")
    return redirect("subsidies:application", one.public_id)


@allow(OFFICERS)
@require_POST
def application_return(request, public_id):
    """Give it back to the applicant with a reason."""
    one = _one(request, public_id)
    with refusals_said(request) as outcome:
        service.give_back(one, request.user, request.POST.get("reason", ""))
    if not outcome.refused:
        messages.success(request, "已退回申请人补正，理由已告诉对方。")
    return redirect("subsidies:application", one.public_id)
