"""Staff: supply and demand of the last night, by kind of work and district."""

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.accounts.access import OFFICERS, allow
from portal.reports.areas import Scope
from portal.workbench import supply_demand
from portal.workbench.match_forms import AreaForm
from portal.workbench.night_workbook import night_workbook

PER_PAGE = 30


@allow(OFFICERS)
@require_safe
def match_areas(request):
    """Coverage together with congestion; each row leads to its posts and people left over."""
    form, night, rows = _read(request)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "workbench/matching/areas.html",
        {
            "form": form,
            "night": night,
            "scope": Scope.of(request.user).district,
            "page_obj": page,
            "rows": [(row, *_addresses(row, form)) for row in page],
            "whole": supply_demand.whole_of(rows),
            "charted": min(len(rows), supply_demand.CHARTED),
            "chart": supply_demand.gap_chart(rows),
        },
    )


@allow(OFFICERS)
@require_safe
def match_areas_file(request):
    """The same rows as an Excel workbook."""
    form, night, rows = _read(request)
    if night is None:
        return redirect("workbench:match_areas")
    scope = Scope.of(request.user).district
    title = f"{scope.name}岗位和求职者供需{'按地区' if form.rows_by == 'area' else '按职业'}"
    table = supply_demand.area_table(rows, form.rows_by, title)
    return night_workbook(table, title, night)


def _read(request):
    form = AreaForm(request.GET, user=request.user)
    night = supply_demand.latest_night()
    rows = []
    if night is not None:
        rows = supply_demand.area_rows(
            request.user,
            night,
            form.rows_by,
            form.value("area") if form.wide else "",
            form.value("occupation"),
            form.ordered,
        )
    return form, night, rows


def _addresses(row, form):
    """Queries of the lists behind a row: of the posts, of the people."""
    area = row.code if form.rows_by == "area" else form.value("area")
    trade = form.value("occupation") if form.rows_by == "area" else row.code
    if form.rows_by != "area" and not trade:
        trade = supply_demand.NO_CODE
    wanted = [("area", area if form.wide else ""), ("occupation", trade)]
    posts = "&".join(f"{name}={value}" for name, value in wanted if value)
    return posts, posts.replace("area=", "region=")
