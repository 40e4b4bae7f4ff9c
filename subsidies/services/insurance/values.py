"""Columns of byte strings as values: whole columns with NumPy, odd ones one by one.

Every reader takes what is written the plain way in one go. What is left (blanks inside, full-width
digits, 1,234.50, 2019年1月) goes through the reader of one value, which is also the one that
says what is wrong; so both never differ about what is right.
"""

import datetime
import re
from functools import lru_cache

import numpy as np
from django.core.exceptions import ValidationError
from stdnum import numdb

from portal.accounts.identity import clean_identity_number, normalise

EARLIEST = datetime.date(1949, 10, 1)
MOST_FEN = 10**14
MOST_HEADCOUNT = 10_000_000
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
_ZERO, _DOT = ord("0"), ord(".")
_MONEY = re.compile(r"(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?")
_WHOLE = re.compile(r"(\d+|\d{1,3}(?:,\d{3})+)(?:\.0+)?")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+")
_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"
    r"|(\d{4})(\d{2})(\d{2})?"
)
_TRUE = {"是", "1", "Y", "YES", "TRUE", "补缴", "补缴费", "补收", "补"}
_FALSE = {"", "否", "0", "N", "NO", "FALSE", "正常", "正常缴费", "正常应缴", "非补缴"}


def matrix(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, width) bytes of n byte strings, padded with 0, and their lengths."""
    letters = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    width = letters.shape[1]
    # NumPy pads at the end only: the length is the place of the last letter.
    filled = letters != 0
    return letters, np.where(filled.any(axis=1), width - np.argmax(filled[:, ::-1], axis=1), 0)


def decimals(values: np.ndarray, places: int) -> tuple[np.ndarray, np.ndarray]:
    """Plain decimal numbers times 10**places as int64, and which of them are plain.

    Plain: up to 12 digits, with a point at most ``places`` digits after it and one at least.
    """
    letters, lengths = matrix(values)
    digits = letters - np.uint8(_ZERO)  # wraps around below "0"
    is_digit, is_dot = digits < 10, letters == _DOT
    dots = is_dot.sum(axis=1)
    whole = np.where(dots > 0, np.argmax(is_dot, axis=1), lengths)
    after = lengths - whole - 1
    plain = (is_digit.sum(axis=1) + dots == lengths) & (whole >= 1) & (whole <= 12)
    plain &= (dots == 0) | ((dots == 1) & (after >= 1) & (after <= places))
    number = np.zeros(len(values), dtype=np.int64)
    for column in range(min(letters.shape[1], 13 + places)):
        number = np.where(is_digit[:, column], number * 10 + digits[:, column], number)
    missing = np.where(dots > 0, places - after, places)
    number *= 10 ** np.where(plain, missing, 0)
    return np.where(plain, number, 0), plain


def read_money(text: str) -> int | None:
    """An amount in yuan as fen, exactly; None when nothing is written."""
    text = normalise(text).removeprefix("¥").removesuffix("元").strip()
    if not text:
        return None
    if text.startswith("-"):
        raise ValidationError("金额不能是负数。")
    found = _MONEY.fullmatch(text)
    if not found:
        raise ValidationError("金额要写成数字，例如 1234.56。")
    whole, cents = found[1].replace(",", ""), found[2] or ""
    if len(cents) > 2 and cents[2:].strip("0"):
        raise ValidationError("金额最多两位小数（到分）。")
    fen = int(whole) * 100 + int(cents[:2].ljust(2, "0"))
    if fen > MOST_FEN:
        raise ValidationError("金额太大，请核对。")
    return fen


def read_headcount(text: str) -> int | None:
    """A number of people; None when nothing is written."""
    text = normalise(text).removesuffix("人").strip()
    if not text:
        return None
    found = _WHOLE.fullmatch(text)
    if not found or int(found[1].replace(",", "")) > MOST_HEADCOUNT:
        raise ValidationError("人数要写成整数。")
    return int(found[1].replace(",", ""))


@lru_cache(maxsize=4096)
def read_day(text: str) -> datetime.date | None:
    """A day, the first of the month where only a month is written; None when nothing is."""
    text = normalise(text)
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        if not found:
            raise ValueError
        year, month, day = found.groups()[:3] if found[1] else found.groups()[3:]
        result = datetime.date(int(year), int(month), int(day or 1))
    except ValueError as error:
        raise ValidationError("日期要写成 2019-01-31 或者 2019-01。") from error
    if result < EARLIEST:
        raise ValidationError("日期太早，请核对。")
    return result


def read_flag(text: str) -> bool:
    """Whether a line is a back payment."""
    word = normalise(text)
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValidationError("补缴标志要写“是”或“否”（“补缴”或“正常”）。")


def read_identity(text: str) -> str:
    """The normalised identity number."""
    word = normalise(text)
    if not word:
        raise ValidationError("没有填身份证号。")
    if _SCIENTIFIC.fullmatch(word):
        raise ValidationError("身份证号存成了数字，末几位已经丢失。请把这一列设为文本重新导出。")
    return clean_identity_number(word)


def days(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Plain dates (20190131, 2019-01-31, 201901, 2019-01) as datetime64[D], and which are plain."""
    letters, lengths = matrix(values)
    size, width = letters.shape
    room = np.zeros((size, 10), dtype=np.uint8)
    room[:, : min(width, 10)] = letters[:, :10]
    dashed = np.isin(lengths, (7, 10)) & _is_mark(room[:, 4])
    dashed &= (lengths == 7) | _is_mark(room[:, 7])
    solid = np.isin(lengths, (6, 8))
    compact = np.where(dashed[:, None], room[:, [0, 1, 2, 3, 5, 6, 8, 9]], room[:, :8])
    monthly = np.isin(lengths, (6, 7))
    compact[monthly, 6:] = (_ZERO, _ZERO + 1)
    digits = compact - np.uint8(_ZERO)
    plain = (dashed | solid) & (digits < 10).all(axis=1)
    dates, exists = _calendar(np.where(plain[:, None], digits, 0))
    plain &= exists & (dates >= np.datetime64(EARLIEST, "D"))
    return dates, plain


