"""The night of a province, and one new vacancy and seeker matched at once in it. Takes long."""

import sys
from time import perf_counter

from bench.cities import answer, copied, in_own_process
from bench.match_cities import PROVINCE, of_size
from bench.nightly import bare_row, note, run_matching
from bench.table import Row, percentile, print_table

LONG = True
AT_ONCE = 20  # vacancies and seekers


def run_at_once():
    """Seconds of each immediate match, in the generation that stands."""
    from enterprises.models import Vacancy
    from jobseekers.enums import MatchSide
    from jobseekers.models import JobSeeker
    from jobseekers.services.match_now import run

    sides = {
        MatchSide.VACANCY: Vacancy.objects.live(),
        MatchSide.SEEKER: JobSeeker.objects.active(),
    }
    spent = {}
    for side, rows in sides.items():
        step = max(1, rows.count() // AT_ONCE)
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[::step][:AT_ONCE])
        run(side, keys[0])
        spent[side] = []
        for pk in keys:
            begun = perf_counter()
            run(side, pk)
            spent[side].append(perf_counter() - begun)
    return spent


def run_both():
    """The night, then what comes in by day."""
    return run_matching() | {"at_once": run_at_once()}


RUNS = {"both": run_both}


def main():
    """Print the tables."""
    with of_size(PROVINCE) as name, copied(name) as copy:
        found = in_own_process("bench.nightly_province", "both", copy)
    rows = [bare_row(str(PROVINCE), found)]
    for side, spent in found["at_once"].items():
        for share in (0.5, 1.0):
            what = f"one {side} matched at once in it, p{share * 100:.0f}"
            rows.append(Row(what, percentile(spent, share)))
    print_table("Nightly matching of a province, database to database", rows)
    print(note(str(PROVINCE), found) + "\n")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        answer(RUNS)
    else:
        main()
