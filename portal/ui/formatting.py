"""How figures, dates, pay and telephones are written, on pages, in messages and in workbooks.

Pure functions: no request, no settings, no database. Money that is paid comes in fen (int),
advertised wages in whole yuan, rates as Fraction or Decimal, moments as aware datetimes. A missing
value is “—”, large totals are in 万元, and a rate gains decimals until it stands on the true side
of its limit.
"""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

MISSING = "—"
CITY_TIME = ZoneInfo("Asia/Shanghai")
COUNT_CAP = 1000
WEEKDAYS = "一二三四五六日"


def thousands(number: int | None) -> str:
    """A whole number with thousands marks: 8642 → “8,642”."""
    return MISSING if number is None else f"{number:,d}"


def yuan(fen: int | None) -> str:
    """Fen as yuan with two decimals and no unit: 3000000 → “30,000.00”."""
    if fen is None:
        return MISSING
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,d}.{fen % 100:02d}"


def wan_number(fen: int | None) -> str:
    """Fen as 万元, two decimals, half away from zero: 3861420000 → “3,861.42”."""
    if fen is None:
        return MISSING
    return f"{(Decimal(fen) / 1_000_000).quantize(Decimal('0.01'), ROUND_HALF_UP):,f}"


def wan(fen: int | None) -> str:
    """Fen as 万元 with its unit: “3,861.42 万元”."""
    return MISSING if fen is None else f"{wan_number(fen)} 万元"


def capped(count: int | None, cap: int = COUNT_CAP) -> str:
    """A count that stops at the cap: 52 → “52”, 1001 → “1000+”."""
    if count is None:
        return MISSING
    return f"{cap}+" if count > cap else thousands(count)


def local(moment: datetime) -> datetime:
    """An aware datetime in the city's time. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(CITY_TIME)


def local_date(day: date | datetime) -> date:
    """The city's calendar day of a date or an aware datetime."""
    return local(day).date() if isinstance(day, datetime) else day


def cn_date(day: date | datetime | None, today: date) -> str:
    """“4月13日”, with the year when it is not this year's: “2019年12月31日”."""
    if day is None:
        return MISSING
    day = local_date(day)
    words = f"{day.month}月{day.day}日"
    return words if day.year == today.year else f"{day.year}年{words}"


def full_date(day: date | datetime | None) -> str:
    """“2020年4月13日”, as official papers write it."""
    if day is None:
        return MISSING
    day = local_date(day)
    return f"{day.year}年{day.month}月{day.day}日"


def cn_weekday(day: date | datetime) -> str:
    """“星期四”."""
    return f"星期{WEEKDAYS[local_date(day).weekday()]}"


def cn_time(moment: datetime) -> str:
    """“6:10”, “17:30”, in the city's time."""
    moment = local(moment)
    return f"{moment.hour}:{moment.minute:02d}"


def cn_day(day: date | datetime | None, today: date) -> str:
    """“今天”, “昨天”, “明天”, otherwise the date."""
    if day is None:
        return MISSING
    distance = (local_date(day) - today).days
    return {0: "今天", -1: "昨天", 1: "明天"}.get(distance) or cn_date(day, today)


def cn_datetime(moment: datetime | None, today: date) -> str:
    """“今天 6:10”, “4月9日 10:42”, “2019年12月31日 17:30”."""
    return MISSING if moment is None else f"{cn_day(moment, today)} {cn_time(moment)}"


def cn_period(first: date, last: date, today: date) -> str:
    """Two days and those between: “4月7日至4月13日”."""
    end = f"{last.month}月{last.day}日" if last.year == first.year else cn_date(last, today)
    begin = full_date(first) if last.year != first.year else cn_date(first, today)
    return f"{begin}至{end}"


def duration(span: timedelta) -> str:
    """A span in words, rounded down: “3 小时 20 分”, “40 分”, “2 天 3 小时”."""
    minutes = int(span.total_seconds()) // 60
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    if hours:
        return f"{hours} 小时 {minutes} 分" if minutes else f"{hours} 小时"
    return f"{minutes} 分"


