"""Accounts: staff, commissioners, enterprise members, seekers. Only the shown ones can sign in."""

from collections.abc import Iterator

from django.contrib.auth.hashers import make_password

from hotlines.models import Commissioner, Hotline
from portal.accounts.crypto import blind_index, encrypt
from portal.accounts.enums import Role
from portal.accounts.models import Membership, User
from portal.demo.codes import mobile
from portal.demo.draws import at
from portal.demo.people import DEMO_PASSWORD, MEMBER_USERNAME, UserRow
from portal.demo.story import MAIN_ENTERPRISE

from .context import Load
from .tables import copy_into, reserve

USER_COLUMNS = (
    "id", "username", "display_name", "password", "phone", "phone_index", "role", "region_id",
    "office", "is_superuser", "date_joined",
)  # fmt: skip


def user_tuple(key, username, name, phone, role, joined, region=None, office="", shown=False):
    """A row for USER_COLUMNS. Accounts that are not shown get a password nobody can type."""
    return (
        key,
        username,
        name,
        make_password(DEMO_PASSWORD if shown else None),
        encrypt(phone),
        blind_index(phone),
        role,
        region,
        office,
        role == Role.ADMINISTRATOR,
        joined,
    )


def load_staff(load: Load) -> None:
    """Staff and commissioners with their accounts."""
    city, keys = load.city, load.keys
    pairs = city.commissioners
    rows: list[UserRow] = [*city.staff(), *(user for user, _ in pairs)]
    first = reserve(User, len(rows))
    joined = at(city.today.replace(year=city.today.year - 1, day=1), 9 * 3600)
    keys.users = {row.username: first + i for i, row in enumerate(rows)}
    for row in rows:
        if row.role == Role.DISTRICT_STAFF:
            keys.clerks.setdefault(row.region, []).append(keys.users[row.username])
    load.added(
        "工作人员账号",
        copy_into(
            User,
            USER_COLUMNS,
            (
                user_tuple(
                    first + i, row.username, row.display_name, mobile(i, 2), row.role, joined,
                    row.region, row.office, bool(row.shown),
                )
                for i, row in enumerate(rows)
            ),
        ),
    )  # fmt: skip
    keys.commissioners = reserve(Commissioner, len(pairs))
    keys.commissioner_users = [keys.users[row.username] for _, row in pairs]
    load.added(
        "服务专员",
        copy_into(
            Commissioner,
            ("id", "user_id", "rank", "office", "phone"),
            (
                (keys.commissioners + i, keys.users[row.username], row.rank, row.office, row.phone)
                for i, (_, row) in enumerate(pairs)
            ),
        ),
    )


def load_hotlines(load: Load) -> None:
    """The ten lines, unless the office already has one."""
    known = set(Hotline.objects.values_list("office", flat=True))
    rows = [row for row in load.city.hotlines() if row.office not in known]
    columns = ("order", "region_id", "office", "phone", "hours", "qq", "liaison")
    load.added("服务热线", copy_into(Hotline, columns, rows))


def load_members(load: Load) -> None:
    """One member for every enterprise, with a membership since the enterprise registered."""
    city, keys = load.city, load.keys
    keys.members = reserve(User, city.size.enterprises)
    started = []

    def rows() -> Iterator[tuple]:
        for row in city.enterprises():
            main = row.number == MAIN_ENTERPRISE
            started.append(row.created_at)
            yield user_tuple(
                keys.members + row.number,
                MEMBER_USERNAME if main else f"e{row.number + 1:07d}",
                row.contact_name,
                row.contact_phone,
                Role.ENTERPRISE_MEMBER,
                row.created_at,
                shown=main,
            )

    load.added("企业账号", copy_into(User, USER_COLUMNS, rows()))
    copy_into(
        Membership,
        ("user_id", "enterprise_id", "is_owner", "started_at"),
        (
            (keys.members + number, keys.enterprises + number, True, moment)
            for number, moment in enumerate(started)
        ),
    )
