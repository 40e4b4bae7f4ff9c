"""Applications of the past weeks, in every state, hires included."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .draws import at, rng
from .seekers import Seekers
from .vacancies import HISTORY_DAYS, MAIN_TITLES, STATES

# What has become of an application after a while: (state, weight).
_ENDINGS = (
    ("applied", 22), ("seen", 22), ("interview", 12), ("offered", 5), ("hired", 18),
    ("declined", 15), ("withdrawn", 6),
)  # fmt: skip
_ANSWERS = {
    "interview": "请带身份证和相关证书，到厂门口联系人事。",
    "offered": "面试合格，请在一周内办理入职。",
    "hired": "面试合格，请在一周内办理入职。",
    "declined": "这次招的岗位已经有合适的人，感谢申请。",
}


class ApplicationRow(NamedTuple):
    """One application; seeker and vacancy are numbers. Moments are None where not reached."""

    number: int
    seeker: int
    vacancy: int
    state: str
    note: str
    answer: str
    interview_at: datetime.datetime | None
    interview_place: str
    applied_at: datetime.datetime
    seen_at: datetime.datetime | None
    invited_at: datetime.datetime | None
    offered_at: datetime.datetime | None
    hired_at: datetime.datetime | None
    declined_at: datetime.datetime | None
    withdrawn_at: datetime.datetime | None
    silence_reported_at: datetime.datetime | None


def applications(count: int, seekers: Seekers) -> Iterator[ApplicationRow]:
    """Up to ``count`` applications of seekers with accounts to vacancies they would want.

    A person applies to one vacancy once. The first enterprise's vacancies get some at any size,
    so that the demo accounts have applicants to answer.
    """
    vacancies = seekers.vacancies
    by_occupation: dict[str, list[int]] = defaultdict(list)
    for number in range(vacancies.count):
        if STATES[vacancies.state[number]] in ("published", "closed"):
            code = vacancies.offers[vacancies.offer[number]].occupation
            by_occupation[code].append(number)
            by_occupation[code[:7]].append(number)
    able = np.flatnonzero(seekers.has_account & seekers.looks)
    if not able.size or not by_occupation:
        return
    draw = rng(seekers.seed, "applications")
    taken: set[tuple[int, int]] = set()
    hired: set[int] = set()
    number = tries = 0
    main = min(len(MAIN_TITLES), vacancies.count)
    while number < count and tries < count * 12:
        tries += 1
        seeker = int(able[draw.integers(0, able.size)]) if number else 0
        if number < 24 and main:
            vacancy = number % main
        else:
            vacancy = _wanted(seekers, seeker, by_occupation, draw)
        if vacancy is None or (seeker, vacancy) in taken or seeker in hired:
            continue
        row = _row(number, seeker, vacancy, seekers, draw)
        if row is None:
            continue
        taken.add((seeker, vacancy))
        if row.state == "hired":
            hired.add(seeker)
        yield row
        number += 1


def _wanted(seekers, seeker, by_occupation, draw) -> int | None:
    wishes = seekers.wishes(seeker)
    _, occupation = wishes[int(draw.integers(0, len(wishes)))]
    near = by_occupation.get(occupation) or by_occupation.get(occupation[:7])
    return near[int(draw.integers(0, len(near)))] if near else None


def _row(number, seeker, vacancy, seekers, draw) -> ApplicationRow | None:
    """The application with its moments; None when the dates leave no room for it."""
    vacancies, today = seekers.vacancies, seekers.today
    oldest = min(int(vacancies.published[vacancy]), int(seekers.created[seeker]), HISTORY_DAYS)
    newest = max(1, vacancies.last_day(vacancy))
    if oldest < newest:
        return None
    ago = min(oldest, newest + int((oldest - newest + 1) * float(draw.random()) ** 0.8))
    # Posts and people are newer on average than the window: thin out the last days.
    if number >= 24 and draw.random() > 0.12 + ago / 60:
        return None
    day = datetime.timedelta(1)
    applied = at(today - ago * day, 9 * 3600 + int(draw.integers(0, 12 * 3600)))
    state = _ENDINGS[int(np.searchsorted(_EDGES, draw.random() * _EDGES[-1], side="right"))][0]
    gaps = draw.integers(1, (2, 3, 5, 7)[min(3, ago // 8)] + 1, 4)
    seconds = draw.integers(10 * 3600, 17 * 3600, 4)
    moments, reached = {"applied": applied}, applied.date()
    for step, gap, second in zip(_PATHS[state], gaps, seconds, strict=False):
        reached += int(gap) * day
        if reached >= today:
            break
        moments[step] = at(reached, second)
    state = list(moments)[-1]
    invited, offered = moments.get("interview"), moments.get("offered")
    interview = None
    if invited:
        # Whoever was offered the post was seen that morning.
        interview = at(offered.date(), 9 * 3600) if offered else at(invited.date() + 2 * day, 50400)
    return ApplicationRow(
        number,
        seeker,
        vacancy,
        state,
        "看到岗位在附近，希望能来面试。" if number % 3 == 0 else "",
        _ANSWERS.get(state, ""),
        interview,
        vacancies.enterprises.address(int(vacancies.enterprise[vacancy])) if invited else "",
        applied,
        *(moments.get(step) for step in _STEPS),
        # The last days' silences are left for the first nightly run to report.
        at(applied.date() + SILENCE_DAYS * day, 7200)
        if state in ("applied", "seen") and ago > SILENCE_DAYS + 3
        else None,
    )


SILENCE_DAYS = 21
_STEPS = ("seen", "interview", "offered", "hired", "declined", "withdrawn")
_PATHS = {
    "applied": (),
    "seen": ("seen",),
    "interview": ("seen", "interview"),
    "offered": ("seen", "interview", "offered"),
    "hired": ("seen", "interview", "offered", "hired"),
    "declined": ("seen", "declined"),
    "withdrawn": ("withdrawn",),
}
_EDGES = np.cumsum([weight for _, weight in _ENDINGS])
