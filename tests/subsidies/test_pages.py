"""The pages: who sees what, what stands on them, how many queries they take."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from subsidies.enums import ClaimState
from subsidies.models import Claim, ClaimBatch, Decision, Objection, PublicNotice, ScreeningRun
from subsidies.services import claims as service
from subsidies.services import notices
from tests.factories import (
    AssignmentFactory,
    EnterpriseFactory,
    MembershipFactory,
    UserFactory,
    division,
)
from tests.factories.subsidies import insure

pytestmark = pytest.mark.django_db


def text(response):
    """The page without its tags' line breaks."""
    return " ".join(response.content.decode().split())


@pytest.fixture
def screened(city, screen):
    """A finished run of the worked cases."""
    for code in ("320402", "320404", "320411", "320412"):
        division(code)
    city.run = screen().screening
    return city


@pytest.fixture
def officer(db):
    return UserFactory(city=True)


@pytest.fixture
def shown(screened, officer):
    """A running notice of all five grants."""
    ids = list(Claim.objects.values_list("public_id", flat=True))
    batch = service.first_review(ids, UserFactory(city=True))
    service.second_review(batch.public_id, officer, sampled=True)
    return notices.publish_notice(ids, officer, 5)


def leading(enterprise):
    return Decision.objects.leading().standing().get(enterprise=enterprise)


class TestRun:
    def url(self, screened, query=""):
        return reverse("subsidies:run", args=[screened.run.public_id]) + query

    def test_says_the_year_and_the_documents(self, screened, sign_in, officer):
        page = text(sign_in(officer).get(self.url(screened)))
        assert "2019 年度，按 2020 年文件（法定日期 2020-04-01）" in page
        assert "常人社发〔2020〕17号" in page
        assert "缺 1 条缴费记录" in page

    def test_rows_and_near_misses(self, screened, sign_in, officer):
        page = text(sign_in(officer).get(self.url(screened)))
        assert "200 → 189" in page
        assert "正好等于上限，符合" in page
        assert "7,901.23" in page
        assert "少减 1 人即符合" in page
        assert "50 → 不详" in page
        assert "文件没有规定" in page

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("?outcome=deny", {"over", "thirty_one"}),
            ("?outcome=deny&near=on", {"over"}),
            ("?outcome=review", {"large", "no_december"}),
            ("?region=320404", {"thirty", "thirty_one"}),
            ("?size=large", {"large"}),
            ("?industry=H", {"hotel"}),
            ("?outcome=nonsense&region=9", None),
        ],
    )
    def test_filters(self, screened, sign_in, officer, query, names):
        response = sign_in(officer).get(self.url(screened, query))
        shown = {row.decision.enterprise for row in response.context["rows"]}
        everyone = {getattr(screened, n) for n in vars(screened) if n != "run"}
        assert shown == (everyone if names is None else {getattr(screened, n) for n in names})

    def test_search_by_name_and_code(self, screened, sign_in, officer):
        client = sign_in(officer)
        for words in (screened.plain.name, screened.plain.credit_code.lower()):
            response = client.get(self.url(screened), {"q": words})
            assert [r.decision.enterprise for r in response.context["rows"]] == [screened.plain]
        assert "没有符合的企业" in text(client.get(self.url(screened), {"q": "没有这家"}))

    def test_a_district_sees_its_own(self, screened, sign_in):
        wujin = UserFactory(district=True)
        response = sign_in(wujin).get(self.url(screened))
        regions = {row.decision.enterprise.region_id for row in response.context["rows"]}
        assert regions == {"320412"}
        assert response.context["tabs"][0].count == 4

    def test_queries_do_not_grow_with_rows(
        self, screened, sign_in, officer, screen, django_assert_max_num_queries
    ):
        client = sign_in(officer)
        with CaptureQueriesContext(connection) as few:
            client.get(self.url(screened))
        for _ in range(12):
            insure(EnterpriseFactory(size_class="small"), 50, 50, 90_000, 60_000)
        run = screen(again=True).screening
        with django_assert_max_num_queries(len(few)):
            response = client.get(reverse("subsidies:run", args=[run.public_id]))
        assert len(response.context["rows"]) == 20
        assert len(few) <= 33  # the counts of the menu among them

    def test_workbook_has_real_types(self, screened, sign_in, officer):
        screened.on_limit.name = "=SUM(A1)企业"
        screened.on_limit.save()
        url = reverse("subsidies:run_workbook", args=[screened.run.public_id])
        response = sign_in(officer).get(url, {"outcome": "grant"})
        sheet = load_workbook(BytesIO(response.content)).active
        rows = {row[0].value: row for row in sheet.iter_rows(min_row=5)}
        line = rows["=SUM(A1)企业"]
        assert line[0].data_type == "s"
        assert (line[5].value, line[6].value) == (200, 189)
        assert line[7].value == pytest.approx(0.055)
        assert line[7].number_format.endswith("%")
        assert float(line[12].value) == 7901.23
        assert line[13].is_date
        assert len(rows) == 5
        assert sheet["A4"].value == "合计"
        assert sheet.freeze_panes == "B5"


