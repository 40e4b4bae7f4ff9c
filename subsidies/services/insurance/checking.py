"""Checking chunks: every wrong value of a line is told, and a line with one is not taken."""

import calendar
import datetime
import re
from dataclasses import dataclass, field

import numpy as np
from django.core.exceptions import ValidationError

from enterprises.models import Enterprise
from portal.accounts.identity import clean_credit_code, normalise
from portal.accounts.masking import mask, mask_within

from . import values as read
from .chunks import Chunk
from .layouts import CREDIT, DAY, FLAG, HEADCOUNT, IDENTITY, MONEY, MONTH, Columns
from .persons import PersonKeys

MOST_PERSON_FEN = 1_000_000_000  # a person's month: ten million yuan, and two of it fit 32 bits
_SHOWN = 40
_WORDS = re.compile(r"(?![年月日元人万])[\u4e00-\u9fff]")
_LONG_NUMBER = re.compile(r"\d{14,}[\dXx]?")
_DISTINCT = 40
# What a column can hold, or very nearly: anything else slipped into it and may be a name.
_DATE_LIKE = re.compile(r"[\d年月日./:\- T]+")
_FLAG_LIKE = re.compile(r"\d{1,2}|[A-Za-z]|[是否有无补正常缴费应收欠已未非退]{1,6}")


@dataclass(frozen=True)
class Problem:
    """One wrong value. value is as it may be kept and shown."""

    line: int
    column: str
    value: str
    reason: str


