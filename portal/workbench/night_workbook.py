"""A table of the last night's matching as a download."""

from django.conf import settings
from django.http import HttpResponse

from portal.reports.tables import Table
from portal.reports.workbook import as_bytes, workbook_response
from portal.ui.formatting import local


def night_workbook(table: Table, title: str, night) -> HttpResponse:
    """The table as a workbook, called by its title and the day of the night, a MatchGeneration."""
    day = local(night.created_at)
    line = f"{day:%Y-%m-%d %H:%M} 匹配的结果"
    content = as_bytes([table], line, settings.PORTAL_OFFICE, night.created_at)
    return workbook_response(content, f"{title} {day:%Y-%m-%d}.xlsx")
