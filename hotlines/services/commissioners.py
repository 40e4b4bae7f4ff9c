"""Who is a commissioner (E2): an account of that role, with rank, office and telephone."""

from django.db import transaction

from hotlines.models import Commissioner
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.refused import Refused


def register_commissioner(user, by, *, rank, office, phone):
    """Make an account of the role a commissioner who can be assigned; twice is once.

    Raises Refused for another role, an account that was switched off, or one outside the region
    of the officer who does it.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.role != Role.COMMISSIONER or not user.is_active:
            raise Refused("只有在用的专员账号才能登记为专员。")
        if not user.region_id.startswith(by.region_scope):
            raise Refused("这个账号不在您负责的地区。")
        return Commissioner.objects.get_or_create(
            user=user, defaults={"rank": rank, "office": office, "phone": phone}
        )[0]
