"""Facts of a screening: which records count, and what makes a figure unknown."""

from datetime import date

import pytest

from subsidies.models import BenefitRecipient, Decision, InsuranceImport, InsuranceMonth
from subsidies.services.facts import COLUMNS, collect_facts, facts_of, prepare_facts, sources_of
from tests.factories import division
from tests.factories.applications import insure_persons
from tests.factories.subsidies import InsuranceImportFactory

pytestmark = pytest.mark.django_db
GENERAL = "changzhou-2020-17/refund-general"
JANUARY, DECEMBER = date(2019, 1, 1), date(2019, 12, 1)


def facts(enterprise, region="3204"):
    """(facts, sources) of one enterprise."""
    row = next(row for row in collect_facts(2019, region).rows if row[0] == enterprise.pk)
    return facts_of(row, 2019), sources_of(row)


def persons(enterprise, month, count, *, back_paid=False):
    """So many insured people of one month."""
    return [
        (enterprise, f"99000019900101{n:04d}", month, date(2015, 1, 1), back_paid)
        for n in range(count)
    ]


def test_person_months_that_agree_change_nothing(insured):
    """Three people in the list, three in the report; a back payment is nobody more."""
    one = insured("micro", 3, 3)
    insure_persons(persons(one, JANUARY, 3) + persons(one, JANUARY, 1, back_paid=True))
    found, sources = facts(one)
    assert (found["insured_start"], found["insured_end"], found["insured_average"]) == (3, 3, 3)
    assert sources["insured_start"] == "january"


@pytest.mark.parametrize(
    ("month", "unknown"),
    [
        (JANUARY, {"insured_start", "insured_average"}),
        (DECEMBER, {"insured_end", "insured_average"}),
        (date(2019, 5, 1), {"insured_average"}),
    ],
)
def test_a_headcount_the_list_contradicts_is_unknown(insured, month, unknown):
    """Two in the list, three in the report: what needs that month, and nothing else."""
    one = insured("micro", 3, 3)
    insure_persons(persons(one, month, 2))
    found, sources = facts(one)
    names = {"insured_start", "insured_end", "insured_average"}
    assert {name for name in names if found[name] is None} == unknown
    assert found["premium_enterprise_fen"] == 3_600_000
    assert all(sources[name].endswith(("disagrees", "disagree")) for name in unknown)


def test_it_is_reviewed_and_the_decision_names_the_source(insured, screen):
    """Nobody is refused, or paid, on two reports that contradict each other."""
    one = insured("small", 120, 114)
    insure_persons(persons(one, DECEMBER, 2))
    screen()
    decision = Decision.objects.get(enterprise=one, provision_id=GENERAL)
    assert decision.outcome == "review"
    assert decision.facts["sources"]["insured_end"] == "december_disagrees"
    assert decision.facts["values"]["insured_end"] is None


def test_nobody_in_a_list_of_the_place_contradicts_too(insured):
    """The list of the month was imported and does not name the enterprise at all."""
    listed, absent = insured("micro", 2, 2), insured("micro", 2, 2)
    insure_persons(persons(listed, JANUARY, 2))
    assert facts(listed)[0]["insured_start"] == 2
    assert facts(absent)[0]["insured_start"] is None


def test_a_list_of_another_place_says_nothing(insured):
    """The file of one district does not speak of another's enterprises."""
    here = insured("micro", 2, 2, region=division("320404"))
    there = insured("micro", 2, 2, region=division("320411"))
    insure_persons(persons(there, JANUARY, 2))
    InsuranceImport.objects.filter(kind="person_month").update(region=division("320411"))
    assert facts(here)[0]["insured_start"] == 2


def test_only_a_list_makes_an_enterprise_that_has_to_be_looked_at(insured, screen):
    """Person-months without an enterprise-month: screened, everything unknown, reviewed."""
    one = insured("micro", 2, 2)
    InsuranceMonth.objects.all().delete()
    insure_persons(persons(one, JANUARY, 2))
    found, _ = facts(one)
    assert (found["insured_start"], found["premium_enterprise_fen"]) == (None, None)
    screen()
    assert Decision.objects.get(enterprise=one, provision_id=GENERAL).outcome == "review"


def test_superseded_files_do_not_count(insured):
    """The corrected file stands; the old rows stay and are not added."""
    one = insured("micro", 3, 3)
    InsuranceImport.objects.update(state="superseded")
    source = InsuranceImportFactory()
    for row in list(InsuranceMonth.objects.all()):
        row.pk, row.source, row.headcount = None, source, 5
        row.save()
    found, _ = facts(one)
    assert (found["insured_start"], found["insured_average"]) == (5, 5)
    assert found["premium_enterprise_fen"] == 3_600_000


def test_a_month_in_two_current_files_is_not_added_twice(insured):
    """Which of them is right is for a person to say."""
    one = insured("micro", 3, 3)
    row = InsuranceMonth.objects.get(month=JANUARY)
    row.pk, row.source = None, InsuranceImportFactory()
    row.save()
    found, sources = facts(one)
    assert found["premium_enterprise_fen"] is None
    assert found["insured_start"] is None
    assert sources["premium_enterprise_fen"] == "month_twice"


def test_benefit_recipients_are_counted_once_the_year_is_complete(insured):
    """Unknown without the file of December, else the people, each once."""
    one, other = insured("micro", 3, 3), insured("micro", 3, 3)
    assert facts(one)[0]["benefit_recipients"] is None
    source = InsuranceImportFactory(
        kind="benefit_recipient", first_month=DECEMBER, last_month=DECEMBER
    )
    for number, began in enumerate((JANUARY, date(2019, 12, 31), date(2018, 12, 31))):
        BenefitRecipient.objects.create(
            source=source,
            line=number,
            person=f"00000000-0000-0000-0000-{number:012d}",
            enterprise=one,
            began_on=began,
        )
    assert facts(one)[0]["benefit_recipients"] == 2
    assert facts(other)[0]["benefit_recipients"] == 0


def test_the_table_and_the_sheet_are_the_same(city):
    """A trial reads what a screening reads, by the same hash."""
    table, sheet = prepare_facts(2019, "3204"), collect_facts(2019, "3204")
    assert list(table.rows) == sheet.rows
    assert len(sheet.rows[0]) == len(COLUMNS)
    assert (table.sha256, table.source_rows) == (sheet.sha256, sheet.source_rows)
