"""Screening: outcomes, money, grounds; nothing twice; nothing half-written."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal.outbox.models import Message
from portal.refused import Refused
from portal.runs.models import JobRun, RunState
from subsidies.enums import ClaimState
from subsidies.models import Claim, Decision, InsuranceImport, ScreeningRun
from subsidies.services import bundles, cross_check
from subsidies.services.claims import first_review
from subsidies.services.facts import FACT_SOURCES
from subsidies.services.objections import object_to_decision
from tests.factories import EnterpriseFactory, MembershipFactory, UserFactory, division
from tests.factories.subsidies import (
    InsuranceImportFactory,
    insure,
    local_parameter,
    publish_policies,
)

pytestmark = pytest.mark.django_db

GENERAL = "changzhou-2020-17/refund-general"
DIFFICULT = "changzhou-2020-17/refund-difficult"
HARD_HIT = "changzhou-2020-17/refund-hard-hit"


def decision(enterprise, provision=GENERAL):
    return Decision.objects.standing().get(enterprise=enterprise, provision_id=provision)


def failed(one):
    return [entry["fact"] for entry in one.trace if entry["result"] is False]


def test_worked_cases(city, screen):
    """Outcome and money of the published cases, from insurance records to the decision row."""
    screen()
    expected = {
        "plain": ("grant", 3_000_000),
        "on_limit": ("grant", 790_123),
        "over": ("deny", 0),
        "thirty": ("grant", 500_000),
        "thirty_one": ("deny", 0),
        "large": ("review", 0),
        "no_december": ("review", 0),
    }
    found = {name: decision(getattr(city, name)) for name in expected}
    assert {name: (d.outcome, d.amount_fen) for name, d in found.items()} == expected
    assert failed(found["over"]) == ["layoff_rate"]
    assert failed(found["thirty_one"]) == ["layoff_rate"]
    assert found["no_december"].facts["values"]["insured_end"] is None
    assert found["no_december"].facts["values"]["premium_enterprise_fen"] is None
    assert "缺少“年末参保人数”" in "".join(e["text"] for e in found["no_december"].trace)
    rate = next(e for e in found["on_limit"].trace if e["fact"] == "layoff_rate")
    assert (rate["actual"], rate["limit"], rate["cite"]) == ("11/200", "0.055", "S0(十)")


def test_every_provision_is_decided_and_one_leads(city, screen):
    """Three decisions for each enterprise, exactly one of them says how it stands."""
    result = screen()
    assert Decision.objects.count() == 9 * 3
    assert Decision.objects.leading().count() == 9
    assert result.screening.totals["by_outcome"] == {
        "deny": {"count": 2, "fen": 0},
        "grant": {"count": 5, "fen": 3_000_000 + 790_123 + 500_000 + 72_000_000 + 9_000_000},
        "review": {"count": 2, "fen": 0},
    }
    assert result.screening.totals["by_district"]["320404"]["deny"]["count"] == 1
    assert set(Decision.objects.values_list("policy__policy_id", flat=True)) == {
        "changzhou-2020-17"
    }


def test_one_refund_a_year_and_the_higher_wins(city, screen):
    """A certified enterprise gets the larger one; the other says which won and under what rule."""
    screen()
    general, difficult = decision(city.difficult), decision(city.difficult, DIFFICULT)
    assert (difficult.outcome, difficult.amount_fen) == ("grant", 72_000_000)
    assert (general.outcome, general.amount_fen) == ("excluded", 0)
    assert "720,000.00 元" in general.trace[-1]["text"]
    assert general.trace[-1]["cite"] == "S0(十)"
    hotel = decision(city.hotel, HARD_HIT)
    assert (hotel.outcome, hotel.amount_fen) == ("grant", 3 * 150_000 * 20)
    claims = Claim.objects.filter(enterprise=city.difficult)
    assert [c.decision_id for c in claims] == [difficult.pk]


def test_difficult_loses_where_the_general_refund_is_higher(insured, screen):
    """6 × 1,500 × 2 = 18,000.00 is less than half of 60,000.00."""
    local_parameter("benefit_monthly_fen", "150000")
    small = insured("small", 2, 2, difficult_certified=True)
    screen()
    assert decision(small).amount_fen == 3_000_000
    assert decision(small, DIFFICULT).outcome == "excluded"
    assert Claim.objects.get().amount_fen == 3_000_000


def test_without_the_local_figure_nothing_is_guessed(insured, screen):
    """The benefit is the bureau's to fill in; until then a certified enterprise is reviewed."""
    certified = insured("small", 80, 80, difficult_certified=True)
    screen()
    assert decision(certified, DIFFICULT).outcome == "review"
    assert decision(certified).outcome == "grant"


