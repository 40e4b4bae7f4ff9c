"""Seekers with accounts, intentions and consents; applications."""

import hashlib
from collections.abc import Iterator

from enterprises.models import Enterprise
from jobseekers.models import Application, JobIntention, JobSeeker, Push, SupplyListImport
from jobseekers.services.applications import consent_wording
from portal.accounts.crypto import blind_index, encrypt
from portal.accounts.enums import ConsentKind, Role
from portal.accounts.models import ConsentRecord, User
from portal.demo.draws import at
from portal.demo.people import SEEKER_USERNAME
from portal.demo.regions import CITY

from .context import Load
from .people import USER_COLUMNS, user_tuple
from .tables import copy_into, reserve

_WORDING = {
    "findable": "我同意在平台登记的招聘单位按工种和地区找到我，对方看不到身份证号和家庭住址。",
    "sms": "我同意接收求职进展和岗位推荐短信，随时可以关闭。",
}
_SEEKER_COLUMNS = (
    "id", "user_id", "name", "identity_number", "identity_index", "phone", "phone_index",
    "birth_year", "region_id", "education", "experience_years", "skills", "certificates",
    "groups", "summary", "status", "accepted_regions", "pay_expected", "wants_lodging",
    "created_at", "updated_at", "supply_import_id",
)  # fmt: skip


def load_seekers(load: Load) -> None:
    """Seekers; those without an account came with a supply list."""
    city, keys = load.city, load.keys
    accounts = [int(n) for n in city.seeker_columns.has_account.nonzero()[0]]
    first_user = reserve(User, len(accounts))
    keys.seeker_users = {number: first_user + i for i, number in enumerate(accounts)}
    keys.seekers = reserve(JobSeeker, city.size.seekers)
    listed = _supply_list(load, city.size.seekers - len(accounts))
    users, intentions, consents = [], [], []

    def rows() -> Iterator[tuple]:
        for row in city.seekers():
            key, user = keys.seekers + row.number, keys.seeker_users.get(row.number)
            intentions.extend((key, i, *wish) for i, wish in enumerate(row.intentions, start=1))
            phone, index = encrypt(row.phone), blind_index(row.phone)
            if user:
                username = SEEKER_USERNAME if row.number == 0 else f"s{row.number + 1:08d}"
                users.append(
                    user_tuple(
                        user, username, row.name, row.phone, Role.JOB_SEEKER, row.created_at,
                        shown=row.number == 0,
                    )
                )  # fmt: skip
                consents.extend(
                    (user, kind, _WORDING[kind], row.created_at) for kind in row.consents
                )
            yield (
                key,
                user,
                row.name,
                encrypt(row.identity_number),
                blind_index(row.identity_number),
                phone,
                index,
                *row[5:19],
                None if user else listed,
            )

    load.added("求职者", copy_into(JobSeeker, _SEEKER_COLUMNS, rows()))
    load.added("求职者账号", copy_into(User, USER_COLUMNS, users))
    columns = ("seeker_id", "rank", "title", "occupation_id")
    load.added("求职意向", copy_into(JobIntention, columns, intentions))
    columns = ("user_id", "kind", "wording", "given_at")
    load.added("授权同意", copy_into(ConsentRecord, columns, consents))


def _supply_list(load: Load, rows: int) -> int:
    city = load.city
    name = f"{city.today.year}年人力资源供给清单（演示）.xlsx"
    uploaded = SupplyListImport.objects.create(
        region_id=CITY,
        file_name=name,
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        state="accepted",
        rows_total=rows,
        rows_added=rows,
        uploaded_by_id=load.keys.users["city1"],
        uploaded_at=at(city.today.replace(day=1), 10 * 3600),
    )
    return uploaded.pk


def load_applications(load: Load) -> None:
    """Applications; each person agreed once for each employer before the first one."""
    city, keys = load.city, load.keys
    rows = list(city.applications())
    employer = city.vacancy_columns.enterprise
    first_given: dict[tuple[int, int], object] = {}
    for row in rows:
        pair = (row.seeker, int(employer[row.vacancy]))
        first_given[pair] = min(first_given.get(pair, row.applied_at), row.applied_at)
    first = reserve(ConsentRecord, len(first_given))
    consent = {pair: first + i for i, pair in enumerate(first_given)}
    name = city.enterprise_columns.name
    load.added(
        "授权同意",
        copy_into(
            ConsentRecord,
            ("id", "user_id", "kind", "recipient_id", "wording", "given_at"),
            (
                (
                    consent[pair],
                    keys.seeker_users[pair[0]],
                    ConsentKind.RESUME_TO_EMPLOYER,
                    keys.enterprises + pair[1],
                    consent_wording(Enterprise(name=name(pair[1]))),
                    given,
                )
                for pair, given in first_given.items()
            ),
        ),
    )
    columns = (
        "seeker_id", "vacancy_id", "state", "note", "answer", "interview_at", "interview_place",
        "applied_at", "seen_at", "invited_at", "offered_at", "hired_at", "declined_at",
        "withdrawn_at", "silence_reported_at", "consent_id",
    )  # fmt: skip
    load.added(
        "应聘",
        copy_into(
            Application,
            columns,
            (
                (
                    keys.seekers + row.seeker,
                    keys.vacancies + row.vacancy,
                    *row[3:],
                    consent[row.seeker, int(employer[row.vacancy])],
                )
                for row in rows
            ),
        ),
    )


def load_pushes(load: Load) -> None:
    """What was recommended in the past weeks, and whether it was read."""
    keys = load.keys
    load.added(
        "推荐过的岗位",
        copy_into(
            Push,
            ("seeker_id", "vacancy_id", "pushed_on", "read_at"),
            (
                (keys.seekers + row.seeker, keys.vacancies + row.vacancy, *row[2:])
                for row in load.city.pushes()
            ),
        ),
    )
