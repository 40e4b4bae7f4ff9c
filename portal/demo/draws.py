"""Repeatable random draws: every stream and block has a generator of its own.

Because block ``b`` of a stream depends on nothing but (seed, stream, b), a stream can be read
twice, from the middle, or beside another, and always gives the same rows.
"""

import datetime
import zlib
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import numpy as np

BLOCK = 2048
CITY_TIME = ZoneInfo("Asia/Shanghai")


def rng(seed: int, stream: str, block: int = 0) -> np.random.Generator:
    """The generator of one block of one stream."""
    return np.random.default_rng([seed, zlib.crc32(stream.encode()), block])


def blocks(total: int, size: int = BLOCK) -> Iterator[tuple[int, int, int]]:
    """(block number, first row, one past the last row)."""
    for number, start in enumerate(range(0, total, size)):
        yield number, start, min(start + size, total)


def pick(draw: np.random.Generator, weights: Sequence[float], count: int) -> np.ndarray:
    """``count`` indexes drawn with the given weights (need not sum to one)."""
    edges = np.cumsum(np.asarray(weights, dtype=float))
    return np.searchsorted(edges, draw.random(count) * edges[-1], side="right")


def at(day: datetime.date, seconds: int) -> datetime.datetime:
    """A moment of a day in the city, ``seconds`` after midnight."""
    midnight = datetime.datetime.combine(day, datetime.time(), CITY_TIME)
    return midnight + datetime.timedelta(seconds=int(seconds))


def office_seconds(draw: np.random.Generator, count: int) -> np.ndarray:
    """Moments between 08:30 and 17:30, in seconds after midnight."""
    return draw.integers(8 * 3600 + 1800, 17 * 3600 + 1800, count)
