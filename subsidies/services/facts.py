"""What is known about every insured enterprise of a region in a base year, in one SQL statement.

Enterprises that were decided and of which no current file speaks any more are among them: nothing
is known of their months, so that a decision made from withdrawn records does not stand.

The year's start is its January and the year's end its December: the records are those of the
twelve months of the base year, and the documents speak of "上年度". A month that is missing, or a
figure in it that is not filled in, makes every fact that needs it unknown (None), never zero; so
does a headcount that the person-months of the same month contradict. Only current imports count.
docs/decisions/refund-screening.md gives the reasons.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from enterprises.models import Enterprise
from subsidies.enums import ImportState, InsuranceKind
from subsidies.models import InsuranceImport

# Code kept with each fact of a decision → how pages name the source ({year} is the base year).
SOURCES = {
    "register": "企业登记信息",
    "january": "失业保险缴费记录 {year}年1月",
    "december": "失业保险缴费记录 {year}年12月",
    "months": "失业保险缴费记录 {year}年1月至12月",
    "run": "筛查批次",
    "recipients": "{year}年失业保险金领取人员名单",
    "january_disagrees": "失业保险缴费记录 {year}年1月（单位月报人数与人员明细不一致）",
    "december_disagrees": "失业保险缴费记录 {year}年12月（单位月报人数与人员明细不一致）",
    "months_disagree": "失业保险缴费记录 {year}年1月至12月（单位月报人数与人员明细不一致）",
    "no_records": "失业保险缴费记录 {year}年1月至12月（现行数据里没有这家单位）",
    "month_twice": "失业保险缴费记录 {year}年1月至12月（同一个月有两份现行数据）",
}

FACT_SOURCES = {
    "region": "register",
    "base_year": "run",
    "size": "register",
    "entity_kind": "register",
    "industry": "register",
    "staff_total": "register",
    "insured_start": "january",
    "insured_end": "december",
    "insured_average": "months",
    "paid_months": "months",
    "premium_enterprise_fen": "months",
    "premium_employee_fen": "months",
    "social_insurance_month_fen": "december",
    "benefit_recipients": "recipients",
    "difficult_certified": "register",
    "hit_by_epidemic": "register",
    "dispatch_company": "register",
    "dishonest": "register",
}
# The columns of every row: the enterprise, its facts, and notes about its months.
FACTS = tuple(name for name in FACT_SOURCES if name != "base_year")
_NOTES = ("disagreeing", "twice", "months_known", "months_incomplete", "recorded")
COLUMNS = ("enterprise_id", *FACTS, *_NOTES)
TABLE = "screening_facts"
PAGE = 2000  # rows read at once
# Whose months' headcounts a fact needs → (the months as bits, the source to name when they differ).
_NEEDS_MONTHS = {
    "insured_start": (1 << 0, "january_disagrees"),
    "insured_end": (1 << 11, "december_disagrees"),
    "insured_average": ((1 << 12) - 1, "months_disagree"),
}
# recorded: False for an enterprise that was decided and of which no current file speaks any more.
_FROM_MONTHS = frozenset(
    name for name, source in FACT_SOURCES.items() if source in ("january", "december", "months")
)

# A headcount stands when no person-months of that month and place were imported, or when they are
# as many. A month reported twice would be added twice: then nothing from the months is known.
_SQL = """
WITH persons AS (
    SELECT enterprise_id, month, count(*) AS persons
      FROM subsidies_personmonth
     WHERE month >= %(january)s AND month <= %(december)s
       AND source_id = ANY(%(person_imports)s) AND NOT back_paid
     GROUP BY enterprise_id, month
), reported AS (
    SELECT enterprise_id, month, headcount, premium_enterprise_fen, premium_employee_fen,
           social_insurance_fen
      FROM subsidies_insurancemonth
     WHERE month >= %(january)s AND month <= %(december)s AND source_id = ANY(%(month_imports)s)
), months AS (
    SELECT enterprise_id, 1 << (extract(month FROM month)::int - 1) AS bit, r.enterprise_id AS held,
           headcount, premium_enterprise_fen, premium_employee_fen, social_insurance_fen, persons
      FROM reported r FULL JOIN persons p USING (enterprise_id, month)
), year AS (
    SELECT enterprise_id,
           count(held) AS lines,
           count(*) FILTER (WHERE held IS NOT NULL AND (headcount IS NULL
             OR premium_enterprise_fen IS NULL OR premium_employee_fen IS NULL)) AS incomplete,
           coalesce(bit_or(bit) FILTER (WHERE held IS NOT NULL), 0) AS known,
           coalesce(bit_or(bit) FILTER (WHERE headcount IS NOT NULL), 0) AS counted,
           coalesce(bit_or(bit) FILTER (WHERE headcount = persons), 0) AS agreeing,
           sum(headcount)::bigint AS headcount_sum,
           max(headcount) FILTER (WHERE bit = 1) AS insured_start,
           max(headcount) FILTER (WHERE bit = 2048) AS insured_end,
           count(premium_enterprise_fen) AS enterprise_premiums,
           sum(premium_enterprise_fen)::bigint AS enterprise_sum,
           count(*) FILTER (WHERE premium_enterprise_fen > 0) AS paid_months,
           count(premium_employee_fen) AS employee_premiums,
           sum(premium_employee_fen)::bigint AS employee_sum,
           max(social_insurance_fen) FILTER (WHERE bit = 2048) AS social_insurance_fen
      FROM months GROUP BY enterprise_id
), places AS MATERIALIZED (
    SELECT code,
           coalesce((SELECT bit_or(1 << (extract(month FROM i.first_month)::int - 1))
                       FROM subsidies_insuranceimport i
                      WHERE i.id = ANY(%(person_imports)s)
                        AND (i.region_id IS NULL OR d.code LIKE i.region_id || '%%')), 0) AS listed,
           EXISTS (SELECT FROM subsidies_insuranceimport i
                    WHERE i.id = ANY(%(recipient_imports)s) AND i.last_month >= %(december)s
                      AND (i.region_id IS NULL OR d.code LIKE i.region_id || '%%')) AS drawing
      FROM places_division d WHERE code LIKE %(below)s
), drawn AS (
    SELECT enterprise_id, count(DISTINCT person) AS persons
      FROM subsidies_benefitrecipient
     WHERE source_id = ANY(%(recipient_imports)s)
       AND began_on >= %(january)s AND began_on < %(after)s
     GROUP BY enterprise_id
)
SELECT e.id AS enterprise_id,
       e.region_id AS region,
       e.size_class AS size,
       CASE WHEN left(e.credit_code, 2) = '91' AND starts_with('L7241', left(e.industry_id, 5))
            THEN CASE WHEN e.licence_state = 'approved' THEN e.entity_kind END
            WHEN e.entity_kind IS DISTINCT FROM 'accounting_firm' THEN e.entity_kind
       END AS entity_kind,
       e.industry_id AS industry,
       e.staff_total,
       CASE WHEN once AND disagreeing & 1 = 0 THEN insured_start END AS insured_start,
       CASE WHEN once AND disagreeing & 2048 = 0 THEN insured_end END AS insured_end,
       CASE WHEN once AND disagreeing = 0 AND counted = 4095
            THEN (headcount_sum * 2 + 12) / 24 END AS insured_average,
       CASE WHEN once AND enterprise_premiums = 12 THEN paid_months END AS paid_months,
       CASE WHEN once AND enterprise_premiums = 12 THEN enterprise_sum END
         AS premium_enterprise_fen,
       CASE WHEN once AND employee_premiums = 12 THEN employee_sum END AS premium_employee_fen,
       CASE WHEN once THEN social_insurance_fen END AS social_insurance_month_fen,
       CASE WHEN drawing AND recorded THEN coalesce(drawn.persons, 0) END AS benefit_recipients,
       e.difficult_certified,
       e.hit_by_epidemic,
       e.dispatch_company,
       e.dishonest,
       disagreeing,
       NOT once AS twice,
       coalesce(bit_count(known::bit(12)), 0)::int AS months_known,
       coalesce(incomplete, 0)::int AS months_incomplete,
       recorded
  FROM enterprises_enterprise e
  LEFT JOIN year ON year.enterprise_id = e.id
  JOIN places ON places.code = e.region_id
  LEFT JOIN drawn ON drawn.enterprise_id = e.id
 CROSS JOIN LATERAL (SELECT year.enterprise_id IS NOT NULL AS recorded,
                            coalesce(listed & counted & ~agreeing, 0) AS disagreeing,
                            coalesce(lines = bit_count(known::bit(12)), true) AS once) checked
 WHERE recorded OR EXISTS (SELECT FROM subsidies_decision d
                            WHERE d.enterprise_id = e.id AND d.base_year = %(base_year)s
                              AND d.screening_id IS NOT NULL)
