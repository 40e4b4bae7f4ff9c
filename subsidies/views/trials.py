"""Staff: what-if. Nothing on these pages pays anything, and every one of them says so."""

from datetime import date

from django.conf import settings
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from portal.accounts.access import OFFICERS, allow
from portal.places.models import Division
from portal.refused import Refused
from portal.reports.workbook import workbook_response
from portal.runs.services import interrupted
from subsidies import trial_view
from subsidies.enums import TrialState
from subsidies.models import Trial
from subsidies.services import trials as service
from subsidies.services.publishing import versions_in_force
from subsidies.trial_forms import RowFilterForm, TrialForm, refund_choices
from subsidies.trial_workbook import trial_workbook

PER_PAGE = 20


@allow(OFFICERS)
@require_safe
def trials(request):
    """All trials of the user's region, newest first."""
    found = Trial.objects.visible_to(request.user).select_related("policy", "created_by", "region")
    return render(
        request,
        "subsidies/trials/list.html",
        {"page": Paginator(found, PER_PAGE).get_page(request.GET.get("page"))},
    )


@allow(OFFICERS)
def new_trial(request):
    """The form; POST starts the computing in the background."""
    region = request.user.region or Division.objects.get(pk=settings.CITY_CODE)
    legal_date = date.fromisoformat(settings.REFUND_LEGAL_DATE)
    form = TrialForm(
        request.POST if request.method == "POST" else None,
        versions=versions_in_force(region.code, legal_date),
        choices=refund_choices(region.code),
    )
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            made = service.create_trial(
                request.user,
                data["title"],
                policy=data["policy"],
                parameters=form.parameters(),
                base_year=data["base_year"],
                legal_date=data["legal_date"],
            )
        except Refused as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("subsidies:trial", made.public_id)
    return render(
        request,
        "subsidies/trials/new.html",
        {"form": form, "region": region},
        status=422 if form.is_bound else 200,
    )


def _trial(request, public_id):
    found = Trial.objects.visible_to(request.user).select_related(
        "policy", "region", "created_by", "job"
    )
    return get_object_or_404(found, public_id=public_id)


@allow(OFFICERS)
@require_safe
def trial(request, public_id):
    """One trial: while it runs how far it is, then the bill and who gains and loses."""
    shown = _trial(request, public_id)
    context = {
        "trial": shown,
        "tried": trial_view.tried_parameters(shown),
        "at_work": shown.state in (TrialState.WAITING, TrialState.RUNNING),
    }
    if shown.state == TrialState.RUNNING and interrupted([shown.job]):
        context |= {"at_work": False, "interrupted": True}
    if shown.state == TrialState.DONE:
        context |= _result(request, shown)
    return render(request, "subsidies/trials/trial.html", context)


@allow(OFFICERS)
@require_safe
def trial_progress(request, public_id):
    """The part of the page that says how far a trial is; asked for again while it runs."""
    shown = _trial(request, public_id)
    at_work = shown.state in (TrialState.WAITING, TrialState.RUNNING)
    response = render(
        request, "subsidies/trials/progress.html", {"trial": shown, "at_work": at_work}
    )
    if not at_work:
        response["HX-Refresh"] = "true"
    return response


def _result(request, shown):
    places = trial_view.place_names(shown.region_id)
    form = RowFilterForm(request.GET, regions=_districts(request, shown))
    chosen = form.chosen()
    rows = trial_view.listed(shown, request.user.region_scope, chosen)
    cells = [
        (name, label, trial_view.named_cells(shown, name, places))
        for name, label in trial_view.DIMENSIONS
    ]
    return {
        "whole": shown.totals["all"],
        "change": trial_view.change(shown.totals["all"]),
        "less": -trial_view.change(shown.totals["all"]),
        "dimensions": cells,
        "chart": trial_view.bill_chart(cells[0][2]),
        "moves": trial_view.moves(shown),
        "form": form,
        "chosen": chosen,
        "places": places,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }


def _districts(request, shown):
    found = Division.objects.districts_of(shown.region_id[:4])
    return [d for d in found if d.code.startswith(request.user.region_scope[:6])]


@allow(OFFICERS)
@require_safe
def trial_file(request, public_id):
    """The trial as an Excel workbook, with the list under the same filters."""
    shown = _trial(request, public_id)
    if shown.state != TrialState.DONE:
        return redirect("subsidies:trial", shown.public_id)
    chosen = RowFilterForm(request.GET, regions=_districts(request, shown)).chosen()
    rows = trial_view.listed(shown, request.user.region_scope, chosen).iterator(chunk_size=2000)
    content = trial_workbook(shown, rows, trial_view.place_names(shown.region_id))
    return workbook_response(content, f"试算-{shown.title}.xlsx")
