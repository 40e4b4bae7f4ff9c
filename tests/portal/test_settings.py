"""Settings that would make a job never end are refused at the start, by name."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.settings import base


@pytest.mark.parametrize("value", ["0", "-5"])
def test_a_number_that_must_be_at_least_one(monkeypatch, value):
    monkeypatch.setenv("MATCH_PIECE_SEEKERS", value)
    with pytest.raises(ImproperlyConfigured, match=f"MATCH_PIECE_SEEKERS .* {value}"):
        base.at_least_one("MATCH_PIECE_SEEKERS", default=7)
    monkeypatch.setenv("MATCH_PIECE_SEEKERS", "1")
    assert base.at_least_one("MATCH_PIECE_SEEKERS", default=7) == 1
    monkeypatch.delenv("MATCH_PIECE_SEEKERS")
    assert base.at_least_one("MATCH_PIECE_SEEKERS", default=7) == 7
