"""The invented enterprises, their contacts, key lists and the checks of their licences."""

import datetime
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np

from enterprises.entity_kind import kind_by_code
from enterprises.size_class import classify

from .codes import credit_code, mobile
from .draws import at, blocks, office_seconds, pick, rng
from .names import enterprise_name, person_names
from .regions import Street, streets
from .sectors import HARD_HIT_SECTIONS, SECTORS
from .story import PLANTED, Planted

_ROADS = [
    "龙城",
    "延政",
    "通江",
    "长虹",
    "河海",
    "创新",
    "兴业",
    "常武",
    "青洋",
    "飞龙",
    "振兴",
    "夏城",
    "武宜",
    "东方",
    "华山",
    "汉江",
]
# Sections whose size class needs assets; for them the register asks for assets as well.
_WITH_ASSETS = "EKL"
_SIZE_UNKNOWN_SHARE = 0.045


class EnterpriseRow(NamedTuple):
    """One enterprise. ``number`` is its place in the stream; other rows refer to it by that."""

    number: int
    credit_code: str
    name: str
    region: str
    address: str
    industry: str
    entity_kind: str | None
    staff_total: int | None
    revenue_wan: int | None
    assets_wan: int | None
    size_class: str | None
    size_rule: str
    contact_name: str
    contact_phone: str
    introduction: str
    licence_state: str
    licence_reason: str
    licence_checked_at: datetime.datetime | None
    licence_recheck_on: datetime.date | None
    difficult_certified: bool
    hit_by_epidemic: bool
    dispatch_company: bool
    dishonest: bool
    created_at: datetime.datetime


class KeyEntryRow(NamedTuple):
    """One entry on a key list; ends_on is the first day off it."""

    enterprise: int
    kind: str
    source: str
    starts_on: datetime.date
    ends_on: datetime.date | None


