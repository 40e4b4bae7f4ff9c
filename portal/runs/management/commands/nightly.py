"""manage.py nightly: the jobs of a night, one after the other, with progress."""

from django.core.management.base import BaseCommand, CommandError

from portal.runs.nightly import jobs
from portal.runs.services import describe, once

WORDS = {
    "done": "完成",
    "already_done": "今天已经做过，没有变化",
    "already_running": "另一个进程正在做，没有重复",
}


class Command(BaseCommand):
    """Every job of the night; a second time the same day changes nothing."""

    help = "依次运行夜间任务：匹配、稳岗返还筛查、岗位订阅、三周未答复提醒等。"

    def handle(self, *args, **options):
        """Exit status 1 when a job failed; the others still run."""
        failed = []
        for label, job in jobs():
            self.stdout.write(f"{label} …")
            try:
                outcome = once(job, report=self.stdout.write)
            except Exception as error:
                self.stderr.write(f"{label}：失败，{describe(error)}")
                failed.append(label)
            else:
                self.stdout.write(f"{label}：{WORDS[outcome]}")
        if failed:
            raise CommandError(f"{len(failed)} 项任务失败：{'、'.join(failed)}")
