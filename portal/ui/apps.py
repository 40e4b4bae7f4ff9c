"""The look of the portal: tags, formatting, navigation."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """No models; templates live in the project's templates folder."""

    name = "portal.ui"
    label = "ui"
    verbose_name = "页面部件"
