"""Policies are loaded once; these tests need no database."""

import pytest

from subsidies.policy import load_policy_set


@pytest.fixture(scope="session")
def policy_set():
    """The policies of the product, templates included."""
    return load_policy_set(templates=True)
