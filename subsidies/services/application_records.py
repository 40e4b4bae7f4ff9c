"""What the records say about an applicant and the persons of an application, with the source.

A record wins over a statement. What no record shows is left out here; whether a statement will do
then is decided by the caller (application_needs.PROVEN_BY_RECORD).
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import connection

from enterprises.entity_kind import kind_to_pay_by
from enterprises.enums import LicenceState
from enterprises.models import Enterprise
from portal.accounts.identity import birth_date
from subsidies.enums import ImportState, InsuranceKind
from subsidies.models import BenefitRecipient, InsuranceImport, InsuranceMonth

from . import entitlements

# Code kept with each fact of a decision → how pages name the source.
SOURCES = {
    "declared": "申请人填报",
    "identity": "身份证号",
    "insurance_2020": "失业保险缴费记录（2020 年 1 月、12 月）",
    "person_months": "社会保险人员缴费记录",
    "recipients": "失业保险金领取记录",
    "entitlements": "享受登记",
    "application": "本次申请",
    "completed": "工作人员凭材料核实",
}
NET_INCREASE_YEAR = 2020


@dataclass
class Known:
    """Facts as JSON values, with the code of the source of each."""

    values: dict = field(default_factory=dict)
    sources: dict = field(default_factory=dict)

    def put(self, name, value, source):
        """Enter one fact; None says that the record does not show it and is left out."""
        if value is not None:
            self.values[name] = value
            self.sources[name] = source


@dataclass(frozen=True)
class PersonAsked:
    """Someone to look up. started_on: the stated day of hiring or arrival, if there is one."""

    identity_number: str
    identity_index: str
    started_on: date | None = None

    @property
    def person(self) -> UUID:
        """The key of the insurance records."""
        return UUID(self.identity_index[:32])


def of_applicant(
    needs, provision_id: str, *, enterprise: Enterprise | None, region: str, year: int
) -> Known:
    """The shared facts of an application, from register, insurance records and entitlements."""
    known = Known()
    known.put("region", region, "register")
    if "base_year" in needs.shared:
        known.put("base_year", year, "application")
    if enterprise is None:
        return known
    known.put("size", enterprise.size_class or None, "register")
    kind = kind_to_pay_by(
        enterprise.entity_kind,
        enterprise.credit_code,
        enterprise.industry_id,
        approved=enterprise.licence_state == LicenceState.APPROVED,
    )
    known.put("entity_kind", kind, "register")
    known.put("industry", enterprise.industry_id, "register")
    known.put("staff_total", enterprise.staff_total, "register")
    known.put("dispatch_company", enterprise.dispatch_company, "register")
    known.put("dishonest", enterprise.dishonest, "register")
    known.put("difficult_certified", enterprise.difficult_certified, "register")
    known.put("hit_by_epidemic", enterprise.hit_by_epidemic, "register")
    wanted = set(needs.shared)
    if wanted & {"insured_start_2020", "insured_end_2020"}:
        _headcounts(known, enterprise)
    if "already_paid" in wanted:
        own = entitlements.of_enterprise(enterprise.pk)
        known.put("already_paid", entitlements.already_paid([own]).get(own, []), "entitlements")
    if "paid_this_year_fen" in wanted:
        paid = entitlements.paid_in_year_fen(enterprise.pk, provision_id, year)
        known.put("paid_this_year_fen", paid, "entitlements")
    if "months_received" in wanted:
        own = entitlements.of_enterprise(enterprise.pk)
        months, _ = entitlements.received([own], provision_id).get(own, (0, 0))
        known.put("months_received", months, "entitlements")
    if "persons_paid_agency_referral" in wanted:
        known.put("persons_paid_agency_referral", _referred(enterprise), "entitlements")
    known.values = {name: value for name, value in known.values.items() if name in wanted}
    known.sources = {name: known.sources[name] for name in known.values}
    return known


def _headcounts(known, enterprise):
    rows = InsuranceMonth.objects.filter(
        enterprise=enterprise,
        source__state=ImportState.CURRENT,
        month__in=(date(NET_INCREASE_YEAR, 1, 1), date(NET_INCREASE_YEAR, 12, 1)),
    ).order_by("source_id")
    for month in rows:
        name = "insured_start_2020" if month.month.month == 1 else "insured_end_2020"
        known.put(name, month.headcount, "insurance_2020")


def _referred(enterprise) -> int | None:
    """Of the persons in the net increase, how many are paid for as referred; None without records.

    Who is in the increase is read off the person-months of January and December.
    """
    months = set(
        InsuranceImport.objects.filter(
            kind=InsuranceKind.PERSON_MONTH,
            state=ImportState.CURRENT,
            first_month__in=(date(NET_INCREASE_YEAR, 1, 1), date(NET_INCREASE_YEAR, 12, 1)),
        ).values_list("first_month", flat=True)
    )
    if len(months) < 2:
        return None
    persons = entitlements.net_increase_persons(enterprise.pk, NET_INCREASE_YEAR)
    return count_referred(entitlements.already_paid(persons))


def count_referred(had: dict[str, list[str]]) -> int:
    """How many of some persons are paid for as referred by an agency, by what they have had."""
    return sum(any(one.endswith("/agency-referral") for one in ids) for ids in had.values())


_MONTHS = """
WITH of_month AS (
    SELECT m.person, m.month, bool_and(m.back_paid) AS back_paid_only,
           min(m.first_insured_on) AS first_insured_on, max(m.enterprise_id) AS enterprise_id
      FROM subsidies_personmonth m
      JOIN subsidies_insuranceimport i ON i.id = m.source_id AND i.state = 'current'
     WHERE m.person = ANY(%(persons)s::uuid[]) AND m.month <= %(until)s
     GROUP BY m.person, m.month
), last AS (
    SELECT DISTINCT ON (person) person, enterprise_id FROM of_month ORDER BY person, month DESC
)
SELECT o.person, count(*), count(*) FILTER (WHERE o.back_paid_only), min(o.month),
       min(o.first_insured_on), l.enterprise_id,
       min(o.month) FILTER (WHERE o.enterprise_id = l.enterprise_id)
  FROM of_month o JOIN last l USING (person)
 GROUP BY o.person, l.enterprise_id
