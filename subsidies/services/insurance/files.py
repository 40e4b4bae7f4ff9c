"""A file as it lies there: what it is, how it is written, where its heading line is.

One pass over the file finds the encoding, whether anything is in quotes, and the SHA-256. Nothing
is guessed from a sample: a file is UTF-8 when all of it is, else GB18030 when all of it is.
"""

import codecs
import csv
import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from portal.refused import Refused

from .layouts import Columns, knows, read_header

LARGEST_WORKBOOK = 20 * 1024 * 1024
_LARGEST_STRINGS = 200 * 1024 * 1024
HEAD_WITHIN = 10
_BLOCK = 1 << 20
_HEAD = 1 << 16
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8（带 BOM）", "gb18030": "GB18030"}


@dataclass(frozen=True)
class Survey:
    """What one pass over a file found.

    encoding: Python's name of it, "" for a workbook. header_record: number of the heading line,
    the first being 1.
    """

    path: Path
    size: int
    sha256: str
    workbook: bool
    columns: Columns
    header_record: int
    encoding: str = ""
    delimiter: str = ","
    quoted: bool = False

    @property
    def written_in(self) -> str:
        """How the file is written, for people."""
        return "xlsx" if self.workbook else _ENCODINGS[self.encoding]


def survey(path: Path, kind: str, mapping: dict[str, str] | None = None) -> Survey:
    """Look a file through once. Raises Refused when it cannot be read or its heading is wrong."""
    path = Path(path)
    size = path.stat().st_size
    with path.open("rb") as file:
        magic = file.read(4)
    if not size:
        raise Refused("这个文件是空的。")
    if magic == _OLD_EXCEL:
        raise Refused("这是旧格式的 Excel（.xls）。请另存为 .xlsx 或者 CSV 再导入。")
    if magic[:2] in _WIDE:
        raise Refused("这个文件是 UTF-16 编码（“Unicode 文本”）。请另存为 CSV UTF-8 再导入。")
    if magic == b"PK\x03\x04":
        return _workbook(path, size, kind, mapping)
    return _text(path, size, kind, mapping)


def _text(path, size, kind, mapping):
    digest, encoding, quoted, newline = hashlib.sha256(), "utf-8", False, False
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            if b"\0" in block:
                raise Refused("这不是表格文件。请导入 CSV 或者 .xlsx。")
            quoted = quoted or b'"' in block
            newline = newline or b"\n" in block
            if decoder is not None:
                try:
                    decoder.decode(block, final=file.tell() == size)
                except UnicodeDecodeError:
                    encoding, decoder = "gb18030", None
        if encoding == "gb18030":
            _all_gb18030(file, size)
        file.seek(0)
        head = file.read(_HEAD)
    if not newline and b"\r" in head:
        raise Refused("这个文件的换行符读不了。请用 Excel 打开，另存为 CSV UTF-8 再导入。")
    if head.startswith(codecs.BOM_UTF8) and encoding == "utf-8":
        encoding = "utf-8-sig"
    encoding, delimiter, record, headings = _heading(head, encoding, kind, mapping)
    return Survey(
        path, size, digest.hexdigest(), False, read_header(kind, headings, mapping), record,
        encoding, delimiter, quoted,
    )  # fmt: skip


def _all_gb18030(file, size):
    decoder = codecs.getincrementaldecoder("gb18030")()
    file.seek(0)
    line = 1
    while block := file.read(_BLOCK):
        try:
            decoder.decode(block, final=file.tell() == size)
        except UnicodeDecodeError as error:
            line += block[: error.start].count(b"\n")
            raise Refused(
                f"第 {line} 行有读不出的字：文件既不是 UTF-8，也不是 GB18030。请从原系统重新导出。"
            ) from error
        line += block.count(b"\n")


def _heading(head, encoding, kind, mapping):
    """Encoding, delimiter, number and cells of the heading line: the reading that knows most.

    A few Chinese words in GB18030 can happen to be UTF-8 as well; their names then tell.
    """
    best = None
    for tried in dict.fromkeys((encoding, *(("gb18030",) if encoding == "utf-8" else ()))):
        text = head.decode(tried, errors="replace" if tried == encoding else "ignore")
        for delimiter in (",", "\t"):
            rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            record, cells = first_with_headings(_until_broken(rows))
            found = (knows(kind, cells, mapping), len(cells))
            if best is None or found > best[0]:
                best = (found, (tried, delimiter, record, cells))
    if not best[1][3]:
        raise Refused("这个文件没有表头。第一行要写列名，用逗号或者制表符分开。")
    return best[1]


def _until_broken(rows):
    try:
        yield from rows
    except csv.Error:
        return


def first_with_headings(rows) -> tuple[int, list[str]]:
    """Number and cells of the first of ten lines with more than one cell filled: above it stand
    titles. (0, []) when there is none."""
    for number, cells in enumerate(rows, 1):
        if sum(bool(cell.strip()) for cell in cells) > 1:
            return number, cells
        if number == HEAD_WITHIN:
            break
    return 0, []


def _workbook(path, size, kind, mapping):
    from .workbooks import rows_of

    if size > LARGEST_WORKBOOK:
        raise Refused("Excel 文件超过 20 MB。请另存为 CSV UTF-8 再导入。")
    try:
        with zipfile.ZipFile(path) as archive:
            strings = [i.file_size for i in archive.infolist() if "sharedStrings" in i.filename]
    except zipfile.BadZipFile as error:
        raise Refused("这个 Excel 文件打不开。请用 Excel 另存一次再导入。") from error
    if sum(strings) > _LARGEST_STRINGS:
        raise Refused("这个 Excel 文件太大。请另存为 CSV UTF-8 再导入。")
    with rows_of(path) as rows:
        record, headings = first_with_headings(rows)
    if not headings:
        raise Refused("这个文件没有表头。第一行要写列名。")
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Survey(path, size, sha256, True, read_header(kind, headings, mapping), record)
