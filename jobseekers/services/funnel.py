"""What became of recommendations: pushed → read → applied → hired.

A push is a pair that was recommended, from the first night or hour on; it stays when the generation that
made it is gone. After KEPT_DAYS it is deleted, unless the pair is recommended still.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.db import connection, transaction
from django.utils import timezone

from jobseekers.models import MatchGeneration

KEPT_DAYS = 180

# Those already known are passed over before the unique index is asked; it only keeps two nights
# apart that write at once. Somebody who was deleted since is joined away.
_RECORD = """
INSERT INTO jobseekers_push (seeker_id, vacancy_id, pushed_on)
SELECT r.seeker_id, r.vacancy_id, %(day)s
FROM jobseekers_recommendation r
JOIN jobseekers_jobseeker s ON s.id = r.seeker_id
JOIN enterprises_vacancy v ON v.id = r.vacancy_id
WHERE r.generation_id = %(generation)s
  AND NOT EXISTS (SELECT 1 FROM jobseekers_push p
                  WHERE p.seeker_id = r.seeker_id AND p.vacancy_id = r.vacancy_id)
ON CONFLICT (seeker_id, vacancy_id) DO NOTHING
"""

_RECORD_PAIRS = """
INSERT INTO jobseekers_push (seeker_id, vacancy_id, pushed_on)
SELECT s.id, v.id, %(day)s
FROM unnest(%(seekers)s::bigint[], %(vacancies)s::bigint[]) r(seeker_id, vacancy_id)
JOIN jobseekers_jobseeker s ON s.id = r.seeker_id
JOIN enterprises_vacancy v ON v.id = r.vacancy_id
ORDER BY s.id, v.id
ON CONFLICT (seeker_id, vacancy_id) DO NOTHING
"""

_FORGET = """
DELETE FROM jobseekers_push p
WHERE p.pushed_on < %(before)s
  AND NOT EXISTS (SELECT 1 FROM jobseekers_recommendation r
                  WHERE r.generation_id = %(generation)s
                    AND r.seeker_id = p.seeker_id AND r.vacancy_id = p.vacancy_id)
"""

# Applied and hired: by an application of the same pair on the day of the push or later. Who
# applied has read it, also when the page was opened from somewhere else.
_COUNT = """
WITH pushes AS (
    SELECT p.id, p.seeker_id, p.vacancy_id, p.pushed_on, p.read_at,
           left(s.region_id, %(width)s) AS district,
           coalesce(left(v.occupation_id, 4), '') AS occupation
    FROM jobseekers_push p
    JOIN jobseekers_jobseeker s ON s.id = p.seeker_id
    JOIN enterprises_vacancy v ON v.id = p.vacancy_id
    WHERE p.pushed_on >= %(first)s AND p.pushed_on < %(end)s AND s.region_id LIKE %(region)s
      AND (%(occupation)s = '' OR v.occupation_id LIKE %(occupation)s || '%%')
), answered AS (
    SELECT p.id, bool_or(a.hired_at IS NOT NULL) AS hired
    FROM pushes p JOIN jobseekers_application a
      ON a.seeker_id = p.seeker_id AND a.vacancy_id = p.vacancy_id
     AND (a.applied_at AT TIME ZONE %(zone)s)::date >= p.pushed_on
    GROUP BY p.id
)
SELECT GROUPING(district), GROUPING(occupation), coalesce(district, ''), coalesce(occupation, ''),
       count(*)::int, count(*) FILTER (WHERE read_at IS NOT NULL OR a.id IS NOT NULL)::int,
       count(a.id)::int, count(*) FILTER (WHERE a.hired)::int
FROM pushes LEFT JOIN answered a ON a.id = pushes.id
GROUP BY GROUPING SETS ((), (district), (occupation))
"""


@dataclass(frozen=True)
class Steps:
    """Pairs that came so far; each step is part of the one before."""

    pushed: int = 0
    read: int = 0
    applied: int = 0
    hired: int = 0

    @property
    def read_share(self) -> Fraction | None:
        """Read of pushed."""
        return _share(self.read, self.pushed)

    @property
    def applied_share(self) -> Fraction | None:
        """Applied of read."""
        return _share(self.applied, self.read)

    @property
    def hired_share(self) -> Fraction | None:
        """Hired of applied."""
        return _share(self.hired, self.applied)

    @property
    def through_share(self) -> Fraction | None:
        """Hired of pushed."""
        return _share(self.hired, self.pushed)


def _share(part, whole):
    return Fraction(part, whole) if whole else None


@dataclass(frozen=True)
class Funnel:
    """The steps of a period: of all, by where the person lives, by the post's middle class."""

    whole: Steps
    districts: dict[str, Steps]
    occupations: dict[str, Steps]


def record_pushes(generation: MatchGeneration) -> None:
    """Write down the pairs of a generation that were not pushed before; forget the old ones."""
    day = timezone.localdate(generation.created_at)
    params = {
        "generation": generation.pk,
        "day": day,
        "before": day - timedelta(days=KEPT_DAYS),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # On the first night the table is empty when the plan is made and grows while it is carried
        # out: a nested loop would read it again and again.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_RECORD, params)
        cursor.execute("SET LOCAL enable_nestloop = DEFAULT")
        cursor.execute(_FORGET, params)


def record_pairs(cursor, seekers: list[int], vacancies: list[int]) -> None:
    """Write down what is recommended by day, today, unless it was pushed before.

    seekers, vacancies: ids, pair by pair; the cursor's transaction is the caller's.
    """
    params = {"day": timezone.localdate(), "seekers": seekers, "vacancies": vacancies}
    cursor.execute(_RECORD_PAIRS, params)


def funnel(first: date, last: date, region: str, width: int = 6, occupation: str = "") -> Funnel:
    """Count what was first pushed from `first` to `last`, both included, by one statement.

    region: prefix of the code of where people live. width: of the codes they are divided by.
    occupation: code of a class, "" for all.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "first": first,
                "end": last + timedelta(days=1),
                "region": f"{region}%",
                "width": width,
                "occupation": occupation,
                "zone": timezone.get_current_timezone_name(),
            },
        )
        rows = cursor.fetchall()
    whole, districts, occupations = Steps(), {}, {}
    for no_district, no_occupation, district, trade, *steps in rows:
        if no_district and no_occupation:
            whole = Steps(*steps)
        elif no_occupation:
            districts[district] = Steps(*steps)
        else:
            occupations[trade] = Steps(*steps)
    return Funnel(whole, districts, occupations)