class TestAccess:
    @pytest.mark.parametrize("role", ["district", "commissioner_role"])
    def test_a_decision_of_another_district_does_not_exist(self, screened, sign_in, role):
        url = reverse("subsidies:decision", args=[leading(screened.thirty).public_id])
        assert sign_in(UserFactory(**{role: True})).get(url).status_code == 404

    def test_an_enterprise_does_not_see_anothers_decision(self, screened, sign_in):
        member = MembershipFactory(enterprise=screened.plain).user
        other = leading(screened.over).public_id
        client = sign_in(member)
        for name in ("policy_decision", "policy_objection"):
            assert client.get(reverse(f"enterprises:{name}", args=[other])).status_code == 404
        assert client.get(reverse("subsidies:runs")).status_code == 404

    def test_the_auditor_reads_and_has_no_buttons(self, screened, sign_in):
        client = sign_in(UserFactory(auditor=True))
        page = text(client.get(reverse("subsidies:reviews")))
        assert "初审通过勾选的" not in page
        decision = client.get(
            reverse("subsidies:decision", args=[leading(screened.plain).public_id])
        )
        assert "退回这一户" not in text(decision)
        ids = list(Claim.objects.values_list("public_id", flat=True))
        url = reverse("subsidies:first_review")
        assert client.post(url, {"scope": "ticked", "claims": ids}).status_code == 404
        assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.SCREENED}

    def test_a_batch_of_another_district_does_not_exist(self, screened, sign_in):
        wujin = UserFactory(district=True)
        ids = Claim.objects.visible_to(wujin).values_list("public_id", flat=True)
        batch = service.first_review(list(ids), wujin)
        other = UserFactory(district=True, region=division("320404"))
        client = sign_in(other)
        assert client.get(reverse("subsidies:batch", args=[batch.public_id])).status_code == 404
        url = reverse("subsidies:second_review", args=[batch.public_id])
        assert client.post(url, {"sampled": "on"}).status_code == 404
        assert ClaimBatch.objects.get().second_reviewer is None


