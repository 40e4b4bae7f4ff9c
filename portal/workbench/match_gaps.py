"""Unfilled demand and unmet supply (C5): posts and people the night found nothing for."""

from dataclasses import dataclass

from django.utils import timezone

from jobseekers.models import MatchGeneration
from portal.places.models import Occupation
from portal.reports.areas import Scope
from portal.reports.services.shortage_figures import rows_of

SHOWN = 15

# The generation in use is asked for by the statement that reads its recommendations: the table of
# one that was read before may be gone by then.
_DEMAND = """
SELECT {by}, count(*)::int AS posts, coalesce(sum(v.headcount), 0)::int
FROM enterprises_vacancy v JOIN enterprises_enterprise e ON e.id = v.enterprise_id
WHERE e.region_id LIKE %(region)s AND v.state = 'published'
  AND v.starts_on <= %(day)s AND v.expires_on > %(day)s AND v.published_at < %(made)s
  AND NOT EXISTS (SELECT 1 FROM jobseekers_recommendation r
                  WHERE r.vacancy_id = v.id AND r.generation_id = (
                      SELECT id FROM jobseekers_matchgeneration WHERE state = 'current'))
GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT %(limit)s
"""

_SUPPLY = """
SELECT {by}, count(*)::int AS people, count(*) FILTER (WHERE 'hard_to_place' = ANY (s.groups))::int
FROM jobseekers_jobseeker s
LEFT JOIN jobseekers_jobintention i ON i.seeker_id = s.id AND i.rank = 1
WHERE s.region_id LIKE %(region)s AND s.status <> 'not_looking' AND s.created_at < %(made)s
  AND NOT EXISTS (SELECT 1 FROM jobseekers_recommendation r
                  WHERE r.seeker_id = s.id AND r.generation_id = (
                      SELECT id FROM jobseekers_matchgeneration WHERE state = 'current'))
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(limit)s
"""

# The grouping is one of these constants, never a value from outside.
_DEMAND_BY_OCCUPATION = _DEMAND.replace("{by}", "coalesce(left(v.occupation_id, 7), '')")
_DEMAND_BY_AREA = _DEMAND.replace("{by}", "left(e.region_id, %(width)s)")
_SUPPLY_BY_OCCUPATION = _SUPPLY.replace("{by}", "coalesce(left(i.occupation_id, 7), '')")
_SUPPLY_BY_AREA = _SUPPLY.replace("{by}", "left(s.region_id, %(width)s)")


@dataclass(frozen=True)
class Gap:
    """One occupation or area: posts and people wanted, or people and the hard to place of them."""

    code: str
    name: str
    first: int
    second: int


@dataclass(frozen=True)
class Gaps:
    """Both sides, by occupation and by area."""

    demand_by_occupation: list[Gap]
    demand_by_area: list[Gap]
    supply_by_occupation: list[Gap]
    supply_by_area: list[Gap]


def gaps(scope: Scope, generation: MatchGeneration) -> Gaps:
    """What the generation in use left over within a scope: the SHOWN largest of each kind."""
    params = scope.params | {
        "made": generation.created_at,
        "day": timezone.localdate(),
        "limit": SHOWN,
    }
    found = [
        rows_of(statement, params)
        for statement in (
            _DEMAND_BY_OCCUPATION,
            _DEMAND_BY_AREA,
            _SUPPLY_BY_OCCUPATION,
            _SUPPLY_BY_AREA,
        )
    ]
    codes = {row[0] for row in (*found[0], *found[2])}
    trades = dict(Occupation.objects.filter(code__in=codes).values_list("code", "name"))
    areas = scope.area_names({row[0] for row in (*found[1], *found[3])})
    return Gaps(
        _named(found[0], trades),
        _named(found[1], areas),
        _named(found[2], trades),
        _named(found[3], areas),
    )


def _named(rows, names):
    return [Gap(row[0], names.get(row[0], "没有对应的职业"), row[1], row[2]) for row in rows]
