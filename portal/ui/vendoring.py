"""Build the icon sprite and the list of third-party files with their checksums.

Run from the project's root after adding an icon or replacing a vendored file:

    python -m portal.ui.vendoring                    # checksums only
    python -m portal.ui.vendoring path/to/package    # first the sprite, from an unpacked
                                                     # @tabler/icons package, then checksums

`static/vendor/VENDOR.json` says of every package its name, version, licence and source; this
module only fills in each file's SHA-256. A test holds the folder against the list.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

from portal.ui.icons import ICONS

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "static" / "vendor" / "VENDOR.json"
SPRITE = ROOT / "static" / "vendor" / "tabler" / "icons.svg"

# Folders whose every file must be listed, beside the folder of the manifest itself.
VENDOR_FOLDERS = ("static/vendor", "tests/browser/vendor")


def sha256(path: Path) -> str:
    """The file's SHA-256 as lower-case hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def vendored_paths(root: Path = ROOT) -> set[str]:
    """Every file in the vendor folders, relative to the root, except the manifest."""
    return {
        path.relative_to(root).as_posix()
        for folder in VENDOR_FOLDERS
        for path in (root / folder).rglob("*")
        if path.is_file() and path.name != MANIFEST.name
    }


def symbol(name: str, svg: str) -> str:
    """One icon file of the package as a `<symbol>`, its empty bounding path left out."""
    paths = re.findall(r"<(?:path|circle|rect|line|polyline|ellipse)\b[^>]*?/>", svg)
    shapes = "".join(" ".join(path.split()) for path in paths if 'd="M0 0h24v24H0z"' not in path)
    if not shapes:
        raise ValueError(f"{name}: no shape found")
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        f'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>'
    )


def write_sprite(package: Path) -> None:
    """Write the sprite of ICONS from an unpacked `@tabler/icons` package."""
    outline = package / "icons" / "outline"
    symbols = [symbol(name, (outline / f"{name}.svg").read_text()) for name in sorted(ICONS)]
    SPRITE.parent.mkdir(parents=True, exist_ok=True)
    SPRITE.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    )


def write_checksums() -> None:
    """Fill in the checksum of every file the manifest names; complain of any it does not."""
    manifest = json.loads(MANIFEST.read_text())
    named: set[str] = set()
    for package in manifest["packages"]:
        for entry in package["files"]:
            entry["sha256"] = sha256(ROOT / entry["path"])
            named.add(entry["path"])
    MANIFEST.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
    unnamed = vendored_paths() - named
    if unnamed:
        raise SystemExit(f"not in VENDOR.json: {', '.join(sorted(unnamed))}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        write_sprite(Path(sys.argv[1]))
    write_checksums()
