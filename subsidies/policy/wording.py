"""Figures as people read them: yuan, percentages, counts, dates, and sentences made of them.

Ratios are shown with one decimal, and with more when one would make unequal values look equal or
put them on the wrong side of the limit (5.51 %, not 5.5 %).
"""

import string
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from .facts import CATALOGUE

UNKNOWN = "不详"


def yuan(fen: int | Fraction) -> str:
    """``3000000`` → ``30,000.00``. Parts of a fen are shown as far as they go (up to 6 digits)."""
    if isinstance(fen, int):
        sign = "-" if fen < 0 else ""
        whole, cents = divmod(abs(fen), 100)
        return f"{sign}{whole:,}.{cents:02d}"
    if fen.denominator == 1:
        return yuan(fen.numerator)
    scaled = abs(fen) * 10**4
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    whole, part = divmod(units, 10**6)
    digits = f"{part:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if fen < 0 else ''}{whole:,}.{digits}"


def money(fen: int | Fraction) -> str:
    """``3000000`` → ``30,000.00 元``; says 约 when the digits do not show the exact value."""
    exact = isinstance(fen, int) or 10**4 % fen.denominator == 0
    return f"{'' if exact else '约 '}{yuan(fen)} 元"


def _rounded(numerator, denominator, digits):
    scale = 100 * 10**digits
    return (2 * numerator * scale + denominator) // (2 * denominator)


def _percent_text(units, digits):
    if not digits:
        return f"{units}%"
    whole, part = divmod(units, 10**digits)
    return f"{whole}.{part:0{digits}d}%"


@lru_cache(maxsize=4096)
def decimal_text(value: Fraction) -> str:
    """A rate as written in a policy file: ``Fraction(11, 200)`` → ``0.055``."""
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


@lru_cache(maxsize=4096)
def percent_exact(value: Fraction) -> str:
    """A limit or rate in full: ``0.055`` → ``5.5%``, ``0.2`` → ``20%``."""
    return f"{decimal_text(value * 100)}%"


def percent_beside(numerator: int, denominator: int, limit: Fraction | None) -> str:
    """The ratio as shown next to ``limit``: never equal to it, nor past it, unless it really is."""
    if limit is None:
        return _percent_text(_rounded(numerator, denominator, 1), 1)
    top, bottom = limit.numerator, limit.denominator
    left, right = numerator * bottom, top * denominator
    digits = 1
    while True:
        units = _rounded(numerator, denominator, digits)
        shown, against = units * bottom, top * 100 * 10**digits
        if (shown > against) == (left > right) and (shown < against) == (left < right):
            return _percent_text(units, digits)
        digits += 1


def day(value: date) -> str:
    """``2020-03-10`` → ``2020年3月10日``."""
    return f"{value.year}年{value.month}月{value.day}日"


def shown(value, kind: str, unit: str = "", choices=None) -> str:
    """Any fact or parameter value as a short Chinese phrase."""
    if value is None:
        return UNKNOWN
    if kind == "fen":
        return money(value)
    if kind == "int":
        digits = str(value) if unit == "年" else f"{value:,}"
        return f"{digits} {unit}" if unit else digits
    if kind == "share":
        return percent_exact(value)
    if kind == "date":
        return day(value)
    if kind == "bool":
        return "是" if value else "否"
    if kind == "choice" and choices:
        return choices[value]
    if kind == "placements":
        return "；".join(f"{persons} 人，留用 {percent_exact(kept)}" for persons, kept in value)
    if kind == "provisions":
        return "、".join(value) or "没有"
    return str(value)


def shown_fact(name: str, value) -> str:
    """The value of a catalogue fact as a short Chinese phrase."""
    fact = CATALOGUE[name]
    return shown(value, fact.kind, fact.unit, fact.choices)


def placeholders(template: str) -> list[str]:
    """Names in braces of a sentence template, in order. Raises ``ValueError`` if malformed."""
    names = []
    for _, name, spec, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            raise ValueError(f"占位符“{{{name}}}”写法不对")
        names.append(name)
    return names
