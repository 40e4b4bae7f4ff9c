"""Applying for a subsidy: a job seeker for themselves, an enterprise's member for it or its people."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from enterprises.access import current_enterprise
from enterprises.views.owned import page as enterprise_page
from jobseekers.models import JobSeeker
from portal.accounts.access import MEMBER, OFFICERS, SEEKER, allow
from portal.accounts.enums import Role
from portal.ui.formatting import full_date
from subsidies.application_check import check, known_of, text_of
from subsidies.application_forms import ApplicationForm, DocumentForm, typed
from subsidies.application_view import fact_rows, person_rows, shared_rows
from subsidies.enums import SubsidyApplicationState
from subsidies.explain import Names, explain, outcome_words
from subsidies.forms import ObjectionForm
from subsidies.models import Decision, SubsidyApplication, SubsidyApplicationDocument
from subsidies.progress import claim_steps
from subsidies.record_life import life_of
from subsidies.services import applications as service
from subsidies.services.application_decisions import standing_decision, title_of
from subsidies.services.application_needs import needs_of
from subsidies.services.objections import object_to_decision
from subsidies.services.publishing import compiled

from .said import refusals_said

PER_PAGE = 20


def _enterprise(request):
    """The enterprise a member applies for; None for a job seeker."""
    if request.user.role == Role.ENTERPRISE_MEMBER:
        return current_enterprise(request)
    return None


def _page(request, template, context, enterprise, status=200):
    if enterprise is not None:
        context = {**context, "base": "enterprises/base.html"}
        return enterprise_page(request, template, context, enterprise=enterprise, status=status)
    context = {**context, "base": "base_seeker.html"}
    return render(request, template, context, status=status)


def _offers(enterprise, user):
    if enterprise is not None:
        return service.offers("enterprise", enterprise.region_id)
    return service.offers("person", service.region_of(user))


@allow(SEEKER, MEMBER)
def applications(request):
    """What may be applied for, and one's own applications."""
    enterprise = _enterprise(request)
    own = SubsidyApplication.objects.visible_to(request.user).select_related("policy")
    own = own.filter(enterprise=enterprise) if enterprise else own.filter(enterprise=None)
    page = Paginator(own, PER_PAGE).get_page(request.GET.get("page"))
    decisions = {
        decision.application_id: decision
        for decision in Decision.objects.standing()
        .filter(application__in=[one.pk for one in page])
        .defer("trace", "facts", "amount_steps")
    }
    context = {
        "offers": [(offer, text_of(offer)) for offer in _offers(enterprise, request.user)],
        "page_obj": page,
        "rows": [(one, title_of(one), _words(decisions.get(one.pk))) for one in page],
    }
    return _page(request, "subsidies/applications/list.html", context, enterprise)


def _words(decision):
    return (outcome_words(decision), decision.amount_fen) if decision else ("", 0)


@allow(SEEKER, MEMBER)
def offer(request, policy_id, key):
    """One provision: who, what, how much; “能不能领” before anything is filled in; begin."""
    enterprise = _enterprise(request)
    provision_id = f"{policy_id}/{key}"
    found = next(
        (o for o in _offers(enterprise, request.user) if o.provision_id == provision_id), None
    )
    if found is None:
        raise Http404
    if request.method == "POST" and request.POST.get("go") == "start":
        with refusals_said(request) as outcome:
            draft = service.start(request.user, provision_id, enterprise)
        if outcome.refused:
            return redirect("applications:offer", policy_id, key)
        return redirect("applications:edit", draft.public_id)
    needs = needs_of(compiled(found.version), key)
    known = known_of(found, needs, enterprise, request.user)
    form = ApplicationForm(
        needs,
        request.POST or None,
        bound=request.method == "POST",
        facts_only=True,
        locked=known.values,
    )
    result = None
    if request.method == "POST" and form.is_valid():
        result = check(found, known, form)
    rows = fact_rows(needs.all, {}, known.values, known.sources, timezone.localdate().year)
    context = {
        "offer": found,
        "text": text_of(found),
        "checks": _checks(found.provision),
        "known": [row for row in rows if row.source],
        "form": form,
        "result": result,
        "notice_days": compiled(found.version).file.notice.working_days,
    }
    status = 422 if request.method == "POST" and result is None else 200
    return _page(request, "subsidies/applications/offer.html", context, enterprise, status)


