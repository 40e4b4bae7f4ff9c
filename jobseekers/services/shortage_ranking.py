"""紧缺职业排行 (F4): openings against the people who look for such work, and what is paid for it.

The counts are the kept nights' (services/match_areas.py), by middle class and district. A class
with two seekers and forty openings is not twenty times as short as one with forty and forty: its
ratio is drawn towards that of the whole region by as many people as SMOOTHING says,

    (openings + SMOOTHING × whole openings ÷ whole seekers) ÷ (seekers + SMOOTHING),

so few people move a class little, and a class nobody wishes for has a rank all the same. Classes
with fewer openings than LEAST_OPENINGS are left out. docs/matching.md says it in Chinese.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from jobseekers.models import MatchArea, MatchGeneration
from portal.places.models import Occupation

SMOOTHING = 20  # people
LEAST_OPENINGS = 10
NIGHTS = 30  # of the course

# Pay by middle class, in yuan a month: of a post the middle of its range, of a person what is
# expected. percentile_disc takes a value that somebody wrote, so nothing is rounded.
_OFFERED = """
SELECT left(v.occupation_id, 4),
       percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY (v.pay_min + v.pay_max) / 2),
       count(*)::int
FROM enterprises_vacancy v JOIN enterprises_enterprise e ON e.id = v.enterprise_id
WHERE e.region_id LIKE %(region)s AND v.state = 'published'
  AND v.starts_on <= %(day)s AND v.expires_on > %(day)s
  AND v.pay_max > 0 AND v.occupation_id IS NOT NULL
GROUP BY 1
"""
_EXPECTED = """
SELECT left(i.occupation_id, 4),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY s.pay_expected), count(*)::int
FROM jobseekers_jobseeker s
JOIN jobseekers_jobintention i ON i.seeker_id = s.id AND i.rank = 1
WHERE s.region_id LIKE %(region)s AND s.status <> 'not_looking' AND s.pay_expected > 0
  AND i.occupation_id IS NOT NULL
GROUP BY 1
"""


@dataclass(frozen=True)
class Pay:
    """Yuan a month: quartiles of what posts offer, median of what people expect, None unknown."""

    low: int | None = None
    middle: int | None = None
    high: int | None = None
    expected: int | None = None

    @property
    def gap(self) -> int | None:
        """Offered less expected, by the medians."""
        if self.middle is None or self.expected is None:
            return None
        return self.middle - self.expected


@dataclass(frozen=True)
class Ranked:
    """One class. ratio: openings for one seeker, None when nobody looks for it; smoothed: what
    the rank goes by; before: its rank on the earlier night, None when it had none."""

    rank: int
    code: str
    name: str
    openings: int
    seekers: int
    unfilled: int
    ratio: Fraction | None
    smoothed: Fraction
    before: int | None
    pay: Pay

    @property
    def climbed(self) -> int | None:
        """Places gained since the earlier night; negative when lost."""
        return None if self.before is None else self.before - self.rank


@dataclass(frozen=True)
class Ranking:
    """The ranking of one night in one region. whole: openings and seekers of all classes.
    earlier: the night the ranks are compared with, None when there is none."""

    generation: MatchGeneration
    rows: list[Ranked]
    openings: int
    seekers: int
    earlier: MatchGeneration | None

    @property
    def ratio(self) -> Fraction | None:
        """Openings for one seeker, of all classes."""
        return Fraction(self.openings, self.seekers) if self.seekers else None


def recorded_nights() -> list[MatchGeneration]:
    """The newest NIGHTS generations whose areas are kept, newest first."""
    kept = MatchArea.objects.values("generation")
    return list(MatchGeneration.objects.filter(pk__in=kept).order_by("-created_at")[:NIGHTS])


def shortage_ranking(region: str, earlier: MatchGeneration | None = None) -> Ranking | None:
    """Rank the classes of the newest recorded night within a region, shortest first.

    region: prefix of district codes. earlier: the night to compare ranks with; by default the
    oldest of the recorded ones. None before the first night.
    """
    nights = recorded_nights()
    if not nights:
        return None
    newest = nights[0]
    earlier = earlier or (nights[-1] if len(nights) > 1 else None)
    counts = _counts([newest, *([earlier] if earlier else [])], region)
    now, then = counts[newest.pk], counts[earlier.pk] if earlier else {}
    before = {code: place for place, (code, *_) in enumerate(_ordered(then), 1)}
    ordered = _ordered(now)
    names = dict(
        Occupation.objects.filter(code__in=[code for code, *_ in ordered]).values_list(
            "code", "name"
        )
    )
    pay = pay_by_class(region)
    rows = [
        Ranked(
            rank=place,
            code=code,
            name=names.get(code, code),
            openings=openings,
            seekers=seekers,
            unfilled=unfilled,
            ratio=Fraction(openings, seekers) if seekers else None,
            smoothed=smoothed,
            before=before.get(code),
            pay=pay.get(code, Pay()),
        )
        for place, (code, openings, seekers, unfilled, smoothed) in enumerate(ordered, 1)
    ]
    whole = [sum(side) for side in zip(*((o, s) for o, s, _ in now.values()), strict=True)]
    return Ranking(newest, rows, *(whole or (0, 0)), earlier)


def course(codes: list[str], region: str) -> list[tuple[date, dict[str, Fraction | None]]]:
    """[(night, {class: openings for one seeker})] of the recorded nights, oldest first.

    None where nobody looked for such work that night.
    """
    nights = recorded_nights()[::-1]
    counts = _counts(nights, region)
    found = []
    for night in nights:
        ratios = {}
        for code in codes:
            openings, seekers, _ = counts[night.pk].get(code, (0, 0, 0))
            ratios[code] = Fraction(openings, seekers) if seekers else None
        found.append((timezone.localdate(night.created_at), ratios))
    return found


def pay_by_class(region: str) -> dict[str, Pay]:
    """What posts of a region offer now and what people there expect, by middle class."""
    params = {"region": f"{region}%", "day": timezone.localdate()}
    with connection.cursor() as cursor:
        cursor.execute(_OFFERED, params)
        offered = {code: quartiles for code, quartiles, _ in cursor.fetchall()}
        cursor.execute(_EXPECTED, params)
        expected = {code: median for code, median, _ in cursor.fetchall()}
    return {
        code: Pay(*offered.get(code, (None, None, None)), expected.get(code))
        for code in {*offered, *expected}
    }


def _counts(nights, region):
    """{generation: {class: (openings, seekers, unfilled)}}, coded classes and "" alike."""
    rows = (
        MatchArea.objects.filter(generation__in=nights, region__code__startswith=region)
        .order_by()
        .values_list("generation", "occupation")
        .annotate(Sum("openings"), Sum("seekers"), Sum("openings_unfilled"))
    )
    counts = {night.pk: {} for night in nights}
    for generation, code, *sums in rows:
        counts[generation][code] = tuple(sums)
    return counts


def _ordered(counts):
    """[(class, openings, seekers, unfilled, smoothed)], shortest first; ties by code."""
    openings = sum(row[0] for row in counts.values())
    seekers = sum(row[1] for row in counts.values())
    usual = Fraction(openings, seekers) if seekers else Fraction(1)
    ranked = [
        (code, *row, (row[0] + SMOOTHING * usual) / (row[1] + SMOOTHING))
        for code, row in counts.items()
        if code and row[0] >= LEAST_OPENINGS
    ]
    return sorted(ranked, key=lambda row: (-row[4], row[0]))
