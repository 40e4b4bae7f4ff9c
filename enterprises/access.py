"""Which enterprise a page is about, and who may change what in it.

Pages find their object by `visible_to`, so that what one may not see is 404. The checks here are
the services' own: they hold whoever calls, also a task or a shell.
"""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from enterprises.models import Enterprise
from portal.accounts.enums import Role
from portal.accounts.models import Membership

SESSION_KEY = "enterprise"


def enterprises_of(user):
    """The enterprises a member acts for today, the one joined first first."""
    if not user.is_authenticated or user.role != Role.ENTERPRISE_MEMBER:
        return Enterprise.objects.none()
    return Enterprise.objects.visible_to(user).order_by("memberships__started_at", "pk").distinct()


def current_enterprise(request):
    """The enterprise the signed-in member works for now: the chosen one, else the first.

    Raises Http404 when the user acts for none. The region and industry come with it.
    """
    mine = list(enterprises_of(request.user).select_related("region__parent", "industry"))
    if not mine:
        raise Http404
    request.own_enterprises = mine
    chosen = request.session.get(SESSION_KEY)
    return next((one for one in mine if one.public_id == chosen), mine[0])


def check_member(user, enterprise):
    """Raises PermissionDenied unless the user acts for the enterprise today."""
    if not _lives(user, enterprise).exists():
        raise PermissionDenied("not a member of this enterprise")


def check_owner(user, enterprise):
    """Raises PermissionDenied unless the user is a member who manages the others."""
    if not _lives(user, enterprise).filter(is_owner=True).exists():
        raise PermissionDenied("does not manage the members of this enterprise")


def check_officer(user, enterprise):
    """Raises PermissionDenied unless these are district or city staff of the region."""
    if user.role not in (Role.DISTRICT_STAFF, Role.CITY_STAFF):
        raise PermissionDenied("only officers decide")
    _check_sees(user, enterprise)


def check_acting_staff(user, enterprise):
    """Raises PermissionDenied unless these are staff of the region or its commissioner."""
    if not user.may_act:
        raise PermissionDenied("only staff who act")
    _check_sees(user, enterprise)


def _lives(user, enterprise):
    return Membership.objects.filter(
        user_id=user.pk,
        enterprise_id=enterprise.pk,
        ended_at__isnull=True,
        user__role=Role.ENTERPRISE_MEMBER,
    )


def _check_sees(user, enterprise):
    if not Enterprise.objects.visible_to(user).filter(pk=enterprise.pk).exists():
        raise PermissionDenied("not of this region")
