import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import portal.accounts.fields


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0003_incomplete_drafts_appeals_and_histories"),
        ("places", "0001_initial"),
        ("subsidies", "0009_payments_in_steps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="subsidyapplication",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="subsidyapplication",
            name="update_update",
        ),
        migrations.AddField(
            model_name="entitlement",
            name="months",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="月数"),
        ),
        migrations.AddField(
            model_name="entitlement",
            name="released_reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="释放原因"),
        ),
        migrations.AddField(
            model_name="subsidyapplication",
            name="applicant_name",
            field=models.CharField(blank=True, max_length=80, verbose_name="申请人"),
        ),
        migrations.AddField(
            model_name="subsidyapplication",
            name="content_sha256",
            field=models.CharField(blank=True, max_length=64, verbose_name="填报校验值"),
        ),
        migrations.AddField(
            model_name="subsidyapplication",
            name="draft",
            field=portal.accounts.fields.EncryptedTextField(
                blank=True, default="", verbose_name="填写内容"
            ),
        ),
        migrations.AddField(
            model_name="subsidyapplication",
            name="handled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="办理时间"),
        ),
        migrations.AddField(
            model_name="subsidyapplication",
            name="handled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="subsidyapplicationdocument",
            name="media_type",
            field=models.CharField(default=None, max_length=40, verbose_name="类型"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="subsidyapplicationdocument",
            name="size",
            field=models.PositiveIntegerField(default=None, verbose_name="大小（字节）"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="subsidyapplicationdocument",
            name="uploaded_by",
            field=models.ForeignKey(
                default=None,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="subsidyapplicationevent",
            name="applicant_name",
            field=models.CharField(blank=True, max_length=80, verbose_name="申请人"),
        ),
        migrations.AddField(
            model_name="subsidyapplicationevent",
            name="content_sha256",
            field=models.CharField(blank=True, max_length=64, verbose_name="填报校验值"),
        ),
        migrations.AddField(
            model_name="subsidyapplicationevent",
            name="handled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="办理时间"),
        ),
        migrations.AddField(
            model_name="subsidyapplicationevent",
            name="handled_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="entitlement",
            name="period",
            field=models.CharField(max_length=12, verbose_name="期间"),
        ),
        migrations.AlterField(
            model_name="subsidyapplication",
            name="facts",
            field=models.JSONField(default=dict, verbose_name="填报内容"),
        ),
        migrations.AlterField(
            model_name="subsidyapplicationevent",
            name="facts",
            field=models.JSONField(default=dict, verbose_name="填报内容"),
        ),
        migrations.AlterField(
            model_name="subsidyapplicationperson",
            name="facts",
            field=models.JSONField(default=dict, verbose_name="填报内容"),
        ),
        migrations.AddIndex(
            model_name="subsidyapplication",
            index=models.Index(fields=["state", "region"], name="subsidies_s_state_068f82_idx"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="subsidyapplication",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "subsidies_subsidyapplicationevent" ("applicant_name", "content_sha256", "created_at", "created_by_id", "enterprise_id", "facts", "handled_at", "handled_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "provision_id", "public_id", "region_id", "returned_reason", "state", "submitted_at", "user_id", "year") VALUES (NEW."applicant_name", NEW."content_sha256", NEW."created_at", NEW."created_by_id", NEW."enterprise_id", NEW."facts", NEW."handled_at", NEW."handled_by_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."policy_id", NEW."provision_id", NEW."public_id", NEW."region_id", NEW."returned_reason", NEW."state", NEW."submitted_at", NEW."user_id", NEW."year"); RETURN NULL;',
                    hash="d0a4a4fc2f2309f6e0b5a170b10a565b88ea25a0",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_93c8d",
                    table="subsidies_subsidyapplication",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="subsidyapplication",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."applicant_name" IS DISTINCT FROM (NEW."applicant_name") OR OLD."content_sha256" IS DISTINCT FROM (NEW."content_sha256") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."enterprise_id" IS DISTINCT FROM (NEW."enterprise_id") OR OLD."facts" IS DISTINCT FROM (NEW."facts") OR OLD."handled_at" IS DISTINCT FROM (NEW."handled_at") OR OLD."handled_by_id" IS DISTINCT FROM (NEW."handled_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."policy_id" IS DISTINCT FROM (NEW."policy_id") OR OLD."provision_id" IS DISTINCT FROM (NEW."provision_id") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."returned_reason" IS DISTINCT FROM (NEW."returned_reason") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."submitted_at" IS DISTINCT FROM (NEW."submitted_at") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."year" IS DISTINCT FROM (NEW."year"))',
                    func='INSERT INTO "subsidies_subsidyapplicationevent" ("applicant_name", "content_sha256", "created_at", "created_by_id", "enterprise_id", "facts", "handled_at", "handled_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "provision_id", "public_id", "region_id", "returned_reason", "state", "submitted_at", "user_id", "year") VALUES (NEW."applicant_name", NEW."content_sha256", NEW."created_at", NEW."created_by_id", NEW."enterprise_id", NEW."facts", NEW."handled_at", NEW."handled_by_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."policy_id", NEW."provision_id", NEW."public_id", NEW."region_id", NEW."returned_reason", NEW."state", NEW."submitted_at", NEW."user_id", NEW."year"); RETURN NULL;',
                    hash="a3f187913ef2d05de04c209ea2c6fcbf3a6250bc",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ef2db",
                    table="subsidies_subsidyapplication",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="subsidyapplication",
            constraint=models.UniqueConstraint(
                condition=models.Q(("enterprise__isnull", False), ("state", "draft")),
                fields=("enterprise", "provision_id"),
                name="one_draft_per_enterprise",
            ),
        ),
        migrations.AddConstraint(
            model_name="subsidyapplication",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft"), ("user__isnull", False)),
                fields=("user", "provision_id"),
                name="one_draft_per_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="subsidyapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "withdrawn"]),
                    ("submitted_at__isnull", False),
                    _connector="OR",
                ),
                name="handed_in_has_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="subsidyapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "returned"), _negated=True),
                    models.Q(("returned_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="returned_application_has_reason",
                violation_error_message="请写明退回的理由。",
            ),
        ),
        migrations.AddConstraint(
            model_name="subsidyapplicationdocument",
            constraint=models.UniqueConstraint(
                fields=("application", "sha256"),
                name="a_document_once_per_application",
                violation_error_message="这份材料已经传过。",
            ),
        ),
    ]
