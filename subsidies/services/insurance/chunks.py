"""The lines of a file in chunks of columns, in constant memory.

A chunk holds for every field that is read an array of byte strings. Text without quotes is cut
up with NumPy: in UTF-8 and in GB18030 no byte of a longer character is a comma, a tab or a line
end. Text with quotes goes through the csv module, workbooks through openpyxl; all give the same.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from portal.refused import Refused

from .files import Survey
from .workbooks import rows_of

WIDEST = 64  # bytes of a value that are kept; none that is right is longer
_BLOCK = 1 << 22
_ROWS = 40_000
_LONGEST_LINE = 1 << 20
_NEWLINE, _RETURN, _SPACE, _TAB = 10, 13, 32, 9


@dataclass
class Chunk:
    """Some lines of a file.

    lines: (n,) numbers in the file, the first being 1. values: field name → (n,) bytes, blanks at
    both ends taken off. too_long: field name → (n,) bool, cut off at WIDEST. wrong_width: (line,
    number of cells) of the lines that do not have as many cells as the heading; they are not
    among the n. done: bytes (workbook: lines) of the file read so far.
    """

    lines: np.ndarray
    values: dict[str, np.ndarray]
    too_long: dict[str, np.ndarray]
    wrong_width: list[tuple[int, int]]
    encoding: str
    done: int

    def __len__(self):
        return len(self.lines)


def chunks(survey: Survey) -> Iterator[Chunk]:
    """The lines under the heading; empty lines are passed over but counted."""
    if survey.workbook:
        with rows_of(survey.path) as rows:
            yield from _from_rows(survey, rows, lambda number: number)
    elif survey.quoted:
        yield from _from_csv(survey)
    else:
        yield from _from_bytes(survey)


def _from_csv(survey):
    with survey.path.open(encoding=survey.encoding, newline="") as file:
        rows = csv.reader(file, delimiter=survey.delimiter, strict=True)
        position = file.buffer.tell
        try:
            yield from _from_rows(survey, rows, lambda number: position())
        except csv.Error as error:
            raise Refused(f"第 {rows.line_num} 行的引号不成对，读不下去。请检查这一行。") from error


def _from_rows(survey, rows, done):
    width, places = survey.columns.width, survey.columns.places
    lines, kept, wrong = [], [], []
    for number, row in enumerate(rows, 1):
        if number <= survey.header_record or not any(cell.strip() for cell in row):
            continue
        if survey.workbook:
            row = (row + [""] * width)[: max(width, _filled(row))]
        if len(row) == width:
            lines.append(number)
            kept.append(row)
        else:
            wrong.append((number, len(row)))
        if len(lines) + len(wrong) == _ROWS:
            yield _chunk_of_rows(lines, kept, wrong, places, done(number))
            lines, kept, wrong = [], [], []
    if lines or wrong:
        yield _chunk_of_rows(lines, kept, wrong, places, done(number))


def _filled(row):
    """How many cells up to the last one that holds something."""
    return max((place for place, cell in enumerate(row, 1) if cell.strip()), default=0)


def _chunk_of_rows(lines, rows, wrong, places, done):
    values, too_long = {}, {}
    for name, place in places.items():
        texts = [row[place].strip().encode() for row in rows]
        too_long[name] = np.fromiter((len(t) > WIDEST for t in texts), dtype=bool, count=len(texts))
        # A NUL of a cell would be lost at the end of a NumPy string; nothing right holds one.
        array = np.array([t[:WIDEST].replace(b"\0", b"?") for t in texts] or [b""], dtype=bytes)
        values[name] = array[: len(texts)]
    return Chunk(np.array(lines, dtype=np.int64), values, too_long, wrong, "utf-8", done)


def _from_bytes(survey):
    separator = ord(survey.delimiter)
    first, done, left = 1, 0, b""
    with survey.path.open("rb") as file:
        if survey.encoding == "utf-8-sig":
            done = len(file.read(3))
        while True:
            read = file.read(_BLOCK)
            done += len(read)
            block = left + read
            if not read:
                if not block:
                    return
                block += b"\n"
            end = block.rfind(b"\n") + 1
            block, left = block[:end], block[end:]
            if len(left) > _LONGEST_LINE:
                number = first + block.count(b"\n")
                raise Refused(f"第 {number} 行太长，不像是一行数据。请检查文件。")
            if block:
                chunk, count = _cut(block, first, survey, separator, done)
                first += count
                if len(chunk) or chunk.wrong_width:
                    yield chunk
            if not read:
                return


def _cut(block, first, survey, separator, done):
    """The chunk of some whole lines, and how many lines they were."""
    data = np.frombuffer(block + bytes(WIDEST), dtype=np.uint8)
    body = data[: len(block)]
    ends = np.flatnonzero(body == _NEWLINE)
    cuts = np.flatnonzero(body == separator)
    starts = np.concatenate([[0], ends[:-1] + 1])
    cells = np.diff(np.searchsorted(cuts, ends), prepend=0) + 1
    stops = ends - (data[np.maximum(ends - 1, 0)] == _RETURN)
    stops = np.maximum(stops, starts)
    numbers = np.arange(first, first + len(ends))
    filled = (stops - starts) > cells - 1  # a line of nothing but separators is empty
    filled &= numbers > survey.header_record
    good = filled & (cells == survey.columns.width)
    wrong = filled & ~good
    inner = cuts[np.repeat(good, cells - 1)].reshape(-1, survey.columns.width - 1)
    values, too_long = {}, {}
    for name, place in survey.columns.places.items():
        begin = starts[good] if place == 0 else inner[:, place - 1] + 1
        stop = stops[good] if place == survey.columns.width - 1 else inner[:, place]
        values[name], too_long[name] = _gather(data, begin, stop)
    pairs = list(zip(numbers[wrong].tolist(), cells[wrong].tolist(), strict=True))
    encoding = "gb18030" if survey.encoding == "gb18030" else "utf-8"
    return Chunk(numbers[good], values, too_long, pairs, encoding, done), len(ends)


def _gather(data, begin, stop):
    """Byte strings from begin to stop without blanks at the ends, and which of them are cut."""
    if not len(begin):
        return np.empty(0, dtype="S1"), np.empty(0, dtype=bool)
    begin, stop = begin.copy(), stop.copy()
    while (blank := _is_blank(data[begin]) & (begin < stop)).any():
        begin += blank
    while (blank := _is_blank(data[stop - 1]) & (begin < stop)).any():
        stop -= blank
    lengths = stop - begin
    width = int(min(max(lengths.max(), 1), WIDEST))
    cells = np.lib.stride_tricks.sliding_window_view(data, width)[begin]
    cells[np.arange(width) >= lengths[:, None]] = 0
    return cells.view(f"S{width}").ravel(), lengths > WIDEST


def _is_blank(letters):
    return (letters == _SPACE) | (letters == _TAB)
