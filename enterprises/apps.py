"""App configuration."""

from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    """企业用工."""

    name = "enterprises"
    verbose_name = "企业用工"
