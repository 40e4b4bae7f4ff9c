"""Files without lines may be the same in every month: nobody began to draw benefit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0012_shared_parts_of_decisions")]

    operations = [
        migrations.RemoveConstraint(
            model_name="insuranceimport",
            name="a_file_is_current_once",
        ),
        migrations.AddConstraint(
            model_name="insuranceimport",
            constraint=models.UniqueConstraint(
                fields=["kind", "sha256"],
                condition=models.Q(state="current", lines__gt=0),
                name="a_file_is_current_once",
            ),
        ),
    ]
