"""A trial as a workbook: the bill, by district, industry and size, and every enterprise that moves."""

from django.conf import settings

from portal.reports.tables import Column, Table
from portal.reports.workbook import as_bytes
from subsidies.trial_view import DIMENSIONS, named_cells

_CELLS = (
    Column("", wide=24),
    Column("企业（户）", "count"),
    Column("现行享受（户）", "count"),
    Column("现行金额（元）", "money"),
    Column("试算享受（户）", "count"),
    Column("试算金额（元）", "money"),
    Column("增加（户）", "count"),
    Column("增加金额（元）", "money"),
    Column("减少（户）", "count"),
    Column("减少金额（元）", "money"),
)
_ORDER = (
    "enterprises", "before_count", "before_fen", "after_count", "after_fen",
    "winners", "winners_fen", "losers", "losers_fen",
)  # fmt: skip
_ROWS = (
    Column("企业名称", wide=36),
    Column("统一社会信用代码", "code"),
    Column("地区"),
    Column("行业代码", "code"),
    Column("规模"),
    Column("现行结论"),
    Column("现行金额（元）", "money"),
    Column("试算结论"),
    Column("试算金额（元）", "money"),
    Column("相差（元）", "money"),
)
NOTE = "试算，不产生任何发放"


def trial_workbook(trial, rows, places: dict[str, str]) -> bytes:
    """The trial as an Excel file.

    rows: TrialRow with enterprise selected, those that are listed. places: district code → name.
    """
    tables = [
        _cells_table(trial, name, label, named_cells(trial, name, places))
        for name, label in DIMENSIONS
    ]
    tables.append(_rows_table(trial, rows, places))
    second = f"{trial.base_year} 年度・按 {trial.legal_date:%Y-%m-%d} 有效的文件・{NOTE}"
    return as_bytes(tables, second, settings.PORTAL_OFFICE, trial.created_at)


def _cells_table(trial, name, label, cells):
    columns = (Column(label, wide=24), *_CELLS[1:])
    whole = trial.totals["all"]
    return Table(
        f"按{label}",
        f"{trial.title}：按{label}",
        "户、元",
        columns,
        [[title, *[cell[key] for key in _ORDER]] for title, cell in cells],
        ["合计", *[whole[key] for key in _ORDER]],
    )


def _rows_table(trial, rows, places):
    values = [
        [
            row.enterprise.name,
            row.enterprise.credit_code,
            places.get(row.enterprise.region_id[:6], ""),
            row.enterprise.industry_id or "",
            row.enterprise.get_size_class_display() or "",
            row.get_before_outcome_display(),
            row.before_fen,
            row.get_after_outcome_display(),
            row.after_fen,
            row.after_fen - row.before_fen,
        ]
        for row in rows
    ]
    sums = [sum(line[place] for line in values) for place in (6, 8, 9)]
    total = ["合计", f"{len(values)} 户", *[None] * 4, sums[0], None, sums[1], sums[2]]
    return Table("企业名单", f"{trial.title}：企业名单", "元", _ROWS, values, total)
