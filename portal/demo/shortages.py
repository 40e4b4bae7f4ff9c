"""Shortage declarations of the past weeks with the four clears, and who came through what."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .draws import at, office_seconds, pick, rng
from .vacancies import HISTORY_DAYS, STATES, Vacancies
from .work_kinds import is_floor_work, work_kind

EMERGENCY_FROM = 100
_REASONS = (
    "订单增加，现有人手不够", "新生产线投产", "春节后部分员工没有返岗", "旺季临时增加班次",
    "老员工退休，岗位空缺", "外地员工返乡",
)  # fmt: skip
_CHANNELS = ("portal", "fair", "referral", "transport", "sharing", "other")
_CHANNEL_WEIGHTS = (0.46, 0.18, 0.14, 0.10, 0.05, 0.07)


class ShortageItemRow(NamedTuple):
    """One kind of work: the four clears."""

    title: str
    occupation: str
    missing: int
    skills: list[str]
    pay_min: int
    pay_max: int


class FillRow(NamedTuple):
    """People who came on one day through one channel."""

    filled_on: datetime.date
    persons: int
    channel: str


class ShortageRow(NamedTuple):
    """One declaration with its items and fills; vacancies: numbers of those it led to."""

    number: int
    enterprise: int
    state: str
    missing_total: int
    filled_total: int
    is_emergency: bool
    reason: str
    needed_by: datetime.date
    declared_at: datetime.datetime
    serving_since: datetime.datetime | None
    closed_at: datetime.datetime | None
    outcome: str
    outcome_note: str
    items: list[ShortageItemRow]
    fills: list[FillRow]
    vacancies: list[int]


def shortages(count: int, vacancies: Vacancies) -> Iterator[ShortageRow]:
    """Declarations of enterprises that have live or closed vacancies, the key ones more often."""
    by_enterprise: dict[int, list[int]] = defaultdict(list)
    for number in range(vacancies.count):
        if STATES[vacancies.state[number]] in ("published", "closed"):
            by_enterprise[int(vacancies.enterprise[number])].append(number)
    employers = np.array(sorted(by_enterprise))
    if not employers.size:
        return
    enterprises = vacancies.enterprises
    draw = rng(vacancies.seed, "shortages")
    weights = enterprises.staff[employers] ** 0.5 * np.where(enterprises.is_key[employers], 3, 1)
    chosen = employers[pick(draw, weights, count)]
    largest = employers[np.argsort(-enterprises.staff[employers])]
    emergencies = min(count, max(1, count // 36))
    chosen[:emergencies] = largest[:emergencies] if largest.size >= emergencies else largest[0]
    ages = 1 + (draw.random(count) ** 1.1 * (HISTORY_DAYS - 1)).astype(np.int64)
    ages[:emergencies] = 2 + np.arange(emergencies) * 4 % 30
    for number in range(count):
        yield _row(
            number,
            int(chosen[number]),
            int(ages[number]),
            number < emergencies,
            by_enterprise[int(chosen[number])],
            vacancies,
            draw,
        )


def _row(number, employer, age, emergency, open_posts, vacancies, draw) -> ShortageRow:
    today, day = vacancies.today, datetime.timedelta(1)
    staff = int(vacancies.enterprises.staff[employer])
    posts = [int(p) for p in draw.permutation(open_posts)]
    posts = sorted(posts, key=lambda p: not _floor(vacancies, p))[: int(draw.integers(1, 4))]
    offers = [int(vacancies.offer[p]) for p in posts]
    if emergency:
        posts = [p for p in posts if _floor(vacancies, p)]
        offers = [int(vacancies.offer[p]) for p in posts] or [_any_floor_offer(vacancies, draw)]
        heads = draw.integers(20, 90, len(offers)) + EMERGENCY_FROM // len(offers)
    else:
        floor = np.array([_floor(vacancies, p) for p in posts])
        most = np.where(floor, max(2.0, min(45.0, staff * 0.12)), 2.5)
        heads = np.maximum(1, np.round(most ** draw.random(len(posts)))).astype(np.int64)
    items = [_item(o, int(h), vacancies) for o, h in zip(offers, heads, strict=True)]
    missing = int(heads.sum())
    seconds = int(office_seconds(draw, 1)[0])
    declared = at(today - age * day, seconds)
    progress, chance = min(1.0, age / 60), float(draw.random())
    if chance < progress * 0.75 and age > 14:
        state = "closed"
    else:
        state = "serving" if age > 2 and chance < 0.8 else "open"
    fills = _fills(missing, age, state, draw, today) if state != "open" else []
    filled = sum(f.persons for f in fills)
    outcome = ""
    if state == "closed":
        outcome = "filled" if filled == missing else ("partly" if filled else "unmet")
    closed_ago = int(draw.integers(1, max(2, age - 10))) if state == "closed" else 0
    closed = at(today - closed_ago * day, seconds) if state == "closed" else None
    fills = [f for f in fills if closed is None or f.filled_on <= closed.date()]
    if closed is not None and sum(f.persons for f in fills) != filled:
        closed = at(today - day, seconds)
        fills = _fills_of(filled, age, draw, today)
    return ShortageRow(
        number,
        employer,
        state,
        missing,
        filled,
        missing >= EMERGENCY_FROM,
        _REASONS[int(draw.integers(0, len(_REASONS)))],
        today + int(draw.integers(5, 40)) * day,
        declared,
        None if state == "open" else at(today - max(1, age - 1) * day, seconds),
        closed,
        outcome,
        _NOTES.get(outcome, ""),
        items,
        sorted(fills),
        posts,
    )


_NOTES = {
    "filled": "人已全部到岗。",
    "partly": "部分到岗，企业调整班次后不再缺人。",
    "unmet": "企业改为外协，没有招到人。",
}


def _floor(vacancies: Vacancies, post: int) -> bool:
    return is_floor_work(vacancies.offers[vacancies.offer[post]].title)


def _any_floor_offer(vacancies: Vacancies, draw) -> int:
    """A hundred people are missed on the floor, not in the office."""
    workers = [i for i, o in enumerate(vacancies.offers) if is_floor_work(o.title)]
    return workers[int(draw.integers(0, len(workers)))] if workers else 0


def _item(number: int, missing: int, vacancies: Vacancies) -> ShortageItemRow:
    offer = vacancies.offers[number]
    return ShortageItemRow(
        offer.title,
        offer.occupation,
        missing,
        list(work_kind(offer.title).skills[:2]),
        offer.pay.min_yuan,
        offer.pay.max_yuan,
    )


def _fills(missing: int, age: int, state: str, draw, today) -> list[FillRow]:
    share = float(draw.random())
    if state == "closed":
        filled = missing if share < 0.6 else int(missing * share * 0.8) if share < 0.92 else 0
    else:
        filled = int(missing * share * min(1.0, age / 40) * 0.8)
    return _fills_of(filled, age, draw, today)


def _fills_of(filled: int, age: int, draw, today) -> list[FillRow]:
    """Split a number of people over a few days between the declaration and yesterday."""
    if not filled:
        return []
    parts = min(filled, 1 + age // 12)
    cuts = np.sort(draw.choice(np.arange(1, filled), parts - 1, replace=False)) if parts > 1 else []
    persons = np.diff([0, *cuts, filled])
    channels = pick(draw, _CHANNEL_WEIGHTS, parts)
    days = draw.integers(1, max(2, age), parts)
    return [
        FillRow(today - datetime.timedelta(int(d)), int(p), _CHANNELS[c])
        for d, p, c in zip(days, persons, channels, strict=True)
    ]
