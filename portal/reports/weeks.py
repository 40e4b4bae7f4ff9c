"""Weeks as the reports count them: ISO weeks, Monday to Sunday, written 2020-W12."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.ui.formatting import CITY_TIME

_WRITTEN = re.compile(r"(\d{4})-W(\d{2})")
_WEEK = timedelta(days=7)
EARLIEST_YEAR, LATEST_YEAR = 1990, 2100  # the weeks around the first and last date do not exist


@dataclass(frozen=True, order=True)
class Week:
    """One week, known by its Monday."""

    monday: date

    @classmethod
    def of(cls, day: date) -> "Week":
        """The week a day lies in."""
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def parse(cls, text: str) -> "Week":
        """2020-W12 as a week. Raises ValueError with a sentence saying how weeks are written."""
        found = _WRITTEN.fullmatch(text.strip().upper())
        try:
            return cls.numbered(int(found[1]), int(found[2]))
        except (TypeError, ValueError):
            raise ValueError(
                f"“{text}”不是一周：请写成 2020-W12，表示 2020 年第 12 周（周一起算）。"
            ) from None

    @classmethod
    def numbered(cls, year: int, number: int) -> "Week":
        """The week of an ISO year and number; ValueError when that year has no such week."""
        if not EARLIEST_YEAR <= year <= LATEST_YEAR:
            raise ValueError(f"{year}: outside of the years reports are about")
        return cls(date.fromisocalendar(year, number, 1))

    @property
    def year(self) -> int:
        """ISO year; in the last days of December it may be the next one."""
        return self.monday.isocalendar().year

    @property
    def number(self) -> int:
        """ISO number, 1 to 53."""
        return self.monday.isocalendar().week

    @property
    def key(self) -> str:
        """“2020-W12”."""
        return f"{self.year}-W{self.number:02d}"

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)

    @property
    def end(self) -> datetime:
        """The moment it is over, which is the first of the next one."""
        return datetime.combine(self.monday + _WEEK, time.min, CITY_TIME)

    @property
    def label(self) -> str:
        """“2020年第12周（3月16日—3月22日）”."""
        first, last = self.monday, self.sunday
        return (
            f"{self.year}年第{self.number}周"
            f"（{first.month}月{first.day}日—{last.month}月{last.day}日）"
        )

    def back(self, count: int = 1) -> "Week":
        """The week so many weeks before."""
        return Week(self.monday - count * _WEEK)

    def cut(self, now: datetime) -> datetime:
        """The moment its figures are those of: its end, or now while it is not over."""
        return min(self.end, now)


def last_day_before(cut: datetime) -> date:
    """The city's last calendar day that begins before a moment; the moment itself is outside."""
    return (cut.astimezone(CITY_TIME) - timedelta(microseconds=1)).date()
