"""App configuration."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """代码表."""

    name = "portal.places"
    verbose_name = "代码表"
