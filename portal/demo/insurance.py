"""Unemployment-insurance records of the base year, built from the persons behind them.

A person's month costs 0.5 % of their contribution base on each side (the rate in force in 2019);
bases are multiples of ten yuan, so that every premium is a whole number of fen. An enterprise's
month is the sum over its persons, except for the planted enterprises, whose totals are given.
"""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .draws import rng
from .enterprises import Enterprises
from .sectors import SECTORS
from .size import BASE_YEAR
from .story import PLANTED

RATE_PERMILLE = 5
# All kinds together, both sides: pension 24, medical 10, unemployment 1, injury 0.5, maternity 0.8.
ALL_KINDS_PERMILLE = 363
LOWEST_BASE_YUAN, HIGHEST_BASE_YUAN = 3030, 16842
_BLOCK = 256
# Shares of enterprises: not paid at all, premium not known, one month's record absent.
_ZERO_SHARE, _UNKNOWN_SHARE, _ABSENT_SHARE = 0.004, 0.003, 0.0015


class MonthRow(NamedTuple):
    """One enterprise and month; month is 1 … 12. None is not known."""

    enterprise: int
    month: int
    headcount: int | None
    premium_enterprise_fen: int | None
    premium_employee_fen: int | None
    social_insurance_fen: int | None


class Spells(NamedTuple):
    """Persons' spells with some enterprises, a column each; the months 1 … 12 are both inside.

    person: (n,) V16 keys that stand for nobody. first_insured: datetime64[D]. pays: whether the
    enterprise pays what it owes.
    """

    enterprise: np.ndarray
    person: np.ndarray
    first_month: np.ndarray
    last_month: np.ndarray
    base_fen: np.ndarray
    first_insured: np.ndarray
    pays: np.ndarray


class _Block(NamedTuple):
    owner: np.ndarray  # row of the block, one a person
    first: np.ndarray  # months 0 … n-1
    last: np.ndarray
    base_fen: np.ndarray
    heads: np.ndarray  # (enterprises, months)
    flags: np.ndarray  # (enterprises, 3) uniform draws for planted gaps