def test_certification_not_recorded_is_not_a_refusal(insured, screen):
    """NULL in the register is unknown."""
    local_parameter("benefit_monthly_fen", "150000")
    unknown = insured("small", 80, 80, difficult_certified=None)
    screen()
    assert decision(unknown, DIFFICULT).outcome == "review"


def test_a_districts_figure_goes_before_the_citys(insured, screen):
    """Both are in force; the enterprise lies in the district."""
    local_parameter("benefit_monthly_fen", "150000")
    local_parameter("benefit_monthly_fen", "160000", region="320412")
    there = insured("small", 80, 80, difficult_certified=True)
    elsewhere = insured("small", 80, 80, difficult_certified=True, region=division("320411"))
    screen()
    assert decision(there, DIFFICULT).amount_fen == 6 * 160_000 * 80
    assert decision(elsewhere, DIFFICULT).amount_fen == 6 * 150_000 * 80


def test_enterprises_without_records_are_counted_not_decided(city, screen):
    """No month of 2019 at all: not insured then, so no decision; the run says how many."""
    EnterpriseFactory()
    run = screen().screening
    assert run.source_rows["without_records"] == 1
    assert run.source_rows["insured"] == 9
    assert run.source_rows["months_missing"] == 1
    assert run.totals["enterprises"] == 9
    assert run.data_date == date(2019, 12, 31)


def test_grants_make_claims_and_members_are_told(city, screen):
    """A claim for each grant, waiting for the first review; one message per member."""
    member = MembershipFactory(enterprise=city.over).user
    former = MembershipFactory(enterprise=city.over, ended_at=timezone.now()).user
    screen()
    assert Claim.objects.count() == 5
    assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.SCREENED}
    message = Message.objects.get(recipient=member)
    assert message.subject == "2019 年度失业保险稳岗返还（一般企业）：不予返还"
    assert "裁员率 6.0%，高于 5.5%" in message.body
    assert "常人社发〔2020〕17号 第（十）条" in message.body
    assert not Message.objects.filter(recipient=former).exists()


def test_a_second_start_on_one_day_does_nothing(city, screen):
    """The key was done."""
    first = screen()
    again = screen()
    assert (again.changed, again.screening, again.job) == (False, first.screening, first.job)
    assert JobRun.objects.count() == 1
    assert Decision.objects.count() == 27


@pytest.mark.parametrize("how", ["again", "next night"])
def test_same_inputs_write_nothing(city, screen, how, monkeypatch):
    """Another run over the same records and policies has a job row and says nothing changed."""
    MembershipFactory(enterprise=city.over)
    first = screen()
    if how == "next night":
        tomorrow = timezone.localdate() + timedelta(days=1)
        monkeypatch.setattr("subsidies.services.screening.timezone.localdate", lambda: tomorrow)
    second = screen(again=how == "again")
    assert second.job != first.job
    assert second.job.state == RunState.DONE
    assert second.job.counts["unchanged"] is True
    assert (second.changed, second.screening) == (False, first.screening)
    assert ScreeningRun.objects.count() == 1
    assert Decision.objects.count() == 27
    assert Claim.objects.count() == 5
    assert Message.objects.count() == 1


