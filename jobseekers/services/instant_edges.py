"""Recommendations put into the generation in use, one vacancy or one seeker at a time.

The generation's row is locked meanwhile, so that two of them, or one and a switch, never count the
same room twice: a vacancy never has more than its cap, a seeker never more than the longest list.
"""

from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction

from jobseekers.models import MatchGeneration
from jobseekers.models.recommendation import GenerationState

from .copy_binary import write_columns
from .generations import table_of

_AT_ONCE = 4  # times the room: so many of the best are looked at together

_HELD = """
SELECT seeker_id, count(*), min(score) FROM jobseekers_recommendation
WHERE generation_id = %(generation)s AND seeker_id = ANY(%(seekers)s) GROUP BY 1
"""
_ROOM = """
SELECT v.id, v.headcount * %(cap)s
       - (SELECT count(*) FROM jobseekers_recommendation r
          WHERE r.generation_id = %(generation)s AND r.vacancy_id = v.id)
FROM enterprises_vacancy v WHERE v.id = ANY(%(vacancies)s)
"""
_DROP_WORST = """
DELETE FROM jobseekers_recommendation r USING (
  SELECT DISTINCT ON (seeker_id) seeker_id, vacancy_id FROM jobseekers_recommendation
  WHERE generation_id = %(generation)s AND seeker_id = ANY(%(seekers)s)
  ORDER BY seeker_id, score, seeker_rank DESC) worst
WHERE r.generation_id = %(generation)s
  AND r.seeker_id = worst.seeker_id AND r.vacancy_id = worst.vacancy_id
"""
_WITHDRAW = {
    "vacancy_id": """DELETE FROM jobseekers_recommendation
WHERE generation_id = %(generation)s AND vacancy_id = %(pk)s RETURNING seeker_id, vacancy_id""",
    "seeker_id": """DELETE FROM jobseekers_recommendation
WHERE generation_id = %(generation)s AND seeker_id = %(pk)s RETURNING seeker_id, vacancy_id""",
}
# The order on either side again 1, 2, 3 … by score; what had the same score keeps its order.
_RANK = """
UPDATE jobseekers_recommendation r SET seeker_rank = n.rank FROM (
  SELECT seeker_id, vacancy_id,
         row_number() OVER (PARTITION BY seeker_id ORDER BY score DESC, seeker_rank) AS rank
  FROM jobseekers_recommendation
  WHERE generation_id = %(generation)s AND seeker_id = ANY(%(seekers)s)) n
WHERE r.generation_id = %(generation)s AND r.seeker_id = n.seeker_id
  AND r.vacancy_id = n.vacancy_id AND r.seeker_rank <> n.rank;
UPDATE jobseekers_recommendation r SET vacancy_rank = n.rank FROM (
  SELECT seeker_id, vacancy_id,
         row_number() OVER (PARTITION BY vacancy_id ORDER BY score DESC, vacancy_rank) AS rank
  FROM jobseekers_recommendation
  WHERE generation_id = %(generation)s AND vacancy_id = ANY(%(vacancies)s)) n
WHERE r.generation_id = %(generation)s AND r.seeker_id = n.seeker_id
  AND r.vacancy_id = n.vacancy_id AND r.vacancy_rank <> n.rank
"""
_LAST_RANK = 32_000  # of a seeker's list while it is being put in order


@dataclass(frozen=True)
class Edges:
    """Pairs with their score. seekers, vacancies: int64 ids; score: int32; parts: int16 rows."""

    seekers: np.ndarray
    vacancies: np.ndarray
    score: np.ndarray
    parts: np.ndarray

    @classmethod
    def none(cls):
        """No pairs."""
        nothing = np.zeros(0, np.int64)
        return cls(nothing, nothing, np.zeros(0, np.int32), np.zeros((0, 1), np.int16))

    def __len__(self):
        return self.score.size

    def take(self, rows):
        """Some of them, in the order of `rows`."""
        return Edges(self.seekers[rows], self.vacancies[rows], self.score[rows], self.parts[rows])

    def best_first(self):
        """By falling score, then by ids."""
        return self.take(np.lexsort((self.vacancies, self.seekers, -self.score)))


class GenerationReplaced(Exception):
    """Another generation was put in use meanwhile; the work begins again with that one."""


