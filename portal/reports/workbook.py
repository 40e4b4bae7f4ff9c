"""Tables as Excel workbooks, by the rules of paper: title, date line, head, total, rows.

Every value has its real type; text that somebody typed stays text, also when it begins with "=".
"""

import io
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import quote

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from .tables import Column, Table

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD_ROW = 3
FORMATS = {
    "count": "#,##0",
    "change": "+#,##0;-#,##0;0",
    "money": "#,##0.00",
    "share": "0.0%",
    "day": "yyyy-mm-dd",
    "text": "@",
    "code": "@",
}
_NARROW, _WIDEST, _WIDEST_CODE, _LINE_HEIGHT = 7, 20, 30, 15
_LONGEST = 32_767
_FONT = "Microsoft YaHei"
_PLAIN = Font(name=_FONT, size=10)
_BOLD = Font(name=_FONT, size=10, bold=True)
_TITLE = Font(name=_FONT, size=14, bold=True)
_SMALL = Font(name=_FONT, size=9, color="5B6779")
_TINT = PatternFill("solid", fgColor="E3EEF9")
_TOTAL = PatternFill("solid", fgColor="F4F6F9")
_RULE = Border(bottom=Side("medium", color="17212E"))
_LINE = Border(bottom=Side("thin", color="DDE3EA"))
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
_CODE = Alignment(horizontal="left", vertical="center", indent=1)
_RIGHT = Alignment(vertical="center", horizontal="right")
_HEAD_TEXT = _LEFT
_HEAD_FIGURE = Alignment(vertical="center", horizontal="right", wrap_text=True)
_FIGURES = ("count", "change", "money", "share")


def write_workbook(
    tables: Iterable[Table], second_line: str, stream, office: str, moment: datetime
) -> None:
    """Write the tables, a sheet each, into a binary stream.

    second_line: what row 2 of each sheet says before its units, “数据截至 …・快照 …”. office and
    moment go into the file's properties, so that writing twice gives the same.
    """
    book = Workbook(write_only=True)
    book.properties.creator = book.properties.lastModifiedBy = office
    stamp = moment.replace(tzinfo=None, microsecond=0)
    book.properties.created = book.properties.modified = stamp
    for table in tables:
        _write_sheet(book.create_sheet(table.name), table, second_line)
    book.save(stream)


def _write_sheet(sheet, table: Table, second_line: str) -> None:
    last = get_column_letter(len(table.columns))
    widths = [width_of(table, index, column) for index, column in enumerate(table.columns)]
    for index, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    below = HEAD_ROW + (2 if table.total else 1)
    sheet.freeze_panes = f"B{below}"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.8
    sheet.page_margins.footer = 0.4
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    sheet.oddFooter.left.text = table.title
    sheet.oddFooter.right.text = "第 &P 页，共 &N 页"
    end = max(below, below + len(table.rows) - 1)
    sheet.auto_filter.ref = f"A{HEAD_ROW}:{last}{end}"
    sheet.row_dimensions[1].height = 26
    sheet.append([_text(sheet, table.title, _TITLE)])
    words = "・".join([second_line, f"单位：{table.units}", *table.notes])
    sheet.append([_text(sheet, words, _SMALL)])
    # Heights are set: not every program makes a row higher for text that wraps.
    heads = [column.heading for column in table.columns]
    for number, values in enumerate([heads, *([table.total] if table.total else []), *table.rows]):
        sheet.row_dimensions[HEAD_ROW + number].height = height_of(values, widths)
    sheet.append([_head(sheet, column) for column in table.columns])
    if table.total:
        sheet.append(_row(sheet, table.columns, table.total, _BOLD, _RULE, _TOTAL))
    for row in table.rows:
        sheet.append(_row(sheet, table.columns, row, _PLAIN, _LINE))


def _head(sheet, column: Column):
    cell = _text(sheet, column.heading, _BOLD)
    cell.fill, cell.border = _TINT, _RULE
    cell.alignment = _HEAD_FIGURE if column.kind in _FIGURES else _HEAD_TEXT
    return cell


def _row(sheet, columns, values, font, border, fill=None):
    cells = []
    for column, value in zip(columns, values, strict=True):
        cell = _cell(sheet, column.kind, value)
        cell.font, cell.border = font, border
        if fill:
            cell.fill = fill
        cells.append(cell)
    return cells


def _cell(sheet, kind, value):
    # A total row has words where its column has figures: they are text all the same.
    if isinstance(value, str) and kind != "day":
        cell = _text(sheet, value)
        if kind == "code":
            cell.alignment = _CODE
        return cell
    cell = WriteOnlyCell(sheet, typed(kind, value))
    cell.number_format = FORMATS[kind]
    cell.alignment = _RIGHT if kind in _FIGURES else _LEFT
    return cell


def typed(kind: str, value):
    """A stored value as the type Excel should get: int, Decimal, date or None."""
    if value is None:
        return None
    if kind == "day":
        return date.fromisoformat(value)
    if kind == "money":
        return Decimal(value) / 100
    if kind == "share":
        part, whole = value
        return round(Decimal(part) / whole, 6) if whole else None
    return value


def _text(sheet, value, font=None):
    cell = WriteOnlyCell(sheet, None)
    cell._value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST]
    # The type is set by hand: openpyxl would take text that begins with "=" for a formula. The
    # quote prefix keeps Excel from doing so when somebody edits the cell.
    cell.data_type = "s"
    cell.number_format = FORMATS["text"]
    cell.quotePrefix = value[:1] in tuple("=+-@") and value[:1] != ""
    cell.alignment = _LEFT if font is None else Alignment(vertical="center")
    if font:
        cell.font = font
    return cell


def display_width(text: str) -> int:
    """Columns a text takes: wide characters two, others one."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def width_of(table: Table, index: int, column: Column) -> float:
    """Width of a column: its longest value, between bounds; a head may stand in two lines."""
    longest = (display_width(column.heading) + 1) // 2 + 3  # room for the filter's arrow
    for row in [*([table.total] if table.total else []), *table.rows]:
        value = row[index]
        if value is None:
            continue
        longest = max(longest, display_width(_shown(column.kind, value)))
    if column.kind == "code":
        longest += 3  # capital letters are wider than figures, and a code does not wrap
    elif column.kind not in _FIGURES:
        longest += 1  # the indent
    return float(
        min(
            max(longest + 1, _NARROW),
            max(column.wide, _WIDEST_CODE if column.kind == "code" else _WIDEST),
        )
    )


def height_of(values, widths) -> float:
    """Height of a row in points: as many lines as its longest text takes."""
    lines = [
        -(-display_width(value) // max(1, int(width) - 1))
        for value, width in zip(values, widths, strict=True)
        if isinstance(value, str)
    ]
    return float(_LINE_HEIGHT * max([1, *lines]) + 3)


def _shown(kind, value):
    if isinstance(value, str):
        return value
    if kind == "money":
        return f"{value // 100:,d}.00"
    if kind == "share":
        return "100.0%"
    return f"{value:+,d}" if kind == "change" else f"{value:,d}"


def workbook_response(content: bytes, name: str) -> HttpResponse:
    """The workbook as a download with a Chinese file name."""
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    return response


def as_bytes(tables, second_line, office, moment) -> bytes:
    """write_workbook into memory."""
    stream = io.BytesIO()
    write_workbook(tables, second_line, stream, office, moment)
    return stream.getvalue()