"""


def of_persons(
    needs, provision_id: str, persons: list[PersonAsked], *, year: int, legal_date: date
) -> list[Known]:
    """The facts of each person, in order: three queries however many there are."""
    wanted = set(needs.each)
    insured = _insured(persons, legal_date)
    dispatch = _dispatch({row[4] for row in insured.values()})
    recipients = _recipients(persons)
    names = [entitlements.of_person(one.identity_index) for one in persons]
    had = entitlements.already_paid(names) if "already_paid" in wanted else {}
    counted = {}
    if wanted & {"months_received", "years_received"}:
        counted = entitlements.received(names, provision_id)
    found = []
    for one, name in zip(persons, names, strict=True):
        known = Known()
        if one.person in insured:
            _put_insured(known, one, insured[one.person], dispatch)
        if one.person in recipients:
            _put_benefit(known, recipients[one.person], legal_date)
        known.put("age", _age(one.identity_number, legal_date), "identity")
        known.put("already_paid", had.get(name, []), "entitlements")
        months, years = counted.get(name, (0, 0))
        known.put("months_received", months, "entitlements")
        known.put("years_received", years, "entitlements")
        known.values = {fact: value for fact, value in known.values.items() if fact in wanted}
        known.sources = {fact: known.sources[fact] for fact in known.values}
        found.append(known)
    return found


def _insured(persons, legal_date):
    """person → (months, of them back paid only, first month, first insured on, employer, since)."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MONTHS, {"persons": [str(one.person) for one in persons], "until": legal_date}
        )
        return {UUID(str(row[0])): row[1:] for row in cursor.fetchall()}


def _dispatch(enterprise_ids):
    rows = Enterprise.objects.filter(pk__in=enterprise_ids)
    return dict(rows.values_list("pk", "dispatch_company"))


def _put_insured(known, one, row, dispatch):
    months, back_paid, first_month, first_insured_on, employer, since = row
    known.put("insured_months", months, "person_months")
    known.put("back_paid_months", back_paid, "person_months")
    known.put("employer_dispatch_company", dispatch.get(employer), "person_months")
    # Insured for the first time means: not before the month of the stated start, or of joining the
    # employer when no start is stated.
    start = (one.started_on or since).replace(day=1)
    earliest = min(first_insured_on or first_month, first_month)
    if earliest < start:
        known.put("first_insured_here", False, "person_months")
    elif first_insured_on is not None:
        known.put("first_insured_here", True, "person_months")


def _recipients(persons):
    """person → (began on, last month) of the latest spell in the current files."""
    rows = BenefitRecipient.objects.filter(
        person__in=[one.person for one in persons], source__state=ImportState.CURRENT
    ).order_by("began_on", "pk")
    return {row.person: (row.began_on, row.last_month) for row in rows}


def _put_benefit(known, spell, legal_date):
    _, last_month = spell
    drawing = last_month is None or last_month >= legal_date.replace(day=1)
    known.put("benefit_exhausted", not drawing, "recipients")
    if drawing:
        known.put("entitled_to_benefit", True, "recipients")


def _age(identity_number, day):
    born = birth_date(identity_number)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
