"""manage.py weekly_report: the snapshot of a week and, when asked, its workbook."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.reports.services.files import weekly_workbook
from portal.reports.services.weekly import SnapshotChanged, WeekNotBegun, cut_of, make_week
from portal.reports.weeks import Week
from portal.runs.services import AlreadyRunning
from portal.ui.formatting import local


class Command(BaseCommand):
    """Makes the snapshots of the city and its districts once; a second time reads them."""

    help = "生成一周的周调度快照（全市和各地区），用 --out 另存工作簿。"

    def add_arguments(self, parser):
        parser.add_argument("--week", help="哪一周，如 2020-W12；不写就是本周")
        parser.add_argument("--out", type=Path, help="全市工作簿存成哪个文件，如 周报.xlsx")

    def handle(self, *args, week, out, **options):
        """Exit status 1 with a sentence when the week is wrong or the file cannot be written."""
        now = timezone.now()
        try:
            chosen = Week.parse(week) if week else Week.of(timezone.localdate(now))
            snapshots = make_week(chosen, self.stdout.write, now)
            city = snapshots[0]
            name, content = weekly_workbook(city)
            if out:
                out.write_bytes(content)
        except (ValueError, WeekNotBegun, SnapshotChanged) as error:
            raise CommandError(str(error)) from error
        except AlreadyRunning as error:
            raise CommandError("另一个进程正在生成这一周的周报，请等它结束。") from error
        except OSError as error:
            raise CommandError(f"工作簿没有写成：{out}，{error.strerror}。快照已保存。") from error
        self.stdout.write(
            f"{chosen.label}：快照 {len(snapshots)} 份（全市和各地区），"
            f"数据截至 {local(cut_of(city)):%Y-%m-%d %H:%M}，生成于 {local(city.created_at):%Y-%m-%d %H:%M}"
        )
        for table in city.data["tables"]:
            self.stdout.write(f"  {table['name']}：{len(table['rows']):,} 行")
        if out:
            self.stdout.write(f"工作簿：{out}（{len(content):,} 字节）")
