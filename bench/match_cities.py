"""As many vacancies and seekers as a benchmark of the matching asks for, made from the demo city.

Of the demo city times ten a city is some of its people and posts. A province is all of them again
and again, spread over its prefectures street by street, so that kinds of work, pay, skills and the
places people accept are mixed as in the city; posts want seven times as many people.
"""

import sys
from dataclasses import dataclass

from bench.cities import matched

_LOAD = "SET session_replication_role = replica; SET statement_timeout = 0"
# Every division of the city → the one that stands in its place in each prefecture: districts by
# their order, streets by their order within the district.
_PLACES = """
CREATE TEMPORARY TABLE bench_place AS
WITH listed AS (
  SELECT code, left(code, 4) AS city, left(code, 6) AS district, length(code) AS digits,
         row_number() OVER (PARTITION BY left(code, length(code) - CASE length(code) WHEN 9 THEN 3
                                              ELSE 2 END) ORDER BY code) - 1 AS at,
         count(*) OVER (PARTITION BY left(code, length(code) - CASE length(code) WHEN 9 THEN 3
                                              ELSE 2 END)) AS of
    FROM places_division d
   WHERE code LIKE '32%' AND length(code) IN (6, 9)
     AND (length(code) = 9 OR EXISTS (SELECT 1 FROM places_division s WHERE s.parent_id = d.code))
), cities AS (
  SELECT city, row_number() OVER (ORDER BY city) - 1 AS number
    FROM (SELECT DISTINCT city FROM listed) c
), districts AS (
  SELECT f.code AS source, t.code AS target, c.number
    FROM listed f JOIN cities c ON true
    JOIN listed t ON t.digits = 6 AND t.city = c.city AND t.at = f.at % t.of
   WHERE f.digits = 6 AND f.city = '3204'
)
SELECT source, target, number FROM districts
UNION ALL
SELECT f.code, t.code, d.number
  FROM listed f JOIN districts d ON d.source = f.district
  JOIN listed t ON t.digits = 9 AND t.district = d.target AND t.at = f.at % t.of
 WHERE f.digits = 9 AND f.city = '3204';
INSERT INTO bench_place
SELECT '3204', city, row_number() OVER (ORDER BY city) - 1
  FROM (SELECT DISTINCT left(target, 4) AS city FROM bench_place) c;
CREATE INDEX ON bench_place (source, number);
ANALYZE bench_place
"""
_ROWS = """
CREATE TEMPORARY TABLE bench_{name} AS
SELECT id AS source, copy, {first} + row_number() OVER (ORDER BY copy, id) AS id,
       abs(hashint8(id * 1000 + copy)) % (SELECT count(DISTINCT number) FROM bench_place) AS number
  FROM {table}, generate_series(1, {copies}) copy WHERE {live} ORDER BY copy, id LIMIT {rows}
"""
_SEEKERS = """
INSERT INTO jobseekers_jobseeker ({columns})
SELECT {values} FROM bench_seeker b JOIN jobseekers_jobseeker t ON t.id = b.source
JOIN bench_place p ON p.source = t.region_id AND p.number = b.number
"""
_PLACES_ACCEPTED = """
CASE WHEN t.accepted_regions <> '{}' OR b.id % 10 > 0 THEN
  ARRAY(SELECT a.target FROM bench_place a
        WHERE a.number = b.number
          AND a.source = ANY (CASE t.accepted_regions WHEN '{}' THEN '{3204}'
                              ELSE t.accepted_regions END))
ELSE '{}' END
"""
_WISHES = """
INSERT INTO jobseekers_jobintention (seeker_id, rank, title, occupation_id)
SELECT b.id, t.rank, t.title, t.occupation_id
  FROM bench_seeker b JOIN jobseekers_jobintention t ON t.seeker_id = b.source
"""
_VACANCIES = """
INSERT INTO enterprises_vacancy ({columns})
SELECT {values} FROM bench_vacancy b JOIN enterprises_vacancy t ON t.id = b.source
JOIN bench_place p ON p.source = t.region_id AND p.number = b.number
"""
_LOOKING = "status <> 'not_looking'"
_LIVE = "state = 'published' AND starts_on <= current_date AND expires_on > current_date"
_FEWER = (
    "UPDATE jobseekers_jobseeker SET status = 'not_looking' WHERE id IN (SELECT id"
    " FROM jobseekers_jobseeker WHERE status <> 'not_looking' ORDER BY id OFFSET %(seekers)s)",
    "UPDATE enterprises_vacancy SET expires_on = current_date WHERE id IN (SELECT id"
    " FROM enterprises_vacancy WHERE state = 'published' AND starts_on <= current_date"
    " AND expires_on > current_date ORDER BY md5(id::text) OFFSET %(vacancies)s)",
)
_NOT_THE_SAME_AGAIN = {
    "public_id": "lpad(to_hex(b.id), 12, '0')",
    "region_id": "p.target",
    "user_id": "NULL",
    "identity_number": "''",
    "identity_index": "NULL",
    "phone": "''",
    "phone_index": "NULL",
    "accepted_regions": _PLACES_ACCEPTED,
    "headcount": "t.headcount * 7",
    "search_vector": "NULL",
    "id": "b.id",
}


@dataclass(frozen=True)
class Size:
    """Active seekers, live vacancies; whether they are spread over a province."""

    name: str
    seekers: int
    vacancies: int
    spread: bool

    def __str__(self):
        return f"{self.seekers:,} seekers × {self.vacancies:,} vacancies"


CITY = Size("match_city", 50_000, 8_000, False)
PROVINCE = Size("match_province", 1_000_000, 150_000, True)
SMALL = Size("match_small", 100_000, 15_000, True)
SIZES = {size.name: size for size in (CITY, PROVINCE, SMALL)}


def of_size(size: Size):
    """Name of a database with so many, before its first night."""
    return matched(size.name, str(size), ("-m", "bench.match_cities", size.name))


def fill(size: Size) -> None:
    """Make the demo city times ten, which the database holds, that size."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_LOAD)
        if size.spread:
            _spread(cursor, size)
        for statement in _FEWER:
            cursor.execute(statement, {"seekers": size.seekers, "vacancies": size.vacancies})
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM (ANALYZE)")


def _spread(cursor, size):
    from enterprises.models import Vacancy
    from jobseekers.models import JobSeeker

    cursor.execute(_PLACES)
    sides = (
        ("seeker", JobSeeker, _LOOKING, size.seekers, _SEEKERS),
        ("vacancy", Vacancy, _LIVE, size.vacancies, _VACANCIES),
    )
    for name, model, live, rows, insert in sides:
        table = model._meta.db_table
        cursor.execute(f"SELECT max(id), count(*) FILTER (WHERE {live}) FROM {table}")  # noqa: S608
        first, found = cursor.fetchone()
        cursor.execute(
            _ROWS.format(
                name=name, table=table, live=live, first=first, rows=rows, copies=rows // found + 1
            )
        )
        columns = [field.column for field in model._meta.concrete_fields]
        values = [_NOT_THE_SAME_AGAIN.get(column, f"t.{column}") for column in columns]
        cursor.execute(insert.format(columns=", ".join(columns), values=", ".join(values)))
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, first + rows])
        _retire(cursor, table, first)
    cursor.execute(_WISHES)


def _retire(cursor, table, last):
    """The city itself looks on: it was copied."""
    change = "status = 'not_looking'" if "seeker" in table else "expires_on = current_date"
    cursor.execute(f"UPDATE {table} SET {change} WHERE id <= %s", [last])  # noqa: S608


if __name__ == "__main__":
    import django

    django.setup()
    fill(SIZES[sys.argv[1]])
