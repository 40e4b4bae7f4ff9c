"""What every test shares."""

import pytest

pytest_plugins = ["tests.hanging"]


@pytest.fixture(autouse=True)
def _no_leftover_cache():
    """Each test begins with an empty cache."""
    from django.core.cache import cache

    cache.clear()
    yield


@pytest.fixture
def sign_in(client):
    """sign_in(user) → the client, signed in as that user."""

    def do(user):
        client.force_login(user)
        return client

    return do
