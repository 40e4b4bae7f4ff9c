"""A new or changed vacancy or seeker is matched at once against the recommendations in use.

Its own recommendations are withdrawn and made anew, by the night's score, weights and caps, in the
generation in use; the next night replaces them with everything else. Nobody else loses by it but
the worst post on a full list, which gives way to a better new one.

At the scale of a province only those are looked at who want the same occupation, then the same
minor class, then the same middle class, until there are ENOUGH, and those of the post's district
who have nothing; so the night may still find somebody better who was further away. A plan that was
switched on by day counts from the night on.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from jobseekers.enums import MatchSide
from jobseekers.matching.columns import UNCOUNTED
from jobseekers.matching.score import CHOICES
from jobseekers.matching.settings import MatchSettings, Round, Scope, Who
from jobseekers.models import InstantMatch, MatchGeneration
from jobseekers.models.recommendation import GenerationState

from . import instant_edges
from .instant_edges import Subject
from .match_columns import LEAST_WORKING_AGE, LOOKING, OPEN, MatchInput, read_match_input
from .plans import model_of
from .words import known_words

ENOUGH = 2_000  # candidates, before it is looked further away
MOST = 5_000  # candidates that are scored
_LONGEST_LIST = 100  # posts that are tried for one seeker
# Asked for so long before the night read: their transaction may have ended after it had.
_MARGIN = timedelta(minutes=10)
_UNLIMITED = 1_000_000
# Points for few choices of who has nothing recommended: the night counts them. Anything more would
# have them take the place of somebody who then has nothing either, and so on with every matching.
_NOT_KNOWN = 0
_LOOKED = 4  # times MOST: so many are put in order
_TRIES = 5
_PAUSE_SECONDS = 0.2  # for whoever holds a lock
_BATCH = 2_000

logger = logging.getLogger(__name__)

# Who was here last is likeliest to be looking still. Not everybody is put in that order: where very
# many want it, `looked` of them must do. A seeker may be named for each of three wishes.
_SEEKERS_BY_WISH = """
SELECT id FROM (
  SELECT s.id, s.updated_at FROM jobseekers_jobintention i
  JOIN jobseekers_jobseeker s ON s.id = i.seeker_id
  WHERE i.occupation_id LIKE %(prefix)s AND {looking}
    AND (s.accepted_regions = '{{}}' OR s.accepted_regions && %(places)s::varchar[])
  LIMIT %(looked)s) found
ORDER BY updated_at DESC, id DESC LIMIT %(most)s
"""
_NEIGHBOURS_WITHOUT = """
SELECT s.id FROM jobseekers_jobseeker s
WHERE s.region_id LIKE %(district)s AND {looking}
  AND (s.accepted_regions = '{{}}' OR s.accepted_regions && %(places)s::varchar[])
  AND NOT EXISTS (SELECT 1 FROM jobseekers_recommendation r
                  WHERE r.generation_id = %(generation)s AND r.seeker_id = s.id)
ORDER BY s.updated_at DESC, s.id DESC LIMIT %(most)s
"""
_VACANCIES = """
SELECT v.id FROM enterprises_vacancy v
WHERE {open} AND (%(wishes)s::varchar[] IS NULL OR v.occupation_id LIKE ANY (%(wishes)s))
  AND (%(places)s::varchar[] IS NULL OR v.region_id LIKE ANY (%(places)s))
