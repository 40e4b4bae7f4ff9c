"""Of two local figures in force on one day the later one stood; now the dates themselves say so."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


def untangle(apps, schema_editor):
    """End every figure where a later one begins; what outlives the later one goes on after it."""
    LocalParameter = apps.get_model("subsidies", "LocalParameter")
    rows = {}
    for row in LocalParameter.objects.order_by("valid_from", "pk"):
        rows.setdefault((row.region_id, row.name), []).append(row)
    for group in rows.values():
        for position, row in enumerate(group):
            later = group[position + 1] if position + 1 < len(group) else None
            end = row.valid_until
            if later is None or (end is not None and end <= later.valid_from):
                continue
            row.valid_until = later.valid_from
            row.save(update_fields=["valid_until"])
            if later.valid_until is not None and (end is None or end > later.valid_until):
                _continue(LocalParameter, row, later.valid_until, end, group)


def _continue(LocalParameter, row, start, end, group):
    rest = LocalParameter.objects.create(
        region_id=row.region_id,
        name=row.name,
        value=row.value,
        valid_from=start,
        valid_until=end,
        document=row.document,
        author_id=row.author_id,
        approver_id=row.approver_id,
        created_at=row.created_at,
    )
    group.append(rest)
    group.sort(key=lambda one: (one.valid_from, one.pk))


class Migration(migrations.Migration):

    dependencies = [
        ('subsidies', '0007_policy_publishing'),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.RunPython(untangle, migrations.RunPython.noop),
        # What the rows point at is checked now, so that the table can be altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='localparameter',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('approver__isnull', False)), expressions=[('region', '='), ('name', '='), (models.Func('valid_from', 'valid_until', function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='one_value_per_day', violation_error_message='同一天只能有一个值。'),
        ),
        migrations.AddConstraint(
            model_name='localparameter',
            constraint=models.CheckConstraint(condition=models.Q(('approver__isnull', True), models.Q(('author', models.F('approver')), _negated=True), _connector='OR'), name='parameter_two_people', violation_error_message='填写人和批准人不能是同一个人。'),
        ),
        migrations.AddConstraint(
            model_name='localparameter',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='parameter_period', violation_error_message='止日不能早于起日。'),
        ),
        migrations.AddConstraint(
            model_name='localparameter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rejected_at__isnull', True), ('rejected_by__isnull', True), ('rejected_reason', '')), models.Q(models.Q(('rejected_reason', ''), _negated=True), ('approver__isnull', True), ('rejected_at__isnull', False), ('rejected_by__isnull', False)), _connector='OR'), name='rejected_parameter_has_reason'),
        ),
    ]
