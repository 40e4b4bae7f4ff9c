"""The weekly snapshot and the workbook made from it."""

import io
import os
import shutil
import subprocess
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from openpyxl import load_workbook

from enterprises.models import Enterprise, ShortageDeclaration
from portal.reports.models import ReportSnapshot
from portal.reports.services.files import weekly_workbook
from portal.reports.services.weekly import (
    SnapshotChanged,
    WeekNotBegun,
    make_week,
    make_weekly_snapshot,
)
from portal.reports.weeks import Week
from portal.runs.models import JobRun, RunState
from tests.factories import UserFactory, division

SHEETS = [
    "周调度汇总",
    "重点企业用工",
    "缺工企业清单",
    "人力资源供给清单",
    "人社服务专员清单",
    "政策清单",
    "稳岗返还筛查",
]


@pytest.fixture
def snapshot(small_city):
    """The city's snapshot of 2020-W12, made some days later."""
    return make_weekly_snapshot(2020, 12, "3204", now=small_city["after"])


def cells(content):
    """Every value of a workbook with its type and number format, by sheet."""
    book = load_workbook(io.BytesIO(content))
    return {
        sheet.title: [
            [(cell.value, cell.data_type, cell.number_format) for cell in row] for row in sheet
        ]
        for sheet in book
    }


def values(content, sheet):
    """The values of one sheet."""
    return [[value for value, _, _ in row] for row in cells(content)[sheet]]


def line(rows, first):
    """A row as {heading: value}, found by its first cell."""
    return next(dict(zip(rows[2], row, strict=True)) for row in rows[3:] if row[0] == first)


def test_figures_are_those_of_the_end_of_the_week(snapshot):
    _, content = weekly_workbook(snapshot)
    rows = values(content, "周调度汇总")
    wujin, xinbei, city = line(rows, "武进区"), line(rows, "新北区"), line(rows, "全市")
    assert (wujin["缺工人数"], wujin["上周末缺工"], wujin["比上周末"]) == (40, 52, -12)
    assert (wujin["本周招到"], wujin["上周招到"]) == (12, 8)
    assert (wujin["本周：平台招聘"], wujin["本周：点对点接返"], wujin["本周：招聘会"]) == (5, 7, 0)
    assert (wujin["重点企业（户）"], wujin["已有专员（户）"]) == (1, 1)
    assert (xinbei["缺工人数"], xinbei["上周末缺工"]) == (5, 70)
    assert (city["缺工人数"], city["本周招到"], city["缺工企业（户）"]) == (45, 12, 2)
    assert Decimal(str(city["本周补上比例"])) == Decimal("0.210526")
    assert rows[3][0] == "全市"


def test_a_key_enterprise_says_who_came_how_and_why_people_are_still_missing(snapshot):
    _, content = weekly_workbook(snapshot)
    rows = values(content, "重点企业用工")
    row = dict(zip(rows[2], rows[4], strict=True))
    assert row["企业名称"] == "=SUM(1)机械有限公司"
    assert row["重点名录"] == "重要国计民生"
    assert row["从业人员"] == 300
    assert row["招到渠道"] == "平台招聘 5 人、点对点接返 7 人"
    assert (row["本周招到"], row["还缺"], row["还缺的原因"]) == (12, 40, "订单增加")
    assert len(rows) == 5


def test_typed_text_is_never_a_formula(snapshot):
    _, content = weekly_workbook(snapshot)
    found = [
        cell
        for sheet in cells(content).values()
        for row in sheet
        for cell in row
        if cell[0] == "=SUM(1)机械有限公司"
    ]
    assert len(found) == 3
    assert {kind for _, kind, _ in found} == {"s"}
    book = load_workbook(io.BytesIO(content))
    assert book["重点企业用工"]["B5"].quotePrefix
    assert not book["重点企业用工"]["A5"].quotePrefix


def test_values_have_real_types_and_codes_are_text(snapshot):
    _, content = weekly_workbook(snapshot)
    rows = values(content, "缺工企业清单")
    row = dict(zip(rows[2], rows[4], strict=True))
    assert row["申报日期"].date() == date(2020, 3, 18)
    assert isinstance(row["月薪下限（元）"], int)
    assert isinstance(row["统一社会信用代码"], str)
    book = load_workbook(io.BytesIO(content))
    people = values(content, "人社服务专员清单")
    assert line(people, "武进区")["工作电话"] == "051980000001"
    assert book["稳岗返还筛查"]["H4"].number_format == "#,##0.00"
    assert book["周调度汇总"]["J4"].number_format == "0.0%"


def test_the_supply_list_counts_people_and_names_nobody(snapshot):
    _, content = weekly_workbook(snapshot)
    rows = values(content, "人力资源供给清单")
    assert line(rows, "武进区")["求职人数"] == 1
    assert line(rows, "合计")["就业困难人员"] == 1
    assert "测试乙" not in str(cells(content))


