"""The first search of every round cut into pieces that can be done anywhere.

What a seeker's list holds at the beginning of a round depends on the posts and the seeker alone,
but for posts that earlier rounds filled or gave them: those are left out afterwards, and what is
left is exactly the best of what there is. So pieces of the seekers can be searched apart, against
all posts, and one selection goes by their lists. Who uses a list up searches again there, as
always. The stable outcome is one, so the edges are those of a run in one piece.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from .columns import UNCOUNTED, SeekerColumns, VacancyColumns
from .compiled import jit
from .engine import processors
from .kernel import NO_KEY, TOP_KEY
from .prepare import Vocabulary, prepare
from .score import CHOICES
from .select import Runner
from .settings import MatchSettings, Round, Scope


class FirstLists(NamedTuple):
    """The candidates of some seekers, best first, those of one seeker after those of another.

    ident: int64, the seekers. count: int32, how many candidates each has. whole: bool, whether
    that is everybody there is. key: int64 and vacancy: int32 (position), a value per candidate.
    """

    ident: np.ndarray
    count: np.ndarray
    whole: np.ndarray
    key: np.ndarray
    vacancy: np.ndarray

    @classmethod
    def joined(cls, parts: Iterable["FirstLists"]) -> "FirstLists":
        """Those of all pieces, by seeker."""
        parts = list(parts)
        ident, count, whole, key, vacancy = (np.concatenate(c) for c in zip(*parts, strict=True))
        order = np.argsort(ident, kind="stable")
        begins = np.concatenate([[0], np.cumsum(count, dtype=np.int64)])[:-1]
        lengths = count[order].astype(np.int64)
        ahead = np.concatenate([[0], np.cumsum(lengths)])
        at = np.repeat(begins[order] - ahead[:-1], lengths) + np.arange(ahead[-1])
        return cls(ident[order], count[order], whole[order], key[at], vacancy[at])


def kinds(settings: MatchSettings) -> list[Round]:
    """The kinds of first search in a run, each by the round with the longest lists.

    The widest scope is left out: it is for the few who have nothing by then.
    """
    longest: dict[tuple[Scope, bool], Round] = {}
    for round_ in settings.rounds:
        if round_.scope == Scope.ADMISSIBLE:
            continue
        kind = (round_.scope, round_.key_only)
        if kind not in longest or longest[kind].limit < round_.limit:
            longest[kind] = round_
    return list(longest.values())


def first_lists(
    vacancies: VacancyColumns, seekers: SeekerColumns, settings: MatchSettings, words: Vocabulary
) -> list[FirstLists]:
    """The lists of a piece of the seekers against all vacancies, in the order of ``kinds``.

    words: the vocabulary of the whole. The seekers bring their choices, counted in the whole;
    raises ValueError when they do not.
    """
    if settings.model.weights[CHOICES] and (seekers.choices == UNCOUNTED).any():
        raise ValueError("the choices of a piece are counted in the whole")
    prepared = prepare(vacancies, seekers, settings, words)
    threads = settings.threads or processors()
    with ThreadPoolExecutor(threads) as pool:
        runner = Runner(prepared, settings, pool, threads)
        return [_first(runner, round_) for round_ in kinds(settings)]


def runner_with(given: list[FirstLists]) -> type[Runner]:
    """A Runner that begins each round with given lists, in the order of ``kinds``."""

    class Given(Runner):
        """Goes by the lists of the pieces."""

        def _round(self, number, round_):
            self._begins = round_
            super()._round(number, round_)

        def _search(self, round_, lists, bar, seekers, floor_key, rows, taken=None):
            begins, self._begins = self._begins, None
            at = self._kind(round_) if begins is round_ else None
            if at is None:
                super()._search(round_, lists, bar, seekers, floor_key, rows, taken)
                return
            self._take(given[at], lists, bar, seekers)

        def _kind(self, round_):
            for at, kind in enumerate(kinds(self.settings)):
                if (kind.scope, kind.key_only) == (round_.scope, round_.key_only):
                    return at
            return None

        def _take(self, first, lists, bar, seekers):
            ident = self.prepared.seekers.ident[seekers]
            at = np.searchsorted(first.ident, ident)
            ahead = np.concatenate([[0], np.cumsum(first.count, dtype=np.int64)])
            _fill(
                ahead[at], first.count[at], first.whole[at], first.key, first.vacancy,
                bar, self.selection.vacancy, seekers,
                lists.key, lists.vacancy, lists.found, lists.more,
            )  # fmt: skip
            lists.tried[:] = 0

    return Given


@jit
def _fill(
    begins, count, whole, key, vacancy, bar, taken, seekers, list_key, list_vacancy, found, more
):
    """Copy what a round still allows of each row's candidates to its list, as far as it holds."""
    length = list_key.shape[1]
    for row in range(seekers.size):
        s, size, left_over = seekers[row], 0, False
        for at in range(begins[row], begins[row] + count[row]):
            v = vacancy[at]
            held = False
            for j in range(taken.shape[1]):
                if taken[s, j] == v:
                    held = True
            if held or bar[v] == TOP_KEY:
                continue
            if size == length:
                left_over = True
                break
            list_key[row, size], list_vacancy[row, size] = key[at], v
            size += 1
        found[row] = size
        more[row] = left_over or not whole[row]


def _first(runner: Runner, round_: Round) -> FirstLists:
    """The lists with which a round would begin if nothing were chosen yet."""
    posts, people = runner.prepared.vacancies, runner.prepared.seekers
    quota = runner.capacity.copy()
    if round_.key_only:
        quota[posts.keys :] = 0
    seekers = np.arange(people.ident.size, dtype=np.int32)
    tables = runner._tables(seekers, quota, round_.limit)
    lists = runner._lists(seekers.size, round_.limit)
    no_floor = np.full(seekers.size, NO_KEY, dtype=np.int64)
    runner._search(round_, lists, tables.bar, seekers, no_floor, runner._walk(seekers))
    filled = np.arange(lists.key.shape[1]) < lists.found[:, None]
    return FirstLists(
        people.ident, lists.found, ~lists.more, lists.key[filled], lists.vacancy[filled]
    )
