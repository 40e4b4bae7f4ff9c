"""``manage.py match offline``: two CSV files in, recommendations and figures out; no database."""

from argparse import ArgumentTypeError
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

_SHOWN = 200


def _between(least: int, most: int):
    """A reader of whole numbers for argparse."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise ArgumentTypeError(f"应是 {least} 到 {most} 的整数")
        return number

    return read


class Command(BaseCommand):
    help = (
        "撮合两份 CSV：match offline --vacancies V.csv --seekers S.csv --out E.csv --metrics M.json"
    )
    requires_system_checks = []  # it must run where no database can be reached

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        offline = actions.add_parser("offline", help="从文件到文件，不用数据库")
        for name, what in (
            ("vacancies", "岗位 CSV"),
            ("seekers", "求职者 CSV"),
            ("out", "推荐结果写到这里，CSV"),
            ("metrics", "各项指标写到这里，JSON"),
        ):
            offline.add_argument(f"--{name}", type=Path, required=True, metavar="FILE", help=what)
        offline.add_argument(
            "--cap", type=_between(1, 1000), default=10, help="每招 1 人最多推荐给几人，默认 10"
        )
        offline.add_argument(
            "--per-seeker", type=_between(1, 100), default=10, help="每人最多几个推荐，默认 10"
        )

    def handle(self, *args, **options) -> None:
        # The kernel is loaded here so that --help and other commands do not wait for it.
        from jobseekers.matching import MatchSettings
        from jobseekers.matching.offline.run import FileError, Paths, WrongHeader, run_offline
        from portal.places.coder import code_title, fine_occupation

        def code(titles: list[str]) -> list[str | None]:
            return [fine_occupation(title) or code_title(title).minor_code for title in titles]

        paths = Paths(*(options[name] for name in ("vacancies", "seekers", "out", "metrics")))
        settings = MatchSettings(per_seeker=options["per_seeker"], cap=options["cap"])
        try:
            report = run_offline(paths, settings, code)
        except WrongHeader as error:
            raise CommandError(str(error), returncode=2) from error
        except FileError as error:
            raise CommandError(str(error)) from error
        for name, rejects in report.rejects.items():
            self._list(name, rejects, paths.rejects)
        figures = report.figures
        self.stdout.write(
            f"岗位 {figures['vacancies']} 个、求职者 {figures['seekers']} 人，"
            f"推荐 {figures['edges']} 条，用时 {figures['seconds']['total']:.1f} 秒，"
            f"写入 {paths.out} 和 {paths.metrics}"
        )

    def _list(self, name: str, rejects, everything: Path) -> None:
        """Bad rows on stderr, the first of them in full."""
        for row in rejects.rows[:_SHOWN]:
            column = f" {row.column}" if row.column else ""
            self.stderr.write(f"{name} 第 {row.line} 行{column}：{row.reason}")
        if len(rejects) > _SHOWN:
            self.stderr.write(f"{name} 还有 {len(rejects) - _SHOWN} 行有问题")
        if len(rejects):
            self.stderr.write(f"{name} 共 {len(rejects)} 行没有参加匹配，全部列在 {everything}")