def test_every_sheet_follows_the_rules_of_paper(snapshot):
    _, content = weekly_workbook(snapshot)
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert "2020年第12周" in sheet["A1"].value
        assert sheet["A2"].value.startswith("全市・数据截至 2020-03-23 00:00・快照 2020-W12")
        assert "单位：" in sheet["A2"].value
        assert sheet["A3"].font.bold and sheet["A3"].fill.fgColor.rgb == "00E3EEF9"
        assert sheet["A3"].alignment.wrap_text
        assert sheet["A4"].font.bold
        assert sheet.freeze_panes == "B5"
        assert sheet.auto_filter.ref.startswith("A3:")
        assert sheet.print_title_rows == "$3:$3"
        setup = sheet.page_setup
        assert (setup.orientation, int(setup.paperSize)) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (setup.fitToWidth, setup.fitToHeight) == (1, 0)


def test_the_refund_sheet_says_its_base_year_and_that_nothing_was_screened(snapshot):
    _, content = weekly_workbook(snapshot)
    rows = values(content, "稳岗返还筛查")
    assert "还没有筛查过" in rows[1][0]
    assert rows[3][2] == 0


def test_the_workbook_is_the_same_whenever_it_is_made(snapshot):
    _, first = weekly_workbook(snapshot)
    Enterprise.objects.update(name="改了名的公司")
    ShortageDeclaration.objects.update(missing_total=9999)
    _, second = weekly_workbook(ReportSnapshot.objects.get(pk=snapshot.pk))
    assert cells(first) == cells(second)
    again = make_weekly_snapshot(2020, 12, "3204")
    assert (again.pk, again.sha256) == (snapshot.pk, snapshot.sha256)
    assert JobRun.objects.get(key="weekly:3204:2020-W12").state == RunState.DONE


def test_a_changed_snapshot_is_refused(snapshot):
    snapshot.data["tables"][0]["total"][4] = 1
    snapshot.save()
    with pytest.raises(SnapshotChanged, match="2020-W12"):
        weekly_workbook(ReportSnapshot.objects.get(pk=snapshot.pk))


def test_a_week_to_come_is_refused(db):
    division("3204")
    coming = Week.of(timezone.localdate() + timedelta(days=7))
    with pytest.raises(WeekNotBegun, match="还没有开始"):
        make_weekly_snapshot(coming.year, coming.number, "3204")
    assert not JobRun.objects.exists()


def test_a_run_that_failed_is_done_again(small_city, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("portal.reports.services.weekly.policy_list", lambda *a: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make_weekly_snapshot(2020, 12, "3204")
    assert JobRun.objects.get().state == RunState.FAILED
    assert not ReportSnapshot.objects.exists()
    make_weekly_snapshot(2020, 12, "3204")
    run = JobRun.objects.get()
    assert (run.state, run.attempts) == (RunState.DONE, 2)


def test_the_districts_get_their_own_snapshots_of_the_same_moment(small_city):
    made = make_week(Week.parse("2020-W12"), now=small_city["after"])
    assert made[0].region_id == "3204"
    by_region = {snapshot.region_id: snapshot for snapshot in made}
    assert {"320412", "320411"} < set(by_region)
    assert len({snapshot.data["cut"] for snapshot in made}) == 1
    _, content = weekly_workbook(by_region["320411"])
    assert "=SUM(1)机械有限公司" not in str(cells(content))
    rows = values(content, "周调度汇总")
    assert rows[3][0] == "新北区"
    assert line(rows, "新北区（没有写街道）")["缺工人数"] == 5


def test_the_command_writes_the_workbook(small_city, tmp_path, capsys):
    target = tmp_path / "周报.xlsx"
    call_command("weekly_report", week="2020-W12", out=target)
    assert load_workbook(target).sheetnames == SHEETS
    said = capsys.readouterr().out
    assert "2020年第12周" in said
    assert "数据截至 2020-03-23 00:00" in said


def test_the_command_says_what_is_wrong(small_city, tmp_path):
    with pytest.raises(CommandError, match="不是一周"):
        call_command("weekly_report", week="12")
    with pytest.raises(CommandError, match="没有写成"):
        call_command("weekly_report", week="2020-W12", out=tmp_path / "没有" / "周报.xlsx")


def test_libreoffice_opens_it_without_complaint(snapshot, tmp_path):
    soffice = shutil.which("soffice")
    if soffice is None:
        assert "CI" not in os.environ, "soffice is missing: .ci/run installs libreoffice-calc-nogui"
        pytest.skip("soffice is not installed: opening in LibreOffice was not tried")
    _, content = weekly_workbook(snapshot)
    path = tmp_path / "weekly.xlsx"
    path.write_bytes(content)
    done = subprocess.run(
        [
            soffice, "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--convert-to", "pdf", "--outdir", str(tmp_path), str(path),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr
    assert (tmp_path / "weekly.pdf").read_bytes().startswith(b"%PDF")


def test_the_task_makes_the_present_week_once(small_city):
    from portal.reports.tasks import weekly_report

    weekly_report.delay()
    weekly_report.delay()
    this = Week.of(timezone.localdate())
    assert ReportSnapshot.objects.filter(period=this.key, region_id="3204").count() == 1


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ({"city": True}, True),
        ({"auditor": True}, True),
        ({"administrator": True}, True),
        ({"district": True}, False),
        ({"commissioner_role": True}, False),
        ({"member": True}, False),
    ],
)
def test_who_sees_the_citys_snapshot(snapshot, who, sees):
    user = UserFactory(**who)
    assert ReportSnapshot.objects.visible_to(user).exists() is sees
