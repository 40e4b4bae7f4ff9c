"""The register (A1): an enterprise comes in, its facts are kept right, its size class follows."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse

from enterprises.access import check_member
from enterprises.entity_kind import kind_by_code, possible_kinds
from enterprises.enums import EntityKind, LicenceState
from enterprises.models import Enterprise
from enterprises.refusals import constraints_speak
from enterprises.size_class import classify
from portal.accounts.enums import Role
from portal.accounts.identity import clean_credit_code, clean_phone
from portal.accounts.models import Membership

from .notices import tell_members

FACTS = (
    "name",
    "region",
    "address",
    "industry",
    "entity_kind",
    "staff_total",
    "revenue_wan",
    "assets_wan",
    "contact_name",
    "contact_phone",
    "introduction",
    "dispatch_company",
)
# What stands on the licence: after a change staff look at the licence again.
ON_THE_LICENCE = ("name", "region")
_RECHECK = {
    "subject": "名称、地区或单位类型改了，营业执照要重新核验",
    "body": "请上传与现在登记一致的执照。核验前不能提交新岗位，已发布的岗位不受影响。",
}


def register_enterprise(by, data):
    """Put an enterprise on the register and make `by` its first member.

    data: credit_code and any of FACTS (staff in persons, revenue and assets in 10,000 yuan,
    region and industry as rows; entity_kind empty leaves it to the credit code). Raises
    ValidationError keyed by field; PermissionDenied when the account is not an enterprise account.
    """
    if by.role != Role.ENTERPRISE_MEMBER:
        raise PermissionDenied("only an enterprise account registers an enterprise")
    enterprise = Enterprise(credit_code=_checked("credit_code", clean_credit_code, data))
    with transaction.atomic():
        _put(enterprise, data)
        with constraints_speak(
            Enterprise,
            credit_code="这家企业已经登记过。请企业里管理成员的人邀请您，或者打服务热线。",
        ):
            enterprise.save()
        Membership.objects.create(user=by, enterprise=enterprise, is_owner=True)
    return enterprise


def update_enterprise(enterprise, by, data):
    """Change facts of an enterprise; fields left out of `data` stay.

    A checked licence has to be checked again when the name or the region changes, or a kind is
    declared that the credit code leaves open. Returns the enterprise; raises ValidationError keyed
    by field.
    """
    check_member(by, enterprise)
    with transaction.atomic():
        enterprise = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        before = {name: getattr(enterprise, name) for name in (*ON_THE_LICENCE, "entity_kind")}
        _put(enterprise, data)
        changed = any(getattr(enterprise, name) != before[name] for name in ON_THE_LICENCE) or (
            _is_declared(enterprise) and enterprise.entity_kind != before["entity_kind"]
        )
        again = changed and enterprise.licence_state == LicenceState.APPROVED
        if again:
            enterprise.licence_state = LicenceState.PENDING
            enterprise.licence_checked_at = enterprise.licence_checked_by = None
        with constraints_speak(Enterprise):
            enterprise.save()
        if again:
            event = enterprise.pgh_event_model.objects.filter(pgh_obj=enterprise).latest("pgh_id")
            tell_members(
                enterprise,
                kind="licence",
                key=f"enterprise:{enterprise.pk}:recheck:{event.pk}",
                **_RECHECK,
                path=reverse("enterprises:licence"),
                but=by,
            )
    return enterprise


def _put(enterprise, data):
    """Set the facts, normalised, and the size class with the rule that gave it."""
    before = (enterprise.industry_id, enterprise.entity_kind)
    for name in FACTS:
        if name in data:
            setattr(enterprise, name, data[name])
    if data.get("contact_phone"):
        enterprise.contact_phone = _checked("contact_phone", clean_phone, data)
    if not enterprise.name:
        raise ValidationError({"name": "请填企业名称，与营业执照上的一样。"})
    enterprise.entity_kind = _entity_kind(enterprise, before)
    found = classify(
        enterprise.industry_id,
        enterprise.staff_total,
        enterprise.revenue_wan,
        enterprise.assets_wan,
    )
    enterprise.size_class, enterprise.size_rule = found.size, found.rule[:200]


def _entity_kind(enterprise, before):
    """What was declared when code and trade allow it, else what they say by themselves.

    before: trade and kind until now. A kind that nobody changed does not survive a change of
    trade: it was derived from the old one, or declared for it.
    """
    declared, code, trade = enterprise.entity_kind, enterprise.credit_code, enterprise.industry_id
    if not declared or (declared == before[1] and trade != before[0]):
        return kind_by_code(code, trade)
    possible = possible_kinds(code, trade)
    if declared in possible:
        return declared
    says = (
        f"登记的是{'或'.join(kind.label for kind in possible)}"
        if possible
        else "不是这里的任何一种"
    )
    if declared == EntityKind.ACCOUNTING_FIRM and EntityKind.ENTERPRISE in possible:
        says += "，行业又不是会计、审计及税务服务"
    raise ValidationError(
        {"entity_kind": f"统一社会信用代码开头是“{code[:2]}”，{says}。请核对单位类型。"}
    )


def _is_declared(enterprise):
    """Whether the kind is the enterprise's own word."""
    by_code = kind_by_code(enterprise.credit_code, enterprise.industry_id)
    return enterprise.entity_kind is not None and by_code is None


def _checked(field, clean, data):
    try:
        return clean(data.get(field))
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error
