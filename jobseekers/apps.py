"""App configuration."""

from django.apps import AppConfig


class JobseekersConfig(AppConfig):
    """求职者."""

    name = "jobseekers"
    verbose_name = "求职者"
