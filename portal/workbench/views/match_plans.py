"""Staff: weights and caps of the matching; a draft is tried before it is switched on."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from jobseekers.enums import MatchPlanState
from jobseekers.models import MatchPlan
from jobseekers.services import plan_trials, plans
from portal.accounts.access import CITY_OFFICE, allow
from portal.refused import Refused
from portal.workbench import plan_view
from portal.workbench.match_forms import PlanForm

WRITERS = plans.WRITING_ROLES
PER_PAGE = 20
TONES = {
    MatchPlanState.DRAFT: ("plain", "pencil"),
    MatchPlanState.IN_USE: ("ok", "circle-check"),
    MatchPlanState.RETIRED: ("plain", "history"),
}


def _visible(request):
    return MatchPlan.objects.visible_to(request.user).select_related("author", "switched_by")


def _look(plan):
    return (plan.get_state_display(), *TONES[MatchPlanState(plan.state)])


@allow(CITY_OFFICE)
@require_safe
def match_plans(request):
    """The plan in use, drafts, and all that were in use before."""
    page = Paginator(_visible(request), PER_PAGE).get_page(request.GET.get("page"))
    used = plans.plan_in_use() or plans.default_plan()
    return render(
        request,
        "workbench/matching/plans.html",
        {
            "used": used,
            "weights": plan_view.weight_lines(used, used),
            "page_obj": page,
            "rows": [(plan, _look(plan)) for plan in page],
            "may_write": request.user.role in WRITERS,
        },
    )


@allow(WRITERS)
def match_plan_new(request):
    """A draft that begins with what is in use."""
    used = plans.plan_in_use() or plans.default_plan()
    used.note = ""
    form = PlanForm(request.POST if request.method == "POST" else None, plan=used)
    if form.is_bound and form.is_valid():
        try:
            made = plans.create_draft(request.user, *form.values())
        except Refused as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("workbench:match_plan", made.version)
    return _form_page(request, form, used, None)


@allow(WRITERS)
def match_plan_edit(request, version):
    """Change a draft."""
    plan = get_object_or_404(_visible(request), version=version)
    if plan.state != MatchPlanState.DRAFT:
        return redirect("workbench:match_plan", plan.version)
    form = PlanForm(request.POST if request.method == "POST" else None, plan=plan)
    if form.is_bound and form.is_valid():
        try:
            plans.edit_draft(request.user, plan, *form.values())
        except Refused as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("workbench:match_plan", plan.version)
    return _form_page(request, form, plans.plan_in_use() or plans.default_plan(), plan)


def _form_page(request, form, used, plan):
    return render(
        request,
        "workbench/matching/plan_edit.html",
        {"form": form, "used": used, "plan": plan},
        status=422 if form.is_bound else 200,
    )


@allow(CITY_OFFICE)
@require_safe
def match_plan(request, version):
    """One plan: how it differs from the one in use, and what its trial found."""
    plan = get_object_or_404(_visible(request), version=version)
    used = plans.plan_in_use() or plans.default_plan()
    draft = plan.state == MatchPlanState.DRAFT
    trial = plan.trial or {}
    may_write = request.user.role in WRITERS
    context = {
        "plan": plan,
        "look": _look(plan),
        "used": used,
        "draft": draft,
        "weights": plan_view.weight_lines(plan, used),
        "trial": trial,
        "at_work": plan_trials.at_work(plan),
        "run": plan_trials.trial_run(plan),
        "may_write": may_write,
        "not_yet": plans.why_not_yet(plan) if draft else "",
        "same": plans.mark_of(plan) == plans.mark_of(used),
    }
    context["broken_off"] = (
        trial.get("state") in (plan_trials.WAITING, plan_trials.RUNNING) and not context["at_work"]
    )
    if trial.get("state") == plan_trials.DONE:
        districts, more_districts = plan_view.cell_rows(trial, "districts")
        occupations, more_occupations = plan_view.cell_rows(trial, "occupations")
        context |= {
            "done": True,
            "lines": plan_view.figure_lines(trial),
            "bands": plan_view.band_rows(trial),
            "chart": plan_view.band_chart(trial),
            "districts": districts,
            "more_districts": more_districts,
            "occupations": occupations,
            "more_occupations": more_occupations,
            "pairs": plan_view.pair_rows(plan),
        }
    return render(request, "workbench/matching/plan.html", context)


@allow(CITY_OFFICE)
@require_safe
def match_plan_progress(request, version):
    """How far a trial is; asked for again while it runs."""
    plan = get_object_or_404(_visible(request), version=version)
    at_work = plan_trials.at_work(plan)
    response = render(
        request,
        "workbench/matching/plan_progress.html",
        {"plan": plan, "at_work": at_work, "run": plan_trials.trial_run(plan)},
    )
    if not at_work:
        response["HX-Refresh"] = "true"
    return response


@allow(WRITERS)
@require_POST
def match_plan_act(request, version, act):
    """Try, switch on or drop a draft."""
    acts = {"try": _try, "switch": _switch, "drop": _drop}
    if act not in acts:
        raise Http404
    plan = get_object_or_404(_visible(request), version=version)
    try:
        return acts[act](request, plan)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("workbench:match_plan", plan.version)


def _try(request, plan):
    plan_trials.ask_for_trial(request.user, plan)
    return redirect("workbench:match_plan", plan.version)


def _switch(request, plan):
    plans.switch_on(request.user, plan)
    messages.success(request, f"方案 {plan.version} 已启用，今夜起按它匹配。")
    return redirect("workbench:match_plans")


def _drop(request, plan):
    plans.drop_draft(request.user, plan)
    messages.success(request, f"草案 {plan.version} 已删除。")
    return redirect("workbench:match_plans")
