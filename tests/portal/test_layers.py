"""The pure packages import nothing from Django; no state changes by signals at a distance."""

import ast

import pytest
from django.conf import settings

PURE = (
    "jobseekers/matching",
    "subsidies/policy",
    "enterprises/lint",
    "portal/places/coder",
)
FRAMEWORKS = {"django", "rest_framework", "celery", "psycopg2"}


def imports_of(path):
    """Top-level names a file imports, wherever in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", PURE)
def test_pure_packages_know_no_framework(package):
    files = sorted((settings.BASE_DIR / package).rglob("*.py"))
    assert files
    found = {str(f): FRAMEWORKS & set(imports_of(f)) for f in files}
    assert not {name: names for name, names in found.items() if names}


def test_no_signal_receivers():
    apps = ("portal", "enterprises", "jobseekers", "subsidies", "hotlines")
    guilty = [
        str(path.relative_to(settings.BASE_DIR))
        for app in apps
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if "django.dispatch" in path.read_text(encoding="utf-8")
        or "db.models.signals" in path.read_text(encoding="utf-8")
    ]
    assert guilty == []


def test_every_scheduled_task_exists_and_has_a_queue():
    from portal.celery import app

    app.loader.import_default_modules()
    for name, entry in app.conf.beat_schedule.items():
        assert entry["task"] in app.tasks, name
    for task in app.conf.task_routes:
        assert task.endswith("*") or task in app.tasks
