"""The history of plans no longer copies their trials, and trials hold ids instead of names.

Trials from before keep their figures; the pairs that were drawn for them stood there in words, with
masked names and wishes, and are left out.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

WITHOUT_PAIRS = """
UPDATE jobseekers_matchplan SET trial = jsonb_set(trial, '{pairs}', '[]') WHERE trial ? 'pairs'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("jobseekers", "0005_words_once_per_run"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="matchplan",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="matchplan",
            name="update_update",
        ),
        migrations.RemoveField(
            model_name="matchplanevent",
            name="trial",
        ),
        migrations.RunSQL(WITHOUT_PAIRS, migrations.RunSQL.noop),
        pgtrigger.migrations.AddTrigger(
            model_name="matchplan",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "jobseekers_matchplanevent" ("author_id", "cap_per_headcount", "created_at", "id", "note", "per_seeker", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "switched_at", "switched_by_id", "tried_at", "version", "weights") VALUES (NEW."author_id", NEW."cap_per_headcount", NEW."created_at", NEW."id", NEW."note", NEW."per_seeker", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."state", NEW."switched_at", NEW."switched_by_id", NEW."tried_at", NEW."version", NEW."weights"); RETURN NULL;',
                    hash="e6e99d4f9e05380d92aadc45b14b8049708da3cd",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6ffe7",
                    table="jobseekers_matchplan",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="matchplan",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."author_id" IS DISTINCT FROM (NEW."author_id") OR OLD."cap_per_headcount" IS DISTINCT FROM (NEW."cap_per_headcount") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."per_seeker" IS DISTINCT FROM (NEW."per_seeker") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."switched_at" IS DISTINCT FROM (NEW."switched_at") OR OLD."switched_by_id" IS DISTINCT FROM (NEW."switched_by_id") OR OLD."tried_at" IS DISTINCT FROM (NEW."tried_at") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."weights" IS DISTINCT FROM (NEW."weights"))',
                    func='INSERT INTO "jobseekers_matchplanevent" ("author_id", "cap_per_headcount", "created_at", "id", "note", "per_seeker", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "switched_at", "switched_by_id", "tried_at", "version", "weights") VALUES (NEW."author_id", NEW."cap_per_headcount", NEW."created_at", NEW."id", NEW."note", NEW."per_seeker", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state", NEW."switched_at", NEW."switched_by_id", NEW."tried_at", NEW."version", NEW."weights"); RETURN NULL;',
                    hash="a22f1cb11c991d7d3ae7b2ab91a544bd2b81b7c3",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d415b",
                    table="jobseekers_matchplan",
                    when="AFTER",
                ),
            ),
        ),
    ]
