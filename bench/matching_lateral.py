"""The kernel beside one SQL statement with a lateral join and the same rules.

For every seeker the statement finds the ten best vacancies of their middle classes in the places
they accept: the same hard conditions, the same parts, the same numbers, over columns made
ready for it (weights of skills, neighbouring districts, everybody's points for having few
choices, an index on class and place). It knows no
caps and no rounds, and no vacancies of another class that are alike in skills: so it does less.
It runs for a part of the seekers, scaled to all, in one process, as PostgreSQL plans it; the
kernel takes the processors there are and leaves out only its check of its own stability. Lists are compared with the kernel's, run without caps and without that
second way to a vacancy; the time of the kernel is that of a whole run with caps and five rounds.
"""

import contextlib
import io
import sys
from dataclasses import replace

import numpy as np
import psycopg2

from bench.cities import environment
from bench.matching_kernel import columns
from bench.table import Row, measured, print_table

SIZE = (50_000, 8_000)
SAMPLE = 20_000

TABLES = """
CREATE TEMPORARY TABLE bench_v (
  id bigint, occupation int, middle int, division int, pay_min int, pay_max int, education int,
  experience int, certificates bigint, fresh int, priority int, norm float8, skills int[],
  weights bigint[]);
CREATE TEMPORARY TABLE bench_s (
  id bigint, home int, region int, low int, high int, pay int, education int, experience int,
  certificates bigint, fresh int, priority int, choices int, norm float8, skills int[],
  occupations int[], middles int[], near int[])
"""
READY = "CREATE INDEX ON bench_v (middle, division); ANALYZE bench_v; ANALYZE bench_s"
LATERAL = """
SELECT s.id, c.score FROM bench_s s CROSS JOIN LATERAL (
  SELECT v.id,
    {occupation} * (SELECT max(CASE WHEN w = v.occupation THEN 1000 WHEN w / 100 = v.occupation / 100 THEN 850
                           WHEN w / 10000 = v.middle THEN 550 WHEN w / 1000000 = v.middle / 100 THEN 200
                           ELSE 0 END) FROM unnest(s.occupations) w)
    + {place} * CASE WHEN v.division = s.home THEN 1000
                 WHEN v.division / 1000 IN (s.home / 1000, s.region) THEN 700
                 WHEN v.division / 1000 = ANY (s.near) THEN 550
                 WHEN v.division / 100000 = s.home / 100000 THEN 400 ELSE 100 END
    + {pay} * least(1000, greatest(0, floor((floor((v.pay_min + v.pay_max - 2 * s.pay) * 1000.0
                                           / (2 * s.pay)) + 250) * 1000.0 / 500)::int))
    + {skills} * (SELECT least(1000, floor(1000.0::float8 * coalesce(sum(t.weight), 0)::float8
                                      / (v.norm * s.norm) + 1e-9)::int)
                        FROM unnest(v.skills, v.weights) AS t (token, weight)
                       WHERE t.token = ANY (s.skills))
    + {education} * CASE WHEN v.education = 0 THEN 700
                ELSE (ARRAY[1000, 800, 500, 200])[1 + least(3, s.education - v.education)] END
    + {experience} * CASE WHEN v.experience = 0 THEN 700 ELSE 1000 END
    + {freshness} * ((v.fresh + s.fresh) / 2) + {priority} * (v.priority + s.priority)
    + {choices} * s.choices AS score
  FROM bench_v v
  WHERE v.middle = ANY (s.middles) AND v.division >= s.low AND v.division < s.high
    AND v.education <= s.education AND v.experience <= s.experience AND v.pay_max >= s.pay
    AND v.certificates & ~s.certificates = 0
  ORDER BY score DESC, v.id LIMIT 10) c
"""