def _checks(provision):
    """What reviewers look at besides; how many persons there are is counted by the form."""
    return [one for one in provision.manual_checks if one.id != "persons"]


def _application(request, public_id):
    return get_object_or_404(
        SubsidyApplication.objects.visible_to(request.user).select_related(
            "policy", "enterprise", "user"
        ),
        public_id=public_id,
    )


def _own(request, public_id):
    """An application with the enterprise whose pages it belongs to."""
    one = _application(request, public_id)
    enterprise = _enterprise(request)
    if one.enterprise_id and enterprise.pk != one.enterprise_id:
        raise Http404
    return one, enterprise


def _form(one, user, data=None, bound=False):
    """The form of an application; a person's registered number is not asked again."""
    needs = needs_of(compiled(one.policy), one.provision_id.partition("/")[2])
    alone = one.user_id is not None
    seeker = JobSeeker.objects.filter(user=user).first() if alone else None
    own = {"name": seeker.name if seeker else user.display_name} if alone else {}
    form = ApplicationForm(
        needs,
        data,
        bound=bound,
        alone=alone,
        own=own,
        own_number=seeker.identity_number if seeker else "",
        locked=_known(one, needs).values,
    )
    return form, seeker


def _known(one, needs):
    """What the records show of the applicant, which is then not asked."""
    offered = service.Offer(one.policy, one.provision_id.partition("/")[2])
    return known_of(offered, needs, one.enterprise, one.user)


@allow(SEEKER, MEMBER)
def edit(request, public_id):
    """Fill in: save as typed, add rows, hand in."""
    one, enterprise = _own(request, public_id)
    if one.state not in service.OPEN_FOR_APPLICANT:
        return redirect("applications:detail", one.public_id)
    if request.method != "POST":
        form, seeker = _form(one, request.user, service.typed_of(one) or None)
        return _edit_page(request, one, enterprise, form, seeker)
    with refusals_said(request) as outcome:
        service.save_draft(one, request.user, typed(request.POST))
    if outcome.refused:
        return redirect("applications:detail", one.public_id)
    go = request.POST.get("go")
    if go == "submit":
        form, seeker = _form(one, request.user, request.POST, bound=True)
        if form.is_valid():
            with refusals_said(request) as outcome:
                done = service.submit(one, request.user, form.shared.declared(), _persons(form))
            if not outcome.refused:
                messages.success(request, _said(done))
                return redirect("applications:detail", one.public_id)
        return _edit_page(request, one, enterprise, form, seeker, 422)
    form, seeker = _form(one, request.user, request.POST)
    if go == "more":
        return _edit_page(request, one, enterprise, form, seeker)
    messages.success(request, "已保存，可以以后接着填。还没有提交。")
    return redirect("applications:edit", one.public_id)


def _persons(form):
    return [
        service.PersonGiven(
            row.cleaned_data["name"], row.cleaned_data["identity_number"], row.declared()
        )
        for row in form.filled
    ]


def _said(done):
    if done.state == SubsidyApplicationState.SUBMITTED:
        return "已提交。有数据要核实，工作人员办理后告诉您。"
    return "已提交，结果出来了，请看下面。"


def _edit_page(request, one, enterprise, form, seeker, status=200):
    offered = service.Offer(one.policy, one.provision_id.partition("/")[2])
    known = _known(one, form.needs)
    rows = fact_rows(form.needs.all, {}, known.values, known.sources, one.year)
    context = {
        "one": one,
        "title": title_of(one),
        "text": text_of(offered),
        "form": form,
        "seeker": seeker,
        "known": [row for row in rows if row.source],
        "documents": one.documents.all(),
        "document_form": DocumentForm(),
        "checks": _checks(offered.provision),
    }
    return _page(request, "subsidies/applications/edit.html", context, enterprise, status)


