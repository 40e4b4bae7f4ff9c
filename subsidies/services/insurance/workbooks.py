"""Rows of an Excel workbook as text, one after the other."""

import datetime
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from portal.refused import Refused

_BROKEN = (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError)


@contextmanager
def rows_of(path) -> Iterator[Iterator[list[str]]]:
    """The rows of the only filled sheet as lists of text; Refused when it cannot be opened or
    when a second sheet holds something, for then nobody knows which one counts."""
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except _BROKEN as error:
        raise Refused("这个 Excel 文件打不开。请用 Excel 另存一次再导入。") from error
    try:
        sheets = [sheet for sheet in book.worksheets if _has_cells(sheet)]
        if len(sheets) != 1:
            raise Refused(
                f"这个 Excel 文件有 {len(sheets)} 个写了内容的工作表，只能有一个。"
                if sheets
                else "这个 Excel 文件是空的。"
            )
        yield ([cell_text(value) for value in row] for row in sheets[0].iter_rows(values_only=True))
    finally:
        book.close()


def _has_cells(sheet):
    sheet.reset_dimensions()  # what a file says about its own size may be wrong
    return any(
        value is not None for row in sheet.iter_rows(max_row=20, values_only=True) for value in row
    )


def cell_text(value) -> str:
    """A cell as text. Numbers have the 15 digits that Excel shows: no binary fractions, so that
    0.1 + 0.2 is 0.3; an identity number kept as a number shows that its last digits are lost."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return format(value, ".15g").upper()
    if isinstance(value, int) and abs(value) >= 10**15:
        return format(float(value), ".15g").upper()
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return str(value)
