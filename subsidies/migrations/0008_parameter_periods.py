"""Of two local figures in force on one day the later one stood; now the dates themselves say so."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


def untangle(apps, schema_editor):
    """Give every figure just the days on which it stood.

    Its first run of days stays with the row, further ones become rows of their own; one that never
    stood keeps an empty period.
    """
    LocalParameter = apps.get_model("subsidies", "LocalParameter")
    groups = {}
    for row in LocalParameter.objects.order_by("valid_from", "pk"):
        groups.setdefault((row.region_id, row.name), []).append(row)
    for rows in groups.values():
        runs = _runs(rows)
        for row in rows:
            own = [(start, end) for standing, start, end in runs if standing is row]
            first = own[0] if own else (row.valid_from, row.valid_from)
            if (row.valid_from, row.valid_until) != first:
                row.valid_from, row.valid_until = first
                row.save(update_fields=["valid_from", "valid_until"])
            for start, end in own[1:]:
                _continue(LocalParameter, row, start, end)


def _runs(rows):
    """[(row, first day, day after the last or None)] in order; rows are sorted by valid_from."""
    edges = sorted({day for r in rows for day in (r.valid_from, r.valid_until) if day is not None})
    runs = []
    for start, end in zip(edges, [*edges[1:], None]):
        covering = [
            row
            for row in rows
            if row.valid_from <= start and (row.valid_until is None or row.valid_until > start)
        ]
        if not covering:
            continue
        row = covering[-1]
        if runs and runs[-1][0] is row and runs[-1][2] == start:
            runs[-1] = (row, runs[-1][1], end)
        else:
            runs.append((row, start, end))
    return runs


def _continue(LocalParameter, row, start, end):
    LocalParameter.objects.create(
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
