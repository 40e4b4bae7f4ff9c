"""Import of a person-month file beside a bare COPY of the same file, and its memory.

The file is that of a city's month: 1,440,000 lines of the generator, and a sixth of it, so that
the memory of both can be compared. The baseline copies it as CSV into a plain table of text
columns. The import reads, checks, hashes, stores and indexes every line.
"""

import sys
import tempfile
from datetime import date
from pathlib import Path

from bench.cities import SEED, answer, city, copied, in_own_process
from bench.table import Row, measured, print_table

LINES = 1_440_000
MONTH = date(2020, 1, 1)  # after the months the city is loaded with
RUNS_OF = {"full": LINES, "sixth": LINES // 6}


def _file(folder, lines):
    """The file and its number of bytes."""
    from enterprises.models import Enterprise
    from portal.demo.insurance_files import person_month_file

    codes = list(Enterprise.objects.order_by("pk").values_list("credit_code", flat=True))
    path = Path(folder) / f"{lines}.csv"
    with path.open("wb") as file:
        for piece in person_month_file(lines, codes, MONTH, SEED):
            file.write(piece)
    return path


def _copy(path):
    """Seconds of the bare COPY."""
    from django.db import connection, transaction

    from portal.demo.insurance_files import HEADINGS

    columns = ", ".join(f"c{number} text" for number in range(len(HEADINGS)))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_bare ({columns})")
        with measured() as run, transaction.atomic(), path.open("rb") as file:
            cursor.copy_expert(
                "COPY bench_bare FROM STDIN (FORMAT csv, HEADER true)", file, size=1 << 18
            )
        cursor.execute("DROP TABLE bench_bare")
    return run.seconds


def _run(lines):
    from django.conf import settings

    from portal.places.models import Division
    from subsidies.services.insurance.importing import import_file

    with tempfile.TemporaryDirectory() as folder:
        path = _file(folder, lines)
        bare = _copy(path)
        region = Division.objects.get(pk=settings.CITY_CODE)
        with measured() as run:
            record = import_file(path, "person_month", MONTH, region).record
        assert (record.state, record.accepted) == ("current", lines)
        size = path.stat().st_size
    return {"seconds": run.seconds, "peak": run.peak_bytes, "bare": bare, "bytes": size}


RUNS = {name: lambda lines=lines: _run(lines) for name, lines in RUNS_OF.items()}


def main():
    """Print the table."""
    rows = []
    with city(1) as name:
        for run, lines in RUNS_OF.items():
            with copied(name) as copy:
                found = in_own_process("bench.insurance_import", run, copy)
            label = f"{lines:,} lines, {found['bytes'] / 1024**2:,.0f} MiB"
            rows.append(Row(label, found["seconds"], "bare COPY", found["bare"], found["peak"]))
    print_table("Import of a month's insured persons", rows)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        answer(RUNS)
    else:
        main()
