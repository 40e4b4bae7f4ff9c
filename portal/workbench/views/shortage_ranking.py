"""Staff: the ranking of shortage occupations, and what is paid and expected for them (F4)."""

from fractions import Fraction

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from jobseekers.services.shortage_ranking import (
    LEAST_OPENINGS,
    SMOOTHING,
    course,
)
from jobseekers.services.shortage_ranking import shortage_ranking as rank
from portal.accounts.access import OFFICERS, allow
from portal.reports.areas import Scope
from portal.reports.tables import Column, Table
from portal.workbench.match_forms import NarrowForm
from portal.workbench.night_workbook import night_workbook

PER_PAGE = 30
FOLLOWED = 5  # classes whose course is drawn


@allow(OFFICERS)
@require_safe
def shortage_ranking(request):
    """The ranking of the last night, its course, pay offered and expected."""
    form, scope, ranking = _read(request)
    rows = ranking.rows if ranking else []
    followed = rows[:FOLLOWED]
    nights = course([row.code for row in followed], scope.region) if followed else []
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "workbench/matching/ranking.html",
        {
            "form": form,
            "scope": scope,
            "ranking": ranking,
            "page_obj": page,
            "least": LEAST_OPENINGS,
            "smoothing": SMOOTHING,
            "area": form.value("area"),
            "followed": followed,
            "nights": [
                (day, [tenths(ratios[row.code]) for row in followed])
                for day, ratios in reversed(nights)
            ],
            "rows": [(row, tenths(row.ratio)) for row in page],
            "whole": tenths(ranking.ratio) if ranking else "",
            "chart": course_chart(followed, nights),
        },
    )


@allow(OFFICERS)
@require_safe
def shortage_ranking_file(request):
    """The ranking as an Excel workbook."""
    _, scope, ranking = _read(request)
    if ranking is None:
        return redirect("workbench:shortage_ranking")
    title = f"{scope.name}紧缺职业排行"
    return night_workbook(ranking_table(ranking, title), title, ranking.generation)


def _read(request):
    """The form, the scope asked for, its ranking. Nights are kept by district, not by street."""
    form = NarrowForm(request.GET, user=request.user)
    scope = Scope.of(request.user).district
    if form.wide and form.value("area"):
        scope = Scope(form.value("area"))
    return form, scope, rank(scope.region)


def tenths(ratio) -> str:
    """Openings for one seeker, one decimal, half up: “3.4”; “—” when nobody looks for it."""
    if ratio is None:
        return "—"
    number = int(ratio * 10 + Fraction(1, 2))
    return f"{number // 10:,}.{number % 10}"


def course_chart(followed, nights):
    """ECharts option: a line for each class, openings for one seeker by night."""
    return {
        "legend": {"data": [row.name for row in followed], "type": "scroll"},
        "xAxis": {
            "type": "category",
            "data": [f"{day.month}月{day.day}日" for day, _ in nights],
        },
        "yAxis": {"type": "value"},
        "series": [
            {
                "name": row.name,
                "type": "line",
                "data": [
                    None if ratios[row.code] is None else round(float(ratios[row.code]), 2)
                    for _, ratios in nights
                ],
            }
            for row in followed
        ],
    }


def ranking_table(ranking, title) -> Table:
    """The ranking as a sheet."""
    return Table(
        "紧缺职业排行",
        title,
        "人、元/月",
        (
            Column("名次", "count"),
            Column("职业代码", "code"),
            Column("职业", wide=32),
            Column("招聘（人）", "count"),
            Column("求职（人）", "count"),
            Column("求人倍率"),
            Column("无人可推（人）", "count"),
            Column("岗位工资低位", "count"),
            Column("岗位工资中位", "count"),
            Column("岗位工资高位", "count"),
            Column("求职者期望中位", "count"),
        ),
        [
            [
                row.rank,
                row.code,
                row.name,
                row.openings,
                row.seekers,
                tenths(row.ratio),
                row.unfilled,
                row.pay.low,
                row.pay.middle,
                row.pay.high,
                row.pay.expected,
            ]
            for row in ranking.rows
        ],
        notes=(f"招聘不足 {LEAST_OPENINGS} 人的职业不排名",),
    )
