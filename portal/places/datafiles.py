"""Read the shipped reference files. Pure: usable without Django being set up."""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one shipped gzip CSV file as dictionaries of strings."""
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)
