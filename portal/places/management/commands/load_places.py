"""manage.py load_places: the national code tables."""

from django.core.management.base import BaseCommand

from portal.places.loading import load_places


class Command(BaseCommand):
    """Loads divisions, industries and occupations; changes nothing when they are there."""

    help = "导入行政区划、行业、职业代码表（重复运行不会改动数据）"

    def handle(self, *args, **options):
        report = load_places()
        for line in report.lines():
            self.stdout.write(line)
        if not report.changed_anything:
            self.stdout.write("代码表已是最新，没有改动。")
