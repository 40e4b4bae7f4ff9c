"""manage.py import_insurance FILE --period YYYY-MM: one file of social-insurance records."""

import re
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.accounts.models import User
from portal.places.models import Division
from portal.refused import Refused
from portal.ui.formatting import thousands, yuan
from subsidies.enums import ImportState, InsuranceKind
from subsidies.models import InsuranceMapping
from subsidies.services.insurance.importing import import_file

# Besides 0 and Django's 1 (the command could not be understood).
NOTHING_TAKEN, REFUSED = 2, 3
_SHOWN = 10


class Command(BaseCommand):
    """导入一个社保数据文件."""

    help = (
        "导入一个社保数据文件（CSV 或 xlsx）。退出码：0 已导入（或早已导入），"
        "2 每一行都有错误，3 文件或月份不符合要求，没有导入。"
    )

    def add_arguments(self, parser):
        """Arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--period", required=True, help="费款所属期，例如 2019-12")
        parser.add_argument("--kind", choices=InsuranceKind.values, default="person_month")
        parser.add_argument("--region", default=settings.CITY_CODE, help="区划代码，默认全市")
        parser.add_argument("--mapping", help="列名对应的名称")
        parser.add_argument("--by", help="导入人的用户名")

    def handle(self, file, period, kind, region, mapping, by, **options):
        """Import, then say what came of it."""
        month = _month(period)
        place = _one(Division.objects.filter(code=region), f"没有区划 {region}。")
        saved = mapping and _one(
            InsuranceMapping.objects.filter(kind=kind, name=mapping),
            f"没有名为“{mapping}”的列名对应。",
        )
        person = by and _one(User.objects.filter(username=by), f"没有用户 {by}。")
        if not file.is_file():
            raise CommandError(f"没有文件 {file}。")
        try:
            record, repeated = import_file(
                file, kind, month, place, mapping=saved, by=person, report=self.stdout.write
            )
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=REFUSED) from refusal
        if repeated:
            self.stdout.write("这个文件早已导入，没有改动。")
        self._tell(record)
        if record.state == ImportState.REFUSED:
            raise CommandError(record.error, returncode=NOTHING_TAKEN)

    def _tell(self, record):
        write = self.stdout.write
        write(
            f"{record.get_kind_display()} {record.first_month:%Y-%m}："
            f"{record.get_state_display()}（{record.encoding}，SHA-256 {record.sha256}）"
        )
        write(
            f"行数 {thousands(record.lines)} ＝ 接收 {thousands(record.accepted)}"
            f" ＋ 退回 {thousands(record.rejected)}"
        )
        for sums in record.sums.values():
            write(
                f"{sums['label']} {yuan(sums['file'])} 元 ＝ 接收 {yuan(sums['accepted'])} 元"
                f" ＋ 退回 {yuan(sums['rejected'])} 元；读不出 {thousands(sums['unreadable'])} 行"
            )
        for one in record.rejections.all()[:_SHOWN]:
            where = f"第 {one.line} 行" + (f"，{one.column}" if one.column else "")
            write(f"  {where}：{one.reason}" + (f"（{one.value}）" if one.value else ""))
        if record.rejected > _SHOWN:
            write("  其余退回行在“社保数据”页面查看或下载。")


def _month(text):
    found = re.fullmatch(r"(\d{4})-(\d{2})", text)
    try:
        return date(int(found[1]), int(found[2]), 1)
    except (TypeError, ValueError) as error:
        raise CommandError(f"月份要写成 2019-12，现在是 {text}。") from error


def _one(rows, missing):
    row = rows.first()
    if row is None:
        raise CommandError(missing)
    return row
