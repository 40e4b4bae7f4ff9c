"""Budgets: two people; a run beyond one waits for a named person and cuts nothing."""

import pytest
from django.db import IntegrityError, connection, transaction

from portal.outbox.models import Message
from portal.refused import Refused
from subsidies.enums import ClaimState
from subsidies.models import Budget, Claim, PublicNotice, ScreeningRun
from subsidies.services import budgets, reopening
from subsidies.services import claims as claim_service
from tests.factories import UserFactory, division

from .conftest import ids

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(people):
    """register(fen) → Budget of the city's refund of 2019, approved by the second person."""

    def make(fen, region="3204"):
        budget = budgets.propose_budget(
            people[0],
            region=region,
            base_year=2019,
            group="refund",
            amount_fen=fen,
            document="常财社〔2020〕1号",
        )
        return budgets.approve_budget(budget.pk, people[1])

    return make


def granted():
    return sum(Claim.objects.values_list("amount_fen", flat=True))


def years_locked():
    """Budget years this transaction has locked; others wait for it to end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::int FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
            " AND classid = (hashtext('subsidies.budgets')::bigint & 4294967295)::oid"
            " AND pid = pg_backend_pid() AND granted"
        )
        return [year for (year,) in cursor.fetchall()]


class TestOneAfterTheOther:
    """Who approves a budget and who adds to what counts against it wait for each other."""

    def test_a_run(self, city, screen):
        screen()
        assert years_locked() == [2019]

    def test_an_approval(self, people):
        budget = TestTwoPeople().propose(people[0])
        assert years_locked() == []
        budgets.approve_budget(budget.pk, people[1])
        assert years_locked() == [2019]


class TestTwoPeople:
    def propose(self, user, **changes):
        values = {
            "region": "3204",
            "base_year": 2019,
            "group": "refund",
            "amount_fen": 100,
            "document": "文件",
        }
        return budgets.propose_budget(user, **values | changes)

    def test_one_proposes_another_approves(self, db, people):
        division("3204")
        budget = self.propose(people[0])
        assert self.propose(people[0]) == budget
        with pytest.raises(Refused, match="已有一份预算 1.00 元等批准"):
            self.propose(people[1], amount_fen=200)
        with pytest.raises(Refused, match="由另一人批准"):
            budgets.approve_budget(budget.pk, people[0])
        assert not Budget.objects.in_force().exists()
        budgets.approve_budget(budget.pk, people[1])
        assert budgets.approve_budget(budget.pk, people[1]).approver == people[1]
        with pytest.raises(Refused, match="已由.*批准"):
            budgets.reject_budget(budget.pk, people[0], "改主意")
        newer = self.propose(people[1], amount_fen=300)
        budgets.approve_budget(newer.pk, people[0])
        assert Budget.objects.in_force().get() == newer

    def test_sent_back_with_a_reason(self, db, people):
        division("3204")
        budget = self.propose(people[0])
        with pytest.raises(Refused, match="理由"):
            budgets.reject_budget(budget.pk, people[1], "")
        budgets.reject_budget(budget.pk, people[1], "文号写错")
        with pytest.raises(Refused, match="文号写错"):
            budgets.approve_budget(budget.pk, UserFactory(city=True))
        assert self.propose(people[0], document="文件二").pk != budget.pk

    def test_only_the_city(self, db):
        division("3204")
        with pytest.raises(Refused, match="市级"):
            self.propose(UserFactory(district=True))

    def test_the_database_refuses_too(self, db, people):
        division("3204")
        budget = self.propose(people[0])
        for change, name in (
            ({"approver": people[0]}, "budget_two_people|budget_approved"),
            ({"amount_fen": -1}, "budget_not_negative"),
            ({"approver": people[1]}, "budget_approved_or_rejected"),
        ):
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                Budget.objects.filter(pk=budget.pk).update(**change)


class TestRuns:
    def test_no_budget_no_check(self, city, screen):
        run = screen().screening
        assert run.held is False
        assert run.budget == {"rows": [], "without": ["refund"]}

    def test_enough(self, city, screen, register):
        register(10**12)
        run = screen().screening
        (row,) = run.budget["rows"]
        assert (run.held, row["over_fen"], row["committed_fen"]) == (False, 0, granted())
        assert row["claims"] == 5

    def test_exactly_enough_is_enough(self, city, screen, register):
        screen()
        total = granted()
        ScreeningRun.objects.update(held=False)
        register(total)
        city.plain.insurance_months.filter(headcount=114).update(headcount=115)
        assert screen(again=True).screening.held is False

    def test_beyond_it_waits_and_nothing_is_cut(self, city, screen, register, people):
        register(100_000)
        run = screen().screening
        assert run.held is True
        assert Claim.objects.count() == 5
        over = granted() - 100_000
        assert run.budget["rows"][0]["over_fen"] == over
        message = Message.objects.get(recipient=people[0], kind="budget_exceeded")
        assert "超出预算" in message.subject
        assert not Message.objects.filter(
            kind="budget_exceeded", recipient__role="district_staff"
        ).exists()
        with pytest.raises(Refused, match="预算 1,000.00 元，已有申领"):
            claim_service.first_review(ids(), people[0])
        assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.SCREENED}

    def test_released_by_a_named_person_with_a_document(self, city, screen, register, people):
        register(100_000)
        run = screen().screening
        with pytest.raises(Refused, match="市级"):
            budgets.release_run(run.public_id, UserFactory(district=True), "会议纪要")
        with pytest.raises(Refused, match="依据的文件"):
            budgets.release_run(run.public_id, people[0], " ")
        for _ in range(2):
            budgets.release_run(run.public_id, people[0], "会议纪要 3 号")
        with pytest.raises(Refused, match="已由.*放行"):
            budgets.release_run(run.public_id, people[1], "会议纪要 4 号")
        run.refresh_from_db()
        assert (run.held, run.released_by, run.release_document) == (
            False,
            people[0],
            "会议纪要 3 号",
        )
        assert claim_service.first_review(ids(), people[0]).claims.count() == 5

    def test_what_was_let_through_is_not_asked_again(self, city, screen, register, people):
        register(100_000)
        run = screen().screening
        budgets.release_run(run.public_id, people[0], "会议纪要 3 号")
        months = city.plain.insurance_months
        months.filter(headcount=114).update(headcount=115)
        assert screen(again=True).screening.held is False
        months.filter(month="2019-01-01").update(premium_enterprise_fen=9_000_000)
        assert screen(again=True).screening.held is True

    def test_raising_the_budget_lets_it_go(self, city, screen, register, people):
        register(100_000)
        run = screen().screening
        register(200_000)
        run.refresh_from_db()
        assert run.held is True
        register(granted())
        run.refresh_from_db()
        assert (run.held, run.released_by) == (False, None)
        claim_service.first_review(ids(), people[0])

    def test_a_districts_budget_counts_its_own(self, city, screen, register):
        division("320404")
        register(1, region="320404")
        run = screen().screening
        (row,) = run.budget["rows"]
        assert row["committed_fen"] == sum(
            Claim.objects.filter(enterprise__region="320404").values_list("amount_fen", flat=True)
        )
        assert run.held is True

    def test_a_later_run_that_fits_lets_the_earlier_go(self, city, screen, register):
        run = screen().screening
        register(granted() - 1)
        city.plain.insurance_months.filter(headcount=114).update(headcount=115)
        second = screen(again=True).screening
        assert second.held is True
        city.plain.insurance_months.filter(headcount=115).update(headcount=90)
        third = screen(again=True).screening
        assert third.held is False
        assert not ScreeningRun.objects.filter(held=True).exists()
        assert run.held is False

    def test_no_release_where_nothing_is_exceeded(self, city, screen, people):
        run = screen().screening
        with pytest.raises(Refused, match="没有超出预算"):
            budgets.release_run(run.public_id, people[0], "会议纪要")


class TestTakenUpAgain:
    """A returned claim does not count; taken up again it does, and must not overrun silently."""

    @pytest.fixture
    def returned(self, city, screen, register, people):
        """All granted fits exactly; one claim is returned by hand, then a fen is taken away."""
        screen()
        claim = Claim.objects.get(enterprise=city.plain)
        self.total = granted()
        register(self.total)
        claim_service.return_claim(claim.public_id, people[0], "核对")
        register(self.total - 1)
        return claim

    def test_it_waits_for_a_person(self, returned, people, register):
        with pytest.raises(Refused) as refusal:
            reopening.reopen_claim(returned.public_id, people[0], "无误")
        told = "".join(refusal.value.messages)
        assert "重新办理 30,000.00 元会超出预算，没有办理" in told and "超出 0.01 元" in told
        returned.refresh_from_db()
        assert returned.state == ClaimState.RETURNED
        register(self.total)
        assert reopening.reopen_claim(returned.public_id, people[0], "无误").state == (
            ClaimState.SCREENED
        )

    def test_also_when_another_decision_stands_now(self, returned, people, city, screen):
        Claim.objects.filter(pk=returned.pk).update(approved_at="2020-04-13T10:00Z")
        Claim.objects.filter(pk=returned.pk).update(notice=notice_of(people[0]))
        city.plain.insurance_months.filter(headcount=114).update(headcount=115)
        screen(again=True)
        with pytest.raises(Refused, match="会超出预算，没有办理"):
            reopening.reopen_claim(returned.public_id, people[0], "无误")
        returned.refresh_from_db()
        assert returned.state == ClaimState.RETURNED

    def test_another_districts_budget_is_another_matter(self, city, screen, register, people):
        screen()
        division("320404")
        register(1, region="320404")
        ScreeningRun.objects.update(held=False)
        claim = Claim.objects.exclude(enterprise__region="320404").first()
        claim_service.return_claim(claim.public_id, people[0], "核对")
        taken_up = reopening.reopen_claim(claim.public_id, people[0], "无误")
        assert taken_up.state == ClaimState.SCREENED


def notice_of(user):
    """A notice that a returned claim had been on."""
    return PublicNotice.objects.create(
        title="公示",
        grounds="依据",
        region_id="3204",
        base_year=2019,
        number=99,
        list_sha256="0" * 64,
        starts_on="2020-04-07",
        ends_on="2020-04-13",
        working_days=5,
        published_by=user,
    )
