"""Vacancies of the invented enterprises, each from one published offer."""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .draws import at, blocks, office_seconds, pick, rng
from .enterprises import Enterprises
from .regions import streets
from .sectors import SECTORS
from .story import MAIN_ENTERPRISE
from .vacancy_source import Offer, pools
from .work_kinds import is_floor_work, work_kind

HISTORY_DAYS = 84
STATES = ("published", "closed", "in_review", "returned", "draft")
_STATE_WEIGHTS = (0.90, 0.05, 0.022, 0.012, 0.016)
_DRAW_WEIGHTS = (0.6, 0.28, 0.12)
# What the enterprise of the demo accounts looks for; offers with these titles are taken.
MAIN_TITLES = (
    "数控车工",
    "模具钳工",
    "装配钳工",
    "质检员",
    "模具设计工程师",
    "仓管员",
    "焊工",
    "普工",
)
_BENEFITS = (
    "五险一金", "加班费", "节日福利", "带薪年假", "免费班车", "高温补贴", "定期体检", "年终奖金",
    "技能补贴", "周末双休", "餐饮补贴",
)  # fmt: skip
RETURN_REASONS = (
    "工作内容写得太少，请写明每天做什么。",
    "上班时间没有写明，请写明班次。",
    "招聘人数和缺工申报不一致，请核对后再提交。",
)


class VacancyRow(NamedTuple):
    """One vacancy; enterprise is that one's number. Dates fit the state."""

    number: int
    enterprise: int
    state: str
    title: str
    occupation: str
    region: str
    address: str
    headcount: int
    pay_min: int
    pay_max: int
    pay_months: int
    education: int
    experience_years: int
    skills: list[str]
    certificates: list[str]
    benefits: list[str]
    shift: str
    lodging: str
    duties: str
    requirements: str
    starts_on: datetime.date | None
    expires_on: datetime.date | None
    created_at: datetime.datetime
    submitted_at: datetime.datetime | None
    published_at: datetime.datetime | None
    closed_at: datetime.datetime | None
    close_outcome: str
    filled: int
    return_reason: str


