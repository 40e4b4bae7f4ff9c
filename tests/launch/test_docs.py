"""The list of settings is complete: nobody finds a switch only by reading the code."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_variable_the_settings_read_is_documented():
    read = set()
    for path in (ROOT / "portal" / "settings").glob("*.py"):
        read |= set(re.findall(r"\benv(?:\.\w+)?\(\s*\"(\w+)\"", path.read_text()))
    assert "DATABASE_URL" in read
    documented = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text()))
    assert read - documented == set()


def test_every_make_target_is_documented():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    documented = set(re.findall(r"`make ([a-z-]+)`", (ROOT / "docs" / "operations.md").read_text()))
    assert targets - documented == set()