def _is_mark(letters):
    return (letters == ord("-")) | (letters == ord("/")) | (letters == ord("."))


def _calendar(digits):
    """(n, 8) digits YYYYMMDD as datetime64[D], and which days exist."""
    digits = digits.astype(np.int64)
    year = digits[:, :4] @ (1000, 100, 10, 1)
    month = digits[:, 4] * 10 + digits[:, 5]
    day = digits[:, 6] * 10 + digits[:, 7]
    right = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    months = (np.where(right, year, 1970) - 1970) * 12 + np.where(right, month, 1) - 1
    first = months.astype("datetime64[M]")
    date = first.astype("datetime64[D]") + (np.where(right, day, 1) - 1)
    return date, right & (date.astype("datetime64[M]") == first)


def identities(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of some byte strings are right identity numbers written plainly, x for X allowed;
    and all of them as S18 (a lower-case x raised). The rule is clean_identity_number's."""
    letters, lengths = matrix(values)
    room = np.zeros((len(values), 18), dtype=np.uint8)
    width = min(letters.shape[1], 18)
    room[:, :width] = letters[:, :width]
    room[room[:, 17] == ord("x"), 17] = ord("X")
    digits = room[:, :17] - np.uint8(_ZERO)
    right = (lengths == 18) & (digits < 10).all(axis=1)
    digits = np.where(right[:, None], digits, 0).astype(np.int64)
    right &= _CHECKS[digits @ _WEIGHTS % 11] == room[:, 17]
    right &= _calendar(digits[:, 6:14])[1]
    right &= _of_a_place(digits[:, :6], digits[:, 6:10] @ (1000, 100, 10, 1))
    return right, room.view("S18").ravel()


def _of_a_place(digits, years):
    """Whether the six digits were a division's in the year of birth."""
    codes = digits @ (100_000, 10_000, 1000, 100, 10, 1)
    right = np.zeros(len(codes), dtype=bool)
    known, places = np.unique(codes, return_inverse=True)
    spans = [_years_of(int(code)) for code in known]
    for turn in range(max(map(len, spans), default=0)):
        first = np.array([s[turn][0] if turn < len(s) else 1 for s in spans])
        last = np.array([s[turn][1] if turn < len(s) else 0 for s in spans])
        right |= (years >= first[places]) & (years <= last[places])
    return right


@lru_cache(maxsize=10_000)
def _years_of(code):
    """The spans of years in which a division's code was in use: ((first, last), …)."""
    found = numdb.get("cn/loc").info(f"{code:06d}")
    info = {key: value for _, properties in found for key, value in properties.items()}
    if "county" not in info:
        return ()
    spans = []
    for county in info["county"].split(","):
        if not county.startswith("["):
            return ((1, 9999),)
        first, _, last = county[1:].partition("]")[0].partition("-")
        spans.append((int(first or 1), int(last or 9999)))
    return tuple(spans)
