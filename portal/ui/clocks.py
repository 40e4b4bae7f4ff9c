"""The two clocks of the portal: the 24-hour clock of tickets and the working-day clock of notices.

Both are worked out on the server, so that a page without script shows the same as one with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .formatting import WEEKDAYS, cn_date, duration

DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Clock:
    """What a deadline looks like at one moment."""

    tone: str  # "calm", "soon" or "overdue"
    icon: str
    words: str
    permille: int  # share of the time used, 0 to 1000


def read_clock(deadline: datetime, now: datetime, started: datetime | None = None) -> Clock:
    """The clock of a deadline: grey, amber after three quarters of the time, then red.

    `started` is when the clock began; left out, it is 24 hours before the deadline.
    """
    started = started or deadline - DAY
    if now >= deadline:
        return Clock("overdue", "alarm", f"已超时 {duration(now - deadline)}", 1000)
    left, whole = deadline - now, deadline - started
    used = max(timedelta(0), now - started)
    permille = min(1000, int(used * 1000 / whole)) if whole > timedelta(0) else 1000
    hours = int(left.total_seconds()) // 3600
    if left >= 2 * DAY:
        words = f"还剩 {left.days} 天"
    else:
        words = f"还剩 {hours} 小时" if hours else f"还剩 {duration(left)}"
    return Clock("soon" if permille >= 750 else "calm", "clock", words, permille)


@dataclass(frozen=True)
class DayCell:
    """One day of a working-day clock."""

    day: date
    kind: str  # "past", "today", "open" or "rest"
    word: str


@dataclass(frozen=True)
class WorkdayClock:
    """The days of a period of working days, with a sentence that says the same."""

    cells: tuple[DayCell, ...]
    sentence: str
    position: int  # which working day today is; 0 before the first
    total: int
    left: int  # working days left, today among them


def read_workdays(
    first: date, last: date, today: date, is_workday: Callable[[date], bool]
) -> WorkdayClock:
    """The clock of a period from `first` to `last`, both included.

    Raises ValueError when the period ends before it begins.
    """
    if last < first:
        raise ValueError("the period ends before it begins")
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    working = [day for day in days if is_workday(day)]
    cells = tuple(_cell(day, last, today, day in working) for day in days)
    position = sum(day <= today for day in working)
    left = sum(day >= today for day in working)
    total = len(working)
    span = f"{cn_date(first, today)}至{cn_date(last, today)}，共 {total} 个工作日"
    if today < first:
        sentence = f"{span}，还没有开始。"
    elif today > last:
        sentence = f"{span}，已经结束。"
    elif today in working:
        sentence = f"{span}，今天是第 {position} 天，还有 {left} 个工作日。"
    else:
        sentence = f"{span}，今天休息，还有 {left} 个工作日。"
    return WorkdayClock(cells, sentence, position, total, left)


def _cell(day: date, last: date, today: date, works: bool) -> DayCell:
    if day == today:
        return DayCell(day, "today", "截止" if day == last else "今天")
    kind = "rest" if not works else "past" if day < today else "open"
    word = "截止" if day == last else "休" if not works else WEEKDAYS[day.weekday()]
    return DayCell(day, kind, word)
