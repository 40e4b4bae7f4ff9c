"""The weekly report: snapshot and workbook, each beside the least that could be done instead.

For the snapshot: COPY of the tables it reads, as CSV. For the workbook: the same rows by the csv
module, without types, widths or heads.
"""

import csv
import io
import sys

from bench.cities import FACTORS, answer, city, copied, in_own_process
from bench.table import Row, measured, print_table

READ = (
    "enterprises_enterprise", "enterprises_keylistentry", "enterprises_shortagedeclaration",
    "enterprises_shortageitem", "enterprises_shortagefill", "enterprises_vacancy",
    "jobseekers_jobseeker", "jobseekers_jobintention", "jobseekers_application",
    "hotlines_commissioner", "hotlines_assignment", "hotlines_ticket", "subsidies_claim",
)  # fmt: skip


def run_report():
    """This week's snapshot of the whole city, and its workbook; screening done before."""
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from portal.reports.services.files import weekly_workbook
    from portal.reports.services.weekly import make_weekly_snapshot, tables_of
    from portal.reports.weeks import Week
    from subsidies.services.screening import screen_refunds

    screen_refunds()
    with measured() as copying, connection.cursor() as cursor:
        for table in READ:
            cursor.copy_expert(f"COPY {table} TO STDOUT WITH CSV", io.StringIO())
    week = Week.of(timezone.localdate())
    with measured() as snapshot:
        made = make_weekly_snapshot(week.year, week.number, settings.CITY_CODE)
    tables = tables_of(made)
    with measured() as dumping:
        for table in tables:
            writer = csv.writer(io.StringIO())
            writer.writerows(table.rows)
    with measured() as workbook:
        _, content = weekly_workbook(made)
    return {
        "snapshot": [snapshot.seconds, snapshot.peak_bytes, copying.seconds],
        "workbook": [workbook.seconds, workbook.peak_bytes, dumping.seconds],
        "rows": {table.name: len(table.rows) for table in tables},
        "bytes": len(content),
    }


RUNS = {"report": run_report}


def main():
    """Print the table and, under it, what is in the workbook."""
    rows, notes = [], []
    for factor in FACTORS:
        with city(factor) as name, copied(name) as copy:
            found = in_own_process("bench.report", "report", copy)
        total = sum(found["rows"].values())
        baselines = {"snapshot": "COPY of its tables as CSV", "workbook": "same rows, csv module"}
        for what, baseline in baselines.items():
            seconds, peak, plain = found[what]
            label = f"city × {factor}: {what}, {total:,} rows"
            rows.append(Row(label, seconds, baseline, plain, peak))
        sheets = "、".join(f"{sheet} {count:,}" for sheet, count in found["rows"].items())
        notes.append(f"city × {factor}: {found['bytes'] / 1024:,.0f} KiB; {sheets}")
    print_table("Weekly report of the whole city", rows)
    print("\n".join(notes) + "\n")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        answer(RUNS)
    else:
        main()