def load(cursor, posts, people, settings) -> None:
    """Put both sides into temporary tables, with all that can be known of a row beforehand."""
    from jobseekers.matching.choices import with_choices
    from jobseekers.matching.codes import division_ranges
    from jobseekers.matching.engine import prepare_counted
    from jobseekers.matching.prepare import vocabulary

    weight = vocabulary(posts, people, settings).weight
    people = with_choices(people, prepare_counted(posts, people, settings))
    model = settings.model
    near = {}
    for a, b in settings.neighbours:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    low, high = division_ranges(people.regions.values)

    def array(values) -> str:
        return "{" + ",".join(map(str, values)) + "}"

    def fresh(days) -> int:
        return 1000 * max(model.fresh_days - int(days), 0) // model.fresh_days

    def skills(side, row):
        tokens = side.skills.row(row)
        return tokens.tolist(), weight[tokens].tolist(), float(np.sqrt(weight[tokens].sum())) or 1.0

    def post(row) -> tuple:
        tokens, weights, norm = skills(posts, row)
        code = int(posts.occupation[row])
        return (
            posts.ids[row], code, code // 10_000, posts.division[row], posts.pay_min[row],
            posts.pay_max[row], posts.education[row], posts.experience[row],
            posts.certificates[row], fresh(posts.age_days[row]), posts.key[row] * model.key_points,
            norm, array(tokens), array(weights),
        )  # fmt: skip

    def person(row) -> tuple:
        tokens, _, norm = skills(people, row)
        wishes = people.occupations.row(row).tolist()
        home, (region,) = int(people.home[row]), people.regions.row(row).tolist()
        return (
            people.ids[row], home, region, low[row], high[row], people.pay_expected[row],
            people.education[row], people.experience[row], people.certificates[row],
            fresh(people.age_days[row]),
            people.hard_to_place[row] * model.hard_to_place_points, people.choices[row], norm,
            array(tokens), array(wishes), array({wish // 10_000 for wish in wishes}),
            array(near.get(home // 1000, set()) | near.get(region, set())),
        )  # fmt: skip

    cursor.execute(TABLES)
    open_to = np.flatnonzero(people.consent)[:SAMPLE].tolist()
    for table, rows in (
        ("bench_v", map(post, range(len(posts)))),
        ("bench_s", map(person, open_to)),
    ):
        text = "".join("\t".join(map(str, row)) + "\n" for row in rows)
        cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(text))
    cursor.execute(READY)


def main(size: str = "") -> None:
    """Print the row. size: "seekers,vacancies"."""
    from jobseekers.matching import MatchSettings, match
    from jobseekers.matching.engine import processors
    from jobseekers.matching.settings import default_rounds

    seekers, vacancies = map(int, size.split(",")) if size else SIZE
    match(*columns(300, 300))
    posts, people = columns(seekers, vacancies)
    posts, people = (replace(side, skills=side.skills.normalised()) for side in (posts, people))
    with measured() as kernel:
        match(posts, people, MatchSettings(check=False))
    general = tuple(r for r in default_rounds() if r.name == "general")
    settings = MatchSettings(rounds=general, cap=1000, skill_floor=1000)
    ours = {}
    result = match(posts, people, settings)
    by_class = result.parts[:, 0] >= settings.model.occupation_points[2]
    for row in np.flatnonzero(by_class).tolist():
        ours.setdefault(int(people.ids[result.seeker_index[row]]), []).append(
            int(result.score[row])
        )
    server = psycopg2.connect(environment("postgres")["DATABASE_URL"])
    with contextlib.closing(server), server.cursor() as cursor:
        load(cursor, posts, people, settings)
        cursor.execute("SET jit = off; SET statement_timeout = 0")
        with measured() as lateral:
            cursor.execute(LATERAL.format(**settings.model.weights))
            rows = cursor.fetchall()
    scale = max(1.0, int(people.consent.sum()) / SAMPLE)
    theirs = {}
    for seeker, score in rows:
        theirs.setdefault(seeker, []).append(int(score))
    agree = sum(ours.get(seeker) == scores for seeker, scores in theirs.items())
    name = f"match {seekers:,} seekers × {vacancies:,} vacancies, {processors()} processors"
    print_table(
        "Matching kernel beside SQL",
        [
            Row(
                name,
                kernel.seconds,
                f"one lateral join, {SAMPLE:,} seekers, scaled",
                lateral.seconds * scale,
                kernel.peak_bytes,
            )
        ],
    )
    print(
        f"{lateral.seconds * scale / kernel.seconds:.0f} times as fast; {agree:,} of "
        f"{len(theirs):,} lists alike in both, without caps"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
