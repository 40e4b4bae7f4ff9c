"""What the strict policy and the style guide forbid in any template or script of the portal."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin

from portal.ui.icons import ICON_SET

ROOT = Path(settings.BASE_DIR)
ADMIN_STYLES = Path(admin.__file__).parent / "static/admin/css"
TEMPLATES = {
    str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "templates").rglob("*.html")
}
SCRIPTS = {
    str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "static/js").rglob("*.js")
}
STYLES = {
    str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "static/css").rglob("*.css")
}


def offenders(pattern, texts):
    """File and offending text of every match."""
    return [
        (name, hit.group(0)[:80])
        for name, text in texts.items()
        for hit in re.finditer(pattern, text)
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        r"<[^>%]*\sstyle\s*=",
        r"<[^>%]*\son[a-z]+\s*=",
        r"<style\b",
        r"hx-on\b",
        r"""["']\s*(?:js|javascript):""",
        r"""(?:src|href|action)\s*=\s*["']\s*(?:https?:)?//""",
    ],
)
def test_templates_hold_nothing_the_policy_forbids(pattern):
    assert offenders(pattern, TEMPLATES) == []


def test_scripts_in_templates_come_from_files():
    for name, text in TEMPLATES.items():
        for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.S):
            assert "src=" in attributes or "application/json" in attributes, name
            assert not (body.strip() and "src=" in attributes), name


def test_every_icon_named_is_in_the_sprite():
    named = {
        (name, icon)
        for name, text in TEMPLATES.items()
        for icon in re.findall(r'{%\s*icon\s+"([^"]+)"', text)
    }
    assert named, "the pattern finds icons"
    assert [pair for pair in sorted(named) if pair[1] not in ICON_SET] == []


def test_nothing_people_read_shouts():
    assert offenders("！", TEMPLATES) == []


def test_scripts_neither_evaluate_nor_write_markup_nor_styles():
    assert SCRIPTS
    pattern = r"\beval\(|new Function|innerHTML|outerHTML|document\.write|\.style\b"
    assert offenders(pattern, SCRIPTS) == []


def test_styles_fetch_nothing_from_outside():
    assert offenders(r"@import|url\(\s*[\"']?(?:https?:)?//", STYLES) == []


def test_bright_yellow_is_for_focus_only():
    """It is named once, as a token; who uses the token means focus."""
    assert [name for name, _ in offenders(r"(?i)#ffc533", STYLES)] == ["static/css/theme.css"]
    for name, text in STYLES.items():
        for rule in re.finditer(r"([^{}]+)\{([^{}]*var\(--focus\)[^{}]*)\}", text):
            assert ":focus" in rule.group(1), (name, rule.group(1))


def test_every_class_in_a_template_is_defined_by_a_sheet():
    """A misspelt class shows nothing and says nothing; this says it."""
    sheets = " ".join(STYLES.values())
    sheets += (ROOT / "static/vendor/bootstrap/bootstrap.min.css").read_text()
    defined = set(re.findall(r"\.(-?[A-Za-z_][\w-]*)", sheets))
    # Hooks for scripts and tests, and names that only say what a list is.
    bare = {"choices", "care-facts", "no-script"}
    back_office = "".join(path.read_text() for path in ADMIN_STYLES.glob("*.css"))
    admin_classes = set(re.findall(r"\.(-?[A-Za-z_][\w-]*)", back_office))
    unknown = set()
    for name, text in TEMPLATES.items():
        known = defined | (admin_classes if name.startswith("templates/admin/") else bare)
        plain = re.sub(r"{{.*?}}", "-", re.sub(r"{%.*?%}", " ", text))
        words = " ".join(re.findall(r'\sclass="([^"]*)"', plain)).split()
        unknown |= {(name, word) for word in words if not word.endswith("-") and word not in known}
    assert sorted(unknown) == []
