"""The words of a night in pieces stand once, in the run's table, and no longer in every piece."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("jobseekers", "0004_instant_matches_and_pieces")]

    operations = [migrations.RemoveField("matchpiece", "words")]
