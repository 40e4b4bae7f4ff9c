"""Published pay strings → whole yuan a month.

Pure. Understands what Chinese vacancy boards print: "1-1.5万", "6千-1.2万·13薪", "5-8千/月",
"8K-12K", "200元/天", "10-15万/年", "27元/小时", "3千及以下". What cannot be turned into a monthly
range is refused with a reason a clerk understands; nothing is guessed.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

# 人社部发〔2025〕2号: 月计薪天数 (365 − 104) ÷ 12 = 21.75 days; eight hours a day.
PAID_DAYS_A_MONTH = Decimal("21.75")
HOURS_A_DAY = 8
# A month's pay outside this is a slip of unit (元 for 千, month for year), not an offer.
PLAUSIBLE_MONTH_YUAN = (500, 200_000)
MONTHS_A_YEAR = (12, 24)

_UNITS = {"万": Decimal(10_000), "千": Decimal(1_000), "k": Decimal(1_000), "元": Decimal(1)}
_DIGITS = str.maketrans("０１２３４５６７８９．－～—–〜＋／·•･（）", "0123456789.-----+/···()", ",")
_NUMBER = r"(\d+(?:\.\d+)?)"
_UNIT = r"(万|千|k|元)?"
_RANGE = re.compile(
    rf"^{_NUMBER}{_UNIT}(?:(?:-|至|到){_NUMBER}{_UNIT})?(及以上|以上|起|\+|及以下|以下)?元?$"
)
_PERIOD = re.compile(r"(?:/|每|一)(月|年|天|日|小时|时)$|(?<=[元千万k])(?:/)?(月|年|天|日|小时)$")
_MONTHS = re.compile(r"[·x×*,，\s]?\(?(\d{1,2})薪\)?$")
_OPEN_WORDS = ("面议", "面谈", "不详", "薪资保密", "待定")


class Pay(NamedTuple):
    """Monthly range in whole yuan, and how many months are paid a year.

    ``estimated`` is True when the string was per day, hour or year, so that the month was worked
    out from it.
    """

    min_yuan: int
    max_yuan: int
    months: int
    estimated: bool


class PayRefusal(NamedTuple):
    """Why a string gives no monthly range."""

    reason: str


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _split_period(text: str) -> tuple[str, str]:
    match = _PERIOD.search(text)
    if not match:
        return text, "月"
    period = match[1] or match[2]
    return text[: match.start()], {"日": "天", "时": "小时"}.get(period, period)


def _factor(period: str) -> Decimal:
    if period == "年":
        return Decimal(1) / 12
    if period == "天":
        return PAID_DAYS_A_MONTH
    if period == "小时":
        return PAID_DAYS_A_MONTH * HOURS_A_DAY
    return Decimal(1)


def parse_pay(text: str | None) -> Pay | PayRefusal:
    """Read one published pay string.

    A unit written once holds for both ends ("1-1.5万", "6-8千"); the lower end alone may carry the
    smaller unit ("8千-1.2万"). A bare number is yuan. "以上" and "以下" leave one end open: that end
    is set equal to the written one, because an advertisement may not promise what is not written.
    """
    cleaned = re.sub(r"\s+", "", (text or "").translate(_DIGITS).lower()).replace(",", "")
    if not cleaned:
        return PayRefusal("没有写工资")
    if any(word in cleaned for word in _OPEN_WORDS):
        return PayRefusal("工资面议")
    if "�" in cleaned:
        return PayRefusal("工资文字有乱码")
    body, months = _split_months(cleaned)
    if not MONTHS_A_YEAR[0] <= months <= MONTHS_A_YEAR[1]:
        return PayRefusal("每年发薪月数不在 12 到 24 之间")
    body, period = _split_period(body)
    # "10-15万以下/年" and "10-15万/年以下" both occur; the open-end word stays in the body.
    match = _RANGE.match(body)
    if not match:
        return PayRefusal("工资写法无法识别")
    low, low_unit, high, high_unit, _ = match.groups()
    if high is None:
        high, high_unit = low, low_unit
    low_value, high_value = Decimal(low), Decimal(high)
    high_factor = _UNITS[high_unit or low_unit or "元"]
    low_factor = _UNITS[low_unit] if low_unit else high_factor
    factor = _factor(period)
    pay_min, pay_max = low_value * low_factor * factor, high_value * high_factor * factor
    if pay_min > pay_max:
        return PayRefusal("工资下限高于上限")
    if pay_min < PLAUSIBLE_MONTH_YUAN[0] or pay_max > PLAUSIBLE_MONTH_YUAN[1]:
        return PayRefusal("折算成月薪不合常理，疑为单位写错")
    return Pay(_whole(pay_min), _whole(pay_max), months, period != "月")


def _split_months(text: str) -> tuple[str, int]:
    match = _MONTHS.search(text)
    if not match:
        return text, 12
    return text[: match.start()], int(match[1])
