"""A client that speaks JSON."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.subsidies.conftest import city, insured, screen

__all__ = ["api", "city", "insured", "queries_of", "screen"]


@pytest.fixture
def api():
    """api(user or None) → a client signed in as that user, with CSRF not asked."""

    def make(user=None, **options):
        client = APIClient(**options)
        if user is not None:
            client.force_login(user)
        return client

    return make


@pytest.fixture
def queries_of():
    """queries_of(client, address) → how many statements the answer took."""

    def count(client, address):
        client.get(address)
        with CaptureQueriesContext(connection) as done:
            assert client.get(address).status_code == 200
        return len(done)

    return count
