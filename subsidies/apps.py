"""App configuration."""

from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    """补贴资金."""

    name = "subsidies"
    verbose_name = "补贴资金"
