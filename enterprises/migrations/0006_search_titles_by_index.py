"""Indexes by which a search finds titles; built beside what goes on, so not in one transaction."""

import django.db.models.functions.text
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import enterprises.models.vacancy


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("enterprises", "0005_accounting_firms_are_confirmed"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="vacancy",
            index=GinIndex(
                enterprises.models.vacancy.WordsOf("search_vector", "a"),
                name="vacancy_search_title",
            ),
        ),
        AddIndexConcurrently(
            model_name="vacancy",
            index=GinIndex(
                enterprises.models.vacancy.WordsOf("search_vector", "a,b"),
                name="vacancy_search_work",
            ),
        ),
        AddIndexConcurrently(
            model_name="vacancy",
            index=models.Index(
                django.db.models.functions.text.Upper("title"), name="vacancy_title_upper"
            ),
        ),
        # Without figures about the new expressions the planner does not use them well.
        migrations.RunSQL("ANALYZE enterprises_vacancy", migrations.RunSQL.noop),
    ]