def test_a_correction_supersedes_only_its_enterprise(city, screen):
    """December arrives: three new decisions, chained to the old ones, and a claim."""
    screen()
    old = decision(city.no_december)
    insure_month = city.no_december.insurance_months.get(month=date(2019, 11, 1))
    insure_month.pk, insure_month.month = None, date(2019, 12, 1)
    insure_month.save()
    second = screen(again=True)
    assert second.changed
    assert second.screening.number == 2
    assert second.screening.totals["changed"] == 1
    assert second.screening.decisions.count() == 3
    new = decision(city.no_december)
    assert (new.outcome, new.supersedes_id) == ("grant", old.pk)
    assert Decision.objects.count() == 30
    assert Decision.objects.standing().count() == 27
    assert Decision.objects.as_of(second.screening).count() == 27
    first = ScreeningRun.objects.get(number=1)
    assert (
        Decision.objects.as_of(first).get(enterprise=city.no_december, provision_id=GENERAL) == old
    )
    assert Claim.objects.count() == 6
    assert second.screening.totals["enterprises"] == 9


def test_no_policy_in_force_is_refused_and_the_run_is_marked_failed(city, screen):
    """Before the document took effect there is nothing to screen under."""
    from subsidies.services.screening import screen_refunds

    with pytest.raises(Refused, match="没有适用于常州市"):
        screen_refunds(2018, date(2019, 4, 1))
    assert JobRun.objects.get().state == RunState.FAILED
    assert not ScreeningRun.objects.exists()


def test_jinzhou_is_screened_under_its_own_document(insured):
    """864,000 + 432,000 fen, 80 %."""
    from subsidies.services.screening import screen_refunds

    publish_policies("jinzhou-2020")
    there = insured("small", 40, 41, 864_000, 432_000, region=division("210702"))
    screen_refunds(2019, date(2020, 4, 1), region="2107")
    only = Decision.objects.get()
    assert (only.enterprise, only.outcome, only.amount_fen) == (there, "grant", 1_036_800)
    assert only.provision_id == "jinzhou-2020/refund"


def test_decisions_cannot_be_edited(city, screen):
    """The trigger refuses, whoever asks."""
    from django.db import InternalError, transaction

    screen()
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        Decision.objects.filter(enterprise=city.over).update(amount_fen=1)


def test_unknown_premium_of_one_month_is_not_zero(insured, screen):
    """A NULL in May makes the year's premium unknown: review, no smaller refund."""
    enterprise = insured("small", 120, 114)
    enterprise.insurance_months.filter(month=date(2019, 5, 1)).update(premium_employee_fen=None)
    screen()
    found = decision(enterprise)
    assert (found.outcome, found.amount_fen) == ("review", 0)
    assert found.facts["values"]["premium_employee_fen"] is None
    assert found.facts["values"]["premium_enterprise_fen"] == 3_600_000


def test_screening_is_not_changed_by_a_user_of_another_city(city, screen):
    """Another city's records stay out of this city's run."""
    other = EnterpriseFactory(region=division("210702"), licence_checked_by=UserFactory(city=True))
    insure(other, 40, 41, 864_000, 432_000)
    assert screen().screening.totals["enterprises"] == 9
    assert not Decision.objects.filter(enterprise=other).exists()


def just_before(words, act):
    """Until left, `act()` is called once, right before the first statement with these words."""
    waiting = [act]

    def wrapper(execute, sql, *rest):
        if waiting and words in sql:
            waiting.pop()()
        return execute(sql, *rest)

    return connection.execute_wrapper(wrapper)


def test_what_changes_while_a_run_waits_for_its_region_is_not_lost(city, screen):
    """The facts are read when the lock is held, never those from before the waiting."""
    screen()
    january = city.plain.insurance_months.get(month=date(2019, 1, 1))

    def correct():
        january.premium_enterprise_fen += 2_000
        january.save()

    with just_before("FOR NO KEY UPDATE", correct):
        second = screen(again=True)
    assert second.changed
    assert decision(city.plain).amount_fen == 3_001_000


