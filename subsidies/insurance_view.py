"""What the insurance pages show: which month is there, how far an import is, totals as a table."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone

from portal.reports.tables import Column, Table
from portal.runs.models import JobRun, RunState
from portal.runs.services import interrupted
from subsidies.enums import ImportState, InsuranceKind
from subsidies.models import InsuranceImport, InsuranceReopening
from subsidies.services.insurance.importing import JOB

PART = 100_000  # lines of one workbook of rejections
_PATIENCE = timedelta(minutes=10)


@dataclass
class Cell:
    """One month of one kind: what is current, whether it is re-opened, what was superseded."""

    month: date
    kind: str
    current: list = field(default_factory=list)
    reopened: list = field(default_factory=list)
    superseded: int = 0

    @property
    def label(self):
        """The kind's name."""
        return InsuranceKind(self.kind).label

    @property
    def short(self):
        """The kind's name where there is little room."""
        return self.label.removesuffix("人员")


def years(imports) -> list[int]:
    """Years that have a file, and this one, newest first."""
    found = {month.year for month in imports.dates("first_month", "year")}
    return sorted(found | {timezone.localdate().year}, reverse=True)


def grid(user, year: int) -> list[tuple[date, list[Cell]]]:
    """The twelve months of a year with a cell for each kind."""
    january, december = date(year, 1, 1), date(year, 12, 1)
    cells = {
        (month, kind): Cell(date(year, month, 1), kind)
        for month in range(1, 13)
        for kind in InsuranceKind.values
    }
    imports = InsuranceImport.objects.visible_to(user).filter(
        state__in=[ImportState.CURRENT, ImportState.SUPERSEDED],
        first_month__lte=december,
        last_month__gte=january,
    )
    for one in imports.select_related("region").order_by("region", "pk"):
        first = max(one.first_month, january).month
        for month in range(first, min(one.last_month, december).month + 1):
            cell = cells[month, one.kind]
            if one.state == ImportState.CURRENT:
                cell.current.append(one)
            else:
                cell.superseded += 1
    opened = InsuranceReopening.objects.filter(
        used_by=None, month__range=(january, december), region__code__startswith=user.region_scope
    )
    for one in opened.select_related("region", "opened_by"):
        cells[one.month.month, one.kind].reopened.append(one)
    return [
        (date(year, month, 1), [cells[month, kind] for kind in InsuranceKind.values])
        for month in range(1, 13)
    ]


@dataclass(frozen=True)
class Waiting:
    """How far a waiting import is. share: whole percent, None when nobody knows."""

    at_work: bool
    stopped: bool
    share: int | None
    done: int


def waiting(record: InsuranceImport) -> Waiting:
    """What the job of the record's month says; stopped when nobody is at it any more."""
    key = f"{JOB}:{record.kind}:{record.first_month:%Y-%m}"
    job = JobRun.objects.filter(key=key, state=RunState.RUNNING).first()
    if job is None:
        late = timezone.now() - record.imported_at > _PATIENCE
        return Waiting(at_work=False, stopped=late, share=None, done=0)
    if interrupted([job]):
        return Waiting(at_work=False, stopped=True, share=None, done=0)
    done, total = job.progress.get("done", 0), job.progress.get("total", 0)
    return Waiting(True, False, done * 100 // total if total else None, done)


def totals(record: InsuranceImport) -> list[dict]:
    """The sums of the file's money columns, in the order of the file's kind."""
    return list(record.sums.values())


def parts(record: InsuranceImport) -> list[tuple[int, int, int]]:
    """(number, first, last) of the workbooks the rejections fill, counted in rejected values."""
    count = record.rejections.count()
    return [
        (number, start + 1, min(start + PART, count))
        for number, start in enumerate(range(0, count, PART), 1)
    ]


def rejections_table(record: InsuranceImport, part: int) -> Table:
    """One part of the rejections as a table for a workbook."""
    start = (part - 1) * PART
    rows = record.rejections.values_list("line", "column", "value", "reason")
    return Table(
        "退回行",
        f"退回行：{record.source}",
        "行号是文件里的行号",
        (
            Column("行号", "count"),
            Column("列", "text", wide=20),
            Column("内容（已掩码）", "text", wide=24),
            Column("原因", "text", wide=60),
        ),
        [list(row) for row in rows[start : start + PART]],
    )