@dataclass
class Checked:
    """A chunk after the check.

    good: mask over the chunk's lines. data: stored column → (values, mask of what is known), over
    all its lines. problems: of the other lines. lines, rejected: numbers of lines. sums: stored
    money column → [fen of the file, of the good lines, number of lines whose figure is unreadable].
    """

    good: np.ndarray
    data: dict[str, tuple[np.ndarray, np.ndarray | None]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    lines: int = 0
    rejected: int = 0
    sums: dict[str, list[int]] = field(default_factory=dict)


class Employers:
    """Credit code → primary key. Of a region; the others are known as being elsewhere."""

    ELSEWHERE, UNKNOWN = 0, -1

    def __init__(self, region: str):
        # ASCII bytes, as they stand in the file: most lines need nothing but this look-up.
        self._known = {
            code.encode(): key if place.startswith(region) else self.ELSEWHERE
            for key, code, place in Enterprise.objects.values_list(
                "pk", "credit_code", "region_id"
            ).iterator(chunk_size=5000)
        }

    def keys(self, codes: np.ndarray) -> np.ndarray:
        """Primary keys of byte strings, UNKNOWN for those that are none plainly written."""
        get = self._known.get
        found = [get(code, self.UNKNOWN) for code in codes.tolist()]
        return np.array(found, dtype=np.int64)

    def key(self, text: str) -> int:
        """The primary key of one code; ValidationError says why there is none."""
        code = clean_credit_code(text)
        found = self._known.get(code.encode(), self.UNKNOWN)
        if found == self.UNKNOWN:
            raise ValidationError("没有登记这家单位。请先登记单位，再导入更正的文件。")
        if found == self.ELSEWHERE:
            raise ValidationError("这家单位登记在别的地区，不在这次导入的地区。")
        return found


class Checker:
    """Checks the chunks of one file of one month and region."""

    def __init__(self, columns: Columns, month: datetime.date, region: str):
        self._columns, self._month = columns, month
        self._last_day = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        self._employers, self._keys = Employers(region), PersonKeys()
        self._most_fen = MOST_PERSON_FEN if "identity" in columns.places else read.MOST_FEN
        self._readers = {
            CREDIT: self._credit,
            IDENTITY: self._identity,
            MONTH: self._months,
            DAY: self._day,
            FLAG: self._flag,
            HEADCOUNT: self._headcount,
        }

    def check(self, chunk: Chunk) -> Checked:
        """All fields of all lines."""
        result = Checked(np.ones(len(chunk), dtype=bool))
        for name in self._columns.places:
            field_ = self._columns.layout.field(name)
            if field_.value != MONEY:
                self._readers[field_.value](chunk, field_, result)
        self._agree(chunk, result)
        self._money(chunk, result)
        width = self._columns.width
        result.problems += [
            Problem(line, "", "", f"这一行有 {cells} 列，表头有 {width} 列。")
            for line, cells in chunk.wrong_width
        ]
        result.lines = len(chunk) + len(chunk.wrong_width)
        result.rejected = result.lines - int(result.good.sum())
        result.problems.sort(key=lambda problem: problem.line)
        return result

    # Fields. Each writes result.data and takes the lines it cannot read out of result.good.

    def _credit(self, chunk, field_, result):
        values = chunk.values[field_.name]
        keys = self._employers.keys(values)
        known = np.ones(len(keys), dtype=bool)
        for row in np.flatnonzero(keys <= 0):
            text = _text(chunk, field_.name, row)
            if not normalise(text):
                known[row] = False
                if field_.required:
                    self._wrong(chunk, field_, row, text, "没有填统一社会信用代码。", result)
                continue
            try:
                self._refuse_long(chunk, field_, row)
                keys[row] = self._employers.key(text)
            except ValidationError as error:
                self._wrong(chunk, field_, row, text, error.message, result)
        result.data["enterprise_id"] = (keys, None if known.all() else known)

    def _identity(self, chunk, field_, result):
        right, numbers = read.identities(chunk.values[field_.name])
        right &= ~chunk.too_long[field_.name]
        for row in np.flatnonzero(~right):
            text = _text(chunk, field_.name, row)
            try:
                self._refuse_long(chunk, field_, row)
                numbers[row] = read.read_identity(text).encode()
            except ValidationError as error:
                self._wrong(chunk, field_, row, text, error.message, result)
        # The clear numbers end here: what goes on is the key.
        result.data["person"] = (self._keys.of(numbers), None)

    def _months(self, chunk, field_, result):
        """Months become months since 1970, so that they can be compared."""
        dates = np.full(len(chunk), np.datetime64("NaT"), dtype="datetime64[M]")
        for value, rows in _distinct(chunk, field_):
            try:
                day = read.read_day(value)
                if day is None and field_.name == "month":
                    raise ValidationError("没有填费款所属期。")
                if day and field_.name == "month" and day.replace(day=1) != self._month:
                    raise ValidationError(f"不是这次导入的月份 {self._month:%Y-%m}。")
                if day and day > self._last_day:
                    raise ValidationError("对应费款所属期晚于费款所属期。")
                dates[rows] = np.datetime64("NaT") if day is None else np.datetime64(day, "M")
            except ValidationError as error:
                for row in rows:
                    self._wrong(chunk, field_, row, value, error.message, result)
        result.data[field_.name] = (dates, ~np.isnat(dates))

    def _day(self, chunk, field_, result):
        dates, plain = read.days(chunk.values[field_.name])
        known = plain.copy()
        odd = ~plain if field_.required else ~plain & (chunk.values[field_.name] != b"")
        for row in np.flatnonzero(odd):
            text = _text(chunk, field_.name, row)
            try:
                self._refuse_long(chunk, field_, row)
                day = read.read_day(text)
                if day is None and field_.required:
                    raise ValidationError(f"没有填{field_.label}。")
                if day is not None:
                    dates[row], known[row] = np.datetime64(day, "D"), True
            except ValidationError as error:
                self._wrong(chunk, field_, row, text, error.message, result)
        if field_.name != "until":
            late = known & (dates > np.datetime64(self._last_day, "D"))
            for row in np.flatnonzero(late):
                text = _text(chunk, field_.name, row)
                reason = f"{field_.label}晚于 {self._month:%Y-%m}，请核对。"
                self._wrong(chunk, field_, row, text, reason, result)
        result.data[field_.name] = (dates, known)

    def _flag(self, chunk, field_, result):
        flags = np.zeros(len(chunk), dtype=bool)
        for value, rows in _distinct(chunk, field_):
            try:
                flags[rows] = read.read_flag(value)
            except ValidationError as error:
                for row in rows:
                    self._wrong(chunk, field_, row, value, error.message, result)
        result.data["back_paid"] = (flags, None)

    def _headcount(self, chunk, field_, result):
        numbers, known, _ = self._numbers(chunk, field_, 0, read.read_headcount, result)
        result.data["headcount"] = (numbers, known)

    def _money(self, chunk, result):
        """Amounts by stored column, parts added up, and their sums over the file."""
        layout = self._columns.layout
        parts = {}
        for name in self._columns.places:
            if layout.field(name).value == MONEY:
                parts.setdefault(layout.field(name).into, []).append(layout.field(name))
        for column, fields in parts.items():
            total = np.zeros(len(chunk), dtype=np.int64)
            known = np.zeros(len(chunk), dtype=bool)
            readable = np.ones(len(chunk), dtype=bool)
            for field_ in fields:
                numbers, there, wrong = self._numbers(chunk, field_, 2, self._fen, result)
                total += np.where(there, numbers, 0)
                known |= there
                readable &= ~wrong
            result.data[column] = (total, known)
            result.sums[column] = [int(total[readable].sum()), 0, int((~readable).sum())]
        for column, sums in result.sums.items():
            sums[1] = int(result.data[column][0][result.good].sum())
            sums[2] += len(chunk.wrong_width)

    def _fen(self, text: str) -> int | None:
        fen = read.read_money(text)
        if fen is not None and fen > self._most_fen:
            raise ValidationError("金额太大，请核对。")
        return fen

    def _numbers(self, chunk, field_, places, reader, result):
        """(numbers, what is known, what is wrong) of a column of numbers."""
        numbers, plain = read.decimals(chunk.values[field_.name], places)
        plain &= numbers <= (read.MOST_HEADCOUNT if places == 0 else self._most_fen)
        known, wrong = plain.copy(), np.zeros(len(chunk), dtype=bool)
        numbers[~plain] = 0
        for row in np.flatnonzero(~plain & (chunk.values[field_.name] != b"")):
            text = _text(chunk, field_.name, row)
            try:
                self._refuse_long(chunk, field_, row)
                number = reader(text)
            except ValidationError as error:
                self._wrong(chunk, field_, row, text, error.message, result)
                wrong[row] = True
                continue
            if number is not None:
                numbers[row], known[row] = number, True
        return numbers, known, wrong

    # Several fields together.

    def _agree(self, chunk, result):
        data, layout = result.data, self._columns.layout
        if "for_month" in data:
            months, known = data.pop("for_month")
            early = known & (months < np.datetime64(self._month, "M"))
            flags = data.get("back_paid", (np.zeros(len(chunk), dtype=bool), None))[0]
            data["back_paid"] = (flags | early, None)
        data.pop("month", None)
        if "until" in data:
            (until, known), (began, begun) = data["until"], data["began"]
            ends = until.astype("datetime64[M]")
            early = known & begun & (ends < began.astype("datetime64[M]"))
            for row in np.flatnonzero(early):
                text = _text(chunk, "until", row)
                field_ = layout.field("until")
                self._wrong(chunk, field_, row, text, "领取至早于开始领取日期。", result)
            data["until"] = (ends.astype("datetime64[D]"), known)

    def _refuse_long(self, chunk, field_, row):
        if chunk.too_long[field_.name][row]:
            raise ValidationError("内容太长，请核对。")

    def _wrong(self, chunk, field_, row, text, reason, result):
        result.good[row] = False
        heading = self._columns.headings[field_.name]
        line = int(chunk.lines[row])
        result.problems.append(Problem(line, heading[:60], shown(text, field_.value), reason))


def shown(text: str, kind: str) -> str:
    """A wrong value as it may be kept: numbers of people masked wherever they stand, and words
    where no words belong (the columns may have slipped, and it may be a name)."""
    text = " ".join(normalise(text).split())
    if kind == IDENTITY:
        return mask(text[:_SHOWN], "identity")
    slipped = (
        (kind in (CREDIT, MONEY, HEADCOUNT) and _WORDS.search(text))
        or (kind in (DAY, MONTH) and not _DATE_LIKE.fullmatch(text))
        or (kind == FLAG and not _FLAG_LIKE.fullmatch(text))
    )
    if slipped and not text.isascii():
        return mask(text[:_SHOWN], "name")
    # Cut after masking: half a number would be taken for none.
    masked = _LONG_NUMBER.sub(lambda found: mask(found[0], "identity"), mask_within(text))
    if slipped and masked == text:
        return mask(text[:_SHOWN], "identity")
    return masked[:_SHOWN]


def _text(chunk: Chunk, name: str, row: int) -> str:
    return bytes(chunk.values[name][row]).decode(chunk.encoding, errors="replace")


def _distinct(chunk, field_) -> list[tuple[str, np.ndarray]]:
    """(text, rows) for each different value of a column that has few of them."""
    values, groups = chunk.values[field_.name], []
    left = np.arange(len(values))
    while len(left) and len(groups) < _DISTINCT:
        same = values[left] == values[left[0]]
        groups.append((left[0], left[same]))
        left = left[~same]
    groups += [(row, np.array([row])) for row in left]
    return [(_text(chunk, field_.name, first), rows) for first, rows in groups]
