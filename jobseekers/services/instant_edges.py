"""Recommendations put into the generation in use, one vacancy or one seeker at a time.

The generation's row is locked meanwhile, so that two of them, or one and a switch, never count the
same room twice: a vacancy never has more than its cap, a seeker never more than the longest list.
No lock is waited for longer than LOCK_WAIT: that is less than PostgreSQL takes to look for a
deadlock, so it is the day's work that gives way and begins again, never the night's.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import OperationalError, connection, transaction
from psycopg2 import errorcodes

from jobseekers.enums import MatchSide
from jobseekers.matching.score import CHOICES, PARTS
from jobseekers.models import InstantMatch, MatchGeneration
from jobseekers.models.recommendation import GenerationState

from .copy_binary import write_columns
from .funnel import record_pairs
from .generations import table_of
from .plans import model_of

LOCK_WAIT = "500ms"
_AT_ONCE = 4  # times the room: so many of the best are looked at together

_HELD = """
SELECT seeker_id, count(*), min(score) FROM jobseekers_recommendation
WHERE generation_id = %(generation)s AND seeker_id = ANY(%(seekers)s)
  AND vacancy_id <> %(vacancy)s GROUP BY 1
"""
_ROOM = """
SELECT v.id, v.headcount * %(cap)s
       - (SELECT count(*) FROM jobseekers_recommendation r
          WHERE r.generation_id = %(generation)s AND r.vacancy_id = v.id
            AND r.seeker_id <> %(seeker)s)
FROM enterprises_vacancy v WHERE v.id = ANY(%(vacancies)s)
"""
_DROP_WORST = """
DELETE FROM jobseekers_recommendation r USING (
  SELECT DISTINCT ON (seeker_id) seeker_id, vacancy_id FROM jobseekers_recommendation
  WHERE generation_id = %(generation)s AND seeker_id = ANY(%(seekers)s)
  ORDER BY seeker_id, score, seeker_rank DESC, vacancy_id DESC) worst
WHERE r.generation_id = %(generation)s
  AND r.seeker_id = worst.seeker_id AND r.vacancy_id = worst.vacancy_id
RETURNING r.vacancy_id
"""
_WITHDRAW = {
    "vacancy_id": """DELETE FROM jobseekers_recommendation
WHERE generation_id = %(generation)s AND vacancy_id = %(pk)s RETURNING seeker_id, vacancy_id""",
    "seeker_id": """DELETE FROM jobseekers_recommendation
WHERE generation_id = %(generation)s AND seeker_id = %(pk)s RETURNING seeker_id, vacancy_id""",
}
# Points of one part of an edge: two bytes; none in a row written before the part was there.
_POINTS_AT = 2 * PARTS.index(CHOICES)
_POINTS = f"""(CASE WHEN length(parts) > {_POINTS_AT + 1}
  THEN get_byte(parts, {_POINTS_AT}) * 256 + get_byte(parts, {_POINTS_AT + 1}) ELSE 0 END)"""
_CHOICES_OF = """
SELECT DISTINCT ON (seeker_id) seeker_id, {choices} FROM jobseekers_recommendation
WHERE generation_id = %(generation)s AND seeker_id = ANY(%(seekers)s)
ORDER BY seeker_id, vacancy_id
"""
# The order on either side again 1, 2, 3 …, for a seeker by score, for a vacancy by how well they
# fit; what is alike keeps its order, and what came at once is in the order of the ids.
_RANK = """
UPDATE jobseekers_recommendation r SET seeker_rank = n.rank FROM (
  SELECT seeker_id, vacancy_id,
         row_number() OVER (PARTITION BY seeker_id
                            ORDER BY score DESC, seeker_rank, vacancy_id) AS rank
  FROM jobseekers_recommendation
  WHERE generation_id = %(generation)s AND seeker_id = ANY(%(seekers)s)) n
WHERE r.generation_id = %(generation)s AND r.seeker_id = n.seeker_id
  AND r.vacancy_id = n.vacancy_id AND r.seeker_rank <> n.rank;