class Insurance:
    """Months and persons' spells; both are computed block by block and agree."""

    def __init__(self, enterprises: Enterprises, months: int):
        self.enterprises, self.months = enterprises, months

    def month_rows(self) -> Iterator[MonthRow]:
        """Months of all enterprises in order; absent records are simply not there."""
        for start in range(0, self.enterprises.count, _BLOCK):
            yield from self._months_of(start)

    def spells(self) -> Iterator[Spells]:
        """Spells of all enterprises in order, block by block."""
        for start in range(0, self.enterprises.count, _BLOCK):
            block = self._block(start)
            size = block.owner.size
            draw = rng(self.enterprises.seed, "insured-persons", start)
            # Who comes in during the year was insured elsewhere before, but for one in six.
            earlier = draw.geometric(1 / 70, size)
            new = (block.first > 0) & (draw.random(size) < 1 / 6)
            months = (
                (BASE_YEAR - 1970) * 12 + block.first - np.where(new, 0, np.minimum(earlier, 360))
            )
            planted = start + block.owner < len(PLANTED)
            yield Spells(
                start + block.owner,
                np.frombuffer(draw.bytes(16 * size), dtype="V16"),
                block.first + 1,
                block.last + 1,
                block.base_fen,
                months.astype("datetime64[M]").astype("datetime64[D]"),
                planted | (block.flags[block.owner, 0] >= _ZERO_SHARE),
            )

    def _heads(self, start: int, stop: int, draw: np.random.Generator) -> np.ndarray:
        """Insured persons by enterprise and month: a drift over the year with small steps."""
        size, months = stop - start, self.months
        begin = np.maximum(2, self.enterprises.staff[start:stop] * draw.uniform(0.8, 1.05, size))
        kind = draw.random(size)
        drift = np.select(
            [kind < 0.62, kind < 0.84, kind < 0.93],
            [
                draw.uniform(-0.04, 0.14, size),
                draw.uniform(-0.055, 0.0, size),
                draw.uniform(-0.12, -0.05, size),
            ],
            draw.uniform(-0.5, -0.12, size),
        )
        way = np.linspace(0, 1, months) if months > 1 else np.zeros(1)
        wobble = draw.normal(0, 0.012, (size, months))
        wobble[:, [0, -1]] = 0
        heads = begin[:, None] * (1 + drift[:, None] * way + wobble)
        heads = np.maximum(1, np.round(heads)).astype(np.int64)
        for number in range(start, min(stop, len(PLANTED))):
            plant = PLANTED[number]
            heads[number - start] = np.round(plant.start + (plant.end - plant.start) * way)
        return heads

    def _block(self, start: int) -> _Block:
        stop = min(start + _BLOCK, self.enterprises.count)
        draw = rng(self.enterprises.seed, "insurance", start)
        heads = self._heads(start, stop, draw)
        size, months = heads.shape
        steps = np.diff(heads, axis=1)
        # Besides the change of the headcount, one in forty leaves and is replaced each month.
        churn = draw.binomial(np.minimum(heads[:, :-1], heads[:, 1:]), 0.025)
        joins = np.maximum(steps, 0) + churn
        owner, first, last = [], [], []
        for row in range(size):
            begun = np.concatenate(
                [
                    np.zeros(heads[row, 0], dtype=np.int64),
                    np.repeat(np.arange(1, months), joins[row]),
                ]
            )
            ended = np.full(begun.size, months - 1, dtype=np.int64)
            alive = heads[row, 0]
            # First come, first go: those who came first leave first, so nobody leaves too early.
            gone = 0
            for month in range(1, months):
                leavers = alive + joins[row, month - 1] - heads[row, month]
                ended[gone : gone + leavers] = month - 1
                gone += leavers
                alive = heads[row, month]
            owner.append(np.full(begun.size, row))
            first.append(begun)
            last.append(ended)
        owners = np.concatenate(owner)
        wages = np.array([SECTORS[s].wage for s in self.enterprises.sector[start:stop]])
        pay_level = np.exp(draw.normal(0, 0.16, size))
        base = wages[owners] * pay_level[owners] * np.exp(draw.normal(0, 0.22, owners.size))
        base = np.clip(base, LOWEST_BASE_YUAN, HIGHEST_BASE_YUAN)
        base_fen = np.round(base / 10).astype(np.int64) * 1000
        return _Block(
            owners,
            np.concatenate(first),
            np.concatenate(last),
            base_fen,
            heads,
            draw.random((size, 3)),
        )

    def _months_of(self, start: int) -> Iterator[MonthRow]:
        block = self._block(start)
        size, months = block.heads.shape
        paid = np.zeros((size, months + 1), dtype=np.int64)
        np.add.at(paid, (block.owner, block.first), block.base_fen)
        np.subtract.at(paid, (block.owner, block.last + 1), block.base_fen)
        bases = np.cumsum(paid, axis=1)[:, :months]
        premiums = bases * RATE_PERMILLE // 1000
        everything = bases * ALL_KINDS_PERMILLE // 1000
        for row in range(size):
            number = start + row
            plant = PLANTED[number] if number < len(PLANTED) else None
            zero, unknown, absent = block.flags[row] < (_ZERO_SHARE, _UNKNOWN_SHARE, _ABSENT_SHARE)
            own, others = premiums[row], premiums[row]
            if plant:
                own = _spread(plant.enterprise_fen, premiums[row])
                others = _spread(plant.employee_fen, premiums[row])
            for index in range(months):
                month = index + 1
                if plant and month in plant.absent_months or not plant and absent and month == 8:
                    continue
                heads, mine, theirs = int(block.heads[row, index]), own[index], others[index]
                if plant and month in plant.missing_months:
                    heads = None
                if zero and not plant:
                    mine = theirs = 0
                blank = unknown and not plant and month == 10
                yield MonthRow(
                    number,
                    month,
                    heads,
                    None if blank else int(mine),
                    None if blank else int(theirs),
                    int(everything[row, index]),
                )


def _spread(total: int, weights: np.ndarray) -> np.ndarray:
    """Whole fen by month in proportion to ``weights``, adding up to ``total`` exactly."""
    edges = np.cumsum(weights)
    # Python integers: total × edge may pass 2**63 for a very large enterprise.
    upto = [total * int(edge) // int(edges[-1]) for edge in edges]
    return np.diff([0, *upto])


def month_day(month: int) -> datetime.date:
    """The first day of a month of the base year."""
    return datetime.date(BASE_YEAR, month, 1)