class TestReviewPages:
    def test_from_the_queue_to_the_notice(self, screened, sign_in, officer):
        """Two people through the forms; the list published is the public page."""
        first = UserFactory(city=True)
        client = sign_in(first)
        queue = client.get(reverse("subsidies:reviews"))
        assert "等初审：5 户" in text(queue)
        data = {"scope": "all", "year": 2019, "shown_count": 5}
        stale = client.post(
            reverse("subsidies:first_review"), {**data, "shown_fen": 1}, follow=True
        )
        assert "名单有变化" in text(stale)
        fen = queue.context["queue_fen"]
        done = client.post(
            reverse("subsidies:first_review"), {**data, "shown_fen": fen}, follow=True
        )
        assert "编为第 1 批" in text(done)
        assert "您已初审，要由另一人复核" in text(done)
        batch = ClaimBatch.objects.get()
        own = client.get(reverse("subsidies:batch", args=[batch.public_id]))
        assert "复核通过</button>" not in text(own)

        client.force_login(officer)
        url = reverse("subsidies:second_review", args=[batch.public_id])
        assert "请先抽查" in text(client.post(url, {}, follow=True))
        sample = client.get(reverse("subsidies:batch", args=[batch.public_id]) + "?sample=1")
        assert len(sample.context["rows"]) == 5
        assert "复核通过。下一步公示" in text(client.post(url, {"sampled": "on"}, follow=True))
        form = client.get(reverse("subsidies:notices")).context["form"]
        chosen = [value for value, _ in form.fields["batches"].choices]
        stale = client.post(
            reverse("subsidies:publish"), {"batches": "x:1:1", "working_days": 5}, follow=True
        )
        assert "名单有变化" in text(stale)
        client.post(reverse("subsidies:publish"), {"batches": chosen, "working_days": 5})
        notice = PublicNotice.objects.get()
        client.logout()
        public = text(client.get(reverse("notices:detail", args=[notice.public_id])))
        assert screened.on_limit.name in public
        assert "7,901.23" in public
        assert screened.on_limit.credit_code not in public
        assert "9132************" in public

    def test_ticked_ones_only(self, screened, sign_in, officer):
        one = Claim.objects.get(enterprise=screened.plain)
        sign_in(officer).post(
            reverse("subsidies:first_review"),
            {"scope": "ticked", "claims": [one.public_id], "shown_count": 5, "shown_fen": 1},
        )
        assert Claim.objects.filter(state=ClaimState.FIRST_REVIEWED).get() == one

    def test_a_return_needs_a_reason(self, screened, sign_in, officer):
        claim = Claim.objects.get(enterprise=screened.plain)
        url = reverse("subsidies:claim_act", args=[claim.public_id, "return"])
        assert "请写明理由" in text(sign_in(officer).post(url, {"reason": ""}, follow=True))
        claim.refresh_from_db()
        assert claim.state == ClaimState.SCREENED


class TestMyPolicies:
    def page(self, sign_in, enterprise):
        member = MembershipFactory(enterprise=enterprise).user
        return text(sign_in(member).get(reverse("enterprises:policies")))

    def test_granted(self, screened, sign_in):
        AssignmentFactory(enterprise=screened.plain)
        page = self.page(sign_in, screened.plain)
        assert "为什么能得" in page
        assert "30,000.00" in page
        assert "减少 6 人 ÷ 年初 120 人" in page
        assert "单位缴纳 36,000.00 元 ＋ 职工缴纳 24,000.00 元" in page
        assert "四舍五入到分" in page
        assert "您的服务专员" in page

    def test_refused_says_the_clause_and_the_gap(self, screened, sign_in):
        page = self.page(sign_in, screened.over)
        assert "为什么不能得" in page
        assert "6.0%" in page
        assert "不高于 5.5%" in page
        assert "年末参保人数比要求少 1 人" in page

    def test_near_miss_brings_more_or_is_not_shown(self, screened, sign_in):
        page = self.page(sign_in, screened.plain)
        assert "差一个条件" in page
        assert "1,026,000.00" in page
        assert "“失业保险稳岗返还（一般企业）”不再发放" in page

    def test_open_case_is_no_refusal(self, screened, sign_in):
        page = self.page(sign_in, screened.no_december)
        assert "不是拒绝" in page
        assert "缺少“年末参保人数”" in page

    def test_exclusive(self, screened, sign_in):
        page = self.page(sign_in, screened.difficult)
        assert "720,000.00" in page
        assert "不重复享受" in page

    def test_without_records(self, screened, sign_in):
        assert "还没有筛查结果" in self.page(sign_in, EnterpriseFactory())

    def test_queries(self, shown, screened, sign_in, django_assert_max_num_queries):
        member = MembershipFactory(enterprise=screened.plain).user
        client = sign_in(member)
        with django_assert_max_num_queries(22):
            page = text(client.get(reverse("enterprises:policies")))
        assert "公示期内可以提出异议" in page

    def test_objection_reaches_staff(self, screened, sign_in):
        member = MembershipFactory(enterprise=screened.over).user
        url = reverse("enterprises:policy_objection", args=[leading(screened.over).public_id])
        client = sign_in(member)
        wrong = client.post(url, {"name": "甲", "phone": "12", "body": "漏报"})
        assert wrong.status_code == 400
        assert "电话号码不对" in text(wrong)
        client.post(url, {"name": "甲", "phone": "13800000000", "body": "漏报 12 人"})
        objection = Objection.objects.get()
        wujin = UserFactory(district=True)
        client.force_login(wujin)
        assert "漏报 12 人" in text(client.get(reverse("subsidies:notices")))
        page = text(client.get(reverse("subsidies:objection", args=[objection.public_id])))
        assert "138****0000" in page
        assert "13800000000" not in page
        client.post(
            reverse("subsidies:objection", args=[objection.public_id]),
            {"upheld": "no", "answer": "已核对，无误。"},
        )
        client.force_login(member)
        assert "已核对，无误。" in text(client.get(reverse("enterprises:policies")))

    def test_printed_decision(self, screened, sign_in):
        member = MembershipFactory(enterprise=screened.plain).user
        one = leading(screened.plain)
        url = reverse("enterprises:policy_decision", args=[one.public_id])
        page = text(sign_in(member).get(url))
        assert "审核决定书" in page
        assert one.check_code in page
        assert one.policy.sha256 in page


