"""Key lists (A2): with dates and the document they come from."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from enterprises.access import check_officer
from enterprises.enums import KeyListKind
from enterprises.models import Enterprise, KeyListEntry
from enterprises.refusals import constraints_speak
from portal.ui.formatting import cn_date

from .notices import tell_members


def put_on_key_list(enterprise, by, *, kind, source, starts_on, ends_on=None):
    """Put an enterprise on a key list from `starts_on` until before `ends_on`.

    source: the document that says so. Raises ValidationError when it is on that list already at
    any of those days.
    """
    check_officer(by, enterprise)
    if not source.strip():
        raise ValidationError({"source": "请写来源文件，例如“常人社发〔2020〕17号 附件”。"})
    with transaction.atomic():
        Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        entry = KeyListEntry(
            enterprise=enterprise,
            kind=kind,
            source=source.strip(),
            starts_on=starts_on,
            ends_on=ends_on,
        )
        if ends_on is not None and ends_on <= starts_on:
            raise ValidationError({"ends_on": "移出日期要晚于列入日期。"})
        for other in KeyListEntry.objects.filter(enterprise=enterprise, kind=kind):
            begins_before_ours_ends = ends_on is None or other.starts_on < ends_on
            if begins_before_ours_ends and (other.ends_on is None or other.ends_on > starts_on):
                raise ValidationError({"kind": "这几天已经在这个名录里，不用再列。"})
        with constraints_speak(KeyListEntry):
            entry.save()
        tell_members(
            enterprise,
            kind="key_list",
            key=f"key-entry:{entry.pk}:on",
            subject=f"已列入重点名录：{KeyListKind(kind).label}",
            body=f"依据：{entry.source}。列入后，岗位优先展示，服务单 24 小时内答复。",
            path=reverse("enterprises:overview"),
        )
    return entry


def take_off_key_list(entry, by, *, ends_on):
    """End an entry: `ends_on` is the first day off the list."""
    check_officer(by, entry.enterprise)
    with transaction.atomic():
        entry = KeyListEntry.objects.select_for_update().get(pk=entry.pk)
        if entry.ends_on is not None and entry.ends_on <= ends_on:
            raise ValidationError("已经移出这个名录。")
        if ends_on <= entry.starts_on:
            raise ValidationError({"ends_on": "移出日期要晚于列入日期。"})
        entry.ends_on = ends_on
        with constraints_speak(KeyListEntry):
            entry.save(update_fields=["ends_on"])
        tell_members(
            entry.enterprise,
            kind="key_list",
            key=f"key-entry:{entry.pk}:off:{ends_on}",
            subject=f"将移出重点名录：{entry.get_kind_display()}",
            body=f"从{cn_date(ends_on, timezone.localdate())}起不再列入。",
            path=reverse("enterprises:overview"),
        )
    return entry
