"""Working days by the State Council's calendar, and what is done where it is not known yet.

`chinesecalendar` knows the years that were announced. For later years Monday to Friday count,
except the holidays that the regulation (全国年节及纪念日放假办法) ties to a date of the solar
calendar; moved days and the lunar holidays are not known then. `uncertain` tells, so that pages
can say so.
"""

from datetime import date, timedelta

import chinese_calendar

_FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
_FIRST_YEAR = min(chinese_calendar.holidays).year
_LAST_YEAR = max(chinese_calendar.holidays).year
_DAY = timedelta(days=1)


def announced(day: date) -> bool:
    """Whether the calendar of that year is known."""
    return _FIRST_YEAR <= day.year <= _LAST_YEAR


def is_workday(day: date) -> bool:
    """Whether the offices work on that day."""
    if announced(day):
        return chinese_calendar.is_workday(day)
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED


def uncertain(first: date, last: date) -> str:
    """A sentence of warning when a period reaches a year that is not announced, else ""."""
    years = [year for year in range(first.year, last.year + 1) if not announced(date(year, 1, 1))]
    if not years:
        return ""
    named = "、".join(f"{year} 年" for year in years)
    return f"{named}的放假安排还没有收录，这里按周一至周五推算，请核对后再用。"


def workday_from(day: date) -> date:
    """That day, or the next working day when it is none."""
    while not is_workday(day):
        day += _DAY
    return day


def nth_workday(first: date, count: int) -> date:
    """The count-th working day of a period that begins on `first` (counted when it is one)."""
    if count < 1:
        raise ValueError("a period has at least one working day")
    day = workday_from(first)
    for _ in range(count - 1):
        day = workday_from(day + _DAY)
    return day


def workdays_after(day: date, count: int) -> date:
    """The count-th working day after `day`, which itself does not count (answering deadlines)."""
    return nth_workday(day + _DAY, count)
