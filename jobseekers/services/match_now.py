"""A new or changed vacancy or seeker is matched at once against the recommendations in use.

Its own recommendations are withdrawn and made anew, by the night's score, weights and caps, in the
generation in use; the next night replaces them with everything else. Nobody else loses by it but
the worst post on a full list, which gives way to a better new one.

At the scale of a province only those are looked at who want the same occupation, then the same
minor class, then the same middle class, until there are ENOUGH; so the night may still find
somebody better who was further away.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from jobseekers.enums import MatchSide
from jobseekers.matching.settings import MatchSettings, Round, Scope, Who
from jobseekers.models import InstantMatch, MatchGeneration
from jobseekers.models.recommendation import GenerationState

from . import instant_edges
from .match_columns import LEAST_WORKING_AGE, LOOKING, OPEN, read_match_input
from .plans import plan_in_use, settings_for
from .words import known_words

ENOUGH = 2_000  # candidates, before it is looked further away
MOST = 5_000  # candidates that are scored
_LONGEST_LIST = 100  # posts that are tried for one seeker
# Asked for so long before the night read: their transaction may have ended after it had.
_MARGIN = timedelta(minutes=10)
_UNLIMITED = 1_000_000
_TRIES = 3

_SEEKERS_BY_WISH = """
SELECT DISTINCT s.id FROM jobseekers_jobintention i
JOIN jobseekers_jobseeker s ON s.id = i.seeker_id
WHERE i.occupation_id LIKE %(prefix)s AND {looking}
  AND (s.accepted_regions = '{{}}' OR s.accepted_regions && %(places)s::varchar[])
LIMIT %(most)s
"""
_SEEKERS_WITHOUT = """
SELECT s.id FROM jobseekers_jobseeker s
WHERE {looking} AND (s.accepted_regions = '{{}}' OR s.accepted_regions && %(places)s::varchar[])
  AND NOT EXISTS (SELECT 1 FROM jobseekers_recommendation r
                  WHERE r.generation_id = %(generation)s AND r.seeker_id = s.id)
LIMIT %(most)s
"""
_VACANCIES = """
SELECT v.id FROM enterprises_vacancy v
WHERE {open} AND (%(wishes)s::varchar[] IS NULL OR v.occupation_id LIKE ANY (%(wishes)s))
  AND (%(places)s::varchar[] IS NULL OR v.region_id LIKE ANY (%(places)s))
  AND (SELECT count(*) FROM jobseekers_recommendation r
       WHERE r.generation_id = %(generation)s AND r.vacancy_id = v.id
         AND r.seeker_id <> %(seeker)s) < v.headcount * %(cap)s