def test_what_changes_while_facts_are_read_is_read_again(city, screen):
    """A file superseded between the list of files and the facts: the run goes by neither half."""
    source = city.plain.insurance_months.first().source

    def supersede():
        source.state = "superseded"
        source.save()

    with just_before("CREATE TEMP TABLE screening_facts", supersede):
        run = screen().screening
    assert source.sha256 not in [one["sha256"] for one in run.source_rows["imports"]]
    assert not run.decisions.filter(enterprise=city.plain).exists()


def test_inputs_that_never_rest_are_refused(city, screen, monkeypatch):
    """A run does not go by records that change under it, and says so."""
    made = iter(range(100))
    monkeypatch.setattr("subsidies.services.screening.current_imports", lambda *_: [next(made)])
    with pytest.raises(Refused, match="一直在变动，没有筛查"):
        screen()
    assert not ScreeningRun.objects.exists()


def test_decisions_of_a_provision_no_longer_decided_end(city, screen, monkeypatch):
    """Nothing succeeds them, yet they do not stand; the next run finds everything as it was."""
    first = screen().screening
    old = decision(city.difficult, DIFFICULT)
    assert (old.outcome, old.leads) == ("grant", True)
    for module in (bundles, cross_check):
        monkeypatch.setattr(
            module,
            "screened_keys",
            lambda policy, all_keys=bundles.screened_keys: [
                key for key in all_keys(policy) if key != "refund-difficult"
            ],
        )
    month = city.plain.insurance_months.get(month=date(2019, 1, 1))
    month.premium_enterprise_fen += 2_000
    month.save()
    second = screen(again=True).screening
    standing = Decision.objects.standing()
    assert set(standing.values_list("screening_id", flat=True)) == {second.pk}
    assert standing.leading().count() == 9
    assert standing.leading().get(enterprise=city.difficult).provision_id != DIFFICULT
    assert Decision.objects.as_of(second).leading().count() == 9
    assert set(Decision.objects.as_of(first)) == set(first.decisions.all())
    assert set(Decision.objects.ended()) == set(first.decisions.all())
    assert {one.stands for one in first.decisions.with_stands()} == {False}
    assert old.successor() == standing.leading().get(enterprise=city.difficult)
    assert old.successor().successor() is None
    with pytest.raises(Refused, match="已经更正"):
        object_to_decision(old, name="周某", phone="13900000000", body="不服。", user=UserFactory())
    month.premium_enterprise_fen += 2_000
    month.save()
    third = screen(again=True).screening
    assert third.totals["changed"] == 1
    assert Decision.objects.standing().leading().count() == 9


def withdraw(enterprise):
    """The file that named the enterprise is superseded by one that names another instead."""
    old = InsuranceImport.objects.distinct().get(months__enterprise=enterprise)
    old.state = "superseded"
    old.save()
    InsuranceImportFactory(supersedes=old)


def test_records_that_vanish_take_the_grant_with_them(city, screen, people):
    """Nothing is known of it any more: reviewed, its claims fall back, the reviewers are told."""
    first = screen().screening
    batch = first_review(
        list(Claim.objects.filter(enterprise=city.plain).values_list("public_id", flat=True)),
        people[0],
    )
    assert batch is not None
    withdraw(city.plain)
    second = screen(again=True).screening
    now = decision(city.plain)
    assert (now.screening, now.outcome, now.leads) == (second, "review", True)
    known = {name for name, value in now.facts["values"].items() if value is not None}
    assert not known & {name for name, source in FACT_SOURCES.items() if source != "register"} - {
        "base_year"
    }
    assert now.facts["sources"]["insured_start"] == "no_records"
    assert Claim.objects.get(enterprise=city.plain).state == ClaimState.SUPERSEDED
    assert Message.objects.filter(recipient=people[0], kind="claims_corrected").exists()
    assert second.cross_check["enterprises"] == 9
    assert second.totals["changed"] == 1
    assert second.source_rows["records_vanished"] == 1
    assert (second.source_rows["insured"], second.source_rows["without_records"]) == (8, 0)
    assert not screen(again=True).changed
    assert first.source_rows["records_vanished"] == 0
