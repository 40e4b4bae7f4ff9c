"""The accounts a visitor of the demo city may use; all have ``people.DEMO_PASSWORD``."""

from typing import NamedTuple

from .people import MAIN_COMMISSIONER, MEMBER_USERNAME, NAMED_STAFF, SEEKER_USERNAME
from .story import MAIN_ENTERPRISE, PLANTED


class ShownAccount(NamedTuple):
    """One account: role is a value of accounts.Role, shown says what to look at with it."""

    username: str
    name: str
    role: str
    shown: str


def shown_accounts() -> list[ShownAccount]:
    """In the order of the story: seeker, enterprise, commissioner, staff, auditor, administrator."""
    enterprise = PLANTED[MAIN_ENTERPRISE].name
    return [
        ShownAccount(SEEKER_USERNAME, "王建国", "job_seeker", "求职者：推荐岗位、应聘进展"),
        ShownAccount(
            MEMBER_USERNAME, enterprise, "enterprise_member", "企业：岗位、应聘者、我的政策"
        ),
        ShownAccount(MAIN_COMMISSIONER, "周敏", "commissioner", "人社服务专员：今天的工单和走访"),
        *(
            ShownAccount(row.username, row.display_name, row.role, row.shown)
            for row in NAMED_STAFF
            if row.shown
        ),
    ]
