"""Titles a second of the occupation coder on one core, and how often it is right.

Measured with the table alone and with thousands of corrections by staff, which every title is
first looked up in; and the whole command, file to file. Baseline, in the same run: the catalogue name that shares most pairs of characters with the title
(an inverted index over all names and work types), which is what one gets without a synonym table.
"""

import csv
import gzip
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from time import process_time

from bench.table import Row, measured, print_table
from portal.places.coder import Coder, default_coder
from portal.places.datafiles import read_rows
from portal.places.title_files import code_file

ROOT = Path(__file__).resolve().parent.parent
CODED = ROOT / "tests" / "places" / "coder_data"
TITLES = 20_000
CORRECTIONS = 5_000
BASELINE_NAME = "nearest catalogue name by shared character pairs"


def real_titles() -> list[str]:
    """20,000 published titles; the stored ones are repeated with a number to make them differ."""
    path = ROOT / "portal" / "demo" / "data" / "vacancies.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
        stored = list(dict.fromkeys(row["title"] for row in csv.DictReader(handle)))
    rounds = -(-TITLES // len(stored))
    return [f"{title} {turn}" for turn in range(rounds) for title in stored][:TITLES]


def hand_coded() -> dict[str, list[tuple[str, set[str]]]]:
    """Hand-coded titles with their acceptable minor classes, none of them used for tuning."""
    apart = {
        "titles kept apart": ("held_out_titles.csv", None),
        "first held-out set": ("hand_coded.csv", "held_out"),
        "acceptance titles": ("acceptance_titles.csv", None),
    }
    found = {}
    for name, (file, part) in apart.items():
        with (CODED / file).open(encoding="utf-8", newline="") as handle:
            found[name] = [
                (row["title"], set(row["minor_codes"].split("|")))
                for row in csv.DictReader(handle)
                if part is None or row["part"] == part
            ]
    return found


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


def corrected(coder: Coder, titles: list[str]) -> Coder:
    """The same coder with CORRECTIONS corrections, half of them of titles that are there."""
    keys = list(dict.fromkeys(coder.key(title) for title in titles))[: CORRECTIONS // 2]
    keys += [f"更正{number}" for number in range(CORRECTIONS - len(keys))]
    return Coder(coder.lexicon, coder.threshold, dict.fromkeys(keys, "6-20-01"))


def seconds_for_file(coder: Coder, titles: list[str]) -> float:
    """Processor seconds of the command's work: reading, coding and writing a CSV file."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "titles.csv", Path(folder) / "coded.csv"
        with source.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows([("title",), *((title,) for title in titles)])
        begun = process_time()
        code_file(source, target, coder)
        return process_time() - begun


def main() -> None:
    """Print the table and the shares."""
    titles = real_titles()
    with measured() as building:
        coder = default_coder()
    nearest = NearestName()
    learned = corrected(coder, titles)
    spent = {
        f"coding {len(titles):,} titles": seconds_for(coder.code, titles),
        f"with {CORRECTIONS:,} corrections": seconds_for(learned.code, titles),
        "file to file, with corrections": seconds_for_file(learned, titles),
    }
    baseline = seconds_for(nearest.code, titles)
    slowest = len(titles) / max(spent.values())
    print_table(
        f"Occupation coder, one core: at least {slowest:,.0f} titles/s",
        [
            Row("reading the synonym table", building.seconds, peak_bytes=building.peak_bytes),
            *(Row(what, seconds, BASELINE_NAME, baseline) for what, seconds in spent.items()),
        ],
    )
    for name, rows in hand_coded().items():
        print(f"{name}: {len(rows)}")
        print(f"  coder     {shares(lambda title: coder.code(title).minor_code, rows)}")
        print(f"  baseline  {shares(nearest.code, rows)}")
    print()


if __name__ == "__main__":
    main()
