"""The sheets of the weekly report 周调度 besides the four lists."""

import json
from collections import defaultdict
from datetime import datetime

from django.db.models import CharField, Count, Sum
from django.db.models.functions import Left

from enterprises.enums import FillChannel, KeyListKind, SizeClass
from portal.reports.areas import Scope
from portal.reports.tables import Column, Table
from portal.reports.weeks import Week, last_day_before
from portal.ui.formatting import full_date
from subsidies.enums import Outcome
from subsidies.models import Decision, ScreeningRun

from . import list_queries
from .lists import moment, place, place_names
from .shortage_figures import (
    by_area,
    by_channel,
    key_enterprises,
    main_trades,
    rows_of,
    week_before,
)


def summary(scope: Scope, week: Week, cut: datetime) -> Table:
    """周调度汇总: a line for each district (of a district: each street), the sum above."""
    before = week_before(cut)
    now = by_area(scope, cut, week.monday)
    last = by_area(scope, before, week.back().monday)
    came = by_channel(scope, week.monday, last_day_before(cut))
    keys = key_enterprises(scope, cut)
    trades = main_trades(scope, cut)
    names = scope.area_names({*now, *last, *came, *keys})
    rows = []
    for code, name in names.items():
        here, then = now.get(code), last.get(code)
        count, cared = keys.get(code, (0, 0))
        missing, filled = (here.missing, here.filled) if here else (0, 0)
        before_missing, before_filled = (then.missing, then.filled) if then else (0, 0)
        channels = came.get(code, {})
        rows.append(
            [
                name,
                count,
                cared,
                here.enterprises if here else 0,
                missing,
                before_missing,
                missing - before_missing,
                filled,
                before_filled,
                [filled, missing + filled],
                *[channels.get(channel.value, 0) for channel in FillChannel],
                trades.get(code, ""),
            ]
        )
    total = [scope.name, *[sum(row[i] for row in rows) for i in range(1, 9)]]
    total.append([total[7], total[4] + total[7]])
    total += [sum(row[i] for row in rows) for i in range(10, 10 + len(FillChannel))]
    columns = (
        Column("地区"), Column("重点企业（户）", "count"), Column("已有专员（户）", "count"),
        Column("缺工企业（户）", "count"), Column("缺工人数", "count"),
        Column("上周末缺工", "count"), Column("比上周末", "change"), Column("本周招到", "count"),
        Column("上周招到", "count"), Column("本周补上比例", "share"),
        *[Column(f"本周：{channel.label}", "count") for channel in FillChannel],
        Column("主要缺的工种", wide=40),
    )  # fmt: skip
    return Table(
        "周调度汇总",
        f"{'各街道' if scope.width > 6 else '各地区'}用工汇总",
        "户、人",
        columns,
        rows,
        [*total, ""],
        ("缺工人数是申报人数减去已到岗", "补上比例＝本周招到÷（缺工人数＋本周招到）"),
    )


def key_table(scope: Scope, week: Week, cut: datetime) -> Table:
    """重点企业用工: every enterprise on a key list, those that miss most first in each district."""
    params = moment(scope, cut) | {"since": week.monday}
    found = rows_of(list_queries.KEY_ENTERPRISES, params)
    names = place_names(row[0] for row in found)
    rows = [
        [
            place(names, row[0])[0],
            row[1],
            row[2],
            "、".join(KeyListKind(kind).label for kind in row[3]),
            row[4],
            SizeClass(row[5]).label if row[5] else "没有填",
            row[6],
            row[7],
            _channel_words(row[8]),
            row[9],
            row[10],
            row[11] or "没有专员",
        ]
        for row in found
    ]
    columns = (
        Column("地区"), Column("企业名称", wide=36), Column("统一社会信用代码", "code"),
        Column("重点名录", wide=34),
        Column("从业人员", "count"), Column("规模"), Column("申报缺工", "count"),
        Column("本周招到", "count"), Column("招到渠道", wide=26), Column("还缺", "count"),
        Column("还缺的原因", wide=26), Column("服务专员"),
    )  # fmt: skip
    total = ["合计", f"{len(rows)} 户", *[None] * 10]
    for column in (4, 6, 7, 9):
        total[column] = sum(row[column] or 0 for row in rows)
    return Table("重点企业用工", "重点企业用工情况", "户、人", columns, rows, total)


