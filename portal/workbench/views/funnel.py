"""Staff: what became of recommendations, pushed → read → applied → hired."""

from django.core.cache import cache
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jobseekers.services.funnel import funnel as count_funnel
from portal.accounts.access import OFFICERS, allow
from portal.places.models import Occupation
from portal.reports.areas import Scope
from portal.workbench.match_forms import PeriodForm
from portal.workbench.supply_demand import UNCODED

CACHED_SECONDS = 300
SHOWN = 20


@allow(OFFICERS)
@require_safe
def funnel(request):
    """The steps of a period, by where people live and by kind of work."""
    form = PeriodForm(request.GET, user=request.user, uncoded=False)
    scope = Scope.of(request.user)
    if form.wide and form.value("area"):
        scope = Scope(form.value("area"))
    first, last = form.period
    trade = form.value("occupation")
    key = f"match-funnel:{scope.region}:{first}:{last}:{trade}"
    found = cache.get_or_set(
        key,
        lambda: count_funnel(first, last, scope.region, scope.width, trade),
        CACHED_SECONDS,
    )
    places = scope.area_names(found.districts)
    trades = dict(Occupation.objects.filter(pk__in=found.occupations).values_list("pk", "name"))
    return render(
        request,
        "workbench/matching/funnel.html",
        {
            "form": form,
            "scope": scope,
            "first": first,
            "last": last,
            "funnel": found,
            "steps": steps(found.whole),
            "districts": _named(found.districts, places),
            "occupations": _named(found.occupations, trades)[:SHOWN],
            "more": max(0, len(found.occupations) - SHOWN),
            "chart": funnel_chart(found.whole),
        },
        status=422 if form.errors else 200,
    )


def steps(whole):
    """[(word, count, share of the step before or None, what that share is of)]."""
    return [
        ("推送", whole.pushed, None, ""),
        ("看过", whole.read, whole.read_share, "推送"),
        ("应聘", whole.applied, whole.applied_share, "看过"),
        ("入职", whole.hired, whole.hired_share, "应聘"),
    ]


def funnel_chart(whole):
    """ECharts option: a bar for each step."""
    found = steps(whole)
    return {
        "xAxis": {"type": "value", "minInterval": 1, "splitNumber": 4, "show": False},
        "yAxis": {"type": "category", "inverse": True, "data": [step[0] for step in found]},
        "grid": {"top": 8, "right": 80},
        "series": [
            {
                "name": "人次",
                "type": "bar",
                "data": [step[1] for step in found],
                "label": {"show": True, "position": "right"},
            }
        ],
    }


def _named(cells, names):
    """[(name, steps)], most pushed first."""
    rows = [(names.get(code, UNCODED), counts) for code, counts in cells.items()]
    return sorted(rows, key=lambda row: (-row[1].pushed, row[0]))
