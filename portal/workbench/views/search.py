"""Search over everything, and the rows of scheduled jobs."""

from django import forms
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.accounts.access import BUREAU, OFFICERS, allow
from portal.runs.models import JobRun, RunState
from portal.runs.services import interrupted
from portal.workbench.search import search_all

PER_PAGE = 30
KINDS = {
    "match": "岗位与求职者匹配",
    "titles": "核对没有把握的名称",
    "screen_refunds": "稳岗返还筛查",
    "weekly": "周报",
    "silence": "三周未答复提醒",
    "demo_city": "演示城市",
}
TONES = {
    RunState.RUNNING: ("info", "progress"),
    RunState.DONE: ("ok", "circle-check"),
    RunState.FAILED: ("bad", "alert-circle"),
}
INTERRUPTED = ("warn", "alert-circle")


class RunKindForm(forms.Form):
    """Which job's runs to list."""

    kind = forms.ChoiceField(label="任务", required=False, choices=[("", "全部"), *KINDS.items()])


@allow(BUREAU)
@never_cache
@require_safe
def search(request):
    """?q= finds enterprises, people by whole number, tickets, posts, decisions."""
    typed = request.GET.get("q", "").strip()[:60]
    return render(
        request,
        "workbench/search.html",
        {"typed": typed, "found": search_all(request.user, typed)},
    )


def run_rows(runs):
    """(run, its kind in Chinese, tone, icon) for the tables of runs; run.shown_state in words."""
    killed = interrupted(runs)
    for run in runs:
        run.shown_state = "中断，等下次运行" if run.pk in killed else run.get_state_display()
    return [
        (
            run,
            KINDS.get(run.kind, run.kind),
            *(INTERRUPTED if run.pk in killed else TONES[RunState(run.state)]),
        )
        for run in runs
    ]


@allow(OFFICERS)
@require_safe
def runs(request):
    """Every run of a job, the newest first, with seconds per stage and what went wrong."""
    found = JobRun.objects.all()
    form = RunKindForm(request.GET)
    if form.is_valid() and form.cleaned_data["kind"]:
        found = found.filter(kind=form.cleaned_data["kind"])
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "workbench/runs.html",
        {"page_obj": page, "rows": run_rows(page), "form": form},
    )
