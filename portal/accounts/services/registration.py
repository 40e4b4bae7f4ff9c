"""Making an account."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from portal.accounts.enums import Role
from portal.accounts.identity import clean_mobile
from portal.accounts.models import User


def register_account(*, phone, password, display_name, role):
    """A new account of a job seeker or an enterprise's person; the phone is what signs in.

    Raises ValidationError for a wrong or known phone. Other roles are given by administrators,
    never taken: ValueError.
    """
    if role not in (Role.JOB_SEEKER, Role.ENTERPRISE_MEMBER):
        raise ValueError(f"{role} cannot register itself")
    phone = clean_mobile(phone)
    try:
        with transaction.atomic():
            user = User(username="", phone=phone, display_name=display_name, role=role)
            user.username = f"u{user.public_id}"
            user.set_password(password)
            user.save()
    except IntegrityError as error:
        raise ValidationError(
            {"phone": "这个手机号已经注册过。请直接登录，忘记密码请拨打服务热线。"}
        ) from error
    return user
