"""Runs of the jobs, to look at."""

from django.contrib import admin

from portal.back_office.tables import TableAdmin

from .models import JobRun


@admin.register(JobRun)
class JobRunAdmin(TableAdmin):
    """运行记录."""

    list_display = ["key", "kind", "state", "started_at", "finished_at", "attempts"]
    list_filter = ["kind", "state", "started_at"]
    search_fields = ["key"]
