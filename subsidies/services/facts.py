"""What is known about every insured enterprise of a region in a base year, in one SQL statement.

The year's start is its January and the year's end its December: the records are those of the
twelve months of the base year, and the documents speak of "上年度". A month that is missing, or a
figure in it that is not filled in, makes every fact that needs it unknown (None), never zero.
docs/decisions/refund-screening.md gives the reasons.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, Max, Min, Q

from enterprises.models import Enterprise
from subsidies.models import InsuranceImport, InsuranceMonth

# Code kept with each fact of a decision → how pages name the source ({year} is the base year).
SOURCES = {
    "register": "企业登记信息",
    "january": "失业保险缴费记录 {year}年1月",
    "december": "失业保险缴费记录 {year}年12月",
    "months": "失业保险缴费记录 {year}年1月至12月",
    "run": "筛查批次",
}

FACT_SOURCES = {
    "region": "register",
    "base_year": "run",
    "size": "register",
    "industry": "register",
    "staff_total": "register",
    "insured_start": "january",
    "insured_end": "december",
    "insured_average": "months",
    "paid_months": "months",
    "premium_enterprise_fen": "months",
    "premium_employee_fen": "months",
    "social_insurance_month_fen": "december",
    "difficult_certified": "register",
    "hit_by_epidemic": "register",
    "dispatch_company": "register",
    "dishonest": "register",
}
COLUMNS = ("enterprise_id", "months_known", *(n for n in FACT_SOURCES if n != "base_year"))

_SQL = """
SELECT e.id,
       m.months_known,
       e.region_id,
       e.size_class,
       e.industry_id,
       e.staff_total,
       m.insured_start,
       m.insured_end,
       CASE WHEN m.headcounts = 12 THEN (m.headcount_sum * 2 + 12) / 24 END,
       CASE WHEN m.enterprise_premiums = 12 THEN m.paid_months END,
       CASE WHEN m.enterprise_premiums = 12 THEN m.enterprise_sum END,
       CASE WHEN m.employee_premiums = 12 THEN m.employee_sum END,
       m.social_insurance_fen,
       e.difficult_certified,
       e.hit_by_epidemic,
       e.dispatch_company,
       e.dishonest
  FROM enterprises_enterprise e
  JOIN (SELECT enterprise_id,
               count(*) AS months_known,
               count(headcount) AS headcounts,
               sum(headcount)::bigint AS headcount_sum,
               max(headcount) FILTER (WHERE month = %(january)s) AS insured_start,
               max(headcount) FILTER (WHERE month = %(december)s) AS insured_end,
               count(premium_enterprise_fen) AS enterprise_premiums,
               sum(premium_enterprise_fen)::bigint AS enterprise_sum,
               count(*) FILTER (WHERE premium_enterprise_fen > 0) AS paid_months,
               count(premium_employee_fen) AS employee_premiums,
               sum(premium_employee_fen)::bigint AS employee_sum,
               max(social_insurance_fen) FILTER (WHERE month = %(december)s)
                 AS social_insurance_fen
          FROM subsidies_insurancemonth
         WHERE month >= %(january)s AND month <= %(december)s
         GROUP BY enterprise_id) m ON m.enterprise_id = e.id
 WHERE e.region_id LIKE %(below)s
 ORDER BY e.id
"""


def facts_of(row: tuple, base_year: int) -> dict:
    """One row of `FactSheet.rows` as facts for the evaluator; None is unknown."""
    facts = dict(zip(COLUMNS[2:], row[2:], strict=True))
    facts["base_year"] = base_year
    return facts


@dataclass(frozen=True)
class FactSheet:
    """The facts of all insured enterprises of a region, and what they were made from.

    rows: tuples in the order of COLUMNS, by enterprise id. sha256: of the rows, canonical JSON.
    """

    base_year: int
    region: str
    rows: list[tuple]
    sha256: str
    source_rows: dict
    data_date: date


def collect_facts(base_year: int, region: str) -> FactSheet:
    """Read the facts of a base year for a region (a code prefix such as 3204)."""
    january, december = date(base_year, 1, 1), date(base_year, 12, 1)
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"january": january, "december": december, "below": f"{region}%"})
        rows = cursor.fetchall()
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(row, separators=(",", ":")).encode())
    return FactSheet(
        base_year, region, rows, digest.hexdigest(), *_sources(january, december, region, rows)
    )


def _sources(january, december, region, rows):
    of_region = InsuranceMonth.objects.filter(enterprise__region__code__startswith=region)
    of_year = Q(month__gte=january, month__lte=december)
    counted = of_region.aggregate(
        months=Count("pk", filter=of_year),
        empty=Count(
            "pk",
            filter=of_year
            & (
                Q(headcount__isnull=True)
                | Q(premium_enterprise_fen__isnull=True)
                | Q(premium_employee_fen__isnull=True)
            ),
        ),
        first=Min("month", filter=of_year),
        last=Max("month"),
    )
    imports = InsuranceImport.objects.filter(
        first_month__lte=december, last_month__gte=january
    ).order_by("pk")
    everyone = Enterprise.objects.filter(region__code__startswith=region).count()
    source_rows = {
        "enterprises": everyone,
        "insured": len(rows),
        "without_records": everyone - len(rows),
        "months": counted["months"],
        "months_expected": 12 * len(rows),
        "months_missing": 12 * len(rows) - counted["months"],
        "months_incomplete": counted["empty"],
        "imports": [
            {"source": i.source, "sha256": i.sha256, "lines": i.lines, "accepted": i.accepted}
            for i in imports
        ],
    }
    last = counted["last"] or december
    next_month = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return source_rows, next_month - timedelta(days=1)
