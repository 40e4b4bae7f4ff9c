"""One table for who was insured: the person-months. The spells of the demo data go."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("subsidies", "0010_applications_and_entitlements"),
    ]

    operations = [
        migrations.DeleteModel(
            name="InsuredPerson",
        ),
    ]
