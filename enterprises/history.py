"""The history of a row as sentences: who, when, what changed, from the trigger's event table."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone

from portal.accounts.models import User
from portal.ui.formatting import cn_date, cn_datetime


@dataclass(frozen=True)
class Line:
    """One change."""

    when: datetime
    who: str
    what: tuple[str, ...] = field(default_factory=tuple)


def history_of(obj, fields, *, begun, reader):
    """The changes of a tracked row, newest first; those that touch none of `fields` are left out.

    fields: names to tell of. begun: the word for the first event (“申报”). reader: the user who
    reads; an enterprise reads of staff by their office, not by name. Two queries, whatever the
    length.
    """
    events = list(
        obj.pgh_event_model.objects.filter(pgh_obj_id=obj.pk)
        .select_related("pgh_context")
        .order_by("pgh_id")
    )
    names = names_of(events, reader)
    lines, before = [], None
    for event in events:
        what = _differences(event, before, fields) if before is not None else (begun,)
        before = event
        if what:
            lines.append(Line(event.pgh_created_at, names.get(user_of(event), "系统"), what))
    return lines[::-1]


def _differences(event, before, fields):
    said = []
    for name in fields:
        old, new = _words(before, name), _words(event, name)
        if old == new:
            continue
        label = event._meta.get_field(name).verbose_name
        said.append(f"{label}：{old} → {new}" if old else f"{label}：{new}")
    return tuple(said)


def _words(event, name):
    """A value as a reader sees it; "" for nothing."""
    choice = getattr(event, f"get_{name}_display", None)
    value = getattr(event, name)
    if choice is not None:
        return str(choice() or "") if value not in (None, "") else ""
    if value is True:
        return "是"
    if value is False:
        return "否"
    if isinstance(value, datetime):
        return cn_datetime(value, timezone.localdate())
    if isinstance(value, date):
        return cn_date(value, timezone.localdate())
    if isinstance(value, list):
        return "、".join(value)
    if isinstance(value, int):
        return f"{value:,}"
    return str(value or "")


def user_of(event):
    """Key of the user in whose request it happened, or None."""
    return event.pgh_context.metadata.get("user") if event.pgh_context_id else None


def names_of(events, reader):
    """User key → the name the reader sees. One query."""
    ids = {user_of(event) for event in events} - {None}
    users = User.objects.filter(pk__in=ids).select_related("region")
    return {user.pk: _name(user, reader) for user in users}


def _name(user, reader):
    if user.is_bureau and not reader.is_bureau:
        place = user.region.name if user.region_id else ""
        return user.office or f"{place}{user.get_role_display()}"
    return str(user)
