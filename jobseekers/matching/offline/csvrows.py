"""Rows of a CSV file in columns, a piece at a time; what cannot be read is set aside with its line.

Files come from other bureaus' systems: with and without a byte order mark, in UTF-8 or GB18030,
with stray quotes and cut-off lines. A bad row never takes its neighbours with it.
"""

import codecs
import csv
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PIECE = 20_000
MOST_LINES = 50  # of one row; more is a quotation mark that was never closed
_BLOCK = 1 << 20
_STRANGE = "\ufffd"
UNPAIRED = "引号没有配对"


class HeaderError(ValueError):
    """The first line is not what is asked for, so that nothing can be read; says why."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row left out: the line it begins at (from 1), the column ("" for the row), the reason."""

    line: int
    column: str
    reason: str


@dataclass(slots=True)
class Rejects:
    """What was left out of one file; ``reasons`` counts by column and kind of reason."""

    rows: list[BadRow] = field(default_factory=list)
    reasons: Counter = field(default_factory=Counter)

    def add(self, line: int, column: str, reason: str, shown: str = "", detail: str = "") -> None:
        """Note a row. shown: the offending value, cut short; detail: what is not counted apart."""
        self.reasons[f"{column}：{reason}" if column else reason] += 1
        value = f"“{shown[:30]}{'…' if len(shown) > 30 else ''}”" if shown else ""
        self.rows.append(BadRow(line, column, f"{value}{reason}{detail}"))

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows: the line each begins at, and for every wanted column its cells as written."""

    lines: list[int]
    columns: dict[str, tuple[str, ...]]


def encoding_of(path: Path) -> tuple[str, bool]:
    """Return (encoding, whether every byte of the file makes sense in it).

    UTF-8 is tried before GB18030, which reads nearly everything; where neither fits, the one with
    fewer senseless places.
    """
    with path.open("rb") as handle:
        if handle.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise HeaderError("文件是 UTF-16 编码，请另存为 UTF-8 的 CSV")
    if not _senseless(path, "utf-8-sig", most=0):
        return "utf-8-sig", True
    if not _senseless(path, "gb18030", most=0):
        return "gb18030", True
    counts = {name: _senseless(path, name) for name in ("utf-8-sig", "gb18030")}
    return min(counts, key=counts.get), False


def _senseless(path: Path, encoding: str, most: int | None = None) -> int:
    """How many places of the file make no sense in an encoding; stops after ``most``."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    found = 0
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            found += decoder.decode(block).count(_STRANGE)
            if most is not None and found > most:
                return found
    return found + decoder.decode(b"", final=True).count(_STRANGE)


class _Lines:
    """Lines of a file that can be put back; counts what one row has taken."""

    def __init__(self, handle):
        self.handle = handle
        self.back: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self):
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MOST_LINES:
            raise csv.Error("too many lines")
        line = self.back.popleft() if self.back else next(self.handle)
        self.taken.append(line)
        return line

    def put_back(self) -> None:
        """Let all lines of the row but its first be read again."""
        self.back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def pieces(path: Path, wanted: Sequence[str], rejects: Rejects) -> Iterator[Piece]:
    """The rows of a file, PIECE at a time, with the ``wanted`` columns.

    Other columns are passed over, empty lines too. Raises HeaderError before anything is read
    when a wanted column is missing or stands twice, OSError when the file cannot be read.
    """
    encoding, sound = encoding_of(path)
    with path.open(encoding=encoding, errors="replace", newline="") as handle:
        lines = _Lines(handle)
        reader = csv.reader(lines, strict=True)
        width, places = _header(reader, wanted)
        number = len(lines.taken)
        rows, begins = [], []
        while True:
            lines.taken.clear()
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error:
                lines.put_back()
                rejects.add(number + 1, "", UNPAIRED)
                number += 1
                continue
            if len(row) != width and row:
                spread = len(lines.taken) > 1
                lines.put_back()
                if spread:
                    rejects.add(number + 1, "", UNPAIRED)
                else:
                    detail = f"，这一行有 {len(row)} 列"
                    rejects.add(number + 1, "", f"应有 {width} 列", detail=detail)
            elif row and not sound and any(_STRANGE in cell for cell in row):
                rejects.add(number + 1, "", "有认不出的字，既不是 UTF-8 也不是 GB18030")
            elif row:
                rows.append(row)
                begins.append(number + 1)
                if len(rows) == PIECE:
                    yield _piece(rows, begins, places)
                    rows, begins = [], []
            number += len(lines.taken)
        if rows:
            yield _piece(rows, begins, places)


def _header(reader, wanted: Sequence[str]) -> tuple[int, dict[str, int]]:
    """Number of columns, and where each wanted one stands."""
    try:
        names = [name.strip() for name in next(reader)]
    except StopIteration:
        raise HeaderError("文件是空的，第一行应是表头") from None
    except csv.Error as error:
        raise HeaderError("第一行的引号没有配对，或不是 CSV 文件") from error
    missing = [name for name in wanted if name not in names]
    if missing:
        raise HeaderError(f"表头缺少：{'、'.join(missing)}。应有：{','.join(wanted)}")
    twice = [name for name in wanted if names.count(name) > 1]
    if twice:
        raise HeaderError(f"表头重复：{'、'.join(twice)}")
    return len(names), {name: names.index(name) for name in wanted}


def _piece(rows: list[list[str]], begins: list[int], places: dict[str, int]) -> Piece:
    columns = tuple(zip(*rows, strict=True))
    return Piece(begins, {name: columns[at] for name, at in places.items()})
