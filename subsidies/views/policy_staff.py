"""Staff: policies from draft to published version. City staff write, the others read."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.access import OFFICERS, allow
from portal.accounts.enums import Role
from portal.refused import Refused
from subsidies import policy_pages
from subsidies.enums import PolicyState
from subsidies.models import PolicyVersion
from subsidies.policy_forms import NewDraftForm, PolicyDraftForm, ReturnForm
from subsidies.policy_text import state_of
from subsidies.services import policy_drafts as service
from subsidies.services.policy_expiry import ending_versions
from subsidies.services.publishing import compiled, last_day

from .said import refusals_said

WRITERS = frozenset({Role.CITY_STAFF})
PER_PAGE = 30


def _visible(user):
    return PolicyVersion.objects.visible_to(user).select_related(
        "author", "approver", "returned_by"
    )


@allow(OFFICERS)
@require_safe
def policies(request):
    """What is being written, what waits, what is about to end, and all that was published."""
    visible = _visible(request.user)
    today = timezone.localdate()
    drafts = list(visible.open().order_by("state", "-drafted_at"))
    page = Paginator(visible.published().order_by("-published_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    ending = set(ending_versions(today))
    return render(
        request,
        "subsidies/policies_staff/list.html",
        {
            "waiting": [draft for draft in drafts if draft.state == PolicyState.SUBMITTED],
            "drafts": [draft for draft in drafts if draft.state != PolicyState.SUBMITTED],
            "ending": [(v, last_day(v)) for v in visible.published() if v in ending],
            "page": page,
            "rows": [(v, state_of(v, today), policy_pages.period_words(v)) for v in page],
            "may_write": request.user.role in WRITERS,
        },
    )


@allow(WRITERS)
def policy_new(request):
    """Choose what a draft begins with; then straight to writing."""
    form = NewDraftForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid():
        draft = service.create_draft(request.user, *form.texts())
        return redirect("subsidies:policy_edit", draft.public_id)
    return render(
        request,
        "subsidies/policies_staff/new.html",
        {"form": form},
        status=422 if form.is_bound else 200,
    )


@allow(OFFICERS)
@require_safe
def policy(request, public_id):
    """One version: what it says, its cases, how it differs from what is in force."""
    version = get_object_or_404(_visible(request.user), public_id=public_id)
    check = service.check_draft(version)
    before = policy_pages.compared_with(version)
    user = request.user
    own = version.author_id == user.pk and user.role in WRITERS
    waits = version.state == PolicyState.SUBMITTED
    writable = version.state in (PolicyState.DRAFT, PolicyState.RETURNED)
    return render(
        request,
        "subsidies/policies_staff/policy.html",
        {
            "version": version,
            "period": policy_pages.period_words(version),
            "steps": policy_pages.policy_steps(version, user),
            "check": check,
            "faults": policy_pages.fault_lines(check),
            "text": policy_pages.plain_text(check.policy) if check.policy else "",
            "texts": policy_pages.both_texts(version, check),
            "before": before,
            **_compared(version, before, check.policy),
            "difference": policy_pages.text_difference(before, version) if before else (),
            "mark": service.mark_of(version),
            "may_edit": own and writable,
            "may_take_back": own and waits,
            "may_decide": waits and not own and user.role in WRITERS,
            "may_copy": user.role in WRITERS,
            "form": ReturnForm(),
        },
    )


def _compared(version, before, loaded):
    if before is None or loaded is None:
        return {"changes": None, "case_changes": ()}
    old = compiled(before)
    return {
        "changes": policy_pages.content_changes(old, loaded),
        "case_changes": policy_pages.case_changes(old, loaded, version.cases_text),
    }


@allow(WRITERS)
def policy_edit(request, public_id):
    """Write at one's own draft. What is saved may be faulty; the faults are shown by line."""
    draft = get_object_or_404(
        _visible(request.user).filter(author=request.user), public_id=public_id
    )
    if draft.state not in (PolicyState.DRAFT, PolicyState.RETURNED):
        return redirect("subsidies:policy", draft.public_id)
    form = PolicyDraftForm(
        request.POST if request.method == "POST" else None,
        initial={
            "source_text": draft.source_text,
            "cases_text": draft.cases_text,
            "seen": service.mark_of(draft),
        },
    )
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            service.update_draft(
                draft, request.user, data["source_text"], data["cases_text"], data["seen"]
            )
        except Refused as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "已保存。")
            return redirect("subsidies:policy_edit", draft.public_id)
    check = service.check_draft(draft)
    return render(
        request,
        "subsidies/policies_staff/edit.html",
        {
            "version": draft,
            "form": form,
            "check": check,
            "faults": policy_pages.fault_lines(check),
            "texts": policy_pages.both_texts(draft, check),
        },
        status=422 if form.is_bound else 200,
    )


def _approve(request, version):
    service.approve(version, request.user, request.POST.get("seen"))
    return f"已发布《{version.title}》{version.version} 版。从施行之日起按它筛查。"


def _reject(request, version):
    form = ReturnForm(request.POST)
    if not form.is_valid():
        raise Refused("".join(form.errors["reason"]))
    service.reject(version, request.user, form.cleaned_data["reason"])
    return f"已退回{version.author}修改。"


def _submit(request, version):
    service.submit(version, request.user)
    return "已提交。下一步由另一人批准。"


def _take_back(request, version):
    service.take_back(version, request.user)
    return "已撤回，可以接着改。"


def _withdraw(request, version):
    service.withdraw(version, request.user)
    return "已作废，记录还在。"


_ACTS = {
    "approve": _approve,
    "return": _reject,
    "submit": _submit,
    "take-back": _take_back,
    "withdraw": _withdraw,
}


@allow(OFFICERS)
@require_POST
def policy_act(request, public_id, act):
    """Submit, take back, give up, approve or return a draft; or begin one's own from it."""
    version = get_object_or_404(_visible(request.user), public_id=public_id)
    if act == "copy":
        with refusals_said(request):
            draft = service.draft_from(request.user, version)
            messages.success(request, "已另起草一份，版本号和日期请改成新的。")
            return redirect("subsidies:policy_edit", draft.public_id)
        return redirect("subsidies:policy", public_id)
    if act not in _ACTS:
        raise Http404
    with refusals_said(request):
        messages.success(request, _ACTS[act](request, version))
    return redirect("subsidies:policy", public_id)
