"""A CSV file of job titles coded into another: read and written row by row, all of it or nothing."""

import codecs
import csv
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from portal.places.coder import Coded, Coder

ADDED = ("minor_code", "confidence", "candidates")
TITLE, DUTIES = "title", "duties"
BOM = codecs.BOM_UTF8
_REMEMBERED = 100_000  # results kept for titles that come again
_CONTROL = frozenset(map(chr, [*range(9), 11, 12, *range(14, 32)]))
_LOST = "\ufffd"  # stands where an earlier program could not read a character


class BadTitleFile(Exception):
    """The file was refused and nothing written; the words say what is wrong and where."""

    def __init__(self, words: str, exit_code: int = 1):
        super().__init__(words)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Done:
    """How many titles were read, how many of them have a code, and in how many a character was
    lost before (they are coded all the same), with the line of the first."""

    titles: int
    coded: int
    lossy: int = 0
    first_lossy: int = 0


def code_file(source: Path, target: Path, coder: Coder) -> Done:
    """Code the titles of ``source`` into ``target``, which appears when it is complete.

    source: CSV in UTF-8 or GB18030 with a column ``title``; ``duties`` is used when there. All
    columns are kept, ADDED go last; columns of these names are replaced. The target is UTF-8,
    begun with a byte order mark when the source has one or is GB18030 (a file of Excel's). Blank
    lines are left out. Raises BadTitleFile, with exit code 2 when the header is wrong.
    """
    encoding, mark = _encoding(source)
    try:
        descriptor, name = tempfile.mkstemp(dir=target.absolute().parent, suffix=".csv")
    except OSError as error:
        raise BadTitleFile(f"{target}：写不进去（{error.strerror}）。") from error
    temporary = Path(name)
    try:
        with (
            source.open(encoding=encoding, newline="") as lines,
            os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out,
        ):
            out.write(mark)
            done = _code_rows(source, csv.reader(lines, strict=True), out, coder)
        temporary.chmod(0o644)
        temporary.replace(target)
    except OSError as error:
        raise BadTitleFile(f"{target}：写不进去（{error.strerror}）。") from error
    finally:
        temporary.unlink(missing_ok=True)
    return done


def candidate_words(coded: Coded) -> str:
    """ "6-31-03 检验试验人员 0.90|2-02-29 … 0.30", best first; empty when there is none."""
    return "|".join(f"{code} {name} {share:.2f}" for code, name, share in coded.candidates)


def _encoding(source: Path) -> tuple[str, str]:
    """(encoding, what the target begins with), after reading all of the file once.

    A file with lines that are Chinese in UTF-8 is UTF-8 even when a later line is damaged: read as
    GB18030 it would only seem to be whole.
    """
    try:
        with source.open("rb") as handle:
            head = handle.read(4)
            _refuse_other_kinds(source, head)
            marked = head.startswith(BOM)
            line, was_utf8 = _first_bad_line(handle, "utf-8")
            if line is None:
                return ("utf-8-sig", "\ufeff") if marked else ("utf-8", "")
            if not marked and not was_utf8:
                line, _ = _first_bad_line(handle, "gb18030")
                if line is None:
                    return "gb18030", "\ufeff"
    except OSError as error:
        raise BadTitleFile(f"{source}：打不开（{error.strerror}）。") from error
    raise BadTitleFile(
        f"{source}：第 {line} 行有读不出的字，不是完整的 UTF-8 或 GB18030。请另存为 UTF-8 的 CSV。"
    )


def _refuse_other_kinds(source, head):
    if head.startswith((b"PK", b"\xd0\xcf")):
        raise BadTitleFile(f"{source}：这是 Excel 工作簿。请在 Excel 里另存为 CSV UTF-8。")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BadTitleFile(f"{source}：这是 UTF-16 的文件。请另存为 UTF-8 的 CSV。")
    if not head:
        raise BadTitleFile(f"{source}：文件是空的，第一行要有 title 这一列。", exit_code=2)


def _first_bad_line(handle, encoding):
    """(number of the first line that cannot be read, None if all can; whether any before it is
    Chinese)."""
    handle.seek(0)
    chinese = False
    for number, line in enumerate(handle, start=1):
        try:
            line.removeprefix(BOM).decode(encoding)
        except UnicodeDecodeError:
            return number, chinese
        chinese = chinese or not line.isascii()
    return None, chinese


def _code_rows(source, rows, out, coder):
    try:
        header = [name.strip() for name in next(rows, [])]
        title_at, duties_at = _columns(source, header)
        kept = [at for at, name in enumerate(header) if name not in ADDED]
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*(header[at] for at in kept), *ADDED])
        known: dict[str, tuple[str, ...]] = {}
        titles = coded = lossy = first_lossy = 0
        for row in rows:
            if not row:
                continue
            if len(row) != len(header):
                raise BadTitleFile(
                    f"{source}：第 {rows.line_num} 行有 {len(row)} 列，表头有 {len(header)} 列。"
                    "内容里有逗号的，要用英文双引号括起来。"
                )
            title, duties = row[title_at], row[duties_at] if duties_at is not None else ""
            answer = None if duties else known.get(title)
            if answer is None:
                _check(source, rows.line_num, TITLE, title)
                _check(source, rows.line_num, DUTIES, duties)
                answer = _answer(coder.code(title, duties))
                if not duties:
                    if len(known) >= _REMEMBERED:
                        known.clear()
                    known[title] = answer
            if _LOST in title:
                lossy, first_lossy = lossy + 1, first_lossy or rows.line_num
            titles += 1
            coded += bool(answer[0])
            writer.writerow([*(row[at] for at in kept), *answer])
    except csv.Error as error:
        raise BadTitleFile(
            f"{source}：第 {rows.line_num} 行读不通，可能是英文双引号没有成对。"
        ) from error
    return Done(titles, coded, lossy, first_lossy)


def _columns(source, header):
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if TITLE not in header:
        shown = "、".join(name for name in header if name) or "没有列名"
        raise BadTitleFile(
            f"{source}：第 1 行要有 title 这一列，现在是：{shown[:100]}。", exit_code=2
        )
    if twice:
        raise BadTitleFile(f"{source}：第 1 行的列名重复：{'、'.join(twice)}。", exit_code=2)
    return header.index(TITLE), header.index(DUTIES) if DUTIES in header else None


def _check(source, line, column, text):
    if not _CONTROL.isdisjoint(text):
        raise BadTitleFile(f"{source}：第 {line} 行 {column} 列有乱码（不可见的控制字符）。")


def _answer(coded):
    return coded.minor_code or "", f"{coded.confidence:.2f}", candidate_words(coded)
