"""Pages of accounts, payments, recoveries and budgets: who sees what, what stands on them."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts.models import Reveal
from portal.workbench.money import money_funnel
from subsidies.enums import ClaimState
from subsidies.models import Budget, Claim, PayeeAccount, PaymentBatch, Recovery
from subsidies.services import payments, settlement
from tests.factories import JobSeekerFactory, MembershipFactory, UserFactory, division
from tests.factories.applications import apply_for, number
from tests.factories.subsidies import publish_policies

from .conftest import ids

pytestmark = pytest.mark.django_db
TODAY = date(2020, 4, 14)
NUMBER = "6222000011112222"


def text(response):
    """The page without its line breaks."""
    return " ".join(response.content.decode().split())


@pytest.fixture
def sign_in(db):
    """sign_in(user) → a browser of their own, so that two people can act in turn."""

    def enter(user):
        client = Client()
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def sent(payable, people):
    """A batch of all five at the bank. → PaymentBatch"""
    batch = payments.prepare_batch(ids(ClaimState.APPROVED), people[0])
    return payments.send_batch(batch.public_id, people[1], batch.list_sha256)


@pytest.fixture
def recovery(sent, people, payable, correct):
    settlement.record_paid(sent.public_id, people[0], TODAY)
    correct(payable.plain, 2_000_000)
    return Recovery.objects.get()


class TestOwnAccount:
    def test_wanted_confirmed_and_masked(self, approved, sign_in):
        member = MembershipFactory(enterprise=approved.plain).user
        client = sign_in(member)
        assert "30,000.00 元已经批准，等您确认收款账户" in text(
            client.get(reverse("enterprises:policies"))
        )
        wrong = {"holder": "别人", "bank": "测试银行常州分行", "number": NUMBER}
        refused = client.post(reverse("enterprises:payee"), wrong)
        assert refused.status_code == 400
        assert "户名要和单位名称一致" in text(refused)
        good = wrong | {"holder": approved.plain.name}
        assert client.post(reverse("enterprises:payee"), good).status_code == 302
        page = text(client.get(reverse("enterprises:payee")))
        assert NUMBER not in page
        assert "************2222" in page
        assert "等您确认收款账户" not in text(client.get(reverse("enterprises:policies")))

    def test_staff_see_it_masked_and_ask_with_a_reason(self, payable, sign_in, people):
        account = PayeeAccount.objects.get(enterprise=payable.plain)
        client = sign_in(people[0])
        claim = Claim.objects.get(enterprise=payable.plain)
        page = text(client.get(reverse("subsidies:decision", args=[claim.decision.public_id])))
        address = reverse("accounts:reveal", args=["payee", account.public_id, "number"])
        assert address in page
        assert account.number not in page
        assert account.number in text(client.post(address, {"reason": "银行退回核对账号"}))
        assert Reveal.objects.get().subject_kind == "payee"
        elsewhere = UserFactory(district=True, region=division("320413"))
        assert sign_in(elsewhere).get(address).status_code == 404

    def test_told_of_a_return(self, sent, people, payable, sign_in):
        payment = sent.payments.get(claim__enterprise=payable.plain)
        settlement.record_returned(sent.public_id, people[0], TODAY, {payment.public_id: "销户"})
        client = sign_in(payable.plain.memberships.get().user)
        page = text(client.get(reverse("enterprises:payee")))
        assert "30,000.00 元被银行退回" in page
        assert "销户" in page


class TestPersonsAccount:
    def test_only_ones_own_card(self, db, sign_in):
        publish_policies("changzhou-2020-17")
        seeker = JobSeekerFactory(identity_number=number(7))
        declared = {"certificate": True, "catalogue_standard_fen": 123_457}
        skill = "changzhou-2020-17/skill-catalogue"
        apply_for(seeker.user, skill, [(seeker.name, number(7), declared)])
        client = sign_in(seeker.user)
        address = reverse("applications:account")
        values = {"holder": "别人", "bank": "测试银行常州分行", "number": "6222000011112228"}
        assert "本人的姓名" in text(client.post(address, values))
        typo = values | {"holder": seeker.name, "number": "6222000011112220"}
        assert "可能有一位填错了" in text(client.post(address, typo))
        assert not PayeeAccount.objects.exists()
        card = next(
            tried
            for tried in (f"622200001111222{digit}" for digit in range(10))
            if client.post(address, typo | {"number": tried}).status_code == 302
        )
        page = text(client.get(address))
        assert card not in page
        assert PayeeAccount.objects.get().user == seeker.user


class TestPayments:
    def test_from_list_to_bank(self, payable, people, sign_in):
        first, second = sign_in(people[0]), sign_in(people[1])
        page = first.get(reverse("subsidies:payments"))
        assert "可以发放：5 笔" in text(page)
        shown = {
            "scope": "all",
            "shown_count": "5",
            "shown_fen": str(page.context["payable"].ready_fen),
        }
        stale = first.post(reverse("subsidies:payment_prepare"), shown | {"shown_count": "4"})
        assert stale.status_code == 302
        assert not PaymentBatch.objects.exists()
        first.post(reverse("subsidies:payment_prepare"), shown)
        batch = PaymentBatch.objects.get()
        address = reverse("subsidies:payment_batch", args=[batch.public_id])
        mine = text(first.get(address))
        assert "要由另一人核对后送银行" in mine
        theirs = text(second.get(address))
        assert batch.list_sha256 in theirs
        assert "已核对，记为送银行" in theirs
        accounts = PayeeAccount.objects.all()
        assert not [one.number for one in accounts if one.number in theirs]
        assert f"{batch}等您核对" in text(second.get(reverse("subsidies:payments")))
        second.post(
            reverse("subsidies:payment_send", args=[batch.public_id]), {"seen": batch.list_sha256}
        )
        batch.refresh_from_db()
        assert batch.sent_by == people[1]

    def test_the_file_wants_a_reason_and_is_logged(self, sent, people, sign_in):
        client = sign_in(people[0])
        address = reverse("subsidies:payment_file", args=[sent.public_id])
        assert client.post(address, {"reason": ""}).status_code == 302
        response = client.post(address, {"reason": "送银行发放"})
        assert response.content[:2] == b"PK"
        assert "no-store" in response["Cache-Control"]
        page = text(client.get(reverse("subsidies:payment_batch", args=[sent.public_id])))
        assert "送银行发放" in page
        auditor = sign_in(UserFactory(auditor=True))
        assert auditor.post(address, {"reason": "送银行发放"}).status_code == 404

    def test_lines_are_settled_by_hand(self, sent, people, sign_in):
        client = sign_in(people[0])
        address = reverse("subsidies:payment_settle", args=[sent.public_id])
        one, two, *_ = sent.payments.order_by("number")
        day = {"day": TODAY.isoformat()}
        client.post(address, day | {"scope": "returned", "payments": [one.public_id]})
        one.refresh_from_db()
        assert one.state == "sent"
        client.post(
            address, day | {"scope": "returned", "payments": [one.public_id], "reason": "销户"}
        )
        client.post(address, day | {"scope": "paid", "payments": [two.public_id]})
        client.post(address, day | {"scope": "paid"})
        assert sent.payments.filter(state="sent").count() == 3
        client.post(address, day | {"scope": "all"})
        states = sorted(sent.payments.values_list("state", flat=True))
        assert states == ["paid"] * 4 + ["returned"]

    def test_bad_lines_of_the_bank_are_shown(self, sent, people, sign_in):
        client = sign_in(people[0])
        one, two = (f"{p.amount_fen / 100:.2f}" for p in sent.payments.order_by("number")[:2])
        lines = ["序号,金额,结果,原因", f"1,{one},成功,", "9,1,成功,", f"2,{two},失败,"]
        content = "\n".join(lines).encode()
        response = client.post(
            reverse("subsidies:payment_answer", args=[sent.public_id]),
            {"file": SimpleUploadedFile("回盘.csv", content), "day": TODAY.isoformat()},
        )
        assert response.status_code == 400
        page = text(response)
        assert "2 行不对，整个文件没有登记" in page
        assert "第 3 行" in page
        assert "序号 9 不在这一批里" in page
        assert "退回的要写退回原因" in page
        assert sent.payments.filter(state="sent").count() == 5

    def test_another_district_and_onlookers(self, sent, sign_in):
        elsewhere = sign_in(UserFactory(district=True, region=division("320413")))
        address = reverse("subsidies:payment_batch", args=[sent.public_id])
        assert elsewhere.get(address).status_code == 404
        auditor = sign_in(UserFactory(auditor=True))
        page = text(auditor.get(address))
        assert "登记结果" not in page
        assert "下载发放表" not in page

    def test_queries_do_not_grow(self, payable, people, sign_in, django_assert_max_num_queries):
        client = sign_in(people[0])
        address = reverse("subsidies:payments")
        client.get(address)
        some = ids(ClaimState.APPROVED)
        payments.prepare_batch(some[:1], people[0])
        with CaptureQueriesContext(connection) as few:
            client.get(address)
        for one in some[1:3]:
            payments.prepare_batch([one], people[0])
        with django_assert_max_num_queries(len(few)):
            client.get(address)

    def test_queries_of_a_batch(self, payable, people, sign_in, django_assert_max_num_queries):
        one, *rest = ids(ClaimState.APPROVED)
        small = payments.prepare_batch([one], people[0])
        large = payments.prepare_batch(rest, people[0])
        client = sign_in(people[1])
        client.get(reverse("subsidies:payment_batch", args=[small.public_id]))
        with CaptureQueriesContext(connection) as few:
            client.get(reverse("subsidies:payment_batch", args=[small.public_id]))
        with django_assert_max_num_queries(len(few)):
            client.get(reverse("subsidies:payment_batch", args=[large.public_id]))


class TestRecoveries:
    def test_from_notice_to_repayment(self, recovery, people, sign_in, payable):
        client = sign_in(people[0])
        act = ["subsidies:recovery_act", recovery.public_id]
        letter = reverse("subsidies:recovery_letter", args=[recovery.public_id])
        assert client.get(letter).status_code == 404
        client.post(reverse(act[0], args=[act[1], "notify"]), {"working_days": "10"})
        page = text(client.get(letter))
        assert "退还补贴资金通知书" in page
        assert "10,000.00 元" in page
        assert payable.plain.credit_code in page
        values = {"amount_fen": "4,000.00", "paid_on": "2020-04-14", "voucher": "A1"}
        client.post(reverse(act[0], args=[act[1], "repay"]), values)
        client.post(reverse(act[0], args=[act[1], "repay"]), values | {"amount_fen": "多少"})
        page = text(client.get(reverse("subsidies:recovery", args=[recovery.public_id])))
        assert "6,000.00" in page
        recovery.refresh_from_db()
        assert recovery.repaid_fen == 400_000
        own = text(
            sign_in(payable.plain.memberships.get().user).get(reverse("enterprises:policies"))
        )
        assert "退还 6,000.00 元" in own

    def test_waived_by_two(self, recovery, people, sign_in):
        address = reverse("subsidies:recovery_act", args=[recovery.public_id, "waive"])
        sign_in(people[0]).post(address, {"document": "会议纪要 1 号"})
        page = reverse("subsidies:recovery", args=[recovery.public_id])
        assert "同意不再追回" not in text(sign_in(people[0]).get(page))
        assert "同意不再追回" in text(sign_in(people[1]).get(page))
        sign_in(people[1]).post(
            reverse("subsidies:recovery_act", args=[recovery.public_id, "agree"])
        )
        recovery.refresh_from_db()
        assert recovery.state == "waived"

    def test_the_list_and_its_filters(self, recovery, people, sign_in, clock):
        client = sign_in(people[0])
        assert "还要退还 10,000.00 元" in text(client.get(reverse("subsidies:recoveries")))
        listed = client.get(reverse("subsidies:recoveries"), {"state": "overdue"})
        assert list(listed.context["page"]) == []
        Recovery.objects.update(
            state="notified", due_on=date(2020, 4, 13), notified_at="2020-04-01T00:00:00Z"
        )
        listed = client.get(reverse("subsidies:recoveries"), {"state": "overdue"})
        assert list(listed.context["page"]) == [recovery]
        elsewhere = sign_in(UserFactory(district=True, region=division("320413")))
        page = reverse("subsidies:recovery", args=[recovery.public_id])
        assert elsewhere.get(page).status_code == 404

    def test_the_whole_life_stands_on_the_decision(self, recovery, people, sign_in):
        page = text(
            sign_in(people[0]).get(
                reverse("subsidies:decision", args=[recovery.claim.decision.public_id])
            )
        )
        assert "补发和追回" in page
        assert "现在实得 30,000.00 元" in page
        assert reverse("subsidies:recovery", args=[recovery.public_id]) in page
        assert "这项决定已被更正" in page
        newer = text(
            sign_in(people[0]).get(
                reverse("subsidies:decision", args=[recovery.decision.public_id])
            )
        )
        assert "这项决定更正了" in newer


class TestBudgetPages:
    def test_proposed_approved_and_compared(self, city, screen, people, sign_in):
        screen()
        values = {
            "region": "3204",
            "base_year": "2019",
            "group": "refund",
            "amount_fen": "1,000.00",
            "document": "常财社〔2020〕1号",
        }
        first, second = sign_in(people[0]), sign_in(people[1])
        assert first.post(reverse("subsidies:budgets"), values).status_code == 302
        budget = Budget.objects.get()
        act = reverse("subsidies:budget_act", args=[budget.pk, "approve"])
        assert "要由另一人批准" in text(first.get(reverse("subsidies:budgets")))
        second.post(act)
        page = second.get(reverse("subsidies:budgets"))
        (row,) = page.context["rows"]
        assert row["count"] == 5
        assert row["left_fen"] < 0
        district = sign_in(UserFactory(district=True))
        assert district.post(reverse("subsidies:budgets"), values).status_code == 404

    def test_a_held_run_says_so_and_is_released(self, city, screen, people, sign_in):
        budget = Budget.objects.create(
            region=division("3204"),
            base_year=2019,
            exclusivity_group="refund",
            amount_fen=100_000,
            document="文件",
            author=people[0],
            approver=people[1],
            approved_at="2020-01-01T00:00:00Z",
        )
        run = screen().screening
        client = sign_in(people[0])
        address = reverse("subsidies:run", args=[run.public_id])
        page = text(client.get(address))
        assert "超出预算，等待决定" in page
        assert "预算 1,000.00 元" in page
        assert "按文件放行" in page
        assert "按文件放行" not in text(sign_in(UserFactory(auditor=True)).get(address))
        assert "超出预算" in text(client.get(reverse("subsidies:reviews")))
        release = reverse("subsidies:release_run", args=[run.public_id])
        # Another city's run is none of theirs: not found, as everything one may not see.
        elsewhere = sign_in(UserFactory(city=True, region=division("2107")))
        assert elsewhere.post(release, {"document": "会议纪要 3 号"}).status_code == 404
        client = sign_in(people[0])
        client.post(release, {"document": "会议纪要 3 号"})
        assert "会议纪要 3 号" in text(client.get(address))
        assert budget.amount_fen == 100_000

    def test_no_budget_is_said(self, city, screen, people, sign_in):
        run = screen().screening
        page = text(sign_in(people[0]).get(reverse("subsidies:run", args=[run.public_id])))
        assert "这次筛查没有核对预算" in page


def test_the_funnel_counts_what_was_paid(sent, people):
    at_the_bank = money_funnel(people[0]).steps
    assert [step.count for step in at_the_bank] == [5, 5, 5, 5, 5, 0]
    settlement.record_paid(
        sent.public_id, people[0], TODAY, [sent.payments.get(number=1).public_id]
    )
    last = money_funnel(people[0]).steps[-1]
    assert (last.label, last.count) == ("已发放", 1)
    assert last.fen == sent.payments.get(number=1).amount_fen