ORDER BY v.published_at DESC, v.id LIMIT %(most)s
"""


@dataclass(frozen=True)
class _Rules:
    """What the generation in use was made by, for the day of today."""

    generation: MatchGeneration
    settings: MatchSettings
    day: date
    where: dict

    @property
    def floor(self) -> int:
        """How many posts of any trade somebody gets for whom there is nothing else."""
        return next(one.limit for one in self.settings.rounds if one.scope == Scope.ADMISSIBLE)


def ask(side: MatchSide, pk: int) -> None:
    """Have a vacancy or a seeker matched when the transaction at hand has ended.

    What was asked for is kept until a night has read it, so that nothing is lost when the message
    cannot be sent, or no worker takes it: that is logged and stops nobody.
    """
    _put_down(side, [pk])
    transaction.on_commit(lambda: _send(side, pk), robust=True)


def ask_many(side: MatchSide, keys: Iterable[int]) -> None:
    """The same for all that one step has changed, by a single task (match_waiting)."""
    keys = list(keys)
    if not keys:
        return
    _put_down(side, keys)
    transaction.on_commit(_send_waiting, robust=True)


def _put_down(side, keys):
    now = timezone.now()
    InstantMatch.objects.bulk_create(
        [InstantMatch(side=side, object_id=pk, asked_at=now) for pk in sorted(set(keys))],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["side", "object_id"],
        update_fields=["asked_at", "matched_at", "edges"],
    )


def _send(side, pk):
    from jobseekers.tasks import match_now  # the task calls this module

    match_now.delay(side, pk)


def _send_waiting():
    from jobseekers.tasks import match_waiting  # the task calls this module

    match_waiting.delay()


def run(side: MatchSide, pk: int) -> int:
    """Match it now; returns how many recommendations it has. Twice is once.

    Raises instant_edges.BeginAgain when again and again something came between; it waits on then.
    """
    match = vacancy if side == MatchSide.VACANCY else seeker
    for left in reversed(range(_TRIES)):
        subject = Subject(side, pk, instant_edges.asked_at(side, pk))  # before anything is read
        try:
            found = match(subject)
            break
        except instant_edges.BeginAgain as why:
            if not left:
                raise
            if isinstance(why, instant_edges.Busy):
                time.sleep(_PAUSE_SECONDS)
    InstantMatch.objects.filter(side=side, object_id=pk, asked_at=subject.asked_at).update(
        matched_at=timezone.now(), edges=found
    )
    return found


def match_waiting() -> int:
    """Match what waits, in the order it was asked for; returns how many were.

    Each in transactions of its own. One that fails is logged and waits on, the others go on.
    """
    done = 0
    waiting = InstantMatch.objects.filter(matched_at=None)
    for pk in list(waiting.order_by("asked_at", "pk").values_list("pk", flat=True)):
        row = waiting.filter(pk=pk).first()
        if row is None:  # somebody else did it meanwhile
            continue
        try:
            run(row.side, row.object_id)
            done += 1
        except Exception:
            logger.exception("%s %s was not matched and waits on", row.side, row.object_id)
    return done


def vacancy(subject: Subject) -> int:
    """Give a vacancy its candidates; 0 when it is not open, or before the first night."""
    rules, pk = _rules(), subject.pk
    if rules is None:
        return 0
    post = read_match_input(rules.day, vacancies=[pk], seekers=[]).vacancies
    if not len(post):
        return instant_edges.replace_vacancy(rules.generation, subject, 0, [])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT region_id, coalesce(occupation_id, '') FROM enterprises_vacancy WHERE id = %s",
            [pk],
        )
        region, occupation = cursor.fetchone()
        places = [region[:digits] for digits in (2, 4, 6, 9)]
        where = rules.where | {"places": places, "most": MOST, "looked": MOST * _LOOKED}
        wanting = _widening(cursor, occupation, where)
    room = int(post.headcount[0]) * rules.settings.cap
    columns = _with_choices(rules, _read(rules, [pk], wanting), _NOT_KNOWN)
    offers = [_pairs(rules, columns, Scope.CANDIDATES)]
    if instant_edges.would_take(rules.generation, subject, room, offers[0]) < room:
        with connection.cursor() as cursor:
            where["district"] = f"{region[:6]}%"
            cursor.execute(_NEIGHBOURS_WITHOUT.format(looking=LOOKING), where)
            without = [found for (found,) in cursor.fetchall()]
        columns = _with_choices(rules, _read(rules, [pk], without), _NOT_KNOWN)
        offers.append(_pairs(rules, columns, Scope.ADMISSIBLE))
    return instant_edges.replace_vacancy(rules.generation, subject, room, offers)


def seeker(subject: Subject) -> int:
    """Give a seeker posts that have room; 0 when nobody is looking, or before the first night."""
    rules, pk = _rules(), subject.pk
    if rules is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.accepted_regions, ARRAY(SELECT DISTINCT left(i.occupation_id, 4)"
            " FROM jobseekers_jobintention i"
            " WHERE i.seeker_id = s.id AND i.occupation_id IS NOT NULL)"
            " FROM jobseekers_jobseeker s WHERE s.id = %s",
            [pk],
        )
        row = cursor.fetchone()
        if row is None:
            return 0
        regions, classes = row
        where = rules.where | {
            "most": MOST,
            "places": [f"{code}%" for code in regions] or None,
            "wishes": [f"{code}%" for code in classes],
        }
        for wishes, scope, most in (
            (where["wishes"], Scope.CANDIDATES, rules.settings.per_seeker),
            (None, Scope.ADMISSIBLE, rules.floor),
        ):
            cursor.execute(_VACANCIES.format(open=OPEN), where | {"wishes": wishes})
            posts = [found for (found,) in cursor.fetchall()]
            if len(offers := _with_room(rules, pk, posts, scope)):
                return instant_edges.replace_seeker(rules.generation, subject, most, offers)
    return instant_edges.replace_seeker(rules.generation, subject, 0, instant_edges.Edges.none())


def _with_room(rules, pk, posts, scope) -> instant_edges.Edges:
    """The best posts that have room, at least as many as a list holds if there are.

    What is full is left out and the rest tried again, so only the rooms of the best are counted.
    """
    # Who has nothing yet is counted among the posts that were read.
    columns = _with_choices(rules, _read(rules, posts, [pk]), UNCOUNTED)
    while True:
        best = _pairs(rules, columns, scope)
        room = instant_edges.room_beside(rules.generation, pk, best.vacancies)
        if room.sum() >= rules.settings.per_seeker or len(best) < _LONGEST_LIST:
            return best.take(room)
        full = np.isin(columns.vacancies.ids, best.vacancies[~room])
        columns = replace(columns, vacancies=columns.vacancies.take(np.flatnonzero(~full)))


def match_late(generation: MatchGeneration) -> None:
    """After a switch: match again what changed while the night was at work, forget the rest."""
    since = generation.created_at - _MARGIN
    InstantMatch.objects.filter(asked_at__lt=since).delete()
    InstantMatch.objects.update(matched_at=None)
    match_waiting()


def _rules():
    generation = MatchGeneration.objects.filter(state=GenerationState.CURRENT).first()
    if generation is None:
        return None
    day = timezone.localdate()
    where = {
        "day": day,
        "born_by": day.year - LEAST_WORKING_AGE,
        "generation": generation.pk,
    }
    settings = MatchSettings(
        per_seeker=generation.per_seeker,
        cap=generation.cap_per_headcount,
        lottery=day.toordinal(),
        model=model_of(generation),
    )
    return _Rules(generation, settings, day, where)


def _widening(cursor, occupation, where):
    """Ids of seekers who accept the place: up to MOST who want that occupation; while those are
    not ENOUGH, after them who want others of its minor, then of its middle class."""
    found = []
    for length in (10, 7, 4):
        if len(occupation) < length:
            continue
        cursor.execute(
            _SEEKERS_BY_WISH.format(looking=LOOKING),
            where | {"prefix": f"{occupation[:length]}%"},
        )
        wider = [pk for (pk,) in cursor.fetchall()]
        found = list(dict.fromkeys(found + wider))[:MOST]
        if len(found) >= ENOUGH:
            break
    return found


def _read(rules, vacancies, seekers) -> MatchInput:
    """Both sides, in the words of the generation in use."""
    known = known_words(rules.generation)
    words = None if known is None else known.words
    return read_match_input(rules.day, vacancies=vacancies, seekers=seekers, words=words)


def _with_choices(rules, columns, nothing) -> MatchInput:
    """The columns with the points seekers have for few choices in the generation in use."""
    if not rules.settings.model.weights[CHOICES]:
        return columns
    seekers = columns.seekers
    points = instant_edges.choices_of(rules.generation, seekers.ids, nothing)
    return replace(columns, seekers=replace(seekers, choices=points))


def _pairs(rules, columns, scope) -> instant_edges.Edges:
    """All admissible pairs of a scope between one row and some, best first.

    Of one seeker the best _LONGEST_LIST; of one vacancy all: whom there is room for is decided
    under the lock.
    """
    from jobseekers.matching import match  # loads numba

    posts, people = columns.vacancies, columns.seekers
    if not len(posts) or not len(people):
        return instant_edges.Edges.none()
    limit = 1 if len(posts) == 1 else _LONGEST_LIST
    settings = replace(
        rules.settings,
        per_seeker=limit,
        check=False,
        threads=1,
        rounds=(Round("now", "随到随配", Who.EVERYONE, scope, limit),),
    )
    if limit == 1:
        posts = replace(posts, headcount=np.full(1, _UNLIMITED, np.int32))
    known = known_words(rules.generation)
    result = match(posts, people, settings, words=known and known.vocabulary)
    return instant_edges.Edges(
        people.ids[result.seeker_index],
        posts.ids[result.vacancy_index],
        result.score,
        result.parts,
    ).best_first()