class Enterprises:
    """Columns of all enterprises (a few bytes each) and streams of their rows.

    region, sector, trade: indexes into ``streets()``, ``SECTORS`` and the sector's trades; staff:
    persons; is_key, may_post: bool. The planted enterprises are the first ones.
    """

    def __init__(self, count: int, seed: int, today: datetime.date, persons: int | None):
        self.count, self.seed, self.today = count, seed, today
        draw = rng(seed, "enterprises")
        self.region = pick(draw, [s.weight for s in streets()], count)
        self.sector = pick(draw, [s.weight for s in SECTORS], count)
        self.trade = (
            draw.integers(0, 1 << 30, count)
            % np.array([len(s.trades) for s in SECTORS])[self.sector]
        )
        medians = np.array([s.staff_median for s in SECTORS])[self.sector]
        spread = np.exp(draw.normal(0, 1.12, count))
        self.staff = np.clip((medians * spread).astype(np.int64), 2, 4000)
        if persons is not None:
            scale = persons / max(1, int(self.staff.sum()))
            self.staff = np.maximum(2, (self.staff * scale).astype(np.int64))
        chance = draw.random(count)
        self.is_key = chance < np.clip(0.06 + self.staff / 900, 0, 0.85)
        licence = draw.random(count)
        self.licence = np.where(licence < 0.95, 0, np.where(licence < 0.985, 1, 2))
        self.road = draw.integers(0, len(_ROADS), count)
        self.door = draw.integers(1, 400, count)
        for number, plant in enumerate(PLANTED[:count]):
            self._plant(number, plant)

    def _plant(self, number: int, plant: Planted) -> None:
        self.region[number] = [s.code for s in streets()].index(plant.street)
        self.sector[number] = [s.key for s in SECTORS].index(plant.sector)
        self.staff[number] = plant.staff
        self.licence[number] = 0
        self.is_key[number] = plant.is_key

    @cached_property
    def may_post(self) -> np.ndarray:
        """Whose licence staff have approved."""
        return self.licence == 0

    def industry(self, number: int) -> str:
        """GB/T 4754 code."""
        if number < len(PLANTED):
            return PLANTED[number].industry
        return SECTORS[self.sector[number]].trades[self.trade[number]].industry

    def name(self, number: int) -> str:
        """Full name; unique by its brand."""
        if number < len(PLANTED):
            return PLANTED[number].name
        trade = SECTORS[self.sector[number]].trades[self.trade[number]].word
        prefix = ("常州", "常州", "常州市", "江苏", "常州")[number % 5]
        if streets()[self.region[number]].district == "320481":
            prefix = "溧阳"
        return enterprise_name(number, trade, prefix)

    def street(self, number: int) -> Street:
        """Where the enterprise is."""
        return streets()[self.region[number]]

    def address(self, number: int) -> str:
        """Street, road and door."""
        return f"{self.street(number).name}{_ROADS[self.road[number]]}路 {self.door[number]} 号"

    def rows(self) -> Iterator[EnterpriseRow]:
        """All enterprises in order."""
        for block, start, stop in blocks(self.count):
            yield from self._block(block, start, stop)

    def _block(self, block: int, start: int, stop: int) -> Iterator[EnterpriseRow]:
        size = stop - start
        draw = rng(self.seed, "enterprise-rows", block)
        contacts = person_names(draw, size)
        per_head = np.exp(draw.normal(0, 0.45, size))
        asset_ratio = draw.uniform(0.5, 1.6, size)
        size_unknown = draw.random(size) < _SIZE_UNKNOWN_SHARE
        registered = draw.integers(60, 900, size)
        seconds = office_seconds(draw, size)
        checked_after = draw.integers(1, 4, size)
        flags = draw.random((size, 3))
        for i in range(size):
            number = start + i
            plant = PLANTED[number] if number < len(PLANTED) else None
            sector = SECTORS[self.sector[number]]
            industry = self.industry(number)
            staff = int(self.staff[number])
            revenue = max(5, round(staff * sector.revenue * float(per_head[i])))
            if plant:
                revenue = plant.revenue_wan
            elif size_unknown[i]:
                revenue = None
            assets = None
            if industry[0] in _WITH_ASSETS and revenue is not None:
                assets = round(revenue * float(asset_ratio[i]))
            size_result = classify(industry, staff, revenue, assets)
            street = streets()[self.region[number]]
            code = credit_code(number, street.credit_county)
            created = self.today - datetime.timedelta(int(registered[i]))
            checked = created + datetime.timedelta(int(checked_after[i]))
            state = ("approved", "pending", "refused")[self.licence[number]]
            if state == "pending":
                created = self.today - datetime.timedelta(1 + int(registered[i]) % 6)
            yield EnterpriseRow(
                number,
                code,
                self.name(number),
                street.code,
                self.address(number),
                industry,
                kind_by_code(code, industry),
                staff,
                revenue,
                assets,
                size_result.size,
                size_result.rule,
                contacts[i],
                mobile(number, 1),
                "",
                state,
                "营业执照照片看不清统一社会信用代码，请重新上传。" if state == "refused" else "",
                None if state == "pending" else at(checked, seconds[i]),
                checked + datetime.timedelta(730) if state == "approved" else None,
                plant.difficult if plant else bool(flags[i, 0] < 0.004),
                industry[0] in HARD_HIT_SECTIONS and bool(flags[i, 1] < 0.25) and not plant,
                sector.key == "dispatch",
                bool(flags[i, 2] < 0.006) and not plant,
                at(created, seconds[i] - 1800),
            )

    def key_entries(self) -> Iterator[KeyEntryRow]:
        """Entries on key lists of all key enterprises, a few of them ended."""
        for block, start, stop in blocks(self.count):
            draw = rng(self.seed, "key-entries", block)
            chances = draw.random((stop - start, 5))
            begun = draw.integers(40, 500, stop - start)
            for i in range(stop - start):
                if self.is_key[start + i]:
                    yield from self._entries(start + i, chances[i], int(begun[i]))

    def _entries(self, number: int, chance: np.ndarray, begun: int) -> Iterator[KeyEntryRow]:
        starts = self.today - datetime.timedelta(begun)
        sector = SECTORS[self.sector[number]].key
        kinds = [(_NECESSITY.get(sector, "national_economy"), _SOURCES["necessity"], None)]
        if self.staff[number] >= 60 and chance[0] < 0.8:
            kinds.append(("above_scale", _SOURCES["above_scale"], None))
        if sector in _TOP_TEN and chance[1] < 0.4:
            kinds.append(("top_ten_industry", _SOURCES["top_ten_industry"], None))
        if self.staff[number] >= 150 and chance[2] < 0.25:
            kinds.append(("major_project", _SOURCES["major_project"], None))
        if chance[3] < 0.3:
            left = self.today - datetime.timedelta(10) if chance[4] < 0.15 else None
            kinds.append(("layoff_monitoring", _SOURCES["layoff_monitoring"], left))
        for kind, source, ends in kinds:
            yield KeyEntryRow(number, kind, source, starts, ends)


_TOP_TEN = {"machinery", "electrical", "electronics", "auto", "materials", "pharma", "medical"}
_NECESSITY = {
    "property": "public_utility",
    "environment": "public_utility",
    "logistics": "public_utility",
    "medical": "epidemic_control",
    "pharma": "epidemic_control",
    "health": "epidemic_control",
    "food": "daily_life",
    "retail": "daily_life",
    "catering": "daily_life",
    "textile": "daily_life",
}
_SOURCES = {
    "necessity": "常人社发〔2020〕17号（演示名单）",
    "above_scale": "市统计局四上单位名录（演示名单）",
    "top_ten_industry": "十强产业重点企业名单（演示名单）",
    "major_project": "市重大项目清单（演示名单）",
    "layoff_monitoring": "失业动态监测企业名单（演示名单）",
}
