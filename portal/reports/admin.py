"""Report snapshots, to look at."""

from django.contrib import admin

from portal.back_office.tables import TableAdmin

from .models import ReportSnapshot


@admin.register(ReportSnapshot)
class ReportSnapshotAdmin(TableAdmin):
    """报表快照."""

    list_display = ["kind", "period", "region", "sha256", "created_at"]
    list_filter = ["kind"]
    search_fields = ["period"]
