"""Refund screening of every enterprise: seconds and peak memory, beside the bare SQL aggregate.

The baseline sums the same insurance months an enterprise, reads the sums and writes one JSON row
each: what has to be read and written anyway, without a single rule being judged or explained.
"""

import json
import sys
from datetime import date

from bench.cities import FACTORS, answer, city, copied, in_own_process
from bench.table import Row, measured, print_table

YEAR = 2019
BASELINE = """
SELECT e.id, e.region_id, e.size_class, e.industry_id, count(*), sum(m.headcount)::bigint,
       max(m.headcount) FILTER (WHERE m.month = %(january)s),
       max(m.headcount) FILTER (WHERE m.month = %(december)s),
       sum(m.premium_enterprise_fen)::bigint, sum(m.premium_employee_fen)::bigint
FROM enterprises_enterprise e JOIN subsidies_insurancemonth m ON m.enterprise_id = e.id
WHERE m.month BETWEEN %(january)s AND %(december)s
GROUP BY e.id
"""


def run_screening():
    """One run of the base year, decisions and claims written."""
    from subsidies.services.screening import screen_refunds

    with measured() as run:
        result = screen_refunds(YEAR)
    assert result.changed
    return {
        "seconds": run.seconds,
        "peak": run.peak_bytes,
        "stages": result.job.stages,
        "counts": result.job.counts,
    }


def run_baseline():
    """The aggregate, and a JSON row an enterprise."""
    from django.db import connection, transaction
    from psycopg2.extras import execute_values

    year = {"january": date(YEAR, 1, 1), "december": date(YEAR, 12, 1)}
    with measured() as run, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BASELINE, year)
        rows = cursor.fetchall()
        cursor.execute("CREATE TEMP TABLE plain_decision (enterprise_id bigint, facts jsonb)")
        lines = [(row[0], json.dumps(row[1:], ensure_ascii=False)) for row in rows]
        statement = "INSERT INTO plain_decision VALUES %s"
        execute_values(cursor.cursor, statement, lines, page_size=1000)
    return {"seconds": run.seconds, "peak": run.peak_bytes, "enterprises": len(rows)}


RUNS = {"screening": run_screening, "baseline": run_baseline}


def main():
    """Print the table and, under it, the stages."""
    rows, notes = [], []
    for factor in FACTORS:
        with city(factor) as name, copied(name) as copy:
            plain = in_own_process("bench.screening", "baseline", copy)
            ours = in_own_process("bench.screening", "screening", copy)
        counts = ours["counts"]
        assert counts["enterprises"] == plain["enterprises"], (counts, plain)
        rows.append(
            Row(
                f"city × {factor}: {counts['enterprises']:,} enterprises",
                ours["seconds"],
                "bare SQL aggregate, one JSON row each",
                plain["seconds"],
                ours["peak"],
            )
        )
        stages = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in ours["stages"].items())
        notes.append(
            f"city × {factor}: {stages}; granted {counts['outcome_grant']:,}, "
            f"{counts['grant_fen'] / 100:,.2f} yuan; baseline's peak {plain['peak'] >> 20} MiB"
        )
    print_table("Refund screening, every provision judged and explained", rows)
    print("\n".join(notes) + "\n")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        answer(RUNS)
    else:
        main()
