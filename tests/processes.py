"""Processes of the portal beside the test's own, on the same database."""

import os
from urllib.parse import urlsplit

from django.db import connection


def environment():
    """The environment of a process that works on the test's database."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return os.environ | {
        "DATABASE_URL": url.geturl(),
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
    }
