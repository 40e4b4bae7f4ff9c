"""Local parameters; assignments, tickets, visits."""

import datetime
from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from hotlines.models import Assignment, Ticket, Visit
from portal.accounts.crypto import encrypt
from portal.accounts.models import User
from portal.demo.people import PARAMETERS
from portal.demo.regions import CITY
from subsidies.models import Budget, LocalParameter
from subsidies.services.policy_drafts import approve
from subsidies.services.policy_files import import_files

from .context import Load
from .tables import copy_into

_TICKETS, _VISITS = 120, 320
# A hundred million yuan, and about twice what an average enterprise's refund comes to.
_BUDGET_FEN, _BUDGET_FEN_EACH = 10_000_000_000, 2_000_000


def load_parameters(load: Load) -> None:
    """Figures the documents leave to the bureau, filled in by one person, approved by another."""
    added = 0
    for row in PARAMETERS:
        _, created = LocalParameter.objects.get_or_create(
            region_id=CITY,
            name=row.name,
            valid_from=datetime.date.fromisoformat(row.valid_from),
            defaults={
                "value": row.value,
                "document": row.document,
                "author_id": load.keys.users["city2"],
                "approver_id": load.keys.users["city1"],
            },
        )
        added += created
    load.added("本地参数", added)


def load_budget(load: Load) -> None:
    """The refund's budget of the city's year, ample for the demo: nothing of it is held."""
    fen = max(_BUDGET_FEN, load.city.size.enterprises * _BUDGET_FEN_EACH)
    _, created = Budget.objects.get_or_create(
        region_id=CITY,
        base_year=settings.REFUND_BASE_YEAR,
        exclusivity_group="refund",
        defaults={
            "amount_fen": fen,
            "document": "演示预算",
            "author_id": load.keys.users["city2"],
            "approver_id": load.keys.users["city1"],
            "approved_at": timezone.now(),
        },
    )
    load.added("预算", int(created))


def load_policies(load: Load) -> None:
    """The city's policy files, drafted and submitted by one person, published by another."""
    author = User.objects.get(pk=load.keys.users["city2"])
    approver = User.objects.get(pk=load.keys.users["city1"])
    load.added("政策", sum(1 for draft in import_files(author) if approve(draft, approver)))


def load_contacts(load: Load) -> None:
    """Who looks after whom, tickets and visits."""
    keys, contacts = load.keys, load.city.contacts
    load.added(
        "包保关系",
        copy_into(
            Assignment,
            (
                "enterprise_id", "commissioner_id", "started_at", "ended_at", "reason",
                "assigned_by_id",
            ),
            (
                (
                    keys.enterprises + row.enterprise,
                    keys.commissioners + row.commissioner,
                    *row[2:],
                    keys.users["city1"],
                )
                for row in contacts.assignments()
            ),
        ),
    )  # fmt: skip
    load.added("服务工单", copy_into(Ticket, _TICKET_COLUMNS, _ticket_rows(load)))
    load.added(
        "走访",
        copy_into(
            Visit,
            ("enterprise_id", "visited_by_id", "visited_on", "kind", "summary", "plan"),
            (
                (
                    keys.enterprises + row.enterprise,
                    keys.commissioner_users[row.commissioner],
                    *row[2:],
                )
                for row in contacts.visits(_VISITS)
            ),
        ),
    )


_TICKET_COLUMNS = (
    "source", "region_id", "enterprise_id", "contact_name", "contact_phone", "subject", "body",
    "state", "owner_id", "is_key", "created_at", "due_at", "answer", "answered_at", "closed_at",
    "satisfaction", "answered_by_id",
)  # fmt: skip


def _ticket_rows(load: Load) -> Iterator[tuple]:
    keys = load.keys
    for number, row in enumerate(load.city.contacts.tickets(_TICKETS)):
        answerer = None
        if row.answered_at:
            answerer = (
                keys.clerk(row.region, number)
                if row.owner is None
                else keys.commissioner_users[row.owner]
            )
        yield (
            row.source,
            row.region,
            None if row.enterprise is None else keys.enterprises + row.enterprise,
            row.contact_name,
            encrypt(row.contact_phone),
            *row[5:8],
            None if row.owner is None else keys.commissioners + row.owner,
            *row[9:],
            answerer,
        )
