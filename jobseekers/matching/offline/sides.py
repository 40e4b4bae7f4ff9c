"""The two files of an offline run as the kernel's columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from ..columns import Lists, SeekerColumns, VacancyColumns
from ..text import TextVocabulary, merged
from . import cells
from .csvrows import Piece, Rejects, pieces

VACANCY_HEADER = (
    "vacancy_id", "title", "occupation", "region", "pay_min", "pay_max", "education",
    "experience_years", "skills", "headcount", "key",
)  # fmt: skip
SEEKER_HEADER = (
    "seeker_id", "occupations", "titles", "regions", "pay_expected", "education",
    "experience_years", "skills", "hard_to_place",
)  # fmt: skip
BAD = -(2**62)

CodeTitles = Callable[[list[str]], list[str | None]]


class Words:
    """What both files share: the vocabularies of skills and of the words in titles and skills."""

    def __init__(self):
        self.skills = cells.Vocabulary()
        self.text = TextVocabulary()

    def lists(self, titles: str) -> dict[str, tuple]:
        """The list columns that hold words; titles: the column titles stand in."""
        return {
            "skills": ("skills", self.skills.tokens),
            "title_words": (titles, self.text.row),
            "skill_words": ("skills", lambda cell: self.text.phrases(cells.items(cell))),
        }


@dataclass(frozen=True, slots=True)
class Side:
    """One file: the kernel's columns, the id of each of their rows as written, what was left out.

    Rows of the columns are in the order of the file; ``columns.ids`` are places in the sorted ids,
    so that the order of the rows decides nothing. texts: the title of each row. coded: rows whose
    occupation came from a title.
    """

    columns: VacancyColumns | SeekerColumns
    ids: list[str]
    texts: list[str]
    rejects: Rejects
    coded: int


class _Table:
    """Collects the good rows of a file column by column."""

    def __init__(self, ident: str, numbers: dict[str, Callable], lists: dict[str, tuple]):
        """numbers: column to reader. lists: name to the column it is read from and the reader."""
        self.ident = ident
        self.numbers = {name: cells.Reader(read, BAD) for name, read in numbers.items()}
        self.sources = {name: column for name, (column, _) in lists.items()}
        self.lists = {name: cells.Reader(read, None) for name, (_, read) in lists.items()}
        self.rejects = Rejects()
        self.ids: list[str] = []
        self.seen: dict[str, int] = {}
        self.texts: list[str] = []
        self.number_parts: dict[str, list[np.ndarray]] = {name: [] for name in numbers}
        self.list_parts: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {n: [] for n in lists}

    def add(self, piece: Piece, text: str, check=None) -> None:
        """Read one piece. check(arrays, refuse): refusals that need more than one cell."""
        size = len(piece.lines)
        keep = np.ones(size, dtype=bool)

        def refuse(row: int, column: str, reason: str, shown: str = "", detail: str = "") -> None:
            """Note the first thing wrong with a row."""
            if keep[row]:
                keep[row] = False
                self.rejects.add(piece.lines[row], column, reason, shown, detail)

        arrays, ragged = {}, {}
        for name, reader in self.numbers.items():
            cell = piece.columns[name]
            arrays[name] = np.fromiter(map(reader.__getitem__, cell), np.int64, size)
            if reader.reasons:
                for row in np.flatnonzero(arrays[name] == BAD):
                    refuse(row, name, reader.reasons[cell[row]], cell[row])
        for name, reader in self.lists.items():
            cell = piece.columns[self.sources[name]]
            ragged[name] = list(map(reader.__getitem__, cell))
            if reader.reasons:
                for row, value in enumerate(ragged[name]):
                    if value is None:
                        refuse(row, name, reader.reasons[cell[row]], cell[row])
        if check:
            check(arrays, refuse)
        idents = piece.columns[self.ident]
        self._identify(idents, piece.lines, keep, refuse)

        good = np.flatnonzero(keep)
        chosen = good.tolist()
        self.ids += [idents[row] for row in chosen]
        self.texts += [piece.columns[text][row] for row in chosen]
        for name, values in arrays.items():
            self.number_parts[name].append(values[good].astype(np.int32))
        for name, values in ragged.items():
            kept = [values[row] for row in chosen]
            lengths = np.fromiter(map(len, kept), np.int64, len(kept))
            flat = np.fromiter(chain.from_iterable(kept), np.int64, int(lengths.sum()))
            self.list_parts[name].append((lengths, flat))

    def _identify(self, idents: Sequence[str], lines: list[int], keep, refuse) -> None:
        """Refuse rows without an id or with one that an earlier good row has."""
        seen = self.seen
        for row, ident in enumerate(idents):
            if not keep[row]:
                continue
            if not ident.strip():
                refuse(row, self.ident, "没有编号")
            elif seen.setdefault(ident, lines[row]) != lines[row]:
                refuse(row, self.ident, "编号重复", ident, f"，第 {seen[ident]} 行已有")

    def number(self, name: str) -> np.ndarray:
        """A whole column of numbers, int32."""
        return np.concatenate([np.zeros(0, np.int32), *self.number_parts[name]])

    def list(self, name: str) -> Lists:
        """A whole column of lists."""
        parts = self.list_parts[name]
        indptr = np.concatenate([[0], *(lengths for lengths, _ in parts)]).cumsum()
        return Lists(indptr, np.concatenate([np.zeros(0, np.int64), *(v for _, v in parts)]))

    def ranks(self) -> np.ndarray:
        """The place of each row's id among all, from 1."""
        order = np.array(sorted(range(len(self.ids)), key=self.ids.__getitem__), dtype=np.int64)
        ranks = np.empty(order.size, dtype=np.int64)
        ranks[order] = np.arange(1, order.size + 1)
        return ranks


