"""Members: who acts for an enterprise, from which day, until when."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from enterprises.access import check_owner
from enterprises.models import Enterprise
from enterprises.refusals import constraints_speak
from portal.accounts.enums import Role
from portal.accounts.models import Membership, User
from portal.outbox.services import post


def invite_member(enterprise, by, *, sign_in_name, is_owner=False):
    """Make the enterprise account with that phone or user name a member. Returns the Membership.

    One sentence answers an unknown name and an account of another kind alike, so that nobody
    learns here who has an account.
    """
    check_owner(by, enterprise)
    user = User.objects.by_sign_in_name(sign_in_name).filter(is_active=True).first()
    if user is None or user.role != Role.ENTERPRISE_MEMBER:
        raise ValidationError(
            {"sign_in_name": "没有找到这个企业账号。请对方先注册企业账号，再来添加。"}
        )
    with transaction.atomic(), constraints_speak(Membership):
        membership = Membership.objects.create(user=user, enterprise=enterprise, is_owner=is_owner)
        post(
            user,
            kind="membership",
            key=f"membership:{membership.pk}:started",
            subject=f"您已成为{enterprise.name}的成员",
            body="可以替企业发布岗位、申报缺工、答复应聘的人。如果不是您单位，请打服务热线。",
            path=reverse("enterprises:overview"),
        )
    return membership


def end_membership(membership, by):
    """End a membership now. A member may leave; only one who manages members ends another's.

    Raises ValidationError for the last one who manages the members.
    """
    enterprise = membership.enterprise
    if membership.user_id != by.pk:
        check_owner(by, enterprise)
    with transaction.atomic():
        # The enterprise is the lock: two owners who end each other's membership take turns.
        Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        membership = Membership.objects.select_for_update().get(pk=membership.pk)
        if membership.ended_at is not None:
            raise ValidationError("这位成员已经移出。")
        others = Membership.objects.filter(
            enterprise=enterprise, ended_at__isnull=True, is_owner=True
        ).exclude(pk=membership.pk)
        if membership.is_owner and not others.exists():
            raise ValidationError("至少要留一位管理成员的人。请先让另一位成员来管理。")
        membership.ended_at = timezone.now()
        membership.save(update_fields=["ended_at"])
        if membership.user_id != by.pk:
            post(
                membership.user,
                kind="membership",
                key=f"membership:{membership.pk}:ended",
                subject=f"您不再是{enterprise.name}的成员",
                body="您看不到这家企业的岗位和应聘了。有疑问请问企业里管理成员的人。",
            )
    return membership


def make_owner(membership, by):
    """Let another member manage the members as well."""
    check_owner(by, membership.enterprise)
    with transaction.atomic():
        membership = Membership.objects.select_for_update().get(pk=membership.pk)
        if membership.ended_at is not None:
            raise ValidationError("这位成员已经移出。")
        membership.is_owner = True
        membership.save(update_fields=["is_owner"])
    return membership
