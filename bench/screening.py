"""Refund screening, facts to decisions, claims and messages, beside the bare SQL aggregate.

The baseline sums the same rows and no more: the enterprise-months by enterprise, the person-months
by enterprise and month. It runs before and after the screening, and the quicker one counts, so
that what lies in the machine's memory helps both alike.
"""

import sys
from datetime import date

from bench.cities import answer, copied, in_own_process, insured
from bench.province import CITY, YEAR
from bench.table import Row, measured, print_table

LEGAL_DATE = date(2020, 4, 1)
BASELINE = (
    """
CREATE TEMP TABLE plain_months AS
SELECT enterprise_id, count(*) AS months, sum(headcount) AS heads,
       sum(premium_enterprise_fen) AS enterprise_fen, sum(premium_employee_fen) AS employee_fen
  FROM subsidies_insurancemonth WHERE month BETWEEN %(january)s AND %(december)s
 GROUP BY enterprise_id
""",
    """
CREATE TEMP TABLE plain_persons AS
SELECT enterprise_id, month, count(*) AS persons, sum(paid_fen) AS paid_fen
  FROM subsidies_personmonth WHERE month BETWEEN %(january)s AND %(december)s
 GROUP BY enterprise_id, month
""",
)
STAGES = {
    "取数": "facts",
    "逐户计算并写入": "evaluated and written",
    "双重计算核对": "second evaluator",
    "补贴申领和消息": "claims and messages",
}


def run_screening():
    """One run of the base year, decisions and claims written."""
    from django.urls import reverse

    from subsidies.services.screening import screen_refunds

    reverse("enterprises:policies")  # the pages' addresses are loaded once in a worker's life
    _without_limit()
    with measured() as run:
        result = screen_refunds(YEAR, LEGAL_DATE)
    assert result.changed
    return {
        "seconds": run.seconds,
        "peak": run.peak_bytes,
        "stages": result.job.stages,
        "counts": result.job.counts,
        "decisions": result.screening.decisions.count(),
    }


def run_baseline():
    """The two aggregates."""
    from django.db import connection

    _without_limit()
    year = {"january": date(YEAR, 1, 1), "december": date(YEAR, 12, 1)}
    with connection.cursor() as cursor:
        with measured() as run:
            for statement in BASELINE:
                cursor.execute(statement, year)
        cursor.execute("SELECT count(*), sum(persons) FROM plain_persons")
        groups, rows = cursor.fetchone()
    return {"seconds": run.seconds, "peak": run.peak_bytes, "groups": groups, "rows": int(rows)}


def _without_limit():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")


RUNS = {"screening": run_screening, "baseline": run_baseline}


def compare(size):
    """(screening, baseline) of one population, as the runs return them."""
    with insured(size) as name, copied(name) as copy:
        first, ours, second = (
            in_own_process("bench.screening", run, copy)
            for run in ("baseline", "screening", "baseline")
        )
    return ours, min(first, second, key=lambda run: run["seconds"])


def print_screening(found):
    """Print the table and, under it, where the time went. found: [(screening, baseline)]."""
    rows, notes = [], []
    for ours, plain in found:
        enterprises = f"{ours['counts']['enterprises']:,} enterprises"
        rows.append(
            Row(
                f"{enterprises}, {plain['rows']:,} person-months",
                ours["seconds"],
                "bare SQL aggregate",
                plain["seconds"],
                ours["peak"],
            )
        )
        stages = ", ".join(
            f"{words} {ours['stages'][stage]:.2f} s" for stage, words in STAGES.items()
        )
        notes.append(
            f"{enterprises}: {stages}; {ours['decisions']:,} decisions, "
            f"{ours['decisions'] / ours['seconds']:,.0f} a second; granted "
            f"{ours['counts']['outcome_grant']:,}, {ours['counts']['grant_fen'] / 100:,.2f} yuan"
        )
    print_table("Refund screening, every provision judged twice and explained", rows)
    print("\n".join(notes) + "\n")


def main():
    """Print the table of the city."""
    print_screening([compare(CITY)])


if __name__ == "__main__":
    if len(sys.argv) == 2:
        answer(RUNS)
    else:
        main()
