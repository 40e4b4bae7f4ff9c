"""Celery tasks of the reports."""

from celery import shared_task
from django.utils import timezone

from portal.reports.services.weekly import make_week
from portal.reports.weeks import Week
from portal.runs.services import once


@shared_task
def weekly_report(week: str = ""):
    """Thursday: the snapshots of the present week (or of one written 2020-W12)."""
    return once(make_week, Week.parse(week) if week else Week.of(timezone.localdate()))
