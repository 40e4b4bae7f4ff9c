"""Recommendations that people had in the past weeks: most only shown, some read, some applied to."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from .applications import ApplicationRow
from .draws import at, rng
from .seekers import Seekers
from .vacancies import STATES

LONGEST_DAYS = 90  # ago
_PER_APPLICATION = 14  # others shown for each that was applied to
_FOUND_BY_PUSH = 0.6  # of the applications
_READ = 0.32


class PushRow(NamedTuple):
    """One pair; seeker and vacancy are numbers."""

    seeker: int
    vacancy: int
    pushed_on: datetime.date
    read_at: datetime.datetime | None


def pushes(seekers: Seekers, applied: Iterable[ApplicationRow]) -> Iterator[PushRow]:
    """Pushes that led to some of the applications, and many that led to nothing."""
    draw = rng(seekers.seed, "pushes")
    taken, led = set(), 0
    for row in applied:
        taken.add((row.seeker, row.vacancy))
        gap = int(draw.integers(0, 5))
        if draw.random() >= _FOUND_BY_PUSH:
            continue
        since = min(_oldest(seekers, row.seeker, row.vacancy), LONGEST_DAYS)
        day = row.applied_at.date() - datetime.timedelta(gap)
        if (seekers.today - day).days <= since:
            led += 1
            read_at = row.applied_at - datetime.timedelta(minutes=int(draw.integers(3, 90)))
            yield PushRow(row.seeker, row.vacancy, day, read_at)
    yield from _shown_only(seekers, draw, taken, led * _PER_APPLICATION)


def _shown_only(seekers, draw, taken, count):
    """Up to `count` pairs of a wished kind that nobody applied to."""
    vacancies = seekers.vacancies
    by_class = defaultdict(list)
    for number in range(vacancies.count):
        if STATES[vacancies.state[number]] in ("published", "closed"):
            by_class[vacancies.offers[vacancies.offer[number]].occupation[:7]].append(number)
    looking = np.flatnonzero(seekers.looks)
    if not looking.size:
        return
    for _ in range(count):
        seeker = int(looking[draw.integers(0, looking.size)])
        near = by_class.get(seekers.wishes(seeker)[0][1][:7])
        chances = draw.random(4)
        if not near:
            continue
        vacancy = near[int(chances[0] * len(near))]
        oldest = min(_oldest(seekers, seeker, vacancy), LONGEST_DAYS)
        newest = max(1, vacancies.last_day(vacancy))
        if oldest < newest or (seeker, vacancy) in taken:
            continue
        taken.add((seeker, vacancy))
        ago = newest + int(chances[1] * (oldest - newest + 1))
        day = seekers.today - datetime.timedelta(ago)
        read = chances[2] < _READ and bool(seekers.has_account[seeker])
        read_on = min(day + datetime.timedelta(int(chances[3] * 4)), seekers.today)
        yield PushRow(
            seeker,
            vacancy,
            day,
            at(read_on, 7 * 3600 + int(chances[3] * 3600)) if read else None,
        )


def _oldest(seekers, seeker, vacancy) -> int:
    """Days ago since both the person and the post were there."""
    return min(int(seekers.vacancies.published[vacancy]), int(seekers.created[seeker]))
