import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import portal.accounts.fields
import subsidies.models.policy
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


def _public_id(model):
    """An id of its own for every row there is: the default is computed by the database, row by
    row, because published policies cannot be updated."""
    field = portal.accounts.fields.PublicIdField(unique=True)
    return [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"""
                    ALTER TABLE subsidies_{model} ADD COLUMN public_id varchar(12) NOT NULL
                        DEFAULT substr(md5(random()::text || clock_timestamp()::text), 1, 12);
                    ALTER TABLE subsidies_{model} ALTER COLUMN public_id DROP DEFAULT;
                    ALTER TABLE subsidies_{model}
                        ADD CONSTRAINT subsidies_{model}_public_id_key UNIQUE (public_id);
                    CREATE INDEX subsidies_{model}_public_id_like
                        ON subsidies_{model} (public_id varchar_pattern_ops);
                    """,
                    f"ALTER TABLE subsidies_{model} DROP COLUMN public_id",
                )
            ],
            state_operations=[
                migrations.AddField(model_name=model, name="public_id", field=field)
            ],
        )
    ]


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('places', '0001_initial'),
        ('subsidies', '0006_person_months'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PolicyVersionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', portal.accounts.fields.PublicIdField(default=portal.accounts.fields.make_public_id, editable=False, max_length=12, verbose_name='编号')),
                ('policy_id', models.CharField(blank=True, max_length=60, verbose_name='政策')),
                ('version', models.CharField(blank=True, max_length=20, verbose_name='版本')),
                ('sha256', models.CharField(max_length=64, verbose_name='校验值')),
                ('title', models.CharField(blank=True, max_length=120, verbose_name='名称')),
                ('document_number', models.CharField(blank=True, max_length=60, verbose_name='文号')),
                ('region_code', models.CharField(max_length=12, verbose_name='适用地区')),
                ('source_text', models.TextField(verbose_name='全文（YAML）')),
                ('cases_text', models.TextField(blank=True, default='', verbose_name='用例（YAML）')),
                ('effective_from', models.DateField(blank=True, null=True, verbose_name='施行日期')),
                ('effective_until', models.DateField(blank=True, null=True, verbose_name='失效日期')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('submitted', '待批准'), ('returned', '退回修改'), ('published', '已发布'), ('withdrawn', '已作废')], default='draft', max_length=10, verbose_name='状态')),
                ('drafted_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='起草时间')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='提交时间')),
                ('returned_at', models.DateTimeField(blank=True, null=True, verbose_name='退回时间')),
                ('returned_reason', models.CharField(blank=True, default='', max_length=200, verbose_name='退回理由')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='发布时间')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AlterModelOptions(
            name='localparameter',
            options={'ordering': ['name', '-valid_from', '-pk'], 'verbose_name': '本地参数', 'verbose_name_plural': '本地参数'},
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='localparameter',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='localparameter',
            name='update_update',
        ),
        migrations.RemoveConstraint(
            model_name='localparameter',
            name='one_value_per_day',
        ),
        migrations.RemoveConstraint(
            model_name='localparameter',
            name='parameter_two_people',
        ),
        migrations.RemoveConstraint(
            model_name='policyversion',
            name='one_text_per_version',
        ),
        migrations.AddField(
            model_name='localparameter',
            name='approved_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='批准时间'),
        ),
        *_public_id('localparameter'),
        migrations.AddField(
            model_name='localparameter',
            name='rejected_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='退回时间'),
        ),
        migrations.AddField(
            model_name='localparameter',
            name='rejected_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='localparameter',
            name='rejected_reason',
            field=models.CharField(blank=True, default='', max_length=200, verbose_name='退回理由'),
        ),
        migrations.AddField(
            model_name='localparameterevent',
            name='approved_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='批准时间'),
        ),
        migrations.AddField(
            model_name='localparameterevent',
            name='public_id',
            field=portal.accounts.fields.PublicIdField(default=portal.accounts.fields.make_public_id, editable=False, max_length=12, verbose_name='编号'),
        ),
        migrations.RunSQL(
            "UPDATE subsidies_localparameterevent AS event SET public_id = row.public_id"
            " FROM subsidies_localparameter AS row WHERE row.id = event.pgh_obj_id",
            migrations.RunSQL.noop,
        ),
        migrations.AddField(
            model_name='localparameterevent',
            name='rejected_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='退回时间'),
        ),
        migrations.AddField(
            model_name='localparameterevent',
            name='rejected_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='localparameterevent',
            name='rejected_reason',
            field=models.CharField(blank=True, default='', max_length=200, verbose_name='退回理由'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='cases_text',
            field=models.TextField(blank=True, default='', verbose_name='用例（YAML）'),
        ),
        *_public_id('policyversion'),
        migrations.AddField(
            model_name='policyversion',
            name='returned_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='退回时间'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='returned_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='returned_reason',
            field=models.CharField(blank=True, default='', max_length=200, verbose_name='退回理由'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='submitted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='提交时间'),
        ),
        migrations.AlterField(
            model_name='localparameter',
            name='approver',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='localparameterevent',
            name='approver',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='policyversion',
            name='document_number',
            field=models.CharField(blank=True, max_length=60, verbose_name='文号'),
        ),
        migrations.AlterField(
            model_name='policyversion',
            name='policy_id',
            field=models.CharField(blank=True, max_length=60, verbose_name='政策'),
        ),
        migrations.AlterField(
            model_name='policyversion',
            name='sha256',
            field=models.CharField(max_length=64, verbose_name='校验值'),
        ),
        migrations.AlterField(
            model_name='policyversion',
            name='state',
            field=models.CharField(choices=[('draft', '草稿'), ('submitted', '待批准'), ('returned', '退回修改'), ('published', '已发布'), ('withdrawn', '已作废')], default='draft', max_length=10, verbose_name='状态'),
        ),
        migrations.AlterField(
            model_name='policyversion',
            name='title',
            field=models.CharField(blank=True, max_length=120, verbose_name='名称'),
        ),
        migrations.AlterField(
            model_name='policyversion',
            name='version',
            field=models.CharField(blank=True, max_length=20, verbose_name='版本'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='localparameter',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subsidies_localparameterevent" ("approved_at", "approver_id", "author_id", "created_at", "document", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "region_id", "rejected_at", "rejected_by_id", "rejected_reason", "valid_from", "valid_until", "value") VALUES (NEW."approved_at", NEW."approver_id", NEW."author_id", NEW."created_at", NEW."document", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."region_id", NEW."rejected_at", NEW."rejected_by_id", NEW."rejected_reason", NEW."valid_from", NEW."valid_until", NEW."value"); RETURN NULL;', hash='40015f2c2d5e346e4cb96fbb0a3dac9e99cc2479', operation='INSERT', pgid='pgtrigger_insert_insert_652c1', table='subsidies_localparameter', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='localparameter',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "subsidies_localparameterevent" ("approved_at", "approver_id", "author_id", "created_at", "document", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "region_id", "rejected_at", "rejected_by_id", "rejected_reason", "valid_from", "valid_until", "value") VALUES (NEW."approved_at", NEW."approver_id", NEW."author_id", NEW."created_at", NEW."document", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."region_id", NEW."rejected_at", NEW."rejected_by_id", NEW."rejected_reason", NEW."valid_from", NEW."valid_until", NEW."value"); RETURN NULL;', hash='738f5fb008b6708c7653c4bd924e4b1a7139ccf1', operation='UPDATE', pgid='pgtrigger_update_update_f4dae', table='subsidies_localparameter', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyversion',
            trigger=pgtrigger.compiler.Trigger(name='submitted_text_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" = \'submitted\' AND (OLD."source_text" IS DISTINCT FROM (NEW."source_text") OR OLD."cases_text" IS DISTINCT FROM (NEW."cases_text")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='72f78630c15351b3edaf50f6891cc326f4523b76', operation='UPDATE', pgid='pgtrigger_submitted_text_stays_420dc', table='subsidies_policyversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyversion',
            trigger=pgtrigger.compiler.Trigger(name='only_submitted_is_published', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" = \'published\' AND NOT (OLD."state" = \'submitted\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='586552809a16c2fda0638ccb2c4d342a2cc4f02c', operation='UPDATE', pgid='pgtrigger_only_submitted_is_published_775d7', table='subsidies_policyversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyversion',
            trigger=pgtrigger.compiler.Trigger(name='author_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."author_id" IS DISTINCT FROM (NEW."author_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='c5681e9c31876170cb1aac69a8a4cec0ef78a5e7', operation='UPDATE', pgid='pgtrigger_author_stays_4cadb', table='subsidies_policyversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyversion',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "subsidies_policyversionevent" ("approver_id", "author_id", "cases_text", "document_number", "drafted_at", "effective_from", "effective_until", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "public_id", "published_at", "region_code", "returned_at", "returned_by_id", "returned_reason", "sha256", "source_text", "state", "submitted_at", "title", "version") VALUES (NEW."approver_id", NEW."author_id", NEW."cases_text", NEW."document_number", NEW."drafted_at", NEW."effective_from", NEW."effective_until", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."policy_id", NEW."public_id", NEW."published_at", NEW."region_code", NEW."returned_at", NEW."returned_by_id", NEW."returned_reason", NEW."sha256", NEW."source_text", NEW."state", NEW."submitted_at", NEW."title", NEW."version"); RETURN NULL;', hash='6cbc848ca9f864d5bc44be8933a970ad556d684d', operation='INSERT', pgid='pgtrigger_insert_insert_856cd', table='subsidies_policyversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyversion',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "subsidies_policyversionevent" ("approver_id", "author_id", "cases_text", "document_number", "drafted_at", "effective_from", "effective_until", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "public_id", "published_at", "region_code", "returned_at", "returned_by_id", "returned_reason", "sha256", "source_text", "state", "submitted_at", "title", "version") VALUES (NEW."approver_id", NEW."author_id", NEW."cases_text", NEW."document_number", NEW."drafted_at", NEW."effective_from", NEW."effective_until", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."policy_id", NEW."public_id", NEW."published_at", NEW."region_code", NEW."returned_at", NEW."returned_by_id", NEW."returned_reason", NEW."sha256", NEW."source_text", NEW."state", NEW."submitted_at", NEW."title", NEW."version"); RETURN NULL;', hash='3fe6954c159c058306e7dc642f3ae025859bd017', operation='UPDATE', pgid='pgtrigger_update_update_7dd19', table='subsidies_policyversion', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('policy_id', 'version'), name='one_text_per_version', violation_error_message='这一版已经发布，请写新的版本号。'),
        ),
        # Versions published before two people were asked for stay as they are; every later row is held.
        AddConstraintNotValid(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(('author__isnull', False), models.Q(models.Q(('approver__isnull', False), ('state', 'published'), ('published_at__isnull', False), models.Q(('author', models.F('approver')), _negated=True)), models.Q(models.Q(('state', 'published'), _negated=True), ('approver__isnull', True), ('published_at__isnull', True)), _connector='OR')), name='policy_two_people', violation_error_message='起草人和批准人不能是同一个人。'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(('sha256', subsidies.models.policy.TextHash('source_text'))), name='policy_hash_of_text'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'returned'), _negated=True), models.Q(models.Q(('returned_reason', ''), _negated=True), ('returned_at__isnull', False), ('returned_by__isnull', False)), _connector='OR'), name='returned_policy_has_reason'),
        ),
        migrations.AddField(
            model_name='policyversionevent',
            name='approver',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='policyversionevent',
            name='author',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='policyversionevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='policyversionevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='subsidies.policyversion'),
        ),
        migrations.AddField(
            model_name='policyversionevent',
            name='returned_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
    ]
