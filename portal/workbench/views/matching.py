"""The matching for staff: coverage with congestion, what was left over, how the nights went."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from jobseekers.models import MatchGeneration
from portal.accounts.access import OFFICERS, allow
from portal.reports.areas import Scope
from portal.runs.models import JobRun
from portal.workbench import charts
from portal.workbench.match_figures import match_figures
from portal.workbench.match_gaps import gaps
from portal.workbench.views.search import run_rows

PER_PAGE = 15


@allow(OFFICERS)
@require_safe
def matching(request):
    """The generation in use within the user's region, and the nights before."""
    scope = Scope.of(request.user)
    figures = match_figures(scope)
    runs = JobRun.objects.filter(kind="match").select_related("generation")
    page = Paginator(runs, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "workbench/matching.html",
        {
            "match": figures,
            "coverages": coverages(figures),
            "gaps": gaps(scope, figures.generation) if figures else None,
            "chart": charts.band_chart(figures) if figures else None,
            "scope": scope,
            "page_obj": page,
            "rows": [
                (run, tone, icon, _shares(getattr(run, "generation", None)))
                for run, _, tone, icon in run_rows(page)
            ],
            "generations": MatchGeneration.objects.count(),
        },
    )


def coverages(figures, *, posts_only=False):
    """Rows of the coverage table: (Coverage, link to those without any)."""
    if figures is None:
        return []
    without = f"{reverse('workbench:jobseekers')}?recommended=no"
    posts = [(figures.vacancies, ""), (figures.key_vacancies, "")]
    if posts_only:
        return posts
    return [
        (figures.seekers, without),
        *posts,
        (figures.hard_to_place, f"{without}&group=hard_to_place"),
    ]


def _shares(generation):
    """Coverage of a past night as it was stored: {"seekers", "vacancies", "gini", …}, or None."""
    return generation.metrics if generation else None
