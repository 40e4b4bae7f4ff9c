"""The list of a screening run as an Excel workbook, written row by row."""

from decimal import Decimal

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from portal.places.models import Division
from portal.ui.formatting import full_date
from subsidies.enums import Outcome
from subsidies.explain import DISTRICT_DIGITS, layoff
from subsidies.services.reasons import main_reason

MONEY = "#,##0.00"
COUNT = "#,##0"
SHARE = "0.00%"
_HEAD_FILL = PatternFill("solid", fgColor="E3EEF9")
_BOLD = Font(bold=True)
_RULE = Border(bottom=Side("medium", color="17212E"))

# Heading, width, number format ("" for text).
_COLUMNS = (
    ("企业名称", 40, ""),
    ("统一社会信用代码", 22, ""),
    ("地区", 12, ""),
    ("规模", 8, ""),
    ("行业代码", 10, ""),
    ("年初参保人数", 13, COUNT),
    ("年末参保人数", 13, COUNT),
    ("裁员率", 10, SHARE),
    ("裁员率上限", 11, SHARE),
    ("结论", 12, ""),
    ("主要原因", 50, ""),
    ("适用条款", 44, ""),
    ("返还金额（元）", 18, MONEY),
    ("决定时间", 13, "yyyy-mm-dd"),
)


def write_run(run, decisions, stream) -> int:
    """Write the decisions of a run's list into a binary stream. Returns how many rows.

    decisions: a queryset of leading decisions with enterprise and policy selected.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("返还筛查")
    for index, (_, width, _) in enumerate(_COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = "B5"
    sheet.print_title_rows = "3:3"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    places = {d.code: d.name for d in Division.objects.at_level(Division.DISTRICT)}
    rows = [_row(decision, places) for decision in decisions]
    last = get_column_letter(len(_COLUMNS))
    sheet.auto_filter.ref = f"A3:{last}{len(rows) + 4}"
    sheet.append(
        [_text(sheet, f"{run.base_year} 年度失业保险稳岗返还筛查名单", Font(bold=True, size=14))]
    )
    sheet.append(
        [
            _text(
                sheet,
                f"第 {run.number} 次筛查・数据截至 {full_date(run.data_date)}・"
                f"按 {full_date(run.legal_date)} 有效的文件・单位：人、元",
            )
        ]
    )
    sheet.append([_head(sheet, heading) for heading, _, _ in _COLUMNS])
    total = sum((row[12] for row in rows if row[12] is not None), Decimal(0))
    sheet.append(_cells(sheet, ["合计", f"{len(rows)} 户", *[None] * 10, total, None], _BOLD))
    for row in rows:
        sheet.append(_cells(sheet, row))
    book.save(stream)
    return len(rows)


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
        f"{decision.policy.document_number} {decision.policy.title}",
        None if waiting else Decimal(decision.amount_fen) / 100,
        timezone.localdate(decision.decided_at),
    ]


def _share(value):
    return None if value is None else round(Decimal(value.numerator) / value.denominator, 6)


def _text(sheet, value, font=None):
    # Text that somebody typed stays text, also when it begins with "=".
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    if font:
        cell.font = font
    return cell


def _head(sheet, value):
    cell = _text(sheet, value, _BOLD)
    cell.fill, cell.border = _HEAD_FILL, _RULE
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _cells(sheet, values, font=None):
    made = []
    for value, (_, _, number_format) in zip(values, _COLUMNS, strict=True):
        if isinstance(value, str):
            made.append(_text(sheet, value, font))
            continue
        cell = WriteOnlyCell(sheet, value)
        if number_format and value is not None:
            cell.number_format = number_format
        if font:
            cell.font = font
        made.append(cell)
    return made
