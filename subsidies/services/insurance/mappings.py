"""Saved names of columns: what staff have told once need not be told again."""

from django.db import transaction
from django.utils import timezone

from portal.accounts.enums import Role
from portal.refused import Refused
from subsidies.models import InsuranceMapping

from .layouts import IGNORE, LAYOUTS, header_key


def save_mapping(kind: str, name: str, columns: dict[str, str], by) -> InsuranceMapping:
    """Save what the columns of an agency's files are. columns: {heading: field or "ignore"}.

    A name that is there already gets the new columns. Raises Refused when the person may not,
    the name or all columns are missing, a field does not exist or is named twice.
    """
    name = name.strip()
    if by.role != Role.CITY_STAFF:
        raise Refused("只有市局工作人员可以保存列名对应。")
    if not name:
        raise Refused("请填写名称，例如“市人社系统导出”。")
    cleaned = {heading.strip(): field for heading, field in columns.items() if heading.strip()}
    if not cleaned:
        raise Refused("请至少写一个列名。")
    labels = {field.name: field.label for field in LAYOUTS[kind].fields}
    headings, fields = {}, {}
    for heading, field in cleaned.items():
        if field != IGNORE and field not in labels:
            raise Refused(f"“{heading}”对应的内容不存在，请重新选择。")
        first = headings.setdefault(header_key(heading), heading)
        if first != heading:
            raise Refused(f"“{first}”和“{heading}”是同一个列名，请只留一个。")
        other = fields.setdefault(field, heading)
        if field != IGNORE and other != heading:
            raise Refused(f"“{other}”和“{heading}”都写成“{labels[field]}”，只能有一列。")
    with transaction.atomic():
        mapping, _ = InsuranceMapping.objects.update_or_create(
            kind=kind,
            name=name[:60],
            defaults={"columns": cleaned, "saved_by": by, "saved_at": timezone.now()},
        )
    return mapping
