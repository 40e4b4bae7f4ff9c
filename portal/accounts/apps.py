"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """用户与权限."""

    name = "portal.accounts"
    verbose_name = "用户与权限"
