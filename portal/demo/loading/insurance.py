"""Insurance records of the base year, as the imports of its months would have left them."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date

import numpy as np
from django.db import connection

from portal.demo.insurance import month_day
from portal.demo.regions import CITY
from portal.demo.size import BASE_YEAR
from subsidies.enums import InsuranceKind
from subsidies.models import InsuranceImport, InsuranceMonth
from subsidies.services.insurance.binary import copy_binary, postgres_days, rows
from subsidies.services.insurance.layouts import LAYOUTS
from subsidies.services.insurance.leaves import attach_leaf, create_leaf, index_leaf

from .context import Load
from .tables import copy_into, reserve

_SPELLS = """
CREATE TEMP TABLE demo_spell (
    enterprise_id bigint, person uuid, first_month int, last_month int, base_fen int,
    first_insured_on date, pays boolean
) ON COMMIT DROP
"""
# Both sides pay 0.5 % of the base, a multiple of ten yuan.
_PERSON_MONTHS = """
INSERT INTO {leaf} (person, enterprise_id, source_id, month, line, first_insured_on, base_fen,
                    paid_fen, back_paid)
SELECT person, enterprise_id, %(source)s, %(month)s, row_number() OVER () + 1, first_insured_on,
       base_fen, CASE WHEN pays THEN base_fen / 100 ELSE 0 END, false
  FROM demo_spell
 WHERE first_month <= %(number)s AND last_month >= %(number)s
"""
# One leaver in twelve draws benefit from the next month on, for three months to two years.
_RECIPIENTS = """
INSERT INTO subsidies_benefitrecipient (source_id, line, person, enterprise_id, began_on,
                                        last_month)
SELECT %(source)s, row_number() OVER () + 1, person, enterprise_id,
       %(month)s::date + get_byte(uuid_send(person), 1) %% 27,
       (%(month)s::date + make_interval(months => 3 + get_byte(uuid_send(person), 2) %% 22))::date
  FROM demo_spell
 WHERE last_month = %(number)s - 1 AND get_byte(uuid_send(person), 0) < 21
"""
_TOTALS = "SELECT count(*){sums} FROM {table} WHERE source_id = %s"
_TABLES = {
    InsuranceKind.ENTERPRISE_MONTH: "subsidies_insurancemonth",
    InsuranceKind.PERSON_MONTH: "subsidies_personmonth",
    InsuranceKind.BENEFIT_RECIPIENT: "subsidies_benefitrecipient",
}


def load_insurance(load: Load) -> None:
    """Enterprise-months, person-months and recipients: one import for each month and kind."""
    months = range(1, load.city.size.months + 1)
    sources = {kind: _imports(load, kind, months) for kind in InsuranceKind}
    _enterprise_months(load, sources[InsuranceKind.ENTERPRISE_MONTH])
    _spells(load)
    people, drawing = 0, 0
    with connection.cursor() as cursor:
        for number in months:
            month, source = month_day(number), sources[InsuranceKind.PERSON_MONTH][number]
            leaf = create_leaf(month, source)
            values = {"source": source, "month": month, "number": number}
            cursor.execute(_PERSON_MONTHS.format(leaf=leaf), values)
            people += cursor.rowcount
            index_leaf(month, source)
            attach_leaf(month, source)
            values["source"] = sources[InsuranceKind.BENEFIT_RECIPIENT][number]
            cursor.execute(_RECIPIENTS, values)
            drawing += cursor.rowcount
        cursor.execute("DROP TABLE demo_spell")
    for kind, by_month in sources.items():
        _count(kind, by_month.values())
    load.added("人员缴费月", people)
    load.added("失业金领取", drawing)


def _imports(load: Load, kind: InsuranceKind, months: range) -> dict[int, int]:
    """Keys of the imports of a kind by month; what they hold is counted at the end."""
    first = reserve(InsuranceImport, len(months))
    made = []
    for place, number in enumerate(months):
        source = f"演示数据：{kind.label} {BASE_YEAR}-{number:02d}"
        digest = f"{source} {load.city.seed} {load.city.size}".encode()
        made.append(
            InsuranceImport(
                pk=first + place, kind=kind, source=source, region_id=CITY,
                sha256=hashlib.sha256(digest).hexdigest(),
                first_month=month_day(number), last_month=month_day(number),
                lines=0, accepted=0, rejected=0, premium_fen=0,
                imported_by_id=load.keys.users["city2"],
            )
        )  # fmt: skip
    InsuranceImport.objects.bulk_create(made)
    return {number: first + place for place, number in enumerate(months)}


def _enterprise_months(load: Load, sources: dict[int, int]) -> None:
    days: dict[int, date] = {number: month_day(number) for number in sources}
    lines = Counter(dict.fromkeys(sources, 1))

    def months() -> Iterator[tuple]:
        for row in load.city.insurance_months():
            lines[row.month] += 1
            yield (
                load.keys.enterprises + row.enterprise, days[row.month], *row[2:], 0,
                sources[row.month], lines[row.month],
            )  # fmt: skip

    columns = (
        "enterprise_id", "month", "headcount", "premium_enterprise_fen", "premium_employee_fen",
        "social_insurance_fen", "back_paid_fen", "source_id", "line",
    )  # fmt: skip
    load.added("缴费月", copy_into(InsuranceMonth, columns, months()))


def _spells(load: Load) -> None:
    def pieces() -> Iterator[bytes]:
        for block in load.city.insured_spells():
            yield from rows(
                [
                    ("int8", load.keys.enterprises + block.enterprise, None),
                    ("uuid", block.person, None),
                    ("int4", block.first_month, None),
                    ("int4", block.last_month, None),
                    ("int4", block.base_fen, None),
                    ("date", postgres_days(block.first_insured), None),
                    ("bool", block.pays.astype(np.uint8), None),
                ]
            )

    columns = (
        "enterprise_id", "person", "first_month", "last_month", "base_fen", "first_insured_on",
        "pays",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SPELLS)
        copy_binary(cursor, "demo_spell", columns, pieces())


def _count(kind: InsuranceKind, sources) -> None:
    """Lines and sums of the imports, from what the tables hold."""
    labels = LAYOUTS[kind].money
    sums = "".join(f", coalesce(sum({column}), 0)::bigint" for column in labels)
    statement = _TOTALS.format(table=_TABLES[kind], sums=sums)
    for record in InsuranceImport.objects.filter(pk__in=sources):
        with connection.cursor() as cursor:
            cursor.execute(statement, [record.pk])
            lines, *fen = cursor.fetchone()
        record.lines = record.accepted = lines
        for (column, label), amount in zip(labels.items(), fen, strict=True):
            record.sums[column] = {
                "label": label, "file": amount, "accepted": amount, "rejected": 0, "unreadable": 0,
            }  # fmt: skip
            if column in ("premium_enterprise_fen", "premium_employee_fen", "paid_fen"):
                record.premium_fen += amount
        record.save()
