"""The weekly workbook and the workbooks of the four lists."""

from datetime import datetime

from django.conf import settings

from portal.reports.areas import Scope
from portal.reports.models import ReportSnapshot
from portal.reports.weeks import Week
from portal.reports.workbook import as_bytes
from portal.ui.formatting import local

from .lists import FOUR_LISTS, list_tables
from .weekly import cut_of, tables_of


def _as_of(moment: datetime) -> str:
    return f"数据截至 {local(moment):%Y-%m-%d %H:%M}"


def weekly_workbook(snapshot: ReportSnapshot) -> tuple[str, bytes]:
    """(file name, workbook) of a snapshot, from nothing but the snapshot.

    Raises services.weekly.SnapshotChanged when the snapshot is not what its hash says.
    """
    tables = tables_of(snapshot)
    week, place = Week.parse(snapshot.period), snapshot.data["region_name"]
    dated = [_dated(table, week) for table in tables]
    line = "・".join(
        [
            place,
            _as_of(cut_of(snapshot)),
            f"快照 {snapshot.period}（校验码 {snapshot.sha256[:8].upper()}）",
        ]
    )
    content = as_bytes(dated, line, settings.PORTAL_OFFICE, snapshot.created_at)
    return f"{place}就业工作周报 {week.year}年第{week.number}周.xlsx", content


def _dated(table, week):
    """The same sheet with the week in its title."""
    return type(table)(
        table.name,
        f"{table.title} {week.label}",
        table.units,
        table.columns,
        table.rows,
        table.total,
        table.notes,
    )


def list_workbook(key: str, scope: Scope, now: datetime) -> tuple[str, bytes]:
    """(file name, workbook) of one of the four lists as it is now; KeyError for another key."""
    tables = list_tables(key, scope, now)
    name = next(one.name for one in FOUR_LISTS if one.key == key)
    line = f"{scope.name}・{_as_of(now)}"
    content = as_bytes(tables, line, settings.PORTAL_OFFICE, now)
    return f"{scope.name}{name} {local(now):%Y-%m-%d}.xlsx", content
