"""Titles a second of the occupation coder on one core, and how often it is right.

Baseline, in the same run: the catalogue name that shares most pairs of characters with the title
(an inverted index over all names and work types), which is what one gets without a synonym table.
"""

import csv
import gzip
from collections import Counter, defaultdict
from pathlib import Path
from time import process_time

from bench.table import Row, measured, print_table
from portal.places.coder import code_title, default_coder
from portal.places.datafiles import read_rows

ROOT = Path(__file__).resolve().parent.parent
TITLES = 20_000
BASELINE_NAME = "nearest catalogue name by shared character pairs"


def real_titles() -> list[str]:
    """20,000 published titles; the stored ones are repeated with a number to make them differ."""
    path = ROOT / "portal" / "demo" / "data" / "vacancies.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
        stored = list(dict.fromkeys(row["title"] for row in csv.DictReader(handle)))
    rounds = -(-TITLES // len(stored))
    return [f"{title} {turn}" for turn in range(rounds) for title in stored][:TITLES]


def hand_coded() -> list[tuple[str, set[str]]]:
    """The held-out hand-coded titles with their acceptable minor classes."""
    path = ROOT / "tests" / "places" / "coder_data" / "hand_coded.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        return [
            (row["title"], set(row["minor_codes"].split("|")))
            for row in csv.DictReader(handle)
            if row["part"] == "held_out"
        ]


def pairs(text: str) -> set[str]:
    """All pairs of neighbouring characters."""
    return {text[at : at + 2] for at in range(len(text) - 1)}


class NearestName:
    """The baseline."""

    def __init__(self):
        self.index: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for row in read_rows("occupations.csv.gz"):
            if row["code"].count("-") == 3:
                for name in (row["name"], *filter(None, row["work_types"].split("|"))):
                    for pair in pairs(name):
                        self.index[pair].append((row["code"][:7], len(name)))

    def code(self, title: str) -> str | None:
        """The minor class with the highest share of common pairs, or None."""
        shared: Counter = Counter()
        own = pairs(title)
        for pair in own:
            for minor, length in self.index.get(pair, ()):
                shared[minor, length] += 1
        if not shared:
            return None
        best = max(shared, key=lambda key: (shared[key] / (len(own) + key[1]), key))
        return best[0]


def shares(code, rows) -> str:
    """Share coded, and share right of those coded, in words."""
    results = [(code(title), accepted) for title, accepted in rows]
    coded = [(minor, accepted) for minor, accepted in results if minor]
    right = sum(minor in accepted for minor, accepted in coded)
    return f"{len(coded) / len(rows):.1%} coded, {right / len(coded):.1%} right of those coded"


def seconds_for(code, titles) -> float:
    """Processor seconds on one core."""
    begun = process_time()
    for title in titles:
        code(title)
    return process_time() - begun


def main() -> None:
    """Print the table and the two shares."""
    titles, rows = real_titles(), hand_coded()
    with measured() as building:
        coder = default_coder()
    nearest = NearestName()
    spent = seconds_for(coder.code, titles)
    baseline = seconds_for(nearest.code, titles)
    print_table(
        f"Occupation coder, one core: {len(titles) / spent:,.0f} titles/s",
        [
            Row("reading the synonym table", building.seconds, peak_bytes=building.peak_bytes),
            Row(f"coding {len(titles):,} titles", spent, BASELINE_NAME, baseline),
        ],
    )
    print(f"held-out hand-coded titles: {len(rows)}")
    print(f"  coder     {shares(lambda title: code_title(title).minor_code, rows)}")
    print(f"  baseline  {shares(nearest.code, rows)}\n")


if __name__ == "__main__":
    main()
