"""The demo city."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Generates and loads the demo city; holds no models."""

    name = "portal.demo"
    label = "demo"
    verbose_name = "演示城市"
