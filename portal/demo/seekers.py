"""Job seekers: what they can do and want follows the city's vacancies, with some mismatch."""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .codes import PROVINCES, identity_numbers, mobile
from .draws import at, blocks, office_seconds, pick, rng
from .names import person_names
from .regions import districts, streets
from .vacancies import Vacancies
from .work_kinds import work_kind

_STATUSES = ("looking", "open", "not_looking")
_ACCOUNT_SHARE = 0.62
# How often people look for a kind of work, against how often it is offered (1 = as often).
_SUPPLY = {
    "worker": 1.5, "driver": 1.6, "people": 2.2, "service": 1.6, "store": 1.6, "guard": 2.0,
    "cnc": 0.6, "weld": 0.6, "mould": 0.6, "electric": 0.7, "technician": 0.8, "sales": 0.5,
    "software": 0.8,
}  # fmt: skip


# Whom the demo account of a seeker stands for; the rest of the row is drawn like all others.
_FIRST_SEEKER = {
    "name": "王建国",
    "region": "320412103",
    "education": 2,
    "experience_years": 6,
    "skills": ["数控编程", "看图纸", "量具使用"],
    "certificates": [],
    "groups": ["migrant"],
    "summary": "做过 6 年数控车床，会编程和对刀，能看懂图纸。",
    "accepted_regions": ["320412", "320411"],
    "pay_expected": 6000,
    "wants_lodging": True,
    "consents": ["findable"],
}


class SeekerRow(NamedTuple):
    """One seeker. consents: kinds of consent given besides those for single applications."""

    number: int
    has_account: bool
    name: str
    identity_number: str
    phone: str
    birth_year: int
    region: str
    education: int
    experience_years: int
    skills: list[str]
    certificates: list[str]
    groups: list[str]
    summary: str
    status: str
    accepted_regions: list[str]
    pay_expected: int
    wants_lodging: bool
    created_at: datetime.datetime
    updated_at: datetime.datetime
    intentions: list[tuple[str, str]]
    consents: list[str]