def _coded(titles: list[str], code: CodeTitles) -> dict[str, int]:
    """The packed occupation of every distinct title; 0 where the coder abstains."""
    distinct = list(dict.fromkeys(titles))
    return {
        title: cells.occupation(found or "")
        for title, found in zip(distinct, code(distinct), strict=True)
    }


def read_vacancies(path: Path, words: Words, code: CodeTitles) -> Side:
    """Read V. code: titles to occupation codes, "" or None where unsure.

    Raises HeaderError and OSError; rows that cannot be used are in the side's ``rejects``.
    """
    table = _Table(
        "vacancy_id",
        {
            "occupation": cells.occupation,
            "region": cells.division,
            "pay_min": cells.whole_number(cells.LARGEST, 0),
            "pay_max": cells.whole_number(cells.LARGEST, 0),
            "education": cells.whole_number(6, 0),
            "experience_years": cells.whole_number(cells.MOST_YEARS, 0),
            "headcount": cells.whole_number(1_000_000, 1, least=1),
            "key": cells.yes_or_no,
        },
        words.lists("title"),
    )

    def check(arrays, refuse) -> None:
        low, high = arrays["pay_min"], arrays["pay_max"]
        for row in np.flatnonzero((high > 0) & (low > high)):
            refuse(row, "pay_max", "最高工资低于最低工资", str(high[row]))

    for piece in pieces(path, VACANCY_HEADER, table.rejects):
        table.add(piece, "title", check)
    occupation = table.number("occupation")
    uncoded = np.flatnonzero(occupation == 0).tolist()
    found = _coded([table.texts[row] for row in uncoded], code)
    occupation[uncoded] = [found[table.texts[row]] for row in uncoded]
    columns = VacancyColumns(
        ids=table.ranks(),
        occupation=occupation,
        division=table.number("region"),
        pay_min=table.number("pay_min"),
        pay_max=table.number("pay_max"),
        education=table.number("education"),
        experience=table.number("experience_years"),
        skills=table.list("skills"),
        text=merged(table.list("title_words"), table.list("skill_words")),
        headcount=table.number("headcount"),
        key=table.number("key") == 1,
    )
    coded = int((occupation[uncoded] > 0).sum())
    return Side(columns, table.ids, table.texts, table.rejects, coded)


def read_seekers(path: Path, words: Words, code: CodeTitles) -> Side:
    """Read S; like ``read_vacancies``."""
    table = _Table(
        "seeker_id",
        {
            "pay_expected": cells.whole_number(cells.LARGEST, 0),
            "education": cells.whole_number(6, -1),
            "experience_years": cells.whole_number(cells.MOST_YEARS, -1),
            "hard_to_place": cells.yes_or_no,
        },
        {
            "occupations": ("occupations", cells.occupations),
            "regions": ("regions", cells.divisions),
            **words.lists("titles"),
        },
    )
    for piece in pieces(path, SEEKER_HEADER, table.rejects):
        table.add(piece, "titles")
    given = table.list("occupations")
    uncoded = np.flatnonzero(np.diff(given.indptr) == 0).tolist()
    wishes = [cells.items(table.texts[row]) for row in uncoded]
    found = _coded(list(chain.from_iterable(wishes)), code)
    from_titles = [tuple(filter(None, (found[t] for t in titles))) for titles in wishes]
    columns = SeekerColumns(
        ids=table.ranks(),
        occupations=_filled(given, uncoded, from_titles),
        regions=table.list("regions"),
        pay_expected=table.number("pay_expected"),
        education=table.number("education"),
        experience=table.number("experience_years"),
        skills=table.list("skills"),
        text=merged(table.list("title_words"), table.list("skill_words")),
        hard_to_place=table.number("hard_to_place") == 1,
    )
    coded = sum(1 for row in from_titles if row)
    return Side(columns, table.ids, table.texts, table.rejects, coded)


def _filled(given: Lists, rows: list[int], values: list[tuple[int, ...]]) -> Lists:
    """The lists with the given rows, which are empty, filled."""
    lengths = np.diff(given.indptr)
    filling = Lists.of(values)
    lengths[rows] = np.diff(filling.indptr)
    owners = np.concatenate([given.owners(), np.asarray(rows, np.int64)[filling.owners()]])
    order = np.argsort(owners, kind="stable")
    both = np.concatenate([given.values, filling.values])
    return Lists(np.concatenate([[0], lengths.cumsum()]), both[order])
