"""``manage.py occupation code``: codes a CSV file of job titles."""

from pathlib import Path
from time import process_time

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from portal.places.coder import default_coder
from portal.places.title_coding import coder_in_force
from portal.places.title_files import BadTitleFile, code_file


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
            help="CSV（UTF-8 或 GB18030），要有 title 列；有 duties 列就一起看",
        )
        code.add_argument(
            "--out",
            dest="target",
            type=Path,
            required=True,
            metavar="FILE",
            help="写到这里：原有各列，加 minor_code（没有把握的空着）、confidence（0 到 1）、"
            "candidates（最多三个“代码 名称 把握”，用 | 隔开）",
        )
        code.add_argument(
            "--no-corrections",
            dest="corrections",
            action="store_false",
            help="只用同义词表，不用工作人员的职业编码更正",
        )

    def handle(self, *args, **options) -> None:
        coder, note = self._coder(options["corrections"])
        begun = process_time()
        try:
            done = code_file(options["source"], options["target"], coder)
        except BadTitleFile as error:
            raise CommandError(str(error), returncode=error.exit_code) from error
        seconds = process_time() - begun
        if done.lossy:
            self.stderr.write(
                f"有 {done.lossy} 个名称里有读不出的字（第一个在第 {done.first_lossy} 行），"
                "按读得出的编了。"
            )
        share = f"（{done.coded / done.titles:.1%}）" if done.titles else ""
        self.stdout.write(
            f"共 {done.titles} 个岗位名称：编出 {done.coded} 个{share}，"
            f"没有把握 {done.titles - done.coded} 个；"
            f"单核每秒 {done.titles / max(seconds, 0.001):,.0f} 个；{note}写入 {options['target']}"
        )

    def _coder(self, with_corrections):
        if not with_corrections:
            return default_coder(), "没有用更正；"
        try:
            coder = coder_in_force()
        except DatabaseError:
            self.stderr.write("读不到数据库里的职业编码更正，这次只用同义词表。")
            return default_coder(), "没有用更正；"
        return coder, f"更正 {len(coder.corrections)} 条；" if coder.corrections else ""
