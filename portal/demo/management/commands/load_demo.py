"""manage.py load_demo: the demo city."""

import datetime

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.demo.city import generate
from portal.demo.loading import CityNotEmpty, load_city
from portal.runs.services import AlreadyDone, AlreadyRunning

SEED = 20200325


class Command(BaseCommand):
    """Loads the demo city once; a second run changes nothing."""

    help = "导入演示城市（企业、岗位、求职者、社保记录都是虚构的）"

    def add_arguments(self, parser):
        parser.add_argument("--size", type=float, default=1.0, help="规模倍数，1 是演示城市")
        parser.add_argument("--seed", type=int, default=SEED, help="随机种子，相同则数据相同")
        parser.add_argument(
            "--today", type=datetime.date.fromisoformat, help="以哪一天为今天，如 2026-03-25"
        )

    def handle(self, *args, size, seed, today, **options):
        if not settings.DEMO_CITY:
            raise CommandError("没有开启演示城市（DEMO_CITY），不导入。")
        if not 0.01 <= size <= 100:
            raise CommandError("规模倍数要在 0.01 到 100 之间。")
        city = generate(size, seed, today or timezone.localdate())
        try:
            report = load_city(city, self.stdout.write)
        except AlreadyDone as done:
            counts = done.run.counts
            self.stdout.write(
                f"演示城市已经在了：{counts['enterprises']:,} 家企业、{counts['vacancies']:,} 个岗位、"
                f"{counts['seekers']:,} 位求职者，以 {counts['today']} 为今天。没有改动。"
            )
            return
        except AlreadyRunning as error:
            raise CommandError("另一个进程正在导入演示城市，请等它结束。") from error
        except CityNotEmpty as error:
            raise CommandError(str(error)) from error
        for line in report.lines():
            self.stdout.write(line)
