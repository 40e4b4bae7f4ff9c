"""App configuration."""

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """工作台."""

    name = "portal.workbench"
    verbose_name = "工作台"
