"""App configuration."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """运行记录."""

    name = "portal.runs"
    verbose_name = "运行记录"
