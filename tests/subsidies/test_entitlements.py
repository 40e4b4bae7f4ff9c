"""The register: the database lets nobody be paid twice, whoever asks and however fast."""

import threading
import time
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from portal.refused import Refused
from subsidies.enums import ClaimState, Outcome
from subsidies.models import Claim, Decision, Entitlement
from subsidies.services import application_decisions, entitlements
from subsidies.services import applications as service
from subsidies.services.screening_entitlements import take_for_screening
from tests.factories import EnterpriseFactory, MembershipFactory, UserFactory, division
from tests.factories.applications import insure_persons, months_of, number, picture
from tests.factories.subsidies import insure, publish_policies

REFERRAL = "changzhou-2020-17/agency-referral"


def member(region="320412"):
    membership = MembershipFactory(enterprise__region=division(region))
    membership.user.enterprise = membership.enterprise
    return membership.user


def draft(user):
    """An application for person 1, ready to be handed in."""
    one = service.start(user, REFERRAL, user.enterprise)
    service.add_document(one, user, "证明", picture())
    return one


def hand_in(one, user):
    person = service.PersonGiven("假名丙", number(1), {"hired_on": "2020-03-02"})
    return service.submit(one, user, {"agency_kind": "provincial_park"}, [person])


class TestScreening:
    """Refunds of a base year stand in the register as well."""

    @pytest.fixture
    def run(self, city, screen):
        return screen()

    def test_every_screened_claim_has_its_row(self, run):
        rows = Entitlement.objects.filter(released_at=None)
        claims = Claim.objects.exclude(state=ClaimState.SUPERSEDED)
        assert claims.count() > 3
        assert {(row.beneficiary, row.thing, row.period, row.claim_id) for row in rows} == {
            (f"e:{c.enterprise_id}", "refund", "2019", c.pk) for c in claims
        }

    def test_a_correction_lets_go_and_takes_again(self, run, city, screen):
        month = city.plain.insurance_months.get(month=date(2019, 12, 1))
        month.headcount = 115
        month.save()
        screen(again=True)
        rows = Entitlement.objects.filter(beneficiary=f"e:{city.plain.pk}")
        living = rows.get(released_at=None)
        assert living.claim.state == ClaimState.SCREENED
        released = rows.exclude(released_at=None).get()
        assert released.claim.state == ClaimState.SUPERSEDED
        assert "第 2 次筛查" in released.released_reason

    def test_the_same_kind_under_another_policy_stops_the_run(self, run, insured, screen):
        late = insured("small", 50, 50)
        Entitlement.objects.create(
            beneficiary=f"e:{late.pk}", thing="refund", period="2019", claim=Claim.objects.first()
        )
        with pytest.raises(Refused, match="已经享受过 2019 年度同类补贴") as refused:
            screen(again=True)
        assert (
            f"没有筛查：{late.name}（{late.credit_code}）在别的政策下" in refused.value.messages[0]
        )
        assert not Decision.objects.filter(enterprise=late).exists()

    def test_taking_is_one_statement(self, run, django_assert_num_queries):
        screening = Decision.objects.filter(outcome="grant").first().screening
        with django_assert_num_queries(5):  # things, policies, savepoint, insert, release
            assert take_for_screening(screening) == 0

    def test_of_many_ten_are_named(self, run, insured, screen):
        many = [insured("small", 50, 50) for _ in range(12)]
        first = Claim.objects.first()
        Entitlement.objects.bulk_create(
            Entitlement(beneficiary=f"e:{one.pk}", thing="refund", period="2019", claim=first)
            for one in many
        )
        with pytest.raises(Refused) as refused:
            screen(again=True)
        (words,) = refused.value.messages
        assert sum(one.credit_code in words for one in many) == 10
        assert "等 12 户企业在别的政策下" in words


@pytest.mark.django_db
def test_the_constraint_holds_without_any_service(city, screen):
    screen()
    row = Entitlement.objects.first()
    with pytest.raises(IntegrityError, match="nobody_is_paid_twice"), transaction.atomic():
        Entitlement.objects.create(
            beneficiary=row.beneficiary, thing=row.thing, period=row.period, claim=row.claim
        )