ORDER BY v.published_at DESC, v.id LIMIT %(most)s
"""


@dataclass(frozen=True)
class _Rules:
    """What the generation in use was made by, for the day of today."""

    generation: MatchGeneration
    settings: MatchSettings
    day: object
    where: dict


def ask(side: MatchSide, pk: int) -> None:
    """Have a vacancy or a seeker matched when the transaction at hand has ended.

    What was asked for is kept until a night has read it, so that nothing is lost when the message
    cannot be sent, or no worker takes it: that is logged and stops nobody.
    """
    InstantMatch.objects.update_or_create(
        side=side,
        object_id=pk,
        defaults={"asked_at": timezone.now(), "matched_at": None, "edges": 0},
    )
    transaction.on_commit(lambda: _send(side, pk), robust=True)


def _send(side, pk):
    from jobseekers.tasks import match_now  # the task calls this module

    match_now.delay(side, pk)


def run(side: MatchSide, pk: int) -> int:
    """Match it now; returns how many recommendations it has. Twice is once."""
    match = vacancy if side == MatchSide.VACANCY else seeker
    for left in reversed(range(_TRIES)):
        try:
            found = match(pk)
            break
        except instant_edges.GenerationReplaced:  # begin again with the new one
            if not left:
                raise
    InstantMatch.objects.filter(side=side, object_id=pk).update(
        matched_at=timezone.now(), edges=found
    )
    return found


def vacancy(pk: int) -> int:
    """Give a vacancy its candidates; 0 when it is not open, or before the first night."""
    rules = _rules()
    if rules is None:
        return 0
    post = read_match_input(rules.day, vacancies=[pk], seekers=[]).vacancies
    if not len(post):
        return instant_edges.replace_vacancy(rules.generation, pk, 0, [])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT region_id, coalesce(occupation_id, '') FROM enterprises_vacancy WHERE id = %s",
            [pk],
        )
        region, occupation = cursor.fetchone()
        places = [region[:digits] for digits in (2, 4, 6, 9)]
        where = rules.where | {"places": places, "most": MOST}
        wanting = _widening(cursor, occupation, where)
        cursor.execute(_SEEKERS_WITHOUT.format(looking=LOOKING), where)
        without = [found for (found,) in cursor.fetchall()]
    room = int(post.headcount[0]) * rules.generation.cap_per_headcount
    offers = [
        _pairs(rules, [pk], people, scope)
        for people, scope in ((wanting, Scope.CANDIDATES), (without, Scope.ADMISSIBLE))
    ]
    return instant_edges.replace_vacancy(rules.generation, pk, room, offers)


def seeker(pk: int) -> int:
    """Give a seeker posts that have room; 0 when nobody is looking, or before the first night."""
    rules = _rules()
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
            "seeker": pk,
            "most": MOST,
            "places": [f"{code}%" for code in regions] or None,
            "wishes": [f"{code}%" for code in classes],
        }
        lists = []
        for wishes, scope in ((where["wishes"], Scope.CANDIDATES), (None, Scope.ADMISSIBLE)):
            cursor.execute(_VACANCIES.format(open=OPEN), where | {"wishes": wishes})
            posts = [found for (found,) in cursor.fetchall()]
            lists.append(_pairs(rules, posts, [pk], scope))
            if len(lists[-1]):
                break
    return instant_edges.replace_seeker(rules.generation, pk, lists[-1])


def match_late(generation: MatchGeneration) -> None:
    """After a switch: match again what changed while the night was at work, forget the rest."""
    since = generation.created_at - _MARGIN
    InstantMatch.objects.filter(asked_at__lt=since).delete()
    for row in InstantMatch.objects.order_by("asked_at", "pk"):
        run(row.side, row.object_id)


def _rules():
    generation = MatchGeneration.objects.filter(state=GenerationState.CURRENT).first()
    if generation is None:
        return None
    day = timezone.localdate()
    where = {
        "day": day,
        "born_by": day.year - LEAST_WORKING_AGE,
        "generation": generation.pk,
        "cap": generation.cap_per_headcount,
    }
    return _Rules(generation, settings_for(plan_in_use(), day), day, where)


def _widening(cursor, occupation, where):
    """Ids of seekers who want that occupation, or else one of its class, and accept the place."""
    found = []
    for length in (10, 7, 4):
        if len(occupation) < length:
            continue
        cursor.execute(
            _SEEKERS_BY_WISH.format(looking=LOOKING),
            where | {"prefix": f"{occupation[:length]}%"},
        )
        found = [pk for (pk,) in cursor.fetchall()]
        if len(found) >= ENOUGH:
            break
    return found


def _pairs(rules, vacancies, seekers, scope) -> instant_edges.Edges:
    """All admissible pairs of a scope between one row and some, best first."""
    from jobseekers.matching import match  # loads numba

    if not vacancies or not seekers:
        return instant_edges.Edges.none()
    known = known_words(rules.generation)
    columns = read_match_input(
        rules.day,
        vacancies=vacancies,
        seekers=seekers,
        words=None if known is None else known.words,
    )
    limit = 1 if len(vacancies) == 1 else _LONGEST_LIST
    settings = replace(
        rules.settings,
        per_seeker=limit,
        check=False,
        threads=1,
        rounds=(Round("now", "随到随配", Who.EVERYONE, scope, limit),),
    )
    posts = columns.vacancies
    if len(vacancies) == 1:  # whom there is room for is decided under the lock
        posts = replace(posts, headcount=np.full(len(posts), _UNLIMITED, np.int32))
    words = known and known.vocabulary
    result = match(posts, columns.seekers, settings, words=words)
    return instant_edges.Edges(
        columns.seekers.ids[result.seeker_index],
        posts.ids[result.vacancy_index],
        result.score,
        result.parts,
    ).best_first()
