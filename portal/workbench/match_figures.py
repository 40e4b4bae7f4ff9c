"""Coverage and congestion of the recommendations in use, for one scope. One statement a side."""

from dataclasses import dataclass
from fractions import Fraction

from django.core.cache import cache
from django.utils import timezone

from jobseekers.models import MatchGeneration
from jobseekers.models.recommendation import GenerationState
from portal.reports.areas import Scope
from portal.reports.services.shortage_figures import rows_of

CACHED_SECONDS = 300

# The generation in use is asked for by the statement that reads its recommendations: the table of
# one that was read before may be gone by then.
_SEEKERS = """
SELECT count(*)::int, count(*) FILTER (WHERE covered)::int,
       count(*) FILTER (WHERE hard)::int, count(*) FILTER (WHERE hard AND covered)::int
FROM (SELECT 'hard_to_place' = ANY (s.groups) AS hard,
             EXISTS (SELECT 1 FROM jobseekers_recommendation r
                     WHERE r.seeker_id = s.id AND r.generation_id = (
                         SELECT id FROM jobseekers_matchgeneration
                         WHERE state = 'current')) AS covered
      FROM jobseekers_jobseeker s
      WHERE s.region_id LIKE %(region)s AND s.status <> 'not_looking'
        AND s.created_at < %(made)s) active
"""

# Bounds of the bands as in jobseekers.matching.metrics: none, to 2, to 5, below 10 of the cap's ten.
_VACANCIES = """
SELECT count(*)::int, count(*) FILTER (WHERE given > 0)::int,
       count(*) FILTER (WHERE key)::int, count(*) FILTER (WHERE key AND given > 0)::int,
       count(*) FILTER (WHERE given = 0)::int,
       count(*) FILTER (WHERE given > 0 AND given * 10 <= 2 * room)::int,
       count(*) FILTER (WHERE given * 10 > 2 * room AND given * 10 <= 5 * room)::int,
       count(*) FILTER (WHERE given * 10 > 5 * room AND given < room)::int,
       count(*) FILTER (WHERE given >= room)::int,
       count(*) FILTER (WHERE given > room)::int
FROM (SELECT v.headcount * %(cap)s AS room,
             (SELECT count(*) FROM jobseekers_recommendation r
              WHERE r.vacancy_id = v.id AND r.generation_id = (
                  SELECT id FROM jobseekers_matchgeneration WHERE state = 'current')) AS given,
             EXISTS (SELECT 1 FROM enterprises_keylistentry k
                     WHERE k.enterprise_id = v.enterprise_id AND k.starts_on <= %(day)s
                       AND (k.ends_on IS NULL OR k.ends_on > %(day)s)) AS key
      FROM enterprises_vacancy v JOIN enterprises_enterprise e ON e.id = v.enterprise_id
      WHERE e.region_id LIKE %(region)s AND v.state = 'published'
        AND v.starts_on <= %(day)s AND v.expires_on > %(day)s AND v.published_at < %(made)s
        AND (%(commissioner)s::bigint IS NULL OR EXISTS (
            SELECT 1 FROM hotlines_assignment a
            JOIN hotlines_commissioner c ON c.id = a.commissioner_id
            WHERE a.enterprise_id = e.id AND a.ended_at IS NULL
              AND c.user_id = %(commissioner)s))) live
"""


@dataclass(frozen=True)
class Coverage:
    """How many of a group have at least one recommendation."""

    label: str
    covered: int
    total: int

    @property
    def share(self) -> Fraction | None:
        """Part of the whole, None of nothing."""
        return Fraction(self.covered, self.total) if self.total else None

    @property
    def without(self) -> int:
        """Those with none."""
        return self.total - self.covered


@dataclass(frozen=True)
class MatchFigures:
    """Of the generation in use: coverage of four groups, vacancies by recommendations per person
    wanted (none, to a fifth of the cap, to a half, below it, at it or over); over_cap: those over it, which
    happens only when fewer are wanted since the night."""

    generation: MatchGeneration
    seekers: Coverage
    hard_to_place: Coverage
    vacancies: Coverage
    key_vacancies: Coverage
    bands: tuple[int, ...]
    over_cap: int

    @property
    def cap(self) -> int:
        """Most recommendations per person wanted."""
        return self.generation.cap_per_headcount

    @property
    def band_words(self) -> tuple[str, ...]:
        """“0 人”, “1–2 人” … as the cap divides them."""
        low, half, cap = max(1, self.cap // 5), max(1, self.cap // 2), self.cap
        words = ["0 人", f"1–{low} 人", f"{low + 1}–{half} 人", f"{half + 1}–{cap - 1} 人"]
        return (*words, f"{cap} 人")


def match_figures(scope: Scope) -> MatchFigures | None:
    """Figures of the generation in use, None when nothing was matched yet. Kept some minutes."""
    generation = (
        MatchGeneration.objects.filter(state=GenerationState.CURRENT).select_related("run").first()
    )
    if generation is None:
        return None
    key = f"match-figures:{generation.pk}:{scope.region}:{scope.commissioner}"
    counted = cache.get_or_set(key, lambda: _count(scope, generation), CACHED_SECONDS)
    people, posts = counted
    return MatchFigures(
        generation,
        Coverage("求职者", people[1], people[0]),
        Coverage("就业困难人员", people[3], people[2]),
        Coverage("岗位", posts[1], posts[0]),
        Coverage("重点企业岗位", posts[3], posts[2]),
        tuple(posts[4:9]),
        posts[9],
    )


def _count(scope, generation):
    params = scope.params | {
        "made": generation.created_at,
        "cap": generation.cap_per_headcount,
        "day": timezone.localdate(),
    }
    people = (0, 0, 0, 0) if scope.commissioner else rows_of(_SEEKERS, params)[0]
    return people, rows_of(_VACANCIES, params)[0]