class Seekers:
    """Columns of all seekers and the stream of their rows.

    wish: (n, 3) indexes into the vacancies' offers, −1 where there are fewer intentions;
    has_account: bool; looks: bool, not "not looking".
    """

    def __init__(self, count: int, vacancies: Vacancies):
        self.count, self.vacancies = count, vacancies
        self.seed, self.today = vacancies.seed, vacancies.today
        draw = rng(self.seed, "seekers")
        offers = vacancies.offers
        supply = np.array([_SUPPLY.get(work_kind(o.title).key, 1.0) for o in offers])
        used = np.bincount(vacancies.offer, minlength=len(offers))
        by_kind: dict[str, np.ndarray] = {}
        kinds = np.array([work_kind(o.title).key for o in offers])
        for key in np.unique(kinds):
            by_kind[key] = np.flatnonzero(kinds == key)
        self.wish = np.full((count, 3), -1, dtype=np.int64)
        self.wish[:, 0] = pick(draw, used * supply, count)
        more = draw.random((count, 2))
        other = pick(draw, used * supply, count)
        for row in range(count):
            near = by_kind[kinds[self.wish[row, 0]]]
            if more[row, 0] < 0.6:
                self.wish[row, 1] = near[int(more[row, 0] / 0.6 * near.size)]
                if more[row, 1] < 0.3:
                    self.wish[row, 2] = other[row]
        self.has_account = draw.random(count) < _ACCOUNT_SHARE
        self.status = pick(draw, (0.74, 0.18, 0.08), count)
        self.created = 1 + (draw.random(count) ** 1.4 * 240).astype(np.int64)
        if count:
            self.has_account[0], self.status[0], self.created[0] = True, 0, 100
            self.wish[0] = vacancies.offer[[0, 2, 1]]

    @property
    def looks(self) -> np.ndarray:
        """Whom the nightly matching looks at."""
        return self.status < 2

    def wishes(self, number: int) -> list[tuple[str, str]]:
        """(title, occupation code) of one seeker, first the one wanted most, none twice."""
        offers = [self.vacancies.offers[w] for w in self.wish[number] if w >= 0]
        return list(dict.fromkeys((o.title, o.occupation) for o in offers))

    def rows(self) -> Iterator[SeekerRow]:
        """All seekers in order."""
        for block, start, stop in blocks(self.count):
            yield from self._block(block, start, stop)

    def _block(self, block: int, start: int, stop: int) -> Iterator[SeekerRow]:
        size = stop - start
        draw = rng(self.seed, "seeker-rows", block)
        names = person_names(draw, size)
        ages = np.clip(draw.gamma(4.2, 4.2, size) + 18, 18, 59).astype(np.int64)
        provinces = pick(draw, [weight for _, weight in PROVINCES], size)
        numbers, years = identity_numbers(
            start, provinces, ages, draw.random(size) < 0.54, self.today.year
        )
        homes = pick(draw, [s.weight for s in streets()], size)
        chances = draw.random((size, 12))
        seconds = office_seconds(draw, size)
        for i in range(size):
            number, age = start + i, self.today.year - int(years[i])
            offer = self.vacancies.offers[self.wish[number, 0]]
            kind = work_kind(offer.title)
            local = provinces[i] == 0
            c = chances[i]
            education = int(np.clip(offer.education + (-1, 0, 0, 0, 1)[int(c[0] * 5)], 1, 6))
            experience = int(min(max(0, age - 20), offer.experience + c[1] ** 2 * 12))
            span = offer.pay.max_yuan - offer.pay.min_yuan
            wanted = offer.pay.min_yuan + span * (0.1 + 0.9 * c[2])
            street = streets()[homes[i]]
            created = self.today - datetime.timedelta(int(self.created[number]))
            seen = self.today - datetime.timedelta(max(1, int(self.created[number] * c[3])))
            skills = [s for s, chance in zip(kind.skills, c[4:7], strict=False) if chance < 0.72]
            row = SeekerRow(
                number,
                bool(self.has_account[number]),
                names[i],
                numbers[i],
                mobile(number, 0),
                int(years[i]),
                street.code,
                education,
                experience,
                list(dict.fromkeys([*skills, *offer.skills[: int(c[6] * 3)]])),
                list(kind.certificates) if experience and c[7] < 0.6 else [],
                _groups(c, age, education, experience, local),
                _summary(offer.title, experience),
                _STATUSES[self.status[number]],
                _accepted(street.district, c[8], local),
                int(round(wanted, -2)),
                bool(not local and c[9] < 0.62),
                at(created, seconds[i]),
                at(seen, seconds[i]),
                self.wishes(number),
                [k for k, limit in (("findable", 0.55), ("sms", 0.8)) if c[10] < limit]
                if self.has_account[number]
                else [],
            )
            yield row if number else row._replace(**_FIRST_SEEKER)


def _groups(c: np.ndarray, age: int, education: int, experience: int, local: bool) -> list[str]:
    groups = []
    if not local and education <= 3 and c[11] < 0.8:
        groups.append("migrant")
    if education >= 3 and age <= 24 and experience <= 1:
        groups.append("graduate")
    if local and age >= 50 and c[11] < 0.45:
        groups.append("hard_to_place")
    if c[10] < 0.16 and "graduate" not in groups:
        groups.append("registered_unemployed")
    if c[9] < 0.03 and age >= 22:
        groups.append("veteran")
    if c[9] > 0.97:
        groups.append("disabled")
    if not local and c[8] < 0.05:
        groups.append("out_of_poverty")
    if local and c[8] > 0.995:
        groups.append("zero_employment")
    return groups


def _summary(title: str, experience: int) -> str:
    if not experience:
        return "刚开始找工作，愿意从学徒做起，能按班次上班。"
    return f"做过 {experience} 年{title}，能独立上岗。"


def _accepted(home: str, chance: float, local: bool) -> list[str]:
    """Districts a person would work in: mostly their own and one or two more."""
    others = [code for code in districts() if code != home]
    if chance < 0.12:
        return []
    accepted = [home]
    if chance > 0.4:
        accepted.append(others[int(chance * 997) % len(others)])
    if chance > 0.75 or not local and chance > 0.6:
        accepted.append(others[(int(chance * 997) + 3) % len(others)])
    return accepted
