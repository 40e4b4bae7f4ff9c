"""Who is told: the members of an enterprise, its commissioner, the officers of its district."""

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.outbox.services import post


def tell_members(enterprise, *, kind, key, subject, body="", path="", but=None):
    """One message to every live member, except to the one who did it (`but`)."""
    members = User.objects.filter(
        memberships__enterprise=enterprise, memberships__ended_at__isnull=True, is_active=True
    )
    if but is not None:
        members = members.exclude(pk=but.pk)
    _tell(members, kind=kind, key=key, subject=subject, body=body, path=path)


def tell_commissioner(enterprise, *, kind, key, subject, body="", path=""):
    """One message to the commissioner who looks after the enterprise, when there is one."""
    owners = User.objects.filter(
        commissioner__assignments__enterprise=enterprise,
        commissioner__assignments__ended_at__isnull=True,
        is_active=True,
    )
    _tell(owners, kind=kind, key=key, subject=subject, body=body, path=path)


def tell_officers(enterprise, *, kind, key, subject, body="", path=""):
    """One message to each of the district's staff; to the city's where a district has none."""
    code = enterprise.region_id
    staff = User.objects.filter(role=Role.DISTRICT_STAFF, is_active=True)
    district = staff.filter(region_id__in=[code[:6], code])
    if not district.exists():
        district = User.objects.filter(
            role=Role.CITY_STAFF, is_active=True, region_id__in=[code[:4], code[:2]]
        )
    _tell(district, kind=kind, key=key, subject=subject, body=body, path=path)


def _tell(users, *, kind, key, **words):
    for user in users.order_by("pk").distinct():
        post(user, kind=kind, key=f"{key}:{user.pk}", **words)