class TestPublic:
    def test_policies_in_plain_words(self, screened, client):
        page = text(client.get(reverse("policies:list")))
        assert "失业保险稳岗返还（一般企业）" in page
        assert "免申即享" in page
        assert "锦州" not in page
        detail = text(client.get(reverse("policies:detail", args=["changzhou-2020-17"])))
        assert "2019 年度 5.5%" in detail
        assert "1,500.00 元" in detail
        assert "文件没有写明的，这样办" in detail
        assert client.get(reverse("policies:detail", args=["jinzhou-2020"])).status_code == 404

    def test_notice_search_and_print(self, shown, screened, client, django_assert_max_num_queries):
        url = reverse("notices:detail", args=[shown.public_id])
        found = text(client.get(url, {"q": screened.on_limit.name}))
        assert screened.on_limit.name in found
        assert screened.plain.name not in found
        with django_assert_max_num_queries(4):
            whole = text(client.get(url, {"all": "1"}))
        assert shown.check_code in whole
        assert "拟向下列 5 家企业" in whole

    def test_a_withdrawn_list_is_gone(self, shown, officer, client, screened):
        notices.withdraw_notice(shown.public_id, officer, "名单有误")
        page = text(client.get(reverse("notices:detail", args=[shown.public_id])))
        assert "名单有误" in page
        assert screened.plain.name not in page
        url = reverse("notices:objection", args=[shown.public_id])
        assert client.get(url).status_code == 404

    def test_anyone_may_object(self, shown, client):
        url = reverse("notices:objection", args=[shown.public_id])
        data = {"name": "测试丁", "phone": "0519-85588919", "body": "第 2 号已停产"}
        missing = client.post(url, {**data, "entry_number": 99})
        assert "名单里没有第 99 号" in text(missing)
        done = client.post(url, {**data, "entry_number": 2}, follow=True)
        assert "异议已收到" in text(done)
        objection = Objection.objects.get()
        assert objection.claim.public_id == shown.entries[1]["claim"]
        assert objection.created_by is None

    def test_lists_when_empty(self, db, client):
        assert "现在没有公示" in text(client.get(reverse("notices:list")))
        assert "还没有发布政策" in text(client.get(reverse("policies:list")))


def test_command_says_what_came_out(city, capsys):
    """The shell's way: outcome by outcome; a second time nothing changes."""
    from django.core.management import call_command

    call_command("screen_refunds")
    out = capsys.readouterr().out
    assert "2019 年度，按 2020 年文件（法定日期 2020-04-01）" in out
    assert "予以返还：5 户" in out
    call_command("screen_refunds", "--again")
    assert "与上次相同，没有变化" in capsys.readouterr().out
    assert ScreeningRun.objects.count() == 1


def test_task_is_safe_twice(city):
    from subsidies.tasks import conclude_notices, screen_refunds

    assert screen_refunds() == screen_refunds()
    assert conclude_notices() == {}
    assert ScreeningRun.objects.count() == 1