class Vacancies:
    """Columns of all vacancies and the stream of their rows.

    enterprise: number; offer: index into ``offers``; state: index into STATES; published: days
    before today of the publication; days: length of the publication.
    """

    def __init__(self, count: int, enterprises: Enterprises, offers: list[Offer]):
        self.count, self.enterprises, self.offers = count, enterprises, offers
        self.seed, self.today = enterprises.seed, enterprises.today
        draw = rng(self.seed, "vacancies")
        weights = np.where(enterprises.may_post, enterprises.staff**0.62, 0.0)
        weights = weights * np.where(enterprises.is_key, 1.5, 1.0)
        self.enterprise = pick(draw, weights, count)
        self.enterprise[: len(MAIN_TITLES)] = MAIN_ENTERPRISE
        self.offer = self._draw_offers(draw)
        self.state = pick(draw, _STATE_WEIGHTS, count)
        self.published = 1 + (draw.beta(1.1, 1.4, count) * (HISTORY_DAYS - 1)).astype(np.int64)
        longest = np.array([30, 60, 90])[pick(draw, (0.4, 0.35, 0.25), count)]
        expired = draw.random(count) < 0.07
        # A live vacancy runs past today; an expired one does not.
        alive = np.select([self.published < 30, self.published < 60], [30, 60], 90)
        self.days = np.where(expired, longest, np.maximum(longest, alive + 1))
        self.closed_after = draw.integers(3, 40, count)
        main = np.arange(min(len(MAIN_TITLES), count))
        self.state[main], self.published[main] = 0, 3 + main * 2
        self.days[main] = 60

    def _draw_offers(self, draw: np.random.Generator) -> np.ndarray:
        """Each pool is dealt out like a shuffled deck, so offers repeat only when it is used up.

        Work on the floor comes up earlier: this is a city of workshops.
        """
        by_sector = pools(self.offers)
        sectors = self.enterprises.sector[self.enterprise]
        nth = pick(draw, _DRAW_WEIGHTS, self.count)
        drawn_from = np.empty(self.count, dtype=object)
        for number, sector in enumerate(SECTORS):
            rows = np.flatnonzero(sectors == number)
            usable = [key for key in sector.draws_from if by_sector.get(key)] or ["other"]
            drawn_from[rows] = [usable[min(n, len(usable) - 1)] for n in nth[rows]]
        offer = np.zeros(self.count, dtype=np.int64)
        for key in sorted(set(drawn_from)):
            rows = np.flatnonzero(drawn_from == key)
            pool = np.array(by_sector[key])
            floor = np.array([is_floor_work(self.offers[index].title) for index in pool])
            deck = pool[np.argsort(draw.random(pool.size) * np.where(floor, 0.5, 1.0))]
            offer[rows] = deck[np.arange(rows.size) % deck.size]
        titles = {o.title: index for index, o in reversed(list(enumerate(self.offers)))}
        for place, title in enumerate(MAIN_TITLES[: self.count]):
            if title in titles:
                offer[place] = titles[title]
        return offer

    def is_live(self, number: int) -> bool:
        """Published and not past its last day."""
        return self.state[number] == 0 and self.days[number] > self.published[number]

    def last_day(self, number: int) -> int:
        """Days before today when people could still apply (0 is today)."""
        if STATES[self.state[number]] == "closed":
            return int(max(1, self.published[number] - self.closed_after[number]))
        return int(max(0, self.published[number] - self.days[number] + 1))

    def rows(self) -> Iterator[VacancyRow]:
        """All vacancies in order."""
        for block, start, stop in blocks(self.count):
            yield from self._block(block, start, stop)

    def _block(self, block: int, start: int, stop: int) -> Iterator[VacancyRow]:
        size = stop - start
        draw = rng(self.seed, "vacancy-rows", block)
        heads = draw.random(size)
        shifts, lodgings, elsewhere = draw.random(size), draw.random(size), draw.random(size)
        benefit_order = np.argsort(draw.random((size, len(_BENEFITS))), axis=1)
        benefit_count = draw.integers(2, 6, size)
        seconds = office_seconds(draw, size)
        reasons = draw.integers(0, len(RETURN_REASONS), size)
        shares = draw.random(size)
        for i in range(size):
            number = start + i
            employer = int(self.enterprise[number])
            offer = self.offers[self.offer[number]]
            kind, floor = work_kind(offer.title), is_floor_work(offer.title)
            staff = int(self.enterprises.staff[employer])
            headcount = _headcount(heads[i], staff, floor)
            street = self._street(employer, elsewhere[i])
            benefits = [*offer.benefits, *(_BENEFITS[b] for b in benefit_order[i])]
            asks = list(kind.skills[:2]) if floor else [*offer.skills[:3], *kind.skills[:2]]
            yield VacancyRow(
                number,
                employer,
                STATES[self.state[number]],
                offer.title,
                offer.occupation,
                streets()[street].code,
                self.enterprises.address(employer)
                if street == self.enterprises.region[employer]
                else "",
                headcount,
                offer.pay.min_yuan,
                offer.pay.max_yuan,
                offer.pay.months,
                offer.education,
                offer.experience,
                list(dict.fromkeys(asks)),
                list(kind.certificates),
                list(dict.fromkeys(benefits))[: benefit_count[i]],
                _shift(shifts[i], floor),
                _lodging(lodgings[i], floor),
                kind.duties,
                _requirements(offer),
                *self._dates(number, int(seconds[i]), headcount, float(shares[i])),
                RETURN_REASONS[reasons[i]] if STATES[self.state[number]] == "returned" else "",
            )

    def _street(self, employer: int, chance: float) -> int:
        """Mostly where the enterprise is, else another street of its district."""
        home = int(self.enterprises.region[employer])
        if chance > 0.08:
            return home
        near = [i for i, s in enumerate(streets()) if s.district == streets()[home].district]
        return near[int(chance / 0.08 * len(near))]

    def _dates(self, number: int, seconds: int, headcount: int, share: float) -> tuple:
        """starts_on … filled of VacancyRow for the vacancy's state."""
        state = STATES[self.state[number]]
        day = datetime.timedelta(1)
        published = self.today - int(self.published[number]) * day
        if state in ("in_review", "returned", "draft"):
            written = self.today - (1 + int(self.published[number]) % 4) * day
            submitted = None if state == "draft" else at(written, seconds)
            return None, None, at(written, seconds - 1200), submitted, None, None, "", 0
        expires = published + int(self.days[number]) * day
        created = at(published - day, seconds - 1200)
        submitted, shown = at(published - day, seconds), at(published, 9 * 3600 + seconds % 3600)
        if state == "published":
            return published, expires, created, submitted, shown, None, "", 0
        closed = self.today - self.last_day(number) * day
        filled = headcount if share < 0.55 else int(headcount * (share - 0.55) / 0.45)
        outcome = "filled" if filled == headcount else ("partly" if filled else "cancelled")
        shut = max(at(closed, seconds), shown)
        return published, expires, created, submitted, shown, shut, outcome, filled


def _headcount(chance: float, staff: int, floor: bool) -> int:
    most = max(1.0, staff * (0.10 if floor else 0.02))
    count = round(most ** float(chance))
    return min(300, max(1, count))


def _shift(chance: float, floor: bool) -> str:
    edges = (0.38, 0.72, 0.80, 0.82, 0.83) if floor else (0.80, 0.82, 0.82, 0.82, 0.88)
    for edge, shift in zip(edges, ("day", "two", "three", "night", "flexible"), strict=True):
        if chance < edge:
            return shift
    return ""


def _lodging(chance: float, floor: bool) -> str:
    edges = (0.34, 0.46, 0.62, 0.72) if floor else (0.06, 0.10, 0.28, 0.42)
    for edge, lodging in zip(edges, ("both", "lodging", "meals", "allowance"), strict=True):
        if chance < edge:
            return lodging
    return ""


def _requirements(offer: Offer) -> str:
    level = ("", "初中", "高中或中专", "大专", "本科", "硕士", "博士")[offer.education]
    parts = [f"{level}及以上学历" if level else "学历不限"]
    parts.append(f"{offer.experience} 年以上相关经验" if offer.experience else "可接受无经验人员")
    return "，".join(parts) + "。"
