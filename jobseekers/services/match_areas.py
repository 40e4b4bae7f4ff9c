"""Coverage with congestion by district and kind of work, counted once a night and kept.

Kinds of work are the middle classes of 职业分类大典; "" stands for vacancies and wishes that are
not coded. One statement writes a night, whatever its size.
"""

from django.db import connection, transaction
from django.utils import timezone

from jobseekers.models import MatchArea, MatchGeneration

from .match_columns import LEAST_WORKING_AGE

# Each side is counted by itself, then both are put together. The recommendations are gone through
# twice and never joined with each other.
_RECORD = """
WITH given AS (
    SELECT vacancy_id, count(*) AS n FROM jobseekers_recommendation
    WHERE generation_id = %(generation)s GROUP BY 1
), got AS (
    SELECT seeker_id, count(*) AS n FROM jobseekers_recommendation
    WHERE generation_id = %(generation)s GROUP BY 1
), posts AS (
    SELECT left(e.region_id, 6) AS region, coalesce(left(v.occupation_id, 4), '') AS occupation,
           count(*) AS vacancies, sum(v.headcount) AS openings,
           count(g.n) AS covered,
           count(*) FILTER (WHERE g.n >= v.headcount * %(cap)s) AS full_up,
           coalesce(sum(v.headcount) FILTER (WHERE g.n IS NULL), 0) AS unfilled,
           coalesce(sum(g.n), 0) AS edges
    FROM enterprises_vacancy v JOIN enterprises_enterprise e ON e.id = v.enterprise_id
    LEFT JOIN given g ON g.vacancy_id = v.id
    WHERE v.state = 'published' AND v.starts_on <= %(day)s AND v.expires_on > %(day)s
    GROUP BY 1, 2
), people AS (
    SELECT left(s.region_id, 6) AS region, coalesce(left(i.occupation_id, 4), '') AS occupation,
           count(*) AS seekers, count(g.n) AS covered
    FROM jobseekers_jobseeker s
    LEFT JOIN jobseekers_jobintention i ON i.seeker_id = s.id AND i.rank = 1
    LEFT JOIN got g ON g.seeker_id = s.id
    WHERE s.status <> 'not_looking' AND (s.birth_year IS NULL OR s.birth_year <= %(born_by)s)
    GROUP BY 1, 2
)
INSERT INTO jobseekers_matcharea
    (generation_id, region_id, occupation, vacancies, openings, vacancies_covered, vacancies_full,
     openings_unfilled, seekers, seekers_covered, edges)
SELECT %(generation)s, region, occupation, coalesce(posts.vacancies, 0),
       coalesce(posts.openings, 0), coalesce(posts.covered, 0), coalesce(posts.full_up, 0),
       coalesce(posts.unfilled, 0), coalesce(people.seekers, 0), coalesce(people.covered, 0),
       coalesce(posts.edges, 0)
FROM posts FULL JOIN people USING (region, occupation)
"""


def record_areas(generation: MatchGeneration) -> None:
    """Write the rows of a generation's night, in place of those it had."""
    day = timezone.localdate(generation.created_at)
    with transaction.atomic(), connection.cursor() as cursor:
        MatchArea.objects.filter(generation=generation).delete()
        cursor.execute(
            _RECORD,
            {
                "generation": generation.pk,
                "cap": generation.cap_per_headcount,
                "day": day,
                "born_by": day.year - LEAST_WORKING_AGE,
            },
        )
