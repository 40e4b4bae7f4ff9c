"""Enterprises, key lists, shortage declarations, vacancies with their reviews."""

import datetime
from collections.abc import Iterator

from django.db import connection

from enterprises.models import (
    Enterprise,
    KeyListEntry,
    ShortageDeclaration,
    ShortageFill,
    ShortageItem,
    Vacancy,
    VacancyReview,
)
from enterprises.search import index_vacancies
from portal.accounts.crypto import encrypt
from portal.demo.draws import at
from portal.demo.shortages import ShortageRow
from portal.demo.vacancies import VacancyRow

from .context import Load
from .tables import copy_into, reserve

_ENTERPRISE_COLUMNS = (
    "id", "credit_code", "name", "region_id", "address", "industry_id", "entity_kind",
    "staff_total", "revenue_wan", "assets_wan", "size_class", "size_rule", "contact_name",
    "contact_phone", "introduction", "licence_state", "licence_reason", "licence_checked_at",
    "licence_checked_by_id", "licence_recheck_on", "difficult_certified", "hit_by_epidemic",
    "dispatch_company", "dishonest", "created_at",
)  # fmt: skip


def load_enterprises(load: Load) -> None:
    """Enterprises and their key lists."""
    keys = load.keys

    def rows() -> Iterator[tuple]:
        for row in load.city.enterprises():
            checker = keys.clerk(row.region, row.number) if row.licence_checked_at else None
            yield (
                keys.enterprises + row.number,
                *row[1:13],
                encrypt(row.contact_phone),
                *row[14:18],
                checker,
                *row[18:],
            )

    load.added("企业", copy_into(Enterprise, _ENTERPRISE_COLUMNS, rows()))
    load.added(
        "重点名录",
        copy_into(
            KeyListEntry,
            ("enterprise_id", "kind", "source", "starts_on", "ends_on"),
            ((keys.enterprises + row.enterprise, *row[1:]) for row in load.city.key_entries()),
        ),
    )


def load_shortages(load: Load) -> dict[int, int]:
    """Declarations, items, fills. Returns vacancy number → key of the declaration behind it."""
    city, keys = load.city, load.keys
    rows: list[ShortageRow] = list(city.shortages())
    keys.shortages = reserve(ShortageDeclaration, len(rows))
    caretaker = city.contacts.caretaker

    def server(row: ShortageRow) -> int:
        owner = int(caretaker[row.enterprise])
        if owner >= 0:
            return keys.commissioner_users[owner]
        return keys.clerk(city.enterprise_columns.street(row.enterprise).code, row.number)

    load.added(
        "缺工申报",
        copy_into(
            ShortageDeclaration,
            (
                "id", "enterprise_id", "state", "missing_total", "filled_total", "is_emergency",
                "reason", "needed_by", "declared_at", "serving_since", "closed_at", "outcome",
                "outcome_note", "declared_by_id", "served_by_id",
            ),
            (
                (
                    keys.shortages + row.number,
                    keys.enterprises + row.enterprise,
                    *row[2:13],
                    keys.members + row.enterprise,
                    server(row) if row.serving_since else None,
                )
                for row in rows
            ),
        ),
    )  # fmt: skip
    load.added(
        "缺工工种",
        copy_into(
            ShortageItem,
            (
                "declaration_id", "title", "occupation_id", "missing", "skills", "pay_min",
                "pay_max",
            ),
            ((keys.shortages + row.number, *item) for row in rows for item in row.items),
        ),
    )  # fmt: skip
    load.added(
        "到岗登记",
        copy_into(
            ShortageFill,
            (
                "declaration_id", "filled_on", "persons", "channel", "recorded_by_id",
                "recorded_at",
            ),
            (
                (keys.shortages + row.number, *fill, server(row), at(fill.filled_on, 61200))
                for row in rows
                for fill in row.fills
            ),
        ),
    )  # fmt: skip
    return {post: keys.shortages + row.number for row in rows for post in row.vacancies}


_VACANCY_COLUMNS = (
    "id", "enterprise_id", "state", "title", "occupation_id", "region_id", "address", "headcount",
    "pay_min", "pay_max", "pay_months", "education", "experience_years", "skills",
    "certificates", "benefits", "shift", "lodging", "duties", "requirements", "starts_on",
    "expires_on", "created_at", "submitted_at", "published_at", "closed_at", "close_outcome",
    "filled", "created_by_id", "approved_review_id", "shortage_id",
)  # fmt: skip


def load_vacancies(load: Load, shortage_of: dict[int, int]) -> None:
    """Vacancies in every state; published and closed ones passed a review."""
    keys, count = load.keys, load.city.size.vacancies
    keys.vacancies, keys.reviews = reserve(Vacancy, count), reserve(VacancyReview, count)
    reviews: list[tuple] = []

    def rows() -> Iterator[tuple]:
        for row in load.city.vacancies():
            review = _review(load, row)
            if review:
                reviews.append(review)
            yield (
                keys.vacancies + row.number,
                keys.enterprises + row.enterprise,
                *row[2:28],
                keys.members + row.enterprise,
                review[0] if review and row.published_at else None,
                shortage_of.get(row.number),
            )

    load.added("招聘岗位", copy_into(Vacancy, _VACANCY_COLUMNS, rows()))
    columns = ("id", "vacancy_id", "result", "reasons", "reviewed_by_id", "reviewed_at")
    load.added("岗位审核", copy_into(VacancyReview, columns, reviews))


def _review(load: Load, row: VacancyRow) -> tuple | None:
    keys = load.keys
    clerk = keys.clerk(row.region, row.number)
    head = (keys.reviews + row.number, keys.vacancies + row.number)
    if row.published_at:
        return (*head, "approved", "", clerk, row.published_at)
    if row.return_reason:
        later = row.submitted_at + datetime.timedelta(hours=2)
        return (*head, "returned", row.return_reason, clerk, later)
    return None


def index_search(load: Load) -> None:
    """Search vectors of all vacancies of the city.

    The planner is told first how many there are: it has seen the tables empty, and at worst, after
    a load that was rolled back, as pages without rows.
    """
    with connection.cursor() as cursor:
        for model in (Enterprise, Vacancy):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
    first = load.keys.vacancies
    index_vacancies(range(first, first + load.city.size.vacancies))