@allow(SEEKER, MEMBER)
def detail(request, public_id):
    """One application: how far, what was decided, line by line, and what it rests on."""
    one, enterprise = _own(request, public_id)
    decision = standing_decision(one)
    claim = service.living_claim(one)
    context = {
        "one": one,
        "title": title_of(one),
        "state": _state_of(one, decision),
        "documents": one.documents.all(),
        "claim": claim,
        "steps": claim_steps(claim, for_staff=False) if claim else (),
        "life": life_of(claim) if claim else None,
        "may_edit": one.state in service.OPEN_FOR_APPLICANT,
        "may_withdraw": _may_withdraw(one, claim),
    }
    if decision is not None:
        decision.application = one
        context |= {
            "decision": decision,
            "view": explain(decision, Names.for_decisions([decision])),
            "shared": shared_rows(one, decision),
            "persons": person_rows(one, decision),
            "objections": decision.objections.filter(created_by=request.user),
        }
    return _page(request, "subsidies/applications/detail.html", context, enterprise)


def _state_of(one, decision):
    """What stands beside the title: the outcome once there is one, else the state."""
    if one.state == SubsidyApplicationState.DECIDED and decision is not None:
        return outcome_words(decision)
    return SubsidyApplicationState(one.state)


def _may_withdraw(one, claim):
    if one.state == SubsidyApplicationState.DECIDED:
        return claim is not None and claim.state == "screened"
    return one.state != SubsidyApplicationState.WITHDRAWN


@allow(SEEKER, MEMBER)
@require_POST
def document_add(request, public_id):
    """Upload a document; what is typed in the form beside stays as it was saved."""
    one, _ = _own(request, public_id)
    form = DocumentForm(request.POST, request.FILES)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, "".join(errors))
    else:
        with refusals_said(request) as outcome:
            service.add_document(one, request.user, **_upload(form))
        if not outcome.refused:
            messages.success(request, f"“{form.cleaned_data['title']}”已上传。")
    return redirect("applications:edit", one.public_id)


def _upload(form):
    return {"title": form.cleaned_data["title"], "upload": form.cleaned_data["file"]}


@allow(SEEKER, MEMBER)
def objection(request, public_id):
    """The form to object to what was decided; staff answer in writing within the deadline."""
    one, enterprise = _own(request, public_id)
    decision = standing_decision(one)
    if decision is None:
        raise Http404
    phone = request.user.phone
    name = enterprise.name if enterprise else request.user.display_name
    form = ObjectionForm(request.POST or None, initial={"name": name, "phone": phone})
    if request.method == "POST" and form.is_valid():
        with refusals_said(request) as outcome:
            filed = object_to_decision(decision, user=request.user, **form.cleaned_data)
        if not outcome.refused:
            messages.success(
                request, f"异议已收到。{full_date(filed.due_on)}下班前书面答复，会发消息告诉您。"
            )
            return redirect("applications:detail", one.public_id)
    decision.application = one
    context = {
        "one": one,
        "form": form,
        "title": title_of(one),
        "outcome": outcome_words(decision),
    }
    status = 400 if form.errors else 200
    return _page(request, "subsidies/applications/objection.html", context, enterprise, status)


def _document(request, public_id):
    return get_object_or_404(
        SubsidyApplicationDocument.objects.visible_to(request.user).select_related("application"),
        public_id=public_id,
    )


@allow(SEEKER, MEMBER)
@require_POST
def document_remove(request, public_id):
    """Take a document out again."""
    document = _document(request, public_id)
    with refusals_said(request):
        service.remove_document(document, request.user)
    return redirect("applications:edit", document.application.public_id)


@allow(SEEKER, MEMBER, OFFICERS)
def document(request, public_id):
    """One document, to those who see its application, as a download and nothing else."""
    found = _document(request, public_id)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404("the stored file is gone") from error
    ending = found.file.name.rsplit(".", 1)[-1]
    response = FileResponse(
        content,
        as_attachment=True,
        filename=f"{found.title}.{ending}",
        content_type=found.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@allow(SEEKER, MEMBER)
@require_POST
def withdraw(request, public_id):
    """Take the application back."""
    one, _ = _own(request, public_id)
    try:
        service.withdraw(one, request.user)
    except ValidationError as error:
        messages.error(request, "".join(error.messages))
        return redirect("applications:detail", one.public_id)
    messages.success(request, "申请已撤回。需要时可以重新申请。")
    return redirect("applications:list")
