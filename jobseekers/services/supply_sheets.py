"""The workbooks of the supply list: the template to fill in, the sent file, the returned errors."""

import io
import zipfile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from python_calamine import CalamineError, CalamineWorkbook

from portal.refused import Refused

from .supply_rows import COLUMNS

LARGEST = 10 * 1024 * 1024
LARGEST_UNPACKED = 200 * 1024 * 1024
MOST_ROWS = 20_000
HEAD_WITHIN = 10
ERROR_HEADING = "错误"
_BOLD = Font(name="Microsoft YaHei", size=10, bold=True)
_PLAIN = Font(name="Microsoft YaHei", size=10)
_SMALL = Font(name="Microsoft YaHei", size=9, color="5B6779")
_TINT = PatternFill("solid", fgColor="E3EEF9")
_FAULTY = PatternFill("solid", fgColor="FCEBE9")
_RULE = Border(bottom=Side("medium", color="17212E"))
_WRAP = Alignment(wrap_text=True, vertical="center")
_WIDTHS = {"identity": 22, "phone": 14, "region": 20, "groups": 28, "wishes": 24, "skills": 22,
           "certificates": 24, "places": 22}  # fmt: skip


def read_sheet(content: bytes) -> list[tuple[int, dict]]:
    """[(row number in the sheet, {column key: value})] of an Excel file, empty rows left out.

    The head may stand in any of the first rows, with columns in any order and an error column of
    an earlier return before them. Raises Refused when it is no such list or too large.
    """
    if len(content) > LARGEST:
        raise Refused("文件超过 10 MB，请分成几个文件导入。")
    _check_unpacked(content)
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        lines = sheet.to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError, OSError) as error:
        raise Refused("这个文件打不开。请用 Excel 另存为 .xlsx 再导入。") from error
    head, places = _find_head(lines)
    rows = []
    for number, line in enumerate(lines[head + 1 :], head + 2):
        cells = {key: line[place] for key, place in places.items() if place < len(line)}
        if any(value not in ("", None) for value in cells.values()):
            rows.append((number, cells))
    if not rows:
        raise Refused("表里没有人：从表头下面一行开始，每人一行。")
    if len(rows) > MOST_ROWS:
        raise Refused(f"一次最多导入 {MOST_ROWS:,} 人，这个文件有 {len(rows):,} 行，请分开导入。")
    return rows


def _check_unpacked(content):
    """Refuse a small file that unpacks to a huge one, before anything unpacks it."""
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except zipfile.BadZipFile as error:
        raise Refused("这个文件不完整，请重新导出后再导入。") from error
    if unpacked > LARGEST_UNPACKED:
        raise Refused("文件展开后太大，请分成几个文件导入。")


def _find_head(lines):
    """(index of the head row, {column key: place}); Refused names the columns that are missing."""
    headings = {column.heading: column.key for column in COLUMNS}
    best = {}
    for index, line in enumerate(lines[:HEAD_WITHIN]):
        names = [str(value).strip().removesuffix("*").strip() for value in line]
        places = {headings[n]: i for i, n in reversed(list(enumerate(names))) if n in headings}
        if all(column.key in places for column in COLUMNS if column.required):
            return index, places
        best = max(best, places, key=len)
    missing = [c.heading for c in COLUMNS if c.required and c.key not in best]
    raise Refused(
        f"没有找到表头：缺少 {'、'.join(missing)} 这几列。请下载模板，把名单贴进去再导入。"
    )


def template_workbook() -> bytes:
    """The template: title, how to fill, head with required columns marked, an example to replace."""
    book = Workbook(write_only=True)
    sheet = _sheet(book, "人力资源供给清单", 0)
    sheet.append(
        [_text(sheet, "人力资源供给清单", Font(name="Microsoft YaHei", size=14, bold=True))]
    )
    words = "每人一行；带 * 的必须填；一个身份证号只登记一次，已登记的人不会改动"
    sheet.append([_text(sheet, words, _SMALL)])
    sheet.append([_head(sheet, c.heading + (" *" if c.required else "")) for c in COLUMNS])
    notes = book.create_sheet("填写说明")
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 20, 70
    notes.column_dimensions["C"].width = 24
    notes.append([_head(notes, "列"), _head(notes, "怎么填"), _head(notes, "例如")])
    for column in COLUMNS:
        must = "必填。" if column.required else ""
        notes.append(
            [
                _text(notes, column.heading),
                _text(notes, must + column.hint),
                _text(notes, column.sample),
            ]
        )
    return _saved(book)


def error_workbook(rows, sent: dict[int, dict]) -> bytes:
    """The sent rows that are wrong or right, errors in the first column, faulty cells tinted.

    rows: SupplyRow in order; sent: the cells of each by row number. Faulty rows come first.
    """
    book = Workbook(write_only=True)
    sheet = _sheet(book, "有错误的名单", 1)
    faulty = sum(1 for row in rows if row.errors)
    title = f"{faulty:,} 行有错误，全部 {len(rows):,} 行都没有导入"
    sheet.append([_text(sheet, title, Font(name="Microsoft YaHei", size=14, bold=True))])
    words = "改好红底的格子后，把这个文件再导入一次；“错误”这一列不用删"
    sheet.append([_text(sheet, words, _SMALL)])
    sheet.append([_head(sheet, ERROR_HEADING), *[_head(sheet, c.heading) for c in COLUMNS]])
    for row in sorted(rows, key=lambda row: (not row.errors, row.number)):
        headed = {column.key: column.heading for column in COLUMNS}
        said = "；".join(f"{headed[key]}：{words}" for key, words in row.errors.items())
        said = f"原第 {row.number} 行。{said}" if said else ""
        cells = [_text(sheet, said)]
        for column in COLUMNS:
            cell = _sent(sheet, sent[row.number].get(column.key))
            if column.key in row.errors:
                cell.fill = _FAULTY
            cells.append(cell)
        sheet.append(cells)
    return _saved(book)


def _sheet(book, name, before):
    """A sheet of the list's columns after `before` others, head frozen, identity as text."""
    sheet = book.create_sheet(name)
    if before:
        sheet.column_dimensions["A"].width = 50
    for place, column in enumerate(COLUMNS, 1 + before):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _WIDTHS.get(column.key, 12)
        sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "3:3"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return sheet


def _sent(sheet, value):
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is None or isinstance(value, bool) or not isinstance(value, str | int | float):
        value = "" if value is None else str(value)
    if isinstance(value, str):
        return _text(sheet, value)
    cell = WriteOnlyCell(sheet, value)
    cell.font = _PLAIN
    return cell


def _text(sheet, value, font=_PLAIN):
    cell = WriteOnlyCell(sheet, None)
    cell._value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.data_type = "s"  # never a formula, whatever it begins with
    cell.number_format = "@"
    cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
    cell.font, cell.alignment = font, _WRAP if font is _PLAIN else Alignment(vertical="center")
    return cell


def _head(sheet, value):
    cell = _text(sheet, value, _BOLD)
    cell.fill, cell.border, cell.alignment = _TINT, _RULE, _WRAP
    return cell


def _saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
