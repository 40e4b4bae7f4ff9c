"""The figures a bureau sets: one person proposes, another approves, and the earlier value ends."""

from contextlib import contextmanager
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.outbox.services import post
from portal.places.models import Division
from portal.refused import Refused
from portal.ui.formatting import full_date
from subsidies.models import LocalParameter

from .parameter_kinds import ParameterKind, parameter_kinds

_ONE_DAY = timedelta(days=1)


def last_day(row: LocalParameter) -> date | None:
    """The last day on which a value holds; None: until another one begins."""
    return row.valid_until and row.valid_until - _ONE_DAY


def propose_parameter(
    user,
    *,
    region: Division,
    name: str,
    typed: str,
    valid_from: date,
    ends_on: date | None = None,
    document: str,
) -> LocalParameter:
    """Write a value down; it counts nowhere until another person approves it.

    typed: as a person writes it (1,500.00, 5.5%). ends_on: its last day, None until further
    notice. Raises Refused for a figure no policy leaves open, a value out of a policy's range, a
    place outside the user's, or a period that runs into a later value.
    """
    _city_staff(user, "填写")
    _within(user, region)
    kind = _kind(user, name)
    if not document.strip():
        raise Refused("请写依据的文件（文号或名称）。")
    if ends_on is not None and ends_on < valid_from:
        raise Refused("最后一天不能早于开始的一天。")
    row = LocalParameter(
        region=region,
        name=name,
        value=kind.read(typed),
        valid_from=valid_from,
        valid_until=ends_on and ends_on + _ONE_DAY,
        document=document.strip(),
        author=user,
    )
    with transaction.atomic():
        _hold(row, kind)
        row.save()
        colleagues = User.objects.filter(
            role=Role.CITY_STAFF, is_active=True, region_id=user.region_id
        )
        for colleague in colleagues.exclude(pk=user.pk):
            post(
                colleague,
                kind="parameter",
                key=f"parameter:{row.public_id}:proposed:{colleague.pk}",
                subject=f"{kind.label}（{region.name}）的新值等另一人批准",
                body=f"{user} 填写：{kind.shown(row.value)}，{full_date(row.valid_from)}起。",
                path=_page(row),
            )
    return row


def approve_parameter(row: LocalParameter, user) -> LocalParameter:
    """Put a proposed value into force from its day; the value before it ends there.

    Raises Refused for its author, when it is decided already, or when it no longer fits. Of two
    approvers at once the second is told who was quicker.
    """
    _city_staff(user, "批准")
    try:
        with _locked(row, user, "批准") as row:
            if row.author_id == user.pk:
                raise Refused("填写人不能批准自己填的值，要由另一人办理。")
            kind = _kind(user, row.name)
            for earlier in _hold(row, kind):
                earlier.valid_until = max(earlier.valid_from, row.valid_from)
                earlier.save(update_fields=["valid_until"])
            row.approver, row.approved_at = user, timezone.now()
            row.save(update_fields=["approver", "approved_at"])
            _tell_author(row, "approved", f"{kind.label}的新值已批准", f"{user} 批准。")
    except IntegrityError as error:
        if "one_value_per_day" not in str(error):
            raise
        raise Refused("同一天的另一个值刚刚批准，没有再批准一个。请看过现在的值再办。") from None
    return row


def reject_parameter(row: LocalParameter, user, reason: str) -> LocalParameter:
    """Turn a proposal down with a reason; its author may so take it back."""
    _city_staff(user, "退回")
    reason = reason.strip()
    if not reason:
        raise Refused("请写明退回的理由，填写人会看到。")
    with _locked(row, user, "退回") as row:
        row.rejected_by, row.rejected_at, row.rejected_reason = user, timezone.now(), reason
        row.save(update_fields=["rejected_by", "rejected_at", "rejected_reason"])
        if row.author_id != user.pk:
            label = _kind(user, row.name).label
            _tell_author(row, "rejected", f"{label}的新值没有批准", f"{user}：{reason}")
    return row


def replaced_by(row: LocalParameter) -> list[LocalParameter]:
    """The approved values that end where a proposed one begins. Raises Refused where it runs into
    a later one."""
    others = LocalParameter.objects.approved().filter(region=row.region_id, name=row.name)
    if row.valid_until is not None:
        others = others.filter(valid_from__lt=row.valid_until)
    found = []
    for other in others.exclude(pk=row.pk).order_by("valid_from"):
        if other.valid_until is not None and other.valid_until <= max(
            row.valid_from, other.valid_from
        ):
            continue
        if other.valid_from > row.valid_from:
            before = full_date(other.valid_from - _ONE_DAY)
            raise Refused(
                f"{full_date(other.valid_from)}起已有另一个值，请写最后一天，不晚于 {before}。"
            )
        found.append(other)
    return found


def _hold(row, kind: ParameterKind):
    kind.check(row.value, row.valid_from, row.valid_until)
    return replaced_by(row)


def _kind(user, name):
    kind = parameter_kinds(user.region_scope).get(name)
    if kind is None:
        raise Refused(f"发布的政策里没有要由主管部门填写的“{name}”。")
    return kind


def _city_staff(user, act):
    if user.role != Role.CITY_STAFF or not user.is_active:
        raise Refused(f"本地参数由市级工作人员填写和批准，您的账号不能{act}。")


def _within(user, region):
    if not region.code.startswith(user.region_scope):
        raise Refused(f"{region.name}不归{user.region}管，不能填写。")


def _tell_author(row, event, subject, body):
    post(
        row.author,
        kind="parameter",
        key=f"parameter:{row.public_id}:{event}",
        subject=subject,
        body=body,
        path=_page(row),
    )


def _page(row):
    return f"{reverse('subsidies:parameters')}#{row.name}"


@contextmanager
def _locked(row, user, act):
    """The proposal as it is now, locked and still undecided, in a transaction of its own."""
    with transaction.atomic():
        row = LocalParameter.objects.select_for_update(of=("self",)).get(pk=row.pk)
        _within(user, row.region)
        if row.approver_id:
            raise Refused(f"已由{row.approver}批准，没有再{act}。")
        if row.rejected_at:
            raise Refused(f"已由{row.rejected_by}退回，没有再{act}。")
        yield row
