"""One kind of refusal for every app."""

import ast

from django.conf import settings

from portal.refused import Refused


def test_a_refusal_reads_as_a_sentence():
    assert str(Refused("没有保存：请写原因。")) == "没有保存：请写原因。"
    assert Refused("甲。").messages == ["甲。"]


def test_there_is_only_one():
    apps = ("portal", "enterprises", "jobseekers", "subsidies", "hotlines")
    found = [
        str(path.relative_to(settings.BASE_DIR))
        for app in apps
        for path in (settings.BASE_DIR / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name == "Refused"
    ]
    assert found == ["portal/refused.py"]
