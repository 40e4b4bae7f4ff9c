"""Visits: what was seen at an enterprise and what comes next (一企一策)."""

from django.db import transaction

from enterprises.models import Enterprise
from hotlines.models import Visit
from portal.refused import Refused


def record_visit(enterprise, by, *, visited_on, kind, summary, plan="", today):
    """Write one visit down; not one of the future."""
    if visited_on > today:
        raise Refused("走访日期不能晚于今天。")
    if not summary.strip():
        raise Refused("请写走访了解到的情况。")
    with transaction.atomic():
        Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        return Visit.objects.create(
            enterprise=enterprise,
            visited_by=by,
            visited_on=visited_on,
            kind=kind,
            summary=summary,
            plan=plan,
        )
