"""``match``: columns in, edges and figures out."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from .choices import count_choices
from .columns import SeekerColumns, VacancyColumns
from .edges import best_first, fill_parts, rank_for_vacancies
from .kernel import DRAW_BITS, N_PARTS
from .metrics import Metrics, measure
from .prepare import Prepared, Vocabulary, prepare
from .score import CHOICES
from .select import Runner, Selection
from .settings import MatchSettings


@dataclass(frozen=True, slots=True, eq=False)
class MatchResult:
    """The edges, ordered by seeker id and then from best to worst.

    seeker_index, vacancy_index: int32, rows of the columns given. score: int32, 0 to 1,000,000.
    parts: int16 (edges, parts), points of each part in the order of ``score.PARTS``.
    seeker_rank, vacancy_rank: int32 from 1, place on the seeker's and on the vacancy's list.
    round: int8, index into ``settings.rounds``. seconds: by stage. model_version: of the score.
    check: counts the blocking pairs of all rounds, also of a run whose settings left that out, so
    that the edges can be put to use first; as long as it is held, so are the prepared columns.
    """

    seeker_index: np.ndarray
    vacancy_index: np.ndarray
    score: np.ndarray
    parts: np.ndarray
    seeker_rank: np.ndarray
    vacancy_rank: np.ndarray
    round: np.ndarray
    metrics: Metrics
    seconds: dict[str, float]
    model_version: str
    check: Callable[[], int]

    def __len__(self) -> int:
        return self.score.size


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def match(
    vacancies: VacancyColumns,
    seekers: SeekerColumns,
    settings: MatchSettings | None = None,
    *,
    words: Vocabulary | None = None,
    prepared: Prepared | None = None,
    runner: type[Runner] = Runner,
) -> MatchResult:
    """Match every open vacancy with every active seeker.

    The same content gives the same edges, whatever the order of the rows and the number of
    threads. words: the vocabulary of a larger set that these rows were taken from, or of these if
    it is known already. prepared: these columns, prepared and with their choices counted, if they
    are already; words are not looked at then. runner: makes the selection. Raises ColumnError
    when a column cannot be used and ValueError when a division code has no known length.
    """
    settings = settings or MatchSettings()
    seconds = {}
    if prepared is None:
        prepared = prepare_counted(vacancies, seekers, settings, words, seconds)
    threads = settings.threads or processors()
    with ThreadPoolExecutor(threads) as pool:
        made = runner(prepared, settings, pool, threads)
        selection = made.run()
        started = perf_counter()
        edges = _edges(prepared, selection, settings)
        s, v, key, round_, seeker_rank, vacancy_rank = edges
        parts = _parts(prepared, settings, s, v, pool, threads)
    metrics = measure(prepared, selection, settings, v)
    seconds |= selection.seconds
    seconds["write"] = perf_counter() - started

    def check() -> int:
        with ThreadPoolExecutor(threads) as made.pool:
            return made.check()

    return MatchResult(
        seeker_index=prepared.seekers.row[s].astype(np.int32),
        vacancy_index=prepared.vacancies.row[v].astype(np.int32),
        score=(key >> DRAW_BITS).astype(np.int32),
        parts=parts,
        seeker_rank=seeker_rank,
        vacancy_rank=vacancy_rank,
        round=round_,
        metrics=metrics,
        seconds=seconds,
        model_version=settings.model.version,
        check=check,
    )


def prepare_counted(
    vacancies: VacancyColumns,
    seekers: SeekerColumns,
    settings: MatchSettings,
    words: Vocabulary | None = None,
    seconds: dict[str, float] | None = None,
) -> Prepared:
    """Prepare both sides and count everybody's choices; puts the time of both into ``seconds``."""
    seconds = {} if seconds is None else seconds
    started = perf_counter()
    prepared = prepare(vacancies, seekers, settings, words)
    seconds["prepare"] = perf_counter() - started
    threads = settings.threads or processors()
    with ThreadPoolExecutor(threads) as pool:
        count_choices(prepared, settings, pool, threads)
    seconds["choices"] = perf_counter() - started - seconds["prepare"]
    return prepared


def _edges(prepared: Prepared, selection: Selection, settings: MatchSettings):
    """Flatten the selection into (s, v, key, round, seeker_rank, vacancy_rank).

    A vacancy's list is in the order of how well people fit: that somebody has few choices decides
    who is on it and not who comes first.
    """
    size = int(selection.count.sum(dtype=np.int64))
    s, v, seeker_rank, vacancy_rank = (np.empty(size, dtype=np.int32) for _ in range(4))
    key, round_ = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int8)
    ident = prepared.vacancies.ident
    best_first(
        selection.vacancy, selection.key, selection.round, ident, s, v, key, round_, seeker_rank
    )
    choices = prepared.seekers.people["choices"][s].astype(np.int64)
    fit_key = key - (choices * settings.model.weights[CHOICES] << DRAW_BITS)
    rank_for_vacancies(v, fit_key, ident.size, vacancy_rank)
    return s, v, key, round_, seeker_rank, vacancy_rank


def _parts(prepared, settings, s, v, pool, threads) -> np.ndarray:
    """The points of each edge, int16 (edges, parts), cut into slices for the threads."""
    posts, people = prepared.vacancies, prepared.seekers
    parts = np.zeros((v.size, N_PARTS), dtype=np.int16)
    model = settings.model.packed()
    step = max(1, -(-v.size // threads))

    def piece(start: int) -> None:
        some = slice(start, start + step)
        fill_parts(
            posts.posts, people.people, posts.skill, posts.text, people.lists, prepared.weight,
            prepared.words, prepared.near, model, v[some], s[some], parts[some],
        )  # fmt: skip

    list(pool.map(piece, range(0, v.size, step)))
    return parts
