"""So that the planner knows common words from rare ones (architecture decision 10)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE enterprises_vacancy ALTER COLUMN search_vector SET STATISTICS 1000",
            "ALTER TABLE enterprises_vacancy ALTER COLUMN search_vector SET STATISTICS -1",
        )
    ]
