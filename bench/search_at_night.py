"""Search while the nightly matching runs on the same machine, beside the same search without it.

The night is a process like the worker of the heavy queue, which steps back (nice); it matches one
day after the other until the search has ended.
"""

import subprocess
import sys

from bench.cities import FACTORS, ROOT, answer, city, copied, environment, in_own_process
from bench.search import run_search
from bench.table import Row, percentile, print_table

STEP_BACK = ("nice", "-n", "10")
PATIENCE = 300  # seconds that a night may take to end


def run_nights():
    """Nights until standard input is closed; says when the first begins to match."""
    import select
    from datetime import timedelta

    from django.utils import timezone

    from jobseekers.services.matching import match_all

    print("begun", flush=True)
    nights = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        match_all(timezone.localdate() + timedelta(days=nights))
        nights += 1
    return {"nights": nights}


RUNS = {"search": run_search, "nights": run_nights}


def main():
    """Print the table."""
    with city(FACTORS[-1]) as name, copied(name) as copy:
        alone = in_own_process("bench.search_at_night", "search", copy)
        night = subprocess.Popen(
            [*STEP_BACK, sys.executable, "-m", "bench.search_at_night", "nights"],
            cwd=ROOT,
            env=environment(copy),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            night.stdout.readline()
            during = in_own_process("bench.search_at_night", "search", copy)
            said, _ = night.communicate(timeout=PATIENCE)
        finally:
            night.kill()
            night.wait(timeout=PATIENCE)
    rows = [
        Row(
            f"{during['vacancies']:,} live posts: search during a night, p{share * 100:.0f}",
            percentile(during["search"], share),
            "without",
            percentile(alone["search"], share),
            during["peak"],
        )
        for share in (0.5, 0.95)
    ]
    print_table("Search while the nightly matching runs", rows)
    print(f"Nights meanwhile: {said.strip().splitlines()[-1]}\n")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        answer(RUNS)
    else:
        main()
