"""The third-party files are those listed, unchanged, and the list is complete."""

import json
import re

from portal.ui.icons import ICONS
from portal.ui.vendoring import MANIFEST, ROOT, SPRITE, sha256, vendored_paths

PACKAGES = json.loads(MANIFEST.read_text())["packages"]


def test_every_listed_file_has_its_checksum():
    for package in PACKAGES:
        for entry in package["files"]:
            assert sha256(ROOT / entry["path"]) == entry["sha256"], entry["path"]


def test_no_file_is_unlisted_and_none_is_missing():
    listed = {entry["path"] for package in PACKAGES for entry in package["files"]}
    assert vendored_paths() == listed


def test_every_package_names_version_licence_and_source_and_ships_its_licence():
    for package in PACKAGES:
        assert package["version"] and package["licence"] and package["source"]
        names = [entry["path"].rsplit("/", 1)[1] for entry in package["files"]]
        assert "LICENSE" in names, package["name"]


def test_the_sprite_holds_exactly_the_icons_used():
    found = re.findall(r'<symbol id="([a-z0-9-]+)"', SPRITE.read_text())
    assert sorted(found) == sorted(ICONS)


def test_no_source_map_is_asked_for():
    """A missing map would stop the static files from being collected under hashed names."""
    for path in vendored_paths():
        if path.startswith("static/") and path.endswith((".js", ".css")):
            assert "sourceMappingURL" not in (ROOT / path).read_text(), path
