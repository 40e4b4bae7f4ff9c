"""A province of insured people, made straight in the database: no bureau has lent its records.

101,900 enterprises, 4.6 million people insured in a month, 55 million person-months of 2019. Sizes
are as uneven as in life (log-normal), headcounts drift over the year, one person in forty changes
every month, and the enterprise-months are the sums of the person-months but for one enterprise in
two hundred, whose two reports disagree. Everything hangs on the number of the enterprise, so that
the same sizes are the same records.
"""

import io
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np

YEAR, SEED = 2019, 20190101
REGION = "3204"  # the number of enterprises matters, not their place
MEMBERS = 10  # one enterprise in so many has somebody who is told
PARAMETERS = {"benefit_monthly_fen": "150000", "hard_hit_months": "3", "large_threshold": "0.055"}

_PLAN = """
CREATE UNLOGGED TABLE bench_plan (id bigint, number int, begun int, ended int, base int,
                                  disagrees boolean)
"""
_LEAF = """
CREATE TABLE {leaf} (LIKE subsidies_personmonth,
                     CHECK (month = '{month}' AND source_id = {source}));
INSERT INTO {leaf} (person, enterprise_id, source_id, month, line, first_insured_on, base_fen,
                    paid_fen, back_paid)
SELECT md5(p.id || ':' || k || ':' || (k % 40 < {number}))::uuid, p.id, {source}, '{month}',
       row_number() OVER () + 1, DATE '2010-01-01' + (k % 3000)::int,
       p.base / 100 * (94 + k % 13), p.base / 10000 * (94 + k % 13), k > p.heads
  FROM (SELECT id, base, round(begun + (ended - begun) * ({number} - 1) / 11.0)::int AS heads
          FROM bench_plan ORDER BY number) p
 CROSS JOIN LATERAL generate_series(1, p.heads + p.heads / 300) k;
"""
_MONTHS = """
INSERT INTO subsidies_insurancemonth (enterprise_id, month, headcount, premium_enterprise_fen,
    premium_employee_fen, social_insurance_fen, back_paid_fen, source_id, line)
SELECT s.enterprise_id, '{month}', s.heads + p.disagrees::int, s.paid / 2, s.paid - s.paid / 2,
       s.base * 363 / 1000, s.late, {months}, row_number() OVER () + 1
  FROM (SELECT enterprise_id, count(*) FILTER (WHERE NOT back_paid) AS heads,
               sum(paid_fen) FILTER (WHERE NOT back_paid)::bigint AS paid,
               sum(base_fen) FILTER (WHERE NOT back_paid)::bigint AS base,
               coalesce(sum(paid_fen) FILTER (WHERE back_paid), 0)::bigint AS late
          FROM {leaf} GROUP BY enterprise_id) s
  JOIN bench_plan p ON p.id = s.enterprise_id
"""
_LINES = """
UPDATE subsidies_insuranceimport SET lines = n, accepted = n
  FROM (SELECT count(*) AS n FROM {leaf}) counted WHERE id = {source}
"""


@dataclass(frozen=True)
class Size:
    """How many enterprises, and how many people insured in January."""

    name: str
    enterprises: int
    persons: int


CITY = Size("insured_city", 3_000, 120_000)
PROVINCE = Size("insured_province", 101_900, 4_600_000)


