"""manage.py select_demo_vacancies FOLDER: renew the shipped selection of vacancies."""

import csv
import gzip
import io
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.demo.selection import DATA, Selected, read_51job, read_boss, select
from portal.places.datafiles import read_rows


class Command(BaseCommand):
    """Reads the two published lists, writes vacancies.csv.gz and the counts of what was refused."""

    help = "由公开岗位数据重新生成演示岗位（去掉单位名和地名）"

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="放两份公开岗位 CSV 的文件夹")

    def handle(self, *args, folder: Path, **options):
        files = (folder / "boss-multicity-2022.csv", folder / "51job-it-2023.csv")
        missing = [file.name for file in files if not file.is_file()]
        if missing:
            raise CommandError(f"文件夹里没有 {'、'.join(missing)}。")
        rows = [*read_boss(files[0]), *read_51job(files[1])]
        divisions = ((r["code"], r["name"]) for r in read_rows("divisions.csv.gz"))
        selected, refused = select(rows, divisions)
        _write_gzip(DATA / "vacancies.csv.gz", [Selected._fields, *sorted(selected)])
        with (DATA / "vacancies_refused.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(["rows", "reason"])
            writer.writerows((count, reason) for reason, count in refused.most_common())
        self.stdout.write(f"读入 {len(rows):,}，选用 {len(selected):,}")
        for reason, count in refused.most_common():
            self.stdout.write(f"    {count:>6,}  {reason}")


def _write_gzip(path: Path, rows) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())
