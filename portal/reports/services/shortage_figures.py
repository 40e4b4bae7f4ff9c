"""How many are missing and how many came: by area, by week, by occupation.

One statement each. Stock is of a moment: declared before it, not closed before it, people who came
on earlier days taken off. Flow is of days. Statements take Scope.params and %(cut)s (the moment),
%(last)s (its last day), %(since)s (first day of the flow).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from portal.reports.areas import Scope
from portal.reports.weeks import Week, last_day_before

_AREAS = """
WITH seen AS (
    SELECT s.id, s.enterprise_id, left(e.region_id, %(width)s) AS area, s.missing_total,
           s.declared_at < %(cut)s
             AND (s.closed_at IS NULL OR s.closed_at >= %(cut)s) AS open
    FROM enterprises_shortagedeclaration s
    JOIN enterprises_enterprise e ON e.id = s.enterprise_id
    WHERE e.region_id LIKE %(region)s AND s.declared_at < %(cut)s
      AND (%(commissioner)s::bigint IS NULL OR EXISTS (
        SELECT 1 FROM hotlines_assignment a JOIN hotlines_commissioner c ON c.id = a.commissioner_id
        WHERE a.enterprise_id = e.id AND a.ended_at IS NULL AND c.user_id = %(commissioner)s))
), came AS (
    SELECT declaration_id, sum(persons) AS all_persons,
           coalesce(sum(persons) FILTER (WHERE filled_on >= %(since)s), 0) AS persons
    FROM enterprises_shortagefill WHERE filled_on <= %(last)s GROUP BY declaration_id
)
SELECT area,
       coalesce(sum(greatest(0, missing_total - coalesce(all_persons, 0)))
                FILTER (WHERE open), 0)::int,
       count(DISTINCT enterprise_id)
         FILTER (WHERE open AND missing_total > coalesce(all_persons, 0))::int,
       coalesce(sum(persons), 0)::int
FROM seen LEFT JOIN came ON came.declaration_id = seen.id
GROUP BY area ORDER BY area
"""

_WEEKS = """
WITH week AS (
    SELECT n, %(monday)s::date - 7 * n AS monday,
           least(((%(monday)s::date - 7 * n + 7)::timestamp AT TIME ZONE 'Asia/Shanghai'),
                 %(cut)s::timestamptz) AS cut
    FROM generate_series(0, %(weeks)s - 1) AS n
), scoped AS (
    SELECT s.* FROM enterprises_shortagedeclaration s
    JOIN enterprises_enterprise e ON e.id = s.enterprise_id
    WHERE e.region_id LIKE %(region)s
      AND (%(commissioner)s::bigint IS NULL OR EXISTS (
        SELECT 1 FROM hotlines_assignment a JOIN hotlines_commissioner c ON c.id = a.commissioner_id
        WHERE a.enterprise_id = e.id AND a.ended_at IS NULL AND c.user_id = %(commissioner)s))
), stock AS (
    SELECT week.n, sum(greatest(0, s.missing_total - coalesce((
               SELECT sum(f.persons) FROM enterprises_shortagefill f
               WHERE f.declaration_id = s.id AND f.filled_on < week.monday + 7), 0)))::int AS missing
    FROM week JOIN scoped s ON s.declared_at < week.cut
                           AND (s.closed_at IS NULL OR s.closed_at >= week.cut)
    GROUP BY week.n
), flow AS (
    SELECT week.n, sum(f.persons)::int AS persons
    FROM week JOIN enterprises_shortagefill f
           ON f.filled_on >= week.monday AND f.filled_on < week.monday + 7
          AND f.filled_on <= %(last)s
    JOIN scoped s ON s.id = f.declaration_id
    GROUP BY week.n
)
SELECT week.monday, coalesce(stock.missing, 0), coalesce(flow.persons, 0),
       EXISTS (SELECT 1 FROM scoped WHERE declared_at < week.cut)
FROM week LEFT JOIN stock USING (n) LEFT JOIN flow USING (n)
ORDER BY week.monday
"""

_OCCUPATIONS = """
SELECT coalesce(left(i.occupation_id, 7), '') AS code, sum(i.missing)::int AS missing,
       count(DISTINCT s.enterprise_id)::int