def _channel_words(channels):
    if not channels:
        return ""
    channels = json.loads(channels)
    ordered = [c for c in FillChannel if channels.get(c.value)]
    return "、".join(f"{c.label} {channels[c.value]} 人" for c in ordered)


def refund_table(scope: Scope, cut: datetime) -> Table:
    """稳岗返还筛查: enterprises and money by outcome, for each area and each size.

    The last run before the moment; when there was none, the last one there is, which the second
    line of the sheet then says.
    """
    columns = (
        Column("口径"), Column("分组"), Column("筛查户数", "count"),
        *[Column(f"{outcome.label}（户）", "count") for outcome in Outcome],
        Column("拟返还金额（元）", "money"),
    )  # fmt: skip
    run, notes = _screening(scope, cut)
    if run is None:
        empty = ["合计", "", 0, *[0 for _ in Outcome], 0]
        return Table(
            "稳岗返还筛查", "失业保险稳岗返还筛查", "户、元", columns, [], empty, ("还没有筛查过",)
        )
    by_code, by_size = _refund_cells(scope, run)
    names = scope.area_names(by_code)
    area_word = "按街道" if scope.width > 6 else "按地区"
    rows = [[area_word, name, *_refund_row(by_code.get(code, {}))] for code, name in names.items()]
    rows += [
        ["按规模", label, *_refund_row(by_size.get(size, {}))]
        for size, label in [*SizeClass.choices, ("", "没有填")]
    ]
    total = ["合计", scope.name, *_refund_row(_all(by_size))]
    return Table(
        "稳岗返还筛查",
        f"{run.base_year} 年度失业保险稳岗返还筛查",
        "户、元",
        columns,
        rows,
        total,
        notes,
    )


def _screening(scope, cut):
    runs = [
        run
        for run in ScreeningRun.objects.order_by("-created_at", "-pk")
        if scope.region.startswith(run.region_id) or run.region_id.startswith(scope.region)
    ]
    before = [run for run in runs if run.created_at < cut]
    run = (before or runs or [None])[0]
    if run is None:
        return None, ()
    notes = [
        f"{run.base_year} 年度，按 {full_date(run.legal_date)} 有效的 {run.legal_date.year} 年文件",
        f"第 {run.number} 次筛查，社保数据截至 {full_date(run.data_date)}",
    ]
    if not before:
        notes.append(f"这一周结束时还没有筛查，所列是 {full_date(run.created_at)}的结果")
    return run, tuple(notes)


def _refund_cells(scope, run):
    """{area: {outcome: (count, fen)}} and the same by size class."""
    groups = (
        Decision.objects.as_of(run)
        .leading()
        .filter(enterprise__region__code__startswith=scope.region)
        .order_by()
        .annotate(area=Left("enterprise__region_id", scope.width, output_field=CharField()))
        .values("area", "enterprise__size_class", "outcome")
        .annotate(count=Count("pk"), fen=Sum("amount_fen"))
    )
    by_code, by_size = defaultdict(dict), defaultdict(dict)
    for group in groups:
        for cells, key in (
            (by_code, group["area"]),
            (by_size, group["enterprise__size_class"] or ""),
        ):
            count, fen = cells[key].get(group["outcome"], (0, 0))
            cells[key][group["outcome"]] = (count + group["count"], fen + group["fen"])
    return by_code, by_size


def _all(groups):
    merged = {}
    for cells in groups.values():
        for outcome, (count, fen) in cells.items():
            before = merged.get(outcome, (0, 0))
            merged[outcome] = (before[0] + count, before[1] + fen)
    return merged


def _refund_row(cells):
    counts = [cells.get(outcome.value, (0, 0))[0] for outcome in Outcome]
    return [sum(counts), *counts, sum(fen for _, fen in cells.values())]
