"""manage.py glossary: writes docs/glossary.md from the code."""

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.ui.glossary import glossary


class Command(BaseCommand):
    """The glossary of identifiers and official terms."""

    help = "由代码生成术语对照 docs/glossary.md"

    def handle(self, *args, **options):
        """Write the file."""
        path = settings.BASE_DIR / "docs" / "glossary.md"
        path.write_text(glossary(), encoding="utf-8")
        self.stdout.write(f"已写入 {path.relative_to(settings.BASE_DIR)}")