def pay_amount(low: int | None, high: int | None) -> str:
    """The figures of a pay range in whole yuan, without unit: “6,500–8,500”; “面议” for none."""
    if low is None and high is None:
        return "面议"
    if low is None or high is None or low == high:
        return thousands(high if low is None else low)
    return f"{thousands(low)}–{thousands(high)}"


def pay_unit(low: int | None, high: int | None, unit: str = "月") -> str:
    """The unit that follows `pay_amount`: “元/月”, “元/月以上” when only the lower end is known."""
    if low is None and high is None:
        return ""
    return f"元/{unit}" + ("以内" if low is None else "以上" if high is None else "")


def pay_range(low: int | None, high: int | None, unit: str = "月") -> str:
    """A pay range in whole yuan with its unit: “6,500–8,500 元/月”."""
    return f"{pay_amount(low, high)} {pay_unit(low, high, unit)}".strip()


def pay_words(low: int | None, high: int | None, unit: str = "月") -> str:
    """A pay range in whole yuan in full words, for 关怀版: “每月 3,200 到 3,800 元”."""
    if low is None and high is None:
        return "工资面议"
    if low is None:
        return f"每{unit}最多 {thousands(high)} 元"
    if high is None:
        return f"每{unit} {thousands(low)} 元以上"
    return f"每{unit} {pay_amount(low, high).replace('–', ' 到 ')} 元"


def phone_display(number: str | None) -> str:
    """A telephone number in readable groups; one that is masked stays as it is.

    “85588919” → “8558 8919”, “051985588919” → “0519-8558 8919”, “13800000000” → “138 0000 0000”.
    """
    if not number:
        return MISSING
    digits = number.replace("-", "").replace(" ", "")
    if not digits.isdecimal():
        return number
    if len(digits) == 11 and digits[0] == "1":
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    if digits[0] == "0" and len(digits) in (11, 12):
        cut = 3 if digits[1] in "12" else 4
        return f"{digits[:cut]}-{phone_display(digits[cut:])}"
    if len(digits) == 8:
        return f"{digits[:4]} {digits[4:]}"
    return number if len(digits) != 7 else f"{digits[:3]} {digits[3:]}"


def phone_href(number: str, area_code: str) -> str:
    """The `tel:` address of a number; a local one gets the city's area code before it."""
    digits = "".join(sign for sign in number if sign.isdecimal())
    if len(digits) in (7, 8):
        digits = area_code + digits
    return f"tel:{digits}"


def percent(
    value: Fraction | Decimal, limit: Fraction | Decimal | None = None, places: int = 1
) -> str:
    """A ratio (0.06 is six in a hundred) as “6.0%”, never on the wrong side of its limit.

    Decimals are added, up to six, while the rounded figure would equal or cross a limit that the
    exact one does not: 0.05506 beside the limit 0.055 is “5.51%”, not “5.5%”.
    """
    exact = Fraction(value) * 100
    bound = None if limit is None else Fraction(limit) * 100
    for digits in range(places, 7):
        step = Fraction(10) ** digits
        scaled = abs(exact) * step
        rounded = Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator))
        shown = rounded / step * (-1 if exact < 0 else 1)
        if bound is None or _side(shown, bound) == _side(exact, bound):
            break
    return f"{Decimal(shown.numerator) / Decimal(shown.denominator):.{digits}f}%"


def plain_percent(value: Fraction | Decimal) -> str:
    """A limit as the document writes it, without needless zeros: 0.055 → “5.5%”, 0.2 → “20%”."""
    number = Fraction(value) * 100
    text = f"{Decimal(number.numerator) / Decimal(number.denominator):.6f}"
    return text.rstrip("0").rstrip(".") + "%"


def _side(value: Fraction, bound: Fraction) -> int:
    return (value > bound) - (value < bound)
