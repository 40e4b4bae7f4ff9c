"""From a title to one of the some 1,600 occupations, when its wording is clear enough."""

import csv
import re
from functools import lru_cache
from pathlib import Path

from portal.places.coder.coding import Coder, default_coder, normalise_title
from portal.places.datafiles import read_rows

FINE = Path(__file__).with_name("data") / "fine.csv"
_ENDING = re.compile(r"(?:工程技术人员|专业人员|技术人员|人员|员|师|工)$")


@lru_cache(maxsize=1)
def _spellings() -> dict[str, list[tuple[str, str]]]:
    """For each minor class, (spelling, occupation code), longest spelling first."""
    found: dict[str, set[tuple[str, str]]] = {}
    for row in read_rows("occupations.csv.gz"):
        if row["code"].count("-") != 3:
            continue
        spellings = {row["name"], *filter(None, row["work_types"].split("|"))}
        stem = _ENDING.sub("", row["name"])
        if len(stem) >= 2:
            spellings.add(stem)
        found.setdefault(row["code"][:7], set()).update(
            (spelling.lower(), row["code"]) for spelling in spellings
        )
    with FINE.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            code = row["occupation_code"]
            found[code[:7]].add((row["term"], code))
    return {
        minor: sorted(pairs, key=lambda pair: (-len(pair[0]), pair))
        for minor, pairs in found.items()
    }


def fine_occupation(title: str) -> str | None:
    """The four-level code of ``title`` by its wording, or None; without staff's corrections.

    The minor class is decided first; within it a name, work type or known wording has to stand in
    the title. Two occupations with equally long wordings are not decided. A minor class with one
    single occupation needs no wording.
    """
    minor = default_coder().code(title).minor_code
    return _fine_within(minor, title) if minor else None


def occupation_code(title: str, duties: str = "", coder: Coder | None = None) -> str | None:
    """The finest code a title surely means: what staff said, else four levels, else three, or None.

    ``coder``: one with the corrections in force; without it there are none.
    """
    coded = (coder or default_coder()).code(title, duties)
    if coded.corrected:
        return coded.corrected
    return coded.minor_code and (_fine_within(coded.minor_code, title) or coded.minor_code)


def _fine_within(minor: str, title: str) -> str | None:
    pairs = _spellings().get(minor, [])
    codes = {code for _, code in pairs}
    if len(codes) == 1:
        return codes.pop()
    text = normalise_title(title)
    present = [(len(spelling), code) for spelling, code in pairs if spelling in text]
    if not present:
        return None
    longest = present[0][0]
    best = {code for length, code in present if length == longest}
    return best.pop() if len(best) == 1 else None