"""

_SELECT = f"SELECT {', '.join(COLUMNS)} FROM {TABLE}"  # noqa: S608 - names of our own
_PAGE = f"{_SELECT} WHERE enterprise_id > %s ORDER BY enterprise_id LIMIT %s"
_ALL = f"COPY ({_SELECT} ORDER BY enterprise_id) TO STDOUT"
_COUNTS = """
SELECT count(*) FILTER (WHERE recorded), count(*) FILTER (WHERE NOT recorded),
       count(*) FILTER (WHERE disagreeing > 0), count(*) FILTER (WHERE twice),
       coalesce(sum(months_known), 0), coalesce(sum(months_incomplete), 0)
  FROM screening_facts
"""


def facts_of(row: tuple, base_year: int) -> dict:
    """One row of a `FactSheet` as facts for the evaluator; None is unknown."""
    facts = dict(zip(FACTS, row[1:], strict=False))
    facts["base_year"] = base_year
    return facts


def sources_of(row: tuple) -> dict[str, str]:
    """Fact → code of SOURCES for one row: where the records contradict each other, that is said."""
    disagreeing, twice, _, _, recorded = row[len(FACTS) + 1 :]
    if recorded and not disagreeing and not twice:
        return FACT_SOURCES
    sources = dict(FACT_SOURCES)
    if not recorded:
        return sources | dict.fromkeys(_FROM_MONTHS, "no_records")
    for name, (bits, source) in _NEEDS_MONTHS.items():
        if disagreeing & bits:
            sources[name] = source
    if twice:
        sources |= dict.fromkeys(_FROM_MONTHS, "month_twice")
    return sources


@dataclass(frozen=True)
class FactSheet:
    """The facts of all insured enterprises of a region, and what they were made from.

    rows: tuples in the order of COLUMNS, by enterprise id. sha256: of the rows.
    """

    base_year: int
    region: str
    rows: list[tuple]
    sha256: str
    source_rows: dict
    data_date: date


@dataclass(frozen=True)
class FactTable:
    """A fact sheet that stays in the database: the temp table screening_facts of this session.

    `rows` reads it page by page, as often as one likes, and holds one page. imports: the current
    ones that were read, oldest first.
    """

    base_year: int
    region: str
    imports: list[InsuranceImport]
    sha256: str
    source_rows: dict
    data_date: date

    @property
    def rows(self) -> Iterator[tuple]:
        """Tuples in the order of COLUMNS, by enterprise id."""
        last = 0
        while last is not None:
            with connection.cursor() as cursor:
                cursor.execute(_PAGE, [last, PAGE])
                page = cursor.fetchall()
            yield from page
            last = page[-1][0] if len(page) == PAGE else None


def collect_facts(base_year: int, region: str) -> FactSheet:
    """Read the facts of a base year for a region (a code prefix such as 3204). Writes nothing."""
    imports = current_imports(base_year, region)
    with connection.cursor() as cursor:
        cursor.execute(f"{_SQL} ORDER BY e.id", _values(base_year, region, imports))
        rows = cursor.fetchall()
    digest = hashlib.sha256()
    for row in rows:
        digest.update("\t".join([_as_copied(value) for value in row]).encode() + b"\n")
    vanished = sum(not row[-1] for row in rows)
    sums = [sum(bool(row[at]) for row in rows) for at in (-5, -4)]
    sums += [sum(row[at] for row in rows) for at in (-3, -2)]
    described = _sources(base_year, region, imports, len(rows) - vanished, vanished, *sums)
    return FactSheet(base_year, region, rows, digest.hexdigest(), *described)


def _as_copied(value):
    """A value as COPY writes it."""
    if value is None:
        return "\\N"
    return str(value) if value.__class__ is not bool else "t" if value else "f"


def prepare_facts(base_year: int, region: str) -> FactTable:
    """Make the temp table screening_facts of this session; one of an earlier call is dropped."""
    imports = current_imports(base_year, region)
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TEMP TABLE {TABLE} AS {_SQL}", _values(base_year, region, imports))
        cursor.execute(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (enterprise_id)")
        cursor.execute(f"ANALYZE {TABLE}")
        cursor.copy_expert(_ALL, _Hashed(digest))
        cursor.execute(_COUNTS)
        counts = cursor.fetchone()
    described = _sources(base_year, region, imports, *counts)
    return FactTable(base_year, region, imports, digest.hexdigest(), *described)


class _Hashed:
    """A file that keeps only the hash of what is written to it."""

    def __init__(self, digest):
        self.write = digest.update


def _values(base_year, region, imports):
    of_kind = {kind: [row.pk for row in imports if row.kind == kind] for kind in InsuranceKind}
    return {
        "base_year": base_year,
        "january": date(base_year, 1, 1),
        "december": date(base_year, 12, 1),
        "after": date(base_year + 1, 1, 1),
        "below": f"{region}%",
        "month_imports": of_kind[InsuranceKind.ENTERPRISE_MONTH],
        "person_imports": of_kind[InsuranceKind.PERSON_MONTH],
        "recipient_imports": of_kind[InsuranceKind.BENEFIT_RECIPIENT],
    }


def current_imports(base_year: int, region: str) -> list[InsuranceImport]:
    """The current imports of a year that say something about a region, oldest first."""
    rows = InsuranceImport.objects.filter(
        state=ImportState.CURRENT,
        first_month__lte=date(base_year, 12, 1),
        last_month__gte=date(base_year, 1, 1),
    ).order_by("pk")
    return [
        row
        for row in rows
        if row.region_id is None
        or row.region_id.startswith(region)
        or region.startswith(row.region_id)
    ]


def _sources(base_year, region, imports, insured, vanished, disagreeing, twice, months, incomplete):
    """What the facts were made from, and the last day the records speak of."""
    everyone = Enterprise.objects.filter(region__code__startswith=region).count()
    source_rows = {
        "enterprises": everyone,
        "insured": insured,
        "without_records": everyone - insured - vanished,
        "records_vanished": vanished,
        "months": int(months),
        "months_expected": 12 * insured,
        "months_missing": 12 * insured - int(months),
        "months_incomplete": int(incomplete),
        "enterprises_disagreeing": disagreeing,
        "enterprises_twice": twice,
        "imports": [
            {
                "kind": row.kind,
                "source": row.source,
                "sha256": row.sha256,
                "lines": row.lines,
                "accepted": row.accepted,
            }
            for row in imports
        ],
    }
    last = max((row.last_month for row in imports), default=date(base_year, 12, 1))
    next_month = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return source_rows, next_month - timedelta(days=1)