def plan(size: Size):
    """Of every enterprise: insured in January and in December, monthly base in fen a person."""
    draw = np.random.default_rng(SEED)
    begun = np.exp(draw.normal(0, 1.6, size.enterprises))
    begun = np.maximum(2, np.round(begun * (size.persons / begun.sum()))).astype(int)
    drift = np.where(
        draw.random(size.enterprises) < 0.8,
        draw.uniform(-0.05, 0.06, size.enterprises),
        draw.uniform(-0.3, -0.05, size.enterprises),
    )
    ended = np.maximum(1, np.round(begun * (1 + drift))).astype(int)
    base = np.exp(draw.normal(np.log(550_000), 0.3, size.enterprises))
    return begun, ended, np.clip(base // 10_000 * 10_000, 310_000, 1_680_000).astype(int)


def fill(size: Size) -> None:
    """Fill a database that has the tables and the codes, and nothing else."""
    from django.db import connection

    _settings()
    _register(size)
    months = [_imports(number) for number in range(1, 13)]
    with ThreadPoolExecutor(2) as pool:  # two months at a time, each on a connection of its own
        list(pool.map(_fill_month, months))
    with connection.cursor() as cursor:
        for month in months:
            cursor.execute(
                "CREATE TABLE {leaf}_month PARTITION OF subsidies_personmonth"
                " FOR VALUES FROM ('{month}') TO ('{after}') PARTITION BY LIST (source_id);"
                "ALTER TABLE {leaf}_month ATTACH PARTITION {leaf} FOR VALUES IN ({source})".format(
                    **month
                )
            )
            cursor.execute(_LINES.format(**month))
        cursor.execute("DROP TABLE bench_plan")
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM (ANALYZE)")


def _settings():
    """The policy in force, and the figures it leaves to the bureau."""
    from portal.accounts.enums import Role
    from portal.accounts.models import User
    from subsidies.models import LocalParameter
    from subsidies.services.policy_drafts import approve
    from subsidies.services.policy_files import import_files

    staff = [
        User.objects.create(username=name, role=Role.CITY_STAFF, region_id=REGION)
        for name in ("author", "approver")
    ]
    for draft in import_files(staff[0]):
        approve(draft, staff[1])
    for name, value in PARAMETERS.items():
        LocalParameter.objects.create(
            region_id=REGION,
            name=name,
            value=value,
            valid_from=date(YEAR, 1, 1),
            document="性能测试",
            author=staff[0],
            approver=staff[1],
        )


def _register(size):
    """Enterprises, and those who act for some of them; what is to become of each month."""
    from django.db import connection

    from enterprises.models import Enterprise
    from portal.accounts.enums import Role
    from portal.accounts.models import Membership, User
    from portal.demo.loading.tables import copy_into, reserve
    from portal.places.models import Division, Industry

    begun, ended, base = plan(size)
    draw = np.random.default_rng(SEED + 1)
    places = _keys(Division.objects.districts_of(REGION))
    industries = _keys(Industry.objects.filter(level=3))
    classes = np.array(["micro", "small", "medium", "large"])[np.digitize(begun, [20, 300, 1000])]
    # Certified as in difficulty, and as hit hard: some, and of a few it is not known.
    certified = np.array([False, True, None])[
        np.digitize(draw.random((size.enterprises, 2)), [0.9, 0.98])
    ]
    first = reserve(Enterprise, size.enterprises)
    rows = zip(
        range(first, first + size.enterprises),
        (f"91{i:016d}" for i in range(size.enterprises)),
        (f"第{i:06d}号企业" for i in range(size.enterprises)),
        draw.choice(places, size.enterprises).tolist(),
        draw.choice(industries, size.enterprises).tolist(),
        begun.tolist(),
        classes.tolist(),
        *certified.T.tolist(),
        strict=True,
    )
    columns = (
        "id", "credit_code", "name", "region_id", "industry_id", "staff_total", "size_class",
        "difficult_certified", "hit_by_epidemic",
    )  # fmt: skip
    copy_into(Enterprise, columns, rows)
    told = range(first, first + size.enterprises, MEMBERS)
    user = reserve(User, len(told))
    people = ((user + at, f"member{at}", Role.ENTERPRISE_MEMBER.value, "!", None)
              for at in range(len(told)))  # fmt: skip
    copy_into(User, ("id", "username", "role", "password", "phone_index"), people)
    copy_into(
        Membership, ("user_id", "enterprise_id"), ((user + at, e) for at, e in enumerate(told))
    )
    lines = "\n".join(
        f"{first + i}\t{i}\t{begun[i]}\t{ended[i]}\t{base[i]}\t{i % 200 == 7}"
        for i in range(size.enterprises)
    )
    with connection.cursor() as cursor:
        cursor.execute(_PLAN)
        cursor.copy_expert("COPY bench_plan FROM STDIN", io.StringIO(lines))


def _keys(rows):
    return np.array(list(rows.order_by("pk").values_list("pk", flat=True)))


def _imports(number):
    """The two files of one month as current imports; what the statements need to know of it."""
    from subsidies.models import InsuranceImport

    month = date(YEAR, number, 1)
    ids = [
        InsuranceImport.objects.create(
            kind=kind,
            source=f"{month:%Y-%m} {kind}",
            sha256=f"{at:032x}{number:032x}",
            region_id=REGION,
            first_month=month,
            last_month=month,
            lines=0,
            accepted=0,
            rejected=0,
            premium_fen=0,
        ).pk
        for at, kind in enumerate(("enterprise_month", "person_month"))
    ]
    return {
        "number": number,
        "month": month,
        "after": date(YEAR + number // 12, number % 12 + 1, 1),
        "months": ids[0],
        "source": ids[1],
        "leaf": f"subsidies_personmonth_{month:%Y_%m}_{ids[1]}",
    }


def _fill_month(month):
    from django.db import connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute((_LEAF + _MONTHS).format(**month))
    finally:
        connection.close()


if __name__ == "__main__":
    import django

    django.setup()
    fill(next(size for size in (CITY, PROVINCE) if size.name == sys.argv[1]))
