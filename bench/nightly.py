"""Nightly matching from database to database: seconds and peak memory, beside the bare rows.

The first baseline is what reading and writing cost when nothing is matched: the same queries by
COPY, their answers thrown away, and the same recommendations by COPY into a table with the same
indexes. The second, for the demo city only, is what one would first write: for every seeker one
lateral join that finds the open vacancies of the same middle class of occupation in the accepted
districts, with enough education, experience and pay, ordered by a simple sum of points, the best
ten. It knows neither caps nor rounds nor reasons nor related occupations, writes nothing, and runs
on a sample of seekers, scaled.
"""

import sys
from time import perf_counter

from bench.cities import FACTORS, answer, city, copied, in_own_process
from bench.match_cities import CITY, of_size
from bench.table import Row, measured, print_table

SAMPLE = 500
LATERAL = """
SELECT count(*)
FROM (SELECT * FROM jobseekers_jobseeker WHERE status <> 'not_looking'
      ORDER BY md5(id::text) LIMIT %(sample)s) s
JOIN LATERAL (
    SELECT v.id,
           400 * (v.occupation_id IN (SELECT i.occupation_id FROM jobseekers_jobintention i
                                      WHERE i.seeker_id = s.id))::int
           + 300 * (left(v.region_id, 6) = left(s.region_id, 6))::int
           + 300 * (v.pay_min >= coalesce(s.pay_expected, 0))::int AS points
    FROM enterprises_vacancy v
    WHERE v.state = 'published' AND v.starts_on <= current_date AND v.expires_on > current_date
      AND left(v.occupation_id, 4) IN (SELECT left(i.occupation_id, 4)
                                       FROM jobseekers_jobintention i WHERE i.seeker_id = s.id)
      AND (s.accepted_regions = '{}'
           OR EXISTS (SELECT 1 FROM unnest(s.accepted_regions) r
                      WHERE v.region_id LIKE rtrim(r, '0') || '%%'))
      AND v.education <= s.education AND v.experience_years <= s.experience_years
      AND v.pay_max >= coalesce(s.pay_expected, 0)
    ORDER BY points DESC, v.published_at DESC
    LIMIT 10) best ON true
"""
# What comes after the switch is counted apart: the recommendations are in use by then.
TO_THE_SWITCH = ("读取岗位和求职者", "匹配", "写入", "启用")


def run_matching():
    """One night, its code compiled before; then the same rows read and written, and no more."""
    from bench.matching_kernel import columns
    from jobseekers.matching import MatchSettings, match
    from jobseekers.services.matching import match_all
    from portal.runs.models import JobRun

    match(*columns(300, 300), MatchSettings())
    with measured() as night:
        generation = match_all()
    run = JobRun.objects.get(kind="match")
    return {
        "seconds": sum(run.stages[stage] for stage in TO_THE_SWITCH),
        "whole": night.seconds,
        "peak": night.peak_bytes,
        "bare": bare_rows(generation),
        "stages": run.stages,
        "counts": run.counts,
        "metrics": generation.metrics,
    }


class Nowhere:
    """A file that forgets what is written to it."""

    def write(self, data):
        """Take the bytes."""
        return len(data)


def bare_rows(generation):
    """Seconds of reading both sides' rows and of writing that many recommendations, by COPY."""
    import io

    from django.db import connection

    from jobseekers.services.generations import table_of

    read = (
        "SELECT id, title, occupation_id, region_id, pay_min, pay_max, education, experience_years,"
        " skills, certificates, headcount, published_at FROM enterprises_vacancy"
        " WHERE state = 'published' AND starts_on <= current_date AND expires_on > current_date",
        "SELECT id, region_id, pay_expected, education, experience_years, skills, certificates,"
        " groups, accepted_regions, updated_at FROM jobseekers_jobseeker"
        " WHERE status <> 'not_looking'",
        "SELECT seeker_id, rank, title, occupation_id FROM jobseekers_jobintention",
        "SELECT seeker_id, vacancy_id FROM jobseekers_application",
        "SELECT seeker_id, vacancy_id FROM jobseekers_dismissal",
    )
    edges = io.BytesIO()
    table = table_of(generation.pk)
    with connection.cursor() as cursor:
        columns = "generation_id, seeker_id, vacancy_id, score, vacancy_rank, seeker_rank, parts"
        cursor.copy_expert(f"COPY {table} ({columns}) TO STDOUT (FORMAT binary)", edges)
        edges.seek(0)
        begun = perf_counter()
        for query in read:
            cursor.copy_expert(f"COPY ({query}) TO STDOUT", Nowhere())
        cursor.execute(f"CREATE TABLE bench_bare (LIKE {table})")
        cursor.copy_expert(
            f"COPY bench_bare ({columns}) FROM STDIN (FORMAT binary)", edges, 1 << 20
        )
        cursor.execute("CREATE UNIQUE INDEX ON bench_bare (seeker_id, vacancy_id)")
        cursor.execute("CREATE INDEX ON bench_bare (vacancy_id)")
        cursor.execute("ANALYZE bench_bare")
        return perf_counter() - begun


def run_lateral():
    """The sample, and how many seekers there are."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM jobseekers_jobseeker WHERE status <> 'not_looking'")
        seekers = cursor.fetchone()[0]
        sample = min(SAMPLE, seekers)
        begun = perf_counter()
        cursor.execute(LATERAL, {"sample": sample})
        found = cursor.fetchone()[0]
        seconds = perf_counter() - begun
    return {"seconds": seconds * seekers / sample, "sample": sample, "found": found}


RUNS = {"matching": run_matching, "lateral": run_lateral}


def bare_row(label, ours):
    """The row of a night beside the bare rows."""
    return Row(
        label, ours["seconds"], "the same rows read and written, bare", ours["bare"], ours["peak"]
    )


def note(label, ours):
    """A night's stages and figures, in a line."""
    stages = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in ours["stages"].items())
    figures = ours["metrics"]
    return (
        f"{label}: {stages}, in all {ours['whole']:.1f} s; {figures['edges']:,} edges,"
        f" {figures['seekers_covered']:,} seekers and {figures['vacancies_covered']:,} vacancies"
        f" covered, {figures['blocking_pairs']} blocking pairs"
    )


def main():
    """Print the table and, under it, the stages."""
    rows, notes = [], []
    for factor in FACTORS:
        with city(factor) as name:
            plain = in_own_process("bench.nightly", "lateral", name)
            with copied(name) as copy:
                ours = in_own_process("bench.nightly", "matching", copy)
        counts = ours["counts"]
        label = f"city × {factor}: {counts['seekers']:,} × {counts['vacancies']:,}"
        baseline = f"SQL lateral join, {plain['sample']} seekers scaled, no caps, nothing written"
        rows.append(Row(label, ours["seconds"], baseline, plain["seconds"], ours["peak"]))
        rows.append(bare_row(label, ours))
        notes.append(
            f"{note(label, ours)}; the lateral join found {plain['found'] / plain['sample']:.1f}"
            f" a seeker, ours {ours['metrics']['edges'] / max(1, counts['seekers']):.1f}"
        )
    with of_size(CITY) as name, copied(name) as copy:
        ours = in_own_process("bench.nightly", "matching", copy)
    rows.append(bare_row(str(CITY), ours))
    notes.append(note(str(CITY), ours))
    print_table("Nightly matching, database to database", rows)
    print("\n".join(notes) + "\n")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        answer(RUNS)
    else:
        main()