UPDATE jobseekers_recommendation r SET vacancy_rank = n.rank FROM (
  SELECT seeker_id, vacancy_id,
         row_number() OVER (PARTITION BY vacancy_id
                            ORDER BY score - %(choices_weight)s * {choices} DESC,
                                     vacancy_rank, seeker_id) AS rank
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


@dataclass(frozen=True)
class Subject:
    """Whose recommendations are replaced. asked_at: of the InstantMatch that was known before
    anything of it was read; None when nobody asked."""

    side: MatchSide
    pk: int
    asked_at: datetime | None = None


class BeginAgain(Exception):
    """What was read is no longer so; the work begins again."""


class GenerationReplaced(BeginAgain):
    """Another generation was put in use meanwhile."""


class AskedAgain(BeginAgain):
    """The row was changed and asked for once more meanwhile."""


class Busy(BeginAgain):
    """Somebody held a lock for too long."""


class _Writing:
    """One change of the generation in use, under its lock."""

    def __init__(self, generation, cursor):
        self.where = _where(generation)
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

    def drop_worst(self, seekers):
        """Take the worst post off the list of each."""
        if seekers:
            self.vacancies.update(post for (post,) in self.rows(_DROP_WORST, seekers=seekers))

    def insert(self, edges):
        """Add edges at the end of every list, and put them down as pushed."""
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
        record_pairs(self.cursor, edges.seekers.tolist(), edges.vacancies.tolist())

    def put_in_order(self):
        """Number the lists of everybody concerned anew."""
        self.cursor.execute(
            _RANK.format(choices=_POINTS),
            self.where
            | {
                "seekers": list(self.seekers),
                "vacancies": list(self.vacancies),
                "choices_weight": model_of(self.generation).weights[CHOICES],
            },
        )


def would_take(generation: MatchGeneration, subject: Subject, room: int, offers: Edges) -> int:
    """How many would take a vacancy as things stand: up to `room`; offers as in replace_vacancy."""
    with connection.cursor() as cursor:
        return len(_takers(cursor, generation, subject.pk, room, offers, set())[0])


def replace_vacancy(
    generation: MatchGeneration, subject: Subject, room: int, offers: list[Edges]
) -> int:
    """Give a vacancy the best of its offers, in place of what it had; returns how many.

    offers: the first list counts before the second; each best first. Who has a full list takes
    the post only in place of a worse one. Raises BeginAgain.
    """
    with _locked(generation, subject) as writing:
        writing.withdraw("vacancy_id", subject.pk)
        given = set()
        for edges in offers:
            taken, giving_way = _takers(writing.cursor, generation, subject.pk, room, edges, given)
            writing.drop_worst(giving_way)
            writing.insert(edges.take(taken))
        writing.put_in_order()
    return len(given)


def _takers(cursor, generation, vacancy, room, offers, given):
    """Of the offers those whose seeker has room for them, or holds something worse.

    Returns their rows, and the seekers who give up their worst post. given: who has it already;
    those who take it are added.
    """
    taken, giving_way = [], []
    for start in range(0, len(offers), room * _AT_ONCE or 1):
        piece = slice(start, start + room * _AT_ONCE)
        seekers, scores = offers.seekers[piece].tolist(), offers.score[piece].tolist()
        cursor.execute(_HELD, _where(generation) | {"seekers": seekers, "vacancy": vacancy})
        held = {seeker: (count, worst) for seeker, count, worst in cursor.fetchall()}
        for at, (seeker, score) in enumerate(zip(seekers, scores, strict=True), start):
            if len(given) >= room:
                return taken, giving_way
            count, worst = held.get(seeker, (0, 0))
            full = count >= generation.per_seeker
            if seeker in given or (full and worst >= score):
                continue
            given.add(seeker)
            taken.append(at)
            if full:
                giving_way.append(seeker)
    return taken, giving_way


def room_beside(generation: MatchGeneration, seeker: int, vacancies: np.ndarray) -> np.ndarray:
    """Whether each vacancy has room for this seeker just now, bool; decided under the lock."""
    where = _where(generation) | {"seeker": seeker, "vacancies": vacancies.tolist()}
    with connection.cursor() as cursor:
        cursor.execute(_ROOM, where)
        room = dict(cursor.fetchall())
    return np.array([room.get(pk, 0) > 0 for pk in vacancies.tolist()], bool)


def replace_seeker(generation: MatchGeneration, subject: Subject, most: int, offers: Edges) -> int:
    """Give a seeker the best `most` posts that have room, in place of what they had; returns how
    many. offers: best first. Raises BeginAgain."""
    with _locked(generation, subject) as writing:
        writing.withdraw("seeker_id", subject.pk)
        room = dict(writing.rows(_ROOM, vacancies=offers.vacancies.tolist(), seeker=subject.pk))
        taken = [at for at, post in enumerate(offers.vacancies.tolist()) if room.get(post, 0) > 0]
        taken = taken[:most]
        writing.insert(offers.take(taken))
        writing.put_in_order()
    return len(taken)


def choices_of(generation: MatchGeneration, seekers: np.ndarray, nothing: int) -> np.ndarray:
    """The points each seeker has for few choices, int16, as in any row of theirs.

    nothing: what somebody gets who has no row.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CHOICES_OF.format(choices=_POINTS), _where(generation) | {"seekers": seekers.tolist()}
        )
        points = dict(cursor.fetchall())
    return np.array([points.get(pk, nothing) for pk in seekers.tolist()], np.int16)


def _where(generation):
    return {"generation": generation.pk, "cap": generation.cap_per_headcount}


@contextmanager
def _locked(generation, subject):
    """The generation in use, locked in a transaction of its own; gives a _Writing."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
            current = (
                MatchGeneration.objects.select_for_update(no_key=True)
                .filter(pk=generation.pk, state=GenerationState.CURRENT)
                .first()
            )
            if current is None:
                raise GenerationReplaced(generation.pk)
            if asked_at(subject.side, subject.pk) != subject.asked_at:
                raise AskedAgain(subject)
            yield _Writing(current, cursor)
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != errorcodes.LOCK_NOT_AVAILABLE:
            raise
        raise Busy(subject) from error


def asked_at(side: MatchSide, pk: int) -> datetime | None:
    """When a vacancy or seeker was last asked for, None when nobody did."""
    asked = InstantMatch.objects.filter(side=side, object_id=pk)
    return asked.values_list("asked_at", flat=True).first()
