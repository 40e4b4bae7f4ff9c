"""Accounts an administrator keeps: staff accounts, switching off, a new password. All on record."""

import secrets

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from portal.accounts.enums import STAFF_ROLES, AccountChangeKind, Role
from portal.accounts.identity import clean_mobile
from portal.accounts.models import AccountChange, User

# Nothing that is misread on paper or by telephone; four groups of four hold about 79 bits.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_KEPT = ("username", "display_name", "role", "region_id", "office", "is_active")


def create_staff_account(by, *, username, display_name, role, region=None, office="", phone=""):
    """Make an account of a staff role. Returns (user, first password); it is shown once.

    Raises ValidationError by field for a name or phone that is taken, another role, a missing
    region; PermissionDenied unless `by` is an administrator.
    """
    _check_administrator(by)
    if role not in STAFF_ROLES:
        raise ValidationError({"role": "这里只开通工作人员的账号。求职者和企业自己注册。"})
    password = new_password()
    user = User(
        username=username.strip(),
        display_name=display_name.strip(),
        role=role,
        region=region,
        office=office.strip(),
        phone=clean_mobile(phone) if phone else "",
    )
    user.set_password(password)
    with transaction.atomic():
        _check(user)
        user.save()
        _record(by, user, AccountChangeKind.CREATED, {}, _kept(user))
    return user, password


def change_account(by, account, *, display_name, role, region, office, is_active):
    """Write what an account is for; nothing changed, nothing written. Returns the account.

    Staff roles change among themselves only; an administrator can take neither their own role nor
    their own access, so that somebody is always left. Errors as in create_staff_account.
    """
    _check_administrator(by)
    with transaction.atomic():
        account = User.objects.select_for_update().get(pk=account.pk)
        before = _kept(account)
        if role != account.role and not {role, account.role} <= STAFF_ROLES:
            raise ValidationError({"role": "求职者和企业用户的角色不能改。"})
        account.display_name, account.office = display_name.strip(), office.strip()
        account.role, account.region, account.is_active = role, region, is_active
        if account.pk == by.pk and (role != Role.ADMINISTRATOR or not is_active):
            raise ValidationError(
                "不能停用自己的账号，也不能改自己的角色。请由另一位系统管理员办理。"
            )
        _check(account)
        after = _kept(account)
        changed = [name for name in _KEPT if before[name] != after[name]]
        if changed:
            account.save(update_fields=[name.removesuffix("_id") for name in changed])
            _record(
                by,
                account,
                AccountChangeKind.CHANGED,
                {name: before[name] for name in changed},
                {name: after[name] for name in changed},
            )
        return account


def reset_password(by, account, reason):
    """Give an account a new password, which signs it out everywhere. Returns it, to be shown once.

    reason: how the person proved who they are, at least four characters (ValidationError).
    """
    _check_administrator(by)
    reason = (reason or "").strip()
    if len(reason) < 4:
        raise ValidationError({"reason": "请写明怎样核实了本人，至少 4 个字。这条理由会留档。"})
    password = new_password()
    with transaction.atomic():
        account = User.objects.select_for_update().get(pk=account.pk)
        account.set_password(password)
        account.save(update_fields=["password"])
        _record(by, account, AccountChangeKind.PASSWORD, {}, {}, reason[:200])
    return password


def new_password():
    """Sixteen characters in four groups: easy to read out, impossible to guess."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def _check_administrator(by):
    if by.role != Role.ADMINISTRATOR or not by.is_active:
        raise PermissionDenied("only administrators keep accounts")


def _check(user):
    if not user.display_name:
        raise ValidationError({"display_name": "请填姓名。"})
    if user.role in STAFF_ROLES - {Role.ADMINISTRATOR} and user.region_id is None:
        raise ValidationError({"region": "工作人员要有负责地区。"})
    others = User.objects.exclude(pk=user.pk)
    if others.filter(username__iexact=user.username).exists():
        raise ValidationError({"username": "这个用户名已经有人用。"})
    if user.phone and others.by_sign_in_name(user.phone).exists():
        raise ValidationError({"phone": "这个手机号已经注册过。"})
    user.full_clean(exclude=["password", "phone_index"])


def _kept(user):
    """What the record holds of an account, without personal data of the public."""
    return {name: getattr(user, name) for name in _KEPT}


def _record(by, account, kind, before, after, reason=""):
    AccountChange.objects.create(
        account=account, by=by, kind=kind, before=before, after=after, reason=reason
    )
