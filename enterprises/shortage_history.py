"""Every change of a shortage declaration, its kinds of work and its fills, in one list."""

from enterprises.history import Line, history_of, names_of, user_of
from enterprises.models import ShortageFill, ShortageItem
from portal.ui.formatting import pay_range

TOLD = (
    "state",
    "missing_total",
    "is_emergency",
    "reason",
    "needed_by",
    "outcome",
    "outcome_note",
)


def shortage_history(declaration, reader):
    """Lines, newest first: declared, amended, fills recorded, served, closed. Six queries."""
    lines = history_of(declaration, TOLD, begun="申报", reader=reader)
    for model, tell in ((ShortageItem, _item), (ShortageFill, _fill)):
        events = list(
            model.pgh_event_model.objects.filter(declaration_id=declaration.pk)
            .select_related("pgh_context")
            .order_by("pgh_id")
        )
        names = names_of(events, reader)
        lines += [
            Line(event.pgh_created_at, names.get(user_of(event), "系统"), (tell(event),))
            for event in events
        ]
    return sorted(lines, key=lambda line: line.when, reverse=True)


def _item(event):
    return f"工种：{event.title} {event.missing:,} 人，{pay_range(event.pay_min, event.pay_max)}"


def _fill(event):
    return f"登记到岗 {event.persons} 人（{event.get_channel_display()}）"
