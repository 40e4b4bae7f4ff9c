"""Money that has to come back: notified, repaid in parts, or given up by two people."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.outbox.models import Message
from portal.refused import Refused
from subsidies.enums import RecoveryState
from subsidies.models import ClaimStep, Recovery, Repayment
from subsidies.services import recoveries
from tests.factories import UserFactory, division

pytestmark = pytest.mark.django_db
TODAY = date(2020, 4, 14)
YUAN = 100


class TestRecovery:
    @pytest.fixture
    def recovery(self, paid, correct):
        correct(paid.plain, 20_000 * YUAN)
        return Recovery.objects.get()

    def test_notified_with_a_day_and_a_message(self, recovery, people, paid):
        for _ in range(2):
            recoveries.notify_recovery(recovery.public_id, people[0], 5)
        recovery.refresh_from_db()
        # 15, 16, 17, 20 and 21 April 2020.
        assert (recovery.state, recovery.due_on) == (RecoveryState.NOTIFIED, date(2020, 4, 21))
        member = paid.plain.memberships.get().user
        assert (
            "要退还 10,000.00 元" in Message.objects.get(recipient=member, kind="recovery").subject
        )
        with pytest.raises(Refused, match="已通知"):
            recoveries.notify_recovery(recovery.public_id, people[1], 10)
        today = date(2020, 4, 22)
        assert list(recoveries.overdue(Recovery.objects.all(), today)) == [recovery]
        assert not recoveries.overdue(Recovery.objects.all(), date(2020, 4, 21))

    @pytest.mark.parametrize("days", [4, 121])
    def test_too_short_or_too_long(self, recovery, people, days):
        with pytest.raises(Refused, match="5 到 120 个工作日"):
            recoveries.notify_recovery(recovery.public_id, people[0], days)

    @pytest.mark.parametrize("days", [0, -3, 10**12])
    def test_nonsense_is_refused_in_words(self, recovery, people, days):
        with pytest.raises(Refused, match=f"5 到 120 个工作日，您填的是 {days}"):
            recoveries.notify_recovery(recovery.public_id, people[0], days)
        recovery.refresh_from_db()
        assert (recovery.state, recovery.due_on) == (RecoveryState.OPEN, None)

    def test_the_form_says_the_same(self, recovery, people, sign_in):
        address = reverse("subsidies:recovery_act", args=[recovery.public_id, "notify"])
        for days, words in ((0, "最少 5 个工作日"), (9999, "最多 120 个工作日")):
            page = sign_in(people[0]).post(address, {"working_days": days}, follow=True)
            assert f"退还期限{words}" in page.content.decode()

    def test_another_period_once_notified_is_no_second_press(self, recovery, people):
        recoveries.notify_recovery(recovery.public_id, people[0], 10)
        with pytest.raises(Refused, match="已通知，2020年4月27日前退还"):
            recoveries.notify_recovery(recovery.public_id, people[0], 20)

    def test_repaid_in_parts(self, recovery, people):
        part = {"amount_fen": 400_000, "paid_on": TODAY, "voucher": "A1"}
        for _ in range(2):
            recoveries.record_repayment(recovery.public_id, people[0], **part)
        recovery.refresh_from_db()
        assert (recovery.repaid_fen, recovery.state) == (400_000, RecoveryState.OPEN)
        with pytest.raises(Refused, match="凭证 A1 已登记 4,000.00 元"):
            recoveries.record_repayment(
                recovery.public_id, people[0], **part | {"amount_fen": 100_000}
            )
        with pytest.raises(Refused, match="还差 6,000.00 元"):
            recoveries.record_repayment(
                recovery.public_id, people[0], amount_fen=600_001, paid_on=TODAY, voucher="A2"
            )
        recoveries.record_repayment(
            recovery.public_id, people[0], amount_fen=600_000, paid_on=TODAY, voucher="A2"
        )
        recovery.refresh_from_db()
        assert recovery.state == RecoveryState.REPAID
        assert ClaimStep.objects.filter(note__startswith="追回：").count() == 2
        with pytest.raises(Refused, match="已退还"):
            recoveries.ask_waiver(recovery.public_id, people[0], "常人社会纪〔2020〕1号")

    def test_one_voucher_for_two_recoveries_is_asked_about(
        self, recovery, people, paid, correct, sign_in
    ):
        part = {"amount_fen": 400_000, "paid_on": TODAY, "voucher": "回单 7"}
        recoveries.record_repayment(recovery.public_id, people[0], **part)
        correct(paid.on_limit, 2_000 * YUAN)
        other = Recovery.objects.exclude(pk=recovery.pk).get()
        address = reverse("subsidies:recovery_act", args=[other.public_id, "repay"])
        typed = {"amount_fen": "100.00", "paid_on": "2020-04-14", "voucher": "回单 7"}
        page = sign_in(people[0]).post(address, typed, follow=True).content.decode()
        assert "凭证 回单 7 已用于另一笔追回" in page
        assert Repayment.objects.count() == 1
        sign_in(people[0]).post(address, typed | {"shared": "on"})
        other.refresh_from_db()
        assert other.repaid_fen == 10_000

    @pytest.mark.parametrize("day", [date(1920, 4, 14), date(2020, 4, 15)])
    def test_a_day_that_cannot_be(self, recovery, people, day):
        with pytest.raises(Refused, match="到账日期要在送银行（.*）到今天之间"):
            recoveries.record_repayment(
                recovery.public_id, people[0], amount_fen=1, paid_on=day, voucher="A1"
            )

    def test_money_for_one_that_was_replaced(self, recovery, people, paid, correct):
        correct(paid.plain, 30_000 * YUAN)
        with pytest.raises(Refused, match="已被更正，不再要求退还。已经收到的款"):
            recoveries.record_repayment(
                recovery.public_id, people[0], amount_fen=1, paid_on=TODAY, voucher="A1"
            )

    def test_waived_by_two_with_a_document(self, recovery, people):
        with pytest.raises(Refused, match="依据的文件"):
            recoveries.ask_waiver(recovery.public_id, people[0], " ")
        with pytest.raises(Refused, match="还没有人提出"):
            recoveries.agree_waiver(recovery.public_id, people[1])
        recoveries.ask_waiver(recovery.public_id, people[0], "会议纪要 1 号")
        with pytest.raises(Refused, match="由另一人同意"):
            recoveries.agree_waiver(recovery.public_id, people[0])
        recoveries.agree_waiver(recovery.public_id, people[1])
        recoveries.agree_waiver(recovery.public_id, people[1])
        recovery.refresh_from_db()
        assert (recovery.state, recovery.waived_by) == (RecoveryState.WAIVED, people[1])

    def test_not_agreed(self, recovery, people):
        recoveries.ask_waiver(recovery.public_id, people[0], "会议纪要 1 号")
        recoveries.refuse_waiver(recovery.public_id, people[1])
        recovery.refresh_from_db()
        assert (recovery.state, recovery.waived_document) == (RecoveryState.OPEN, "")

    def test_the_database_refuses_too(self, recovery, people):
        for change, name in (
            ({"repaid_fen": 1_000_001}, "recovery_amounts"),
            ({"state": "repaid"}, "repaid_in_full"),
            ({"state": "waived"}, "waived_by_document"),
            ({"waive_asked_by": people[0], "waived_by": people[0]}, "waiver_two_people"),
            ({"state": "notified"}, "notified_recovery_has_due_day"),
        ):
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                Recovery.objects.update(**change)
        recoveries.record_repayment(
            recovery.public_id, people[0], amount_fen=1, paid_on=TODAY, voucher="A1"
        )
        with pytest.raises(Exception, match="append_only"), transaction.atomic():
            Repayment.objects.update(amount_fen=2)

    def test_another_district(self, recovery):
        elsewhere = UserFactory(district=True, region=division("320413"))
        with pytest.raises(Refused, match="不在您负责的地区"):
            recoveries.notify_recovery(recovery.public_id, elsewhere, 10)