@pytest.mark.django_db
def test_the_register_refuses_what_the_policy_does_not_foresee(monkeypatch):
    """A row that stands for another reason: the refusal is a decision that names what was had."""
    publish_policies("changzhou-2020-17")
    employer, agency = member(), member()
    insure_persons(months_of(employer.enterprise, number(1), date(2020, 3, 1), 10))
    first = hand_in(draft(agency), agency)
    # As if the policy did not look at what was had: only the register is left.
    monkeypatch.setattr(entitlements, "already_paid", lambda names, **kwargs: {})
    other = member()
    decision = Decision.objects.get(application=hand_in(draft(other), other))
    assert decision.outcome == Outcome.EXCLUDED
    entry = decision.trace[-1]
    assert (
        entry["rule"] == "register" and "已享受“职介补贴”（常人社发〔2020〕17号）" in entry["text"]
    )
    assert "假*丙" in entry["text"]
    assert Claim.objects.get().decision.application == first


@pytest.mark.django_db(transaction=True)
def test_two_agencies_at_once_one_wins():
    publish_policies("changzhou-2020-17")
    employer = EnterpriseFactory(region=division("320412"))
    insure_persons(months_of(employer, number(1), date(2020, 3, 1), 10))
    users = [member(), member()]
    drafts = [draft(user) for user in users]
    start = threading.Barrier(2, timeout=20)
    errors = []

    def press(index):
        try:
            start.wait()
            hand_in(drafts[index], users[index])
        except Exception as error:  # shown below, a thread cannot fail the test itself
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(index,)) for index in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert errors == []
    outcomes = sorted(Decision.objects.values_list("outcome", flat=True))
    assert outcomes == [Outcome.EXCLUDED, Outcome.GRANT]
    assert Claim.objects.count() == 1
    excluded = Decision.objects.get(outcome=Outcome.EXCLUDED)
    assert any("已经享受过" in entry["text"] for entry in excluded.trace)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", ["applicant", "person"])
def test_what_is_capped_is_decided_one_after_the_other(same, monkeypatch):
    """Two officers press at once: the second reads the register when the first is written.

    The same enterprise with different persons, or the same person with different enterprises: no
    constraint of the register holds sums of months or yuan over several claims.
    """
    publish_policies("changzhou-2020-17")
    officers = [UserFactory(city=True) for _ in range(2)]
    users = [member(), member()]
    if same == "applicant":
        users[1] = users[0]
    handed_in = []
    for index, user in enumerate(users):
        who = number(1 if same == "person" else index + 1)
        given = service.PersonGiven("假名丙", who, {"hired_on": "2020-03-02"})
        one = draft(user)
        handed_in.append(service.submit(one, user, {"agency_kind": "provincial_park"}, [given]))
    inside, go_on, events = threading.Event(), threading.Event(), []
    facts = application_decisions.case_of

    def slow(application, persons):
        first = not inside.is_set()
        events.append("read")
        inside.set()
        if first:
            assert go_on.wait(timeout=20)
        return facts(application, persons)

    monkeypatch.setattr(application_decisions, "case_of", slow)
    errors = []

    def press(index):
        try:
            application_decisions.complete(handed_in[index], officers[index], [])
            events.append("done")
        except Exception as error:  # shown below, a thread cannot fail the test itself
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(i,), daemon=True) for i in (0, 1)]
    threads[0].start()
    assert inside.wait(timeout=20)
    threads[1].start()
    held = wait_for_a_waiting_lock()
    go_on.set()
    for thread in threads:
        thread.join(timeout=30)
    assert errors == []
    assert held, "the second officer did not wait for the first"
    # Nothing was read for the second before the first had ended.
    assert events == ["read", "done", "read", "done"]


def wait_for_a_waiting_lock():
    """Whether within some seconds a connection of this database waits for a lock."""
    until = time.monotonic() + 8
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return True
    return False


@pytest.mark.django_db
def test_insured_year_belongs_to_nobody_else(insured, screen):
    """Another enterprise's claim of the same year is another beneficiary."""
    publish_policies()
    one, two = insured("small", 50, 50), insured("small", 60, 60)
    insure(EnterpriseFactory(region=division("320411")), 10, 10, 100, 100)
    screen()
    assert {f"e:{one.pk}", f"e:{two.pk}"} <= set(
        Entitlement.objects.values_list("beneficiary", flat=True)
    )
