"""docs/glossary.md is what the code says."""

from django.conf import settings

from portal.ui.glossary import glossary


def test_the_glossary_is_up_to_date():
    written = (settings.BASE_DIR / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert written == glossary(), "run: manage.py glossary"
