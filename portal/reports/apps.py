"""App configuration."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """报表."""

    name = "portal.reports"
    verbose_name = "报表"
