"""Nightly matching from database to database: seconds and peak memory, beside plain SQL.

The baseline is what one would first write: for every seeker one lateral join that finds the open
vacancies of the same middle class of occupation in the accepted districts, with enough education,
experience and pay, ordered by a simple sum of points, the best ten. It knows neither caps nor
rounds nor reasons nor related occupations, writes nothing, and runs on a sample of seekers, scaled.
"""

import sys
from time import perf_counter

from bench.cities import FACTORS, answer, city, copied, in_own_process
from bench.table import Row, measured, print_table

SAMPLE = 500
BASELINE = """
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


def run_matching():
    """One night, its code compiled before."""
    from bench.matching_kernel import columns
    from jobseekers.matching import MatchSettings, match
    from jobseekers.services.matching import match_all
    from portal.runs.models import JobRun

    match(*columns(300, 300), MatchSettings())
    with measured() as night:
        generation = match_all()
    run = JobRun.objects.get(kind="match")
    return {
        "seconds": night.seconds,
        "peak": night.peak_bytes,
        "stages": run.stages,
        "counts": run.counts,
        "metrics": generation.metrics,
    }


def run_baseline():
    """The sample, and how many seekers there are."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM jobseekers_jobseeker WHERE status <> 'not_looking'")
        seekers = cursor.fetchone()[0]
        sample = min(SAMPLE, seekers)
        begun = perf_counter()
        cursor.execute(BASELINE, {"sample": sample})
        found = cursor.fetchone()[0]
        seconds = perf_counter() - begun
    return {"seconds": seconds * seekers / sample, "sample": sample, "found": found}


RUNS = {"matching": run_matching, "baseline": run_baseline}


def main():
    """Print the table and, under it, the stages."""
    rows, notes = [], []
    for factor in FACTORS:
        with city(factor) as name:
            plain = in_own_process("bench.nightly", "baseline", name)
            with copied(name) as copy:
                ours = in_own_process("bench.nightly", "matching", copy)
        counts, figures = ours["counts"], ours["metrics"]
        label = f"city × {factor}: {counts['seekers']:,} seekers, {counts['vacancies']:,} vacancies"
        rows.append(
            Row(
                label,
                ours["seconds"],
                f"SQL lateral join, {plain['sample']} seekers scaled, no caps, nothing written",
                plain["seconds"],
                ours["peak"],
            )
        )
        stages = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in ours["stages"].items())
        notes.append(
            f"city × {factor}: {stages}; {figures['edges']:,} edges, "
            f"{figures['seekers_covered']:,} seekers and {figures['vacancies_covered']:,} "
            f"vacancies covered; the baseline found {plain['found'] / plain['sample']:.1f} "
            f"a seeker, ours {figures['edges'] / max(1, figures['seekers']):.1f}"
        )
    print_table("Nightly matching, database to database", rows)
    print("\n".join(notes) + "\n")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        answer(RUNS)
    else:
        main()
