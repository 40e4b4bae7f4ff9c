"""Which districts and cities border on one another, as data.

``data/neighbours.csv`` has one pair a line, each once, with its source: districts (6 digits) and
cities (4 digits) around 常州. Another city puts its own pairs there, or into
``MatchSettings.neighbours``.
"""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np

PAIRS = Path(__file__).parent / "data" / "neighbours.csv"
SCALE = 1_000_000  # both codes of a pair are below it

Pairs = tuple[tuple[int, int], ...]


@cache
def default_neighbours() -> Pairs:
    """The pairs of the table, in its order."""
    with PAIRS.open(encoding="utf-8", newline="") as handle:
        return tuple((int(row["a"]), int(row["b"])) for row in csv.DictReader(handle))


def check_pairs(pairs: Iterable[tuple[int, int]]) -> None:
    """Raise ValueError unless every pair is of two districts or two cities that differ."""
    for a, b in pairs:
        kinds = {
            4 if 1000 <= code < 10_000 else 6 if 100_000 <= code < SCALE else 0 for code in (a, b)
        }
        if a == b or len(kinds) != 1 or 0 in kinds:
            raise ValueError(f"相邻地区 {a}、{b} 应是两个不同的区县（6 位）或两个不同的市（4 位）")


def packed(pairs: Pairs) -> np.ndarray:
    """Both directions of every pair as a × 10^6 + b, rising, each once, int64."""
    keys = {a * SCALE + b for pair in pairs for a, b in (pair, pair[::-1])}
    return np.array(sorted(keys), dtype=np.int64)
