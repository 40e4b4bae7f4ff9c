"""manage.py screen_refunds: the nightly screening, by hand."""

from datetime import date

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.refused import Refused
from portal.runs.services import AlreadyRunning
from portal.ui.formatting import cn_datetime, wan
from subsidies.enums import Outcome
from subsidies.policy import PolicyError
from subsidies.services.screening import screen_refunds


def _day(text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"日期“{text}”要写成 2020-04-01 这样。") from None


class Command(BaseCommand):
    """Screens every insured enterprise of the city for the refunds of one base year."""

    help = "按社保记录筛查全市企业的稳岗返还。"

    def add_arguments(self, parser):
        """The year whose records count, and the day whose policies apply."""
        parser.add_argument("--base-year", type=int, default=settings.REFUND_BASE_YEAR)
        parser.add_argument("--legal-date", type=_day, default=settings.REFUND_LEGAL_DATE)
        parser.add_argument("--region", default=settings.CITY_CODE, help="区划代码前缀，如 3204")
        parser.add_argument(
            "--again", action="store_true", help="今天已经筛查过也再算一次；没有变化就不写"
        )

    def handle(self, *, base_year, legal_date, region, again, **options):
        """Run it and say what came out."""
        self.stdout.write(f"{base_year} 年度，按 {legal_date.year} 年文件（法定日期 {legal_date}）")
        try:
            result = screen_refunds(
                base_year, legal_date, region=region, report=self.stdout.write, again=again
            )
        except AlreadyRunning:
            raise CommandError("筛查正在运行，请等它做完。") from None
        except Refused as error:
            raise CommandError("".join(error.messages)) from None
        except PolicyError as error:
            raise CommandError(f"政策或本地参数有误：{error}") from None
        self._say(result)

    def _say(self, result):
        run = result.screening
        when = cn_datetime(run.created_at, timezone.localdate())
        if not result.changed:
            self.stdout.write(f"与上次相同，没有变化（第 {run.number} 次，{when}）。")
        for outcome in Outcome:
            cell = run.totals["by_outcome"].get(outcome.value, {"count": 0, "fen": 0})
            money = f"，{wan(cell['fen'])}" if cell["fen"] else ""
            self.stdout.write(f"  {outcome.label}：{cell['count']} 户{money}")
        without = run.source_rows["without_records"]
        self.stdout.write(f"  没有 {run.base_year} 年缴费记录、不在筛查范围：{without} 户")
        vanished = run.source_rows.get("records_vanished")
        if vanished:
            self.stdout.write(f"  筛查过、现行数据里已没有的：{vanished} 户，转待核实")
        missing = run.source_rows["months_missing"]
        if missing:
            self.stdout.write(f"  缺缴费月 {missing} 条，涉及的企业转待核实")
