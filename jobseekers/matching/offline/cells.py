"""What one cell may say: each reader turns its text into numbers, once for every distinct text."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from ..codes import pack_occupation

LARGEST = 100_000_000  # yuan or heads; beyond it somebody leant on the key
MOST_YEARS = 80
_WHOLE = re.compile(r"[+]?(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?")
_DIVISION = re.compile(r"[1-9]\d(?:\d\d){0,2}|[1-9]\d{8}")
_SPLIT = re.compile(r"[;；]")
_YES = frozenset({"1", "true", "t", "yes", "y", "是", "√", "对"})
_NO = frozenset({"", "0", "false", "f", "no", "n", "否", "×", "不是", "非"})


class BadCell(ValueError):
    """A cell that cannot be meant; the message says why."""


def plain(text: str) -> str:
    """Half-width letters and figures, small letters, no spaces around."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def items(text: str) -> list[str]:
    """The parts of a list cell, without empty ones."""
    return [part for piece in _SPLIT.split(text) if (part := piece.strip())]


def whole_number(most: int, empty: int, least: int = 0) -> Callable[[str], int]:
    """A reader of whole numbers from ``least`` to ``most``; an empty cell means ``empty``."""

    def read(text: str) -> int:
        text = plain(text)
        if not text:
            return empty
        found = _WHOLE.fullmatch(text)
        if not found:
            raise BadCell("应是不带小数的数字")
        digits = found[1].replace(",", "").lstrip("0") or "0"
        if len(digits) > 18 or int(digits) > most:
            raise BadCell(f"太大，最多 {most}")
        if int(digits) < least:
            raise BadCell(f"太小，至少 {least}")
        return int(digits)

    return read


def yes_or_no(text: str) -> int:
    """1 for yes, 0 for no or nothing."""
    word = plain(text)
    if word in _YES:
        return 1
    if word in _NO:
        return 0
    raise BadCell("应是 1 或 0")


def division(text: str) -> int:
    """A division code of 2, 4, 6 or 9 figures; 0 for an empty cell."""
    word = plain(text)
    if not word:
        return 0
    if not _DIVISION.fullmatch(word):
        raise BadCell("不是区划代码，应是 6 位或 9 位数字（4 位是全市）")
    return int(word)


def divisions(text: str) -> tuple[int, ...]:
    """The codes of a list cell."""
    return tuple(division(part) for part in items(text))


def occupation(text: str) -> int:
    """A packed occupation; 0 for an empty cell."""
    try:
        return _packed(text)
    except ValueError as error:
        raise BadCell("不是职业代码，应像 6-31-01-03 这样") from error


@lru_cache(maxsize=100_000)
def _packed(text: str) -> int:
    return pack_occupation(plain(text))


def occupations(text: str) -> tuple[int, ...]:
    """The packed occupations of a list cell."""
    return tuple(occupation(part) for part in items(text))


class Vocabulary:
    """Words as token ids, the same for both sides; a new word gets the next id."""

    def __init__(self):
        self._ids: dict[str, int] = {}
        self._written: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def tokens(self, text: str) -> tuple[int, ...]:
        """The tokens of a list cell."""
        return tuple(self._token(part) for part in items(text))

    def _token(self, part: str) -> int:
        """The id of a part as written; different ways to write a word have one id."""
        if part not in self._written:
            self._written[part] = self._ids.setdefault(plain(part), len(self._ids))
        return self._written[part]


class Reader(dict):
    """Remembers what each distinct text of a column means.

    A text that cannot be meant gets ``bad`` and its reason in ``reasons``.
    """

    def __init__(self, read: Callable, bad):
        super().__init__()
        self.read, self.bad = read, bad
        self.reasons: dict[str, str] = {}

    def __missing__(self, text: str):
        try:
            value = self.read(text)
        except BadCell as error:
            value = self.bad
            self.reasons[text] = str(error)
        self[text] = value
        return value