FROM enterprises_shortageitem i
JOIN enterprises_shortagedeclaration s ON s.id = i.declaration_id
JOIN enterprises_enterprise e ON e.id = s.enterprise_id
WHERE e.region_id LIKE %(region)s AND s.declared_at < %(cut)s
  AND (s.closed_at IS NULL OR s.closed_at >= %(cut)s)
  AND s.missing_total > coalesce((
        SELECT sum(f.persons) FROM enterprises_shortagefill f
        WHERE f.declaration_id = s.id AND f.filled_on <= %(last)s), 0)
  AND (%(commissioner)s::bigint IS NULL OR EXISTS (
        SELECT 1 FROM hotlines_assignment a JOIN hotlines_commissioner c ON c.id = a.commissioner_id
        WHERE a.enterprise_id = e.id AND a.ended_at IS NULL AND c.user_id = %(commissioner)s))
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(limit)s
"""

_CHANNELS = """
SELECT left(e.region_id, %(width)s), f.channel, sum(f.persons)::int
FROM enterprises_shortagefill f
JOIN enterprises_shortagedeclaration s ON s.id = f.declaration_id
JOIN enterprises_enterprise e ON e.id = s.enterprise_id
WHERE e.region_id LIKE %(region)s AND f.filled_on BETWEEN %(since)s AND %(last)s
GROUP BY 1, 2 ORDER BY 1, 2
"""

_TRADES = """
SELECT area, string_agg(title, '、' ORDER BY missing DESC, title) FROM (
    SELECT left(e.region_id, %(width)s) AS area, i.title, sum(i.missing) AS missing,
           row_number() OVER (PARTITION BY left(e.region_id, %(width)s)
                              ORDER BY sum(i.missing) DESC, i.title) AS place
    FROM enterprises_shortageitem i
    JOIN enterprises_shortagedeclaration s ON s.id = i.declaration_id
    JOIN enterprises_enterprise e ON e.id = s.enterprise_id
    WHERE e.region_id LIKE %(region)s AND s.declared_at < %(cut)s
      AND (s.closed_at IS NULL OR s.closed_at >= %(cut)s)
    GROUP BY 1, 2
) ranked WHERE place <= 3 GROUP BY area
"""

_KEY = """
SELECT left(e.region_id, %(width)s), count(*)::int,
       count(*) FILTER (WHERE EXISTS (
           SELECT 1 FROM hotlines_assignment a WHERE a.enterprise_id = e.id
             AND a.started_at < %(cut)s AND (a.ended_at IS NULL OR a.ended_at >= %(cut)s)))::int
FROM enterprises_enterprise e
WHERE e.region_id LIKE %(region)s AND EXISTS (
    SELECT 1 FROM enterprises_keylistentry k WHERE k.enterprise_id = e.id
      AND k.starts_on <= %(last)s AND (k.ends_on IS NULL OR k.ends_on > %(last)s))
GROUP BY 1
"""


def rows_of(statement: str, params: dict) -> list[tuple]:
    """Run one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


@dataclass(frozen=True)
class AreaFigures:
    """One district or street: people still missing, enterprises that miss them, people who came."""

    code: str
    missing: int
    enterprises: int
    filled: int


@dataclass(frozen=True)
class WeekFigures:
    """One week: missing at its end, came in it. missing None: nothing had been declared yet."""

    week: Week
    missing: int | None
    filled: int
    open: bool


def _moment(cut: datetime) -> dict:
    return {"cut": cut, "last": last_day_before(cut)}


def by_area(scope: Scope, cut: datetime, since: date) -> dict[str, AreaFigures]:
    """Stock at `cut` and people who came from `since` on, by code of district or street."""
    found = rows_of(_AREAS, scope.params | _moment(cut) | {"since": since})
    return {row[0]: AreaFigures(*row) for row in found}


def by_week(scope: Scope, now: datetime, weeks: int = 12) -> list[WeekFigures]:
    """The last weeks, oldest first, the present one (not over) last."""
    this = Week.of(last_day_before(now))
    params = scope.params | _moment(now) | {"monday": this.monday, "weeks": weeks}
    return [
        WeekFigures(Week(monday), missing if begun else None, filled, Week(monday) == this)
        for monday, missing, filled, begun in rows_of(_WEEKS, params)
    ]


def by_occupation(scope: Scope, cut: datetime, limit: int = 10) -> list[tuple[str, int, int]]:
    """(code of the minor class or "", people declared missing, enterprises), most first.

    Declared numbers: people who came are recorded for a declaration, not for one kind of work in
    it. Declarations that are filled are left out.
    """
    return rows_of(_OCCUPATIONS, scope.params | _moment(cut) | {"limit": limit})


def by_channel(scope: Scope, since: date, last: date) -> dict[str, dict[str, int]]:
    """People who came from one day to another (both inside), by area and channel."""
    areas: dict[str, dict[str, int]] = {}
    for area, channel, persons in rows_of(_CHANNELS, scope.params | {"since": since, "last": last}):
        areas.setdefault(area, {})[channel] = persons
    return areas


def main_trades(scope: Scope, cut: datetime) -> dict[str, str]:
    """The three kinds of work most asked for in each area, in the employers' words."""
    return dict(rows_of(_TRADES, scope.params | _moment(cut)))


def key_enterprises(scope: Scope, cut: datetime) -> dict[str, tuple[int, int]]:
    """(enterprises on a key list, of those with a commissioner) by area."""
    found = rows_of(_KEY, scope.params | _moment(cut))
    return {area: (count, cared) for area, count, cared in found}


def week_before(cut: datetime) -> datetime:
    """The end of the week before that of a moment: what “比上周” compares with."""
    return Week.of(last_day_before(cut)).end - timedelta(days=7)
