"""App configuration."""

from django.apps import AppConfig


class HotlinesConfig(AppConfig):
    """服务与热线."""

    name = "hotlines"
    verbose_name = "服务与热线"
