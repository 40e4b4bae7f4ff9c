"""Staff: weekly reports and the four lists, to read and to take away."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.accounts.access import OFFICERS, allow
from portal.runs.models import JobRun, RunState
from portal.runs.services import AlreadyRunning

from .areas import Scope
from .forms import RegionForm, WeekForm
from .models import ReportKind, ReportSnapshot
from .services.files import list_workbook, weekly_workbook
from .services.lists import FOUR_LISTS
from .services.weekly import RUN_KIND, make_week, make_weekly_snapshot
from .weeks import Week
from .workbook import workbook_response

PER_PAGE = 20


@allow(OFFICERS)
def weekly(request):
    """The snapshots of a region, newest first; POST asks for a week that is not there yet."""
    regions = RegionForm(request.GET, user=request.user)
    region = regions.chosen()
    form = WeekForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _make(request, form.cleaned_data["week"])
        return redirect("reports:weekly")
    this = Week.of(timezone.localdate())
    snapshots = (
        ReportSnapshot.objects.visible_to(request.user)
        .filter(kind=ReportKind.WEEKLY, region_id=region)
        # Not the whole figures of every week: the first sheet's total and the moment will do.
        .defer("data")
        .annotate(total=F("data__tables__0__total"), cut=F("data__cut"))
    )
    page = Paginator(snapshots, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "reports/weekly.html",
        {
            "regions": regions,
            "region": region,
            "form": form,
            "this": this,
            "has_this": snapshots.filter(period=this.key).exists(),
            "failed": JobRun.objects.filter(
                kind=RUN_KIND, key=f"weekly:{region}:{this.key}", state=RunState.FAILED
            ).first(),
            "page": page,
            "rows": [_row(snapshot) for snapshot in page],
        },
        status=422 if form.is_bound else 200,
    )


def _make(request, week):
    """City staff make the week for the city and every district, district staff for their own."""
    own = request.user.region_scope
    had = ReportSnapshot.objects.filter(
        kind=ReportKind.WEEKLY, period=week.key, region_id=own
    ).exists()
    try:
        if len(own) <= len(settings.CITY_CODE):
            make_week(week)
        else:
            make_weekly_snapshot(week.year, week.number, own)
    except AlreadyRunning:
        messages.info(request, f"{week.label}的周报正在生成，过一会儿刷新这一页。")
        return
    if had:
        messages.info(request, f"{week.label}的周报早已生成，没有改动。快照不会变。")
    else:
        messages.success(request, f"{week.label}的周报已生成，可以下载。")


def _row(snapshot):
    """What the list shows of one snapshot: week, moment, and the figures of its first sheet."""
    return {
        "snapshot": snapshot,
        "week": Week.parse(snapshot.period),
        "cut": datetime.fromisoformat(snapshot.cut),
        "missing": snapshot.total[4],
        "filled": snapshot.total[7],
        "url": reverse("reports:weekly_file", args=[snapshot.region_id, snapshot.period]),
    }


@allow(OFFICERS)
@require_safe
def weekly_file(request, region, period):
    """The workbook of one snapshot."""
    snapshot = get_object_or_404(
        ReportSnapshot.objects.visible_to(request.user),
        kind=ReportKind.WEEKLY,
        region_id=region,
        period=period,
    )
    name, content = weekly_workbook(snapshot)
    return workbook_response(content, name)


@allow(OFFICERS)
@require_safe
def lists(request):
    """The four lists, each one click to Excel."""
    regions = RegionForm(request.GET, user=request.user)
    region = regions.chosen()
    return render(
        request,
        "reports/lists.html",
        {"lists": FOUR_LISTS, "regions": regions, "region": region, "scope": Scope(region)},
    )


@allow(OFFICERS)
@require_safe
def list_file(request, key):
    """One of the four lists as it is now, of the user's region or a district in it."""
    if key not in {one.key for one in FOUR_LISTS}:
        raise Http404
    region = RegionForm(request.GET, user=request.user).chosen()
    name, content = list_workbook(key, Scope(region), timezone.now())
    return workbook_response(content, name)
