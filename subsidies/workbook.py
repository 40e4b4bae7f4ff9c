"""The list of a screening run as a workbook."""

from django.conf import settings
from django.utils import timezone

from portal.places.models import Division
from portal.reports.tables import Column, Table
from portal.reports.workbook import as_bytes
from portal.ui.formatting import full_date
from subsidies.enums import Outcome
from subsidies.explain import DISTRICT_DIGITS, layoff
from subsidies.services.reasons import main_reason

_COLUMNS = (
    Column("企业名称", wide=36),
    Column("统一社会信用代码", "code"),
    Column("地区"),
    Column("规模"),
    Column("行业代码", "code"),
    Column("年初参保人数", "count"),
    Column("年末参保人数", "count"),
    Column("裁员率", "share"),
    Column("裁员率上限", "share"),
    Column("结论"),
    Column("主要原因", wide=44),
    Column("依据", wide=30),
    Column("返还金额（元）", "money"),
    Column("决定日期", "day"),
)


def run_workbook(run, decisions) -> bytes:
    """The decisions of a run's list as an Excel file.

    decisions: leading decisions with enterprise and policy selected, in the order of the list.
    """
    places = {d.code: d.name for d in Division.objects.at_level(Division.DISTRICT)}
    rows = [_row(decision, places) for decision in decisions]
    total = sum(row[12] for row in rows if row[12] is not None)
    table = Table(
        "返还筛查",
        f"{run.base_year} 年度失业保险稳岗返还筛查名单",
        "人、元",
        _COLUMNS,
        rows,
        ["合计", f"{len(rows)} 户", *[None] * 10, total, None],
        (f"按 {full_date(run.legal_date)} 有效的文件",),
    )
    second_line = f"数据截至 {full_date(run.data_date)}・第 {run.number} 次筛查"
    return as_bytes([table], second_line, settings.PORTAL_OFFICE, run.created_at)


def _row(decision, places):
    enterprise, facts = decision.enterprise, decision.facts["values"]
    rate = layoff(decision)
    waiting = decision.outcome == Outcome.REVIEW
    return [
        enterprise.name,
        enterprise.credit_code,
        places.get(enterprise.region_id[:DISTRICT_DIGITS], ""),
        enterprise.get_size_class_display() or "",
        facts["industry"],
        facts["insured_start"],
        facts["insured_end"],
        _share(rate["rate"]),
        _share(rate["limit"]),
        decision.get_outcome_display(),
        main_reason(decision.outcome, decision.trace),
        decision.policy.document_number,
        None if waiting else decision.amount_fen,
        timezone.localdate(decision.decided_at).isoformat(),
    ]


def _share(value):
    return None if value is None else [value.numerator, value.denominator]