class _Writing:
    """One change of the generation in use, under its lock."""

    def __init__(self, generation, cursor):
        self.where = {"generation": generation.pk, "cap": generation.cap_per_headcount}
        self.generation = generation
        self.cursor = cursor
        self.seekers, self.vacancies = set(), set()

    def rows(self, statement, **params):
        """What a statement returns."""
        self.cursor.execute(statement, self.where | params)
        return self.cursor.fetchall()

    def withdraw(self, column, pk):
        """Take back what one side has."""
        for seeker, vacancy in self.rows(_WITHDRAW[column], pk=pk):
            self.seekers.add(seeker)
            self.vacancies.add(vacancy)

    def insert(self, edges):
        """Add edges at the end of every list."""
        if not len(edges):
            return
        size = len(edges)
        write_columns(
            self.cursor,
            table_of(self.generation.pk),
            {
                "seeker_id": edges.seekers,
                "vacancy_id": edges.vacancies,
                "score": edges.score.astype(np.int32),
                "vacancy_rank": np.full(size, np.iinfo(np.int32).max, np.int32),
                "seeker_rank": np.full(size, _LAST_RANK, np.int16),
                "parts": np.ascontiguousarray(edges.parts.astype(">i2")).view(np.uint8),
            },
        )
        self.seekers.update(edges.seekers.tolist())
        self.vacancies.update(edges.vacancies.tolist())

    def put_in_order(self):
        """Number the lists of everybody concerned anew."""
        self.cursor.execute(
            _RANK,
            self.where | {"seekers": list(self.seekers), "vacancies": list(self.vacancies)},
        )


def replace_vacancy(generation: MatchGeneration, pk: int, room: int, offers: list[Edges]) -> int:
    """Give a vacancy the best of its offers, in place of what it had; returns how many.

    offers: the first list counts before the second; each best first. Who has a full list takes
    the post only in place of a worse one. Raises GenerationReplaced.
    """
    with _locked(generation) as writing:
        writing.withdraw("vacancy_id", pk)
        given = set()
        for edges in offers:
            for start in range(0, len(edges), room * _AT_ONCE or 1):
                if len(given) >= room:
                    break
                piece = edges.take(slice(start, start + room * _AT_ONCE))
                _offer(writing, piece, room, given)
        writing.put_in_order()
    return len(given)


def _offer(writing, edges, room, given):
    """Insert those of the edges whose seeker has room for them, or holds something worse."""
    held = {
        seeker: (count, worst)
        for seeker, count, worst in writing.rows(_HELD, seekers=edges.seekers.tolist())
    }
    taken, giving_way = [], []
    for at, (seeker, score) in enumerate(
        zip(edges.seekers.tolist(), edges.score.tolist(), strict=True)
    ):
        count, worst = held.get(seeker, (0, 0))
        full = count >= writing.generation.per_seeker
        if len(given) >= room:
            break
        if seeker in given or (full and worst >= score):
            continue
        given.add(seeker)
        taken.append(at)
        if full:
            giving_way.append(seeker)
    if giving_way:
        writing.cursor.execute(_DROP_WORST, writing.where | {"seekers": giving_way})
    writing.insert(edges.take(taken))


def replace_seeker(generation: MatchGeneration, pk: int, offers: Edges) -> int:
    """Give a seeker the best posts that have room, in place of what they had; returns how many.

    offers: best first. Raises GenerationReplaced.
    """
    with _locked(generation) as writing:
        writing.withdraw("seeker_id", pk)
        room = dict(writing.rows(_ROOM, vacancies=offers.vacancies.tolist()))
        taken = [at for at, post in enumerate(offers.vacancies.tolist()) if room.get(post, 0) > 0]
        taken = taken[: generation.per_seeker]
        writing.insert(offers.take(taken))
        writing.put_in_order()
    return len(taken)


@contextmanager
def _locked(generation):
    """The generation in use, locked in a transaction of its own; gives a _Writing."""
    with transaction.atomic(), connection.cursor() as cursor:
        current = (
            MatchGeneration.objects.select_for_update()
            .filter(pk=generation.pk, state=GenerationState.CURRENT)
            .first()
        )
        if current is None:
            raise GenerationReplaced(generation.pk)
        yield _Writing(current, cursor)
