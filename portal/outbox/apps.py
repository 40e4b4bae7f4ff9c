"""App configuration."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """消息."""

    name = "portal.outbox"
    verbose_name = "消息"
