"""``manage.py occupation code``: codes a CSV file of job titles."""

import csv
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.places.coder import Coded, code_titles

_ADDED = ("minor_code", "confidence", "candidates")


class Command(BaseCommand):
    help = "按岗位名称给出职业小类：occupation code --in titles.csv --out coded.csv"

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        code = actions.add_parser("code", help="给 CSV 里的岗位名称编职业小类")
        code.add_argument(
            "--in",
            dest="source",
            type=Path,
            required=True,
            metavar="FILE",
            help="UTF-8 的 CSV，要有 title 列",
        )
        code.add_argument(
            "--out",
            dest="target",
            type=Path,
            required=True,
            metavar="FILE",
            help="写到这里：原有各列，加 minor_code、confidence、candidates",
        )

    def handle(self, *args, **options) -> None:
        source, target = options["source"], options["target"]
        header, rows = _read(source)
        coded = code_titles([row["title"] or "" for row in rows])
        kept = [name for name in header if name not in _ADDED]
        _write(target, [*kept, *_ADDED], _filled(rows, coded))
        done = sum(result.minor_code is not None for result in coded)
        share = f"（{done / len(rows):.1%}）" if rows else ""
        self.stdout.write(f"共 {len(rows)} 个岗位名称，编出 {done} 个{share}，写入 {target}")


def _read(source: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        with source.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            header = list(reader.fieldnames or [])
            if "title" not in header:
                raise CommandError(f"{source}：第一行要有 title 这一列", returncode=2)
            rows = list(reader)
    except OSError as error:
        raise CommandError(f"{source}：打不开（{error.strerror}）") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{source}：不是 UTF-8 编码的文件，请另存为 UTF-8") from error
    for number, row in enumerate(rows, start=1):
        if None in row:
            raise CommandError(f"{source}：第 {number} 条的列数比表头多")
    return header, rows


def _filled(rows: list[dict[str, str]], coded: list[Coded]) -> Iterator[dict[str, str]]:
    for row, result in zip(rows, coded, strict=True):
        yield row | {
            "minor_code": result.minor_code or "",
            "confidence": f"{result.confidence:.2f}",
            "candidates": "|".join(
                f"{code} {name} {confidence:.2f}" for code, name, confidence in result.candidates
            ),
        }


def _write(target: Path, header: list[str], rows: Iterator[dict[str, str]]) -> None:
    """Write beside the target and rename, so that a failure leaves no half file."""
    try:
        descriptor, name = tempfile.mkstemp(dir=target.absolute().parent, suffix=".csv")
    except OSError as error:
        raise CommandError(f"{target}：写不进去（{error.strerror}）") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, header, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
