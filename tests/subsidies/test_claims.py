"""Reviews and notices: two people, all or nothing, once, on working days."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal.outbox.models import Message
from portal.refused import Refused
from subsidies.enums import ClaimState, ObjectionState
from subsidies.models import Claim, ClaimBatch, ClaimStep, Decision, Objection, PublicNotice
from subsidies.services import claims as service
from subsidies.services import notices, objections, reopening, screening
from subsidies.services.new_claims import enterprises_with_claims
from tests.factories import MembershipFactory, UserFactory, division

from .conftest import at, ids


def states():
    return set(Claim.objects.values_list("state", flat=True))


@pytest.mark.django_db
class TestReviews:
    def test_first_review_makes_one_batch(self, city, screen, people):
        screen()
        batch = service.first_review(ids(), people[0])
        assert (batch.number, batch.claims.count()) == (1, 5)
        assert states() == {ClaimState.FIRST_REVIEWED}
        assert ClaimStep.objects.filter(state=ClaimState.FIRST_REVIEWED, by=people[0]).count() == 5

    def test_a_double_click_makes_one_batch(self, city, screen, people):
        screen()
        chosen = ids()
        assert service.first_review(chosen, people[0]) == service.first_review(chosen, people[0])
        assert ClaimBatch.objects.count() == 1

    def test_one_that_was_taken_stops_all(self, city, screen, people):
        screen()
        chosen = ids()
        service.first_review(chosen[:1], people[0])
        with pytest.raises(Refused, match="已初审"):
            service.first_review(chosen, people[1])
        assert Claim.objects.filter(state=ClaimState.SCREENED).count() == 4

    def test_another_district_cannot_touch_them(self, city, screen):
        screen()
        elsewhere = UserFactory(district=True, region=division("320413"))
        with pytest.raises(Refused, match="不在您负责的地区"):
            service.first_review(ids(), elsewhere)
        assert states() == {ClaimState.SCREENED}

    @pytest.mark.parametrize("role", ["auditor", "administrator", "commissioner_role", "member"])
    def test_only_officers_review(self, city, screen, role):
        screen()
        with pytest.raises(Refused):
            service.first_review(ids(), UserFactory(**{role: True}))

    def test_the_first_reviewer_is_refused_in_words(self, city, screen, people):
        screen()
        batch = service.first_review(ids(), people[0])
        with pytest.raises(Refused, match="您已初审，要由另一人复核。"):
            service.second_review(batch.public_id, people[0], sampled=True)
        assert states() == {ClaimState.FIRST_REVIEWED}

    def test_the_database_refuses_the_same_person_too(self, city, screen, people):
        screen()
        batch = service.first_review(ids(), people[0])
        with pytest.raises(IntegrityError, match="two_different_reviewers"), transaction.atomic():
            batch.claims.update(second_reviewer=people[0])
        with pytest.raises(IntegrityError, match="batch_two_different"), transaction.atomic():
            ClaimBatch.objects.update(second_reviewer=people[0])

    def test_no_second_review_without_the_sample(self, city, screen, people):
        screen()
        batch = service.first_review(ids(), people[0])
        with pytest.raises(Refused, match="抽查"):
            service.second_review(batch.public_id, people[1], sampled=False)
        assert states() == {ClaimState.FIRST_REVIEWED}

    def test_the_same_batch_twice(self, reviewed):
        _, second, batch = reviewed
        service.second_review(batch.public_id, second, sampled=True)
        assert ClaimStep.objects.filter(state=ClaimState.SECOND_REVIEWED).count() == 5
        with pytest.raises(Refused, match="已由.*复核通过"):
            service.second_review(batch.public_id, UserFactory(city=True), sampled=True)

    def test_a_returned_batch_goes_back_and_tells_its_reviewer(self, city, screen, people):
        screen()
        batch = service.first_review(ids(), people[0])
        with pytest.raises(Refused, match="理由"):
            service.return_batch(batch.public_id, people[1], "  ")
        service.return_batch(batch.public_id, people[1], "两户金额要再核对")
        assert states() == {ClaimState.SCREENED}
        assert not Claim.objects.exclude(first_reviewer=None, batch=None).exists()
        message = Message.objects.get(recipient=people[0])
        assert "两户金额要再核对" in message.body
        with pytest.raises(Refused, match="退回初审"):
            service.second_review(batch.public_id, people[1], sampled=True)
        assert service.first_review(ids(), people[1]).number == 2

    def test_one_claim_returned_and_taken_up_again(self, city, screen, people):
        screen()
        claim = Claim.objects.get(enterprise=city.plain)
        service.return_claim(claim.public_id, people[0], "参保人数待核对")
        claim.refresh_from_db()
        assert (claim.state, claim.returned_reason) == (ClaimState.RETURNED, "参保人数待核对")
        reopening.reopen_claim(claim.public_id, people[1], "已核对无误")
        claim.refresh_from_db()
        assert (claim.state, claim.returned_reason) == (ClaimState.SCREENED, "")


@pytest.mark.django_db
class TestCorrections:
    """A later run does not silently replace what people reviewed."""

    @staticmethod
    def correct(city):
        city.plain.insurance_months.filter(month=date(2019, 12, 1)).update(headcount=115)

    def test_unreviewed_claims_are_replaced(self, city, screen):
        screen()
        old = Claim.objects.get(enterprise=city.plain)
        self.correct(city)
        screen(again=True)
        old.refresh_from_db()
        assert old.state == ClaimState.SUPERSEDED
        new = Claim.objects.exclude(state=ClaimState.SUPERSEDED).get(enterprise=city.plain)
        assert new.decision.supersedes == old.decision
        assert Claim.objects.exclude(state=ClaimState.SUPERSEDED).count() == 5

    def test_the_last_claim_closed_while_the_run_decides(self, city, screen, monkeypatch):
        """The run takes it for one with a claim, and finds none when it makes the new ones."""
        screen()
        had = enterprises_with_claims(2019, "3204")
        Claim.objects.filter(enterprise=city.plain).update(state=ClaimState.SUPERSEDED)
        self.correct(city)
        monkeypatch.setattr(screening, "enterprises_with_claims", lambda *_: had)
        screen(again=True)
        new = Claim.objects.exclude(state=ClaimState.SUPERSEDED).get(enterprise=city.plain)
        assert new.state == ClaimState.SCREENED
        assert new.decision.screening.number == 2

    def test_reviews_fall_away_and_reviewers_are_told(self, city, screen, reviewed):
        first, second, _ = reviewed
        self.correct(city)
        run = screen(again=True).screening
        assert run.totals["claims"]["reviews_undone"] == 1
        new = Claim.objects.exclude(state=ClaimState.SUPERSEDED).get(enterprise=city.plain)
        assert new.state == ClaimState.SCREENED
        told = Message.objects.filter(kind="claims_corrected")
        assert set(told.values_list("recipient", flat=True)) == {first.pk, second.pk}
        assert Claim.objects.filter(state=ClaimState.SECOND_REVIEWED).count() == 4

    def test_published_ones_leave_the_notice_for_a_person(self, city, screen, reviewed, published):
        self.correct(city)
        run = screen(again=True).screening
        claim = Claim.objects.get(enterprise=city.plain)
        assert claim.state == ClaimState.RETURNED
        assert "退出公示" in claim.returned_reason
        assert run.totals["claims"]["claims_returned"] == 1
        new = reopening.reopen_claim(claim.public_id, reviewed[0], "按更正办理")
        claim.refresh_from_db()
        assert (claim.state, new.state) == (ClaimState.SUPERSEDED, ClaimState.SCREENED)
        assert new.decision == Decision.objects.standing().get(
            enterprise=city.plain, outcome="grant"
        )

    def test_approved_ones_of_the_same_sum_stay(self, city, screen, published):
        notices.conclude_notice(published, at(2020, 4, 13, 17, 30))
        self.correct(city)
        run = screen(again=True).screening
        assert run.totals["claims"]["changed_after_approval"] == 1
        assert Claim.objects.get(enterprise=city.plain).state == ClaimState.APPROVED

    def test_a_returned_claim_that_no_longer_grants(self, city, screen, reviewed, published):
        city.plain.insurance_months.filter(month=date(2019, 12, 1)).update(headcount=90)
        screen(again=True)
        claim = Claim.objects.get(enterprise=city.plain)
        with pytest.raises(Refused, match="不予返还"):
            reopening.reopen_claim(claim.public_id, reviewed[0], "再看")


@pytest.mark.django_db
class TestNotices:
    def test_five_working_days_of_april_2020(self, published):
        """7, 8, 9, 10 and, after the weekend, 13 April."""
        assert (published.starts_on, published.ends_on) == (date(2020, 4, 7), date(2020, 4, 13))
        assert states() == {ClaimState.PUBLISHED}

    @pytest.mark.parametrize(
        ("now", "starts", "ends"),
        [
            (at(2020, 9, 30), date(2020, 9, 30), date(2020, 10, 13)),  # 1–8 October, then 9, 10
            (at(2020, 1, 22), date(2020, 1, 22), date(2020, 2, 5)),  # prolonged to 2 February
            (at(2020, 4, 30, 18), date(2020, 5, 6), date(2020, 5, 11)),  # closed at 17:30; 9 May
            (at(2024, 2, 8), date(2024, 2, 8), date(2024, 2, 20)),  # 9 and, a Sunday, 18 Feb work
        ],
    )
    def test_holidays_and_days_worked_instead(self, reviewed, monkeypatch, now, starts, ends):
        monkeypatch.setattr(timezone, "now", lambda: now)
        notice = notices.publish_notice(ids(ClaimState.SECOND_REVIEWED), reviewed[1], 5)
        assert (notice.starts_on, notice.ends_on) == (starts, ends)

    def test_the_list_is_masked_and_kept(self, published, city):
        line = next(e for e in published.entries if e["name"] == city.on_limit.name)
        assert line["amount_fen"] == 790_123
        assert line["rate"] == "5.50%"
        assert line["code"] == f"9132{'*' * 12}{city.on_limit.credit_code[-2:]}"
        assert published.total_fen == sum(e["amount_fen"] for e in published.entries)
        assert "常人社发〔2020〕17号" in published.grounds
        assert "（第一批）" in published.title

    def test_shorter_than_the_policy_is_refused(self, reviewed):
        with pytest.raises(Refused, match="公示要 5 到 60 个工作日"):
            notices.publish_notice(ids(ClaimState.SECOND_REVIEWED), reviewed[1], 4)
        assert not PublicNotice.objects.exists()

    def test_a_second_press_gives_the_same_notice(self, reviewed, published):
        again = notices.publish_notice(ids(ClaimState.PUBLISHED), reviewed[1], 5)
        assert again == published
        assert PublicNotice.objects.count() == 1

    def test_nothing_is_approved_before_half_past_five(self, published):
        assert notices.conclude_notice(published, at(2020, 4, 13, 17, 29)) == 0
        assert notices.conclude_due_notices(at(2020, 4, 13, 17, 30)) == {published.public_id: 5}
        assert states() == {ClaimState.APPROVED}
        assert notices.conclude_notice(published, at(2020, 4, 14)) == 0

    def test_an_open_objection_holds_its_line(self, published, reviewed, city, monkeypatch):
        number = next(e["no"] for e in published.entries if e["name"] == city.plain.name)
        objection = objections.object_to_notice(
            published,
            name="测试丁",
            phone="13800000000",
            body="年末人数不对",
            entry_number=number,
            now=at(2020, 4, 9),
        )
        assert objection.due_on == date(2020, 4, 16)
        assert objection.region_id == city.plain.region_id
        assert notices.conclude_notice(published, at(2020, 4, 13, 18)) == 4
        assert Claim.objects.get(enterprise=city.plain).state == ClaimState.PUBLISHED
        monkeypatch.setattr(timezone, "now", lambda: at(2020, 4, 14))
        objections.answer_objection(
            objection.public_id, reviewed[0], upheld=False, answer="已核对，人数无误。"
        )
        assert Claim.objects.get(enterprise=city.plain).state == ClaimState.APPROVED
        published.refresh_from_db()
        assert published.concluded_at is not None

    def test_an_objection_to_the_whole_list_holds_all(self, published, reviewed):
        objection = objections.object_to_notice(
            published, name="测试丁", phone="85588919", body="名单有误", now=at(2020, 4, 9)
        )
        assert notices.conclude_notice(published, at(2020, 4, 13, 18)) == 0
        assert states() == {ClaimState.PUBLISHED}
        assert Objection.objects.get() == objection

    def test_an_upheld_objection_takes_the_claim_out(self, published, reviewed, city):
        member = MembershipFactory(enterprise=city.plain).user
        number = next(e["no"] for e in published.entries if e["name"] == city.plain.name)
        objection = objections.object_to_notice(
            published,
            name="测试丁",
            phone="13800000000",
            body="已停产",
            entry_number=number,
            now=at(2020, 4, 9),
        )
        objections.answer_objection(
            objection.public_id, reviewed[0], upheld=True, answer="情况属实，重新核对。"
        )
        claim = Claim.objects.get(enterprise=city.plain)
        assert claim.state == ClaimState.RETURNED
        assert "情况属实" in Message.objects.get(recipient=member).body
        objection.refresh_from_db()
        assert objection.state == ObjectionState.UPHELD
        with pytest.raises(Refused, match="已由.*答复"):
            objections.answer_objection(
                objection.public_id, reviewed[1], upheld=False, answer="不同意"
            )

    def test_objecting_after_the_last_day_is_refused(self, published):
        with pytest.raises(Refused, match="公示期已过"):
            objections.object_to_notice(
                published, name="甲", phone="13800000000", body="晚了", now=at(2020, 4, 13, 17, 30)
            )

    def test_the_same_objection_twice_is_one(self, published):
        words = {"name": "测试丁", "phone": "13800000000", "body": "名单有误"}
        first = objections.object_to_notice(published, **words, now=at(2020, 4, 9))
        assert objections.object_to_notice(published, **words, now=at(2020, 4, 9)) == first
        assert Objection.objects.count() == 1

    def test_a_withdrawn_notice_returns_its_claims(self, published, reviewed):
        notices.withdraw_notice(published.public_id, reviewed[0], "名单有误")
        assert states() == {ClaimState.RETURNED}
        assert notices.conclude_notice(published, at(2020, 4, 14)) == 0

    def test_an_enterprise_objects_to_a_refusal(self, city, screen):
        screen()
        member = MembershipFactory(enterprise=city.over).user
        staff = UserFactory(district=True)
        decision = Decision.objects.leading().get(enterprise=city.over)
        words = {"name": city.over.name, "phone": "13800000000", "body": "12 月人数漏报"}
        first = objections.object_to_decision(decision, **words, user=member)
        assert objections.object_to_decision(decision, **words, user=member) == first
        assert first.notice is None
        assert Message.objects.get(recipient=staff).subject.startswith(city.over.name)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["first", "second"])
def test_two_people_at_once(city, screen, people, act):
    """Two connections press at the same moment: one result, the other is told in words."""
    screen()
    chosen = ids()
    if act == "second":
        batch = service.first_review(chosen, UserFactory(city=True)).public_id
    barrier, told = Barrier(2), []

    def press(user):
        try:
            barrier.wait(timeout=60)
            if act == "first":
                service.first_review(chosen, user)
            else:
                service.second_review(batch, user, sampled=True)
            told.append("done")
        except Refused as refusal:
            told.append("".join(refusal.messages))
        finally:
            connection.close()

    threads = [Thread(target=press, args=(user,), daemon=True) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert told.count("done") == 1
    (refusal,) = [text for text in told if text != "done"]
    assert ("已初审" if act == "first" else "复核通过") in refusal
    assert "None" not in refusal, "who was quicker is read after the lock"
    assert ClaimBatch.objects.count() == 1
    state = ClaimState.FIRST_REVIEWED if act == "first" else ClaimState.SECOND_REVIEWED
    assert states() == {state}
    assert ClaimStep.objects.filter(state=state).count() == 5


def test_deadline_days_beyond_the_calendar_are_marked():
    """2035 is not announced: Monday to Friday, but for the dated holidays, and a warning."""
    from portal.places.working_days import is_workday, uncertain

    assert not is_workday(date(2035, 10, 1))
    assert is_workday(date(2035, 10, 8))
    assert "2035 年的放假安排" in uncertain(date(2034, 12, 29), date(2034, 12, 29) + timedelta(7))
    assert uncertain(date(2020, 4, 7), date(2020, 4, 13)) == ""
