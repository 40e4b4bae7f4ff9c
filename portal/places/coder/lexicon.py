"""The words the coder knows: the synonym table joined with the names of the catalogue."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from portal.places.datafiles import read_rows

SYNONYMS = Path(__file__).with_name("data") / "synonyms.csv"
# Rare in advertisements, and their names ("企业经理", "法官") would catch ordinary words.
_OFFICES = ("1-01", "1-02", "1-03", "1-04", "1-05", "7-")
_CATALOGUE_WEIGHT = 0.8
_WORK_TYPE_WEIGHT = 0.75
KINDS = ("job", "eng", "work", "head-eng", "head-work", "head-teach", "head-any", "noise")

Reading = tuple[tuple[str, ...], float]


class SynonymError(ValueError):
    """A line of the synonym table cannot be used; the message says which and why."""


@dataclass(slots=True)
class Word:
    """One term: what it means as a whole job, before an engineer, before a worker; its head class.

    Each reading is (minor codes in order of likelihood, weight 0–1). ``head`` is "eng", "work",
    "teach", "any" or "".
    """

    job: Reading | None = None
    eng: Reading | None = None
    work: Reading | None = None
    head: str = ""
    noise: bool = False


@dataclass(slots=True)
class Lexicon:
    """Terms by spelling, and for each first character the lengths to try, longest first.

    ``kin`` holds for a minor class those that share a reading with it: "java" is 2-02-10 or 4-04-05,
    so the second does not make the first doubtful. ``noise_starts``: first characters of noise.
    """

    words: dict[str, Word] = field(default_factory=dict)
    lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    minor_names: dict[str, str] = field(default_factory=dict)
    kin: dict[str, set[str]] = field(default_factory=dict)
    noise_starts: frozenset[str] = frozenset()

    def index(self) -> None:
        """Rebuild what is looked up by first character, and ``kin``, after words were added."""
        found: dict[str, set[int]] = {}
        for term in self.words:
            found.setdefault(term[0], set()).add(len(term))
        self.lengths = {first: tuple(sorted(all_, reverse=True)) for first, all_ in found.items()}
        self.noise_starts = frozenset(term[0] for term, word in self.words.items() if word.noise)
        self.kin = {}
        for word in self.words.values():
            for reading in (word.job, word.eng, word.work):
                for code in reading[0] if reading else ():
                    self.kin.setdefault(code, set()).update(reading[0])


def _add(lexicon: Lexicon, term: str, kind: str, reading: Reading | None) -> None:
    word = lexicon.words.setdefault(term, Word())
    if kind == "noise":
        word.noise = True
    elif kind.startswith("head-"):
        word.head = kind.removeprefix("head-")
    elif getattr(word, kind) is None:
        setattr(word, kind, reading)


def read_synonyms(lines: Iterable[str], minor_names: dict[str, str]) -> list[tuple]:
    """Rows (term, kind, reading) of a synonym table; raises SynonymError with the line number."""
    rows = []
    for number, row in enumerate(csv.DictReader(lines), start=2):
        term, kind = (row.get("term") or "").strip().lower(), row.get("kind")
        if not term or kind not in KINDS:
            raise SynonymError(f"line {number}: a term and one of {', '.join(KINDS)} are needed")
        if kind not in ("job", "eng", "work"):
            rows.append((term, kind, None))
            continue
        codes = tuple(row["minor_codes"].split("|"))
        if unknown := [code for code in codes if code not in minor_names]:
            raise SynonymError(f"line {number}: no such minor class: {', '.join(unknown)}")
        weight = float(row["weight"])
        if not 0 < weight <= 1:
            raise SynonymError(f"line {number}: weight must be above 0 and at most 1")
        rows.append((term, kind, (codes, weight)))
    return rows


def _add_catalogue(lexicon: Lexicon, rows: list[dict[str, str]]) -> None:
    """Names and work types of the catalogue, where the synonym table does not know better."""
    for row in rows:
        code, name = row["code"], row["name"].lower()
        if code.count("-") != 3 or code.startswith(_OFFICES):
            continue
        minor = code[:7]
        if name.endswith("工程技术人员"):
            _add(lexicon, name.removesuffix("工程技术人员"), "eng", ((minor,), 0.7))
            continue
        stem = re.sub(r"(?:专业|技术|工作)?人员$", "", name)
        if len(stem) >= 3:
            _add(lexicon, stem, "job", ((minor,), _CATALOGUE_WEIGHT))
        for work_type in row["work_types"].lower().split("|"):
            if len(work_type) >= 3:
                _add(lexicon, work_type, "job", ((minor,), _WORK_TYPE_WEIGHT))


def load_lexicon(extra: Iterable[tuple[str, str, Reading | None]] = ()) -> Lexicon:
    """The product's lexicon; ``extra`` rows (what staff corrected) go before all others."""
    catalogue = list(read_rows("occupations.csv.gz"))
    names = {row["code"]: row["name"] for row in catalogue if row["code"].count("-") == 2}
    lexicon = Lexicon(minor_names=names)
    for row in extra:
        _add(lexicon, *row)
    with SYNONYMS.open(encoding="utf-8", newline="") as handle:
        for row in read_synonyms(handle, names):
            _add(lexicon, *row)
    _add_catalogue(lexicon, catalogue)
    lexicon.index()
    return lexicon
