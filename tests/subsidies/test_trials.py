"""What-if: the bill of a draft over everyone, in a transaction that cannot write."""

import hashlib
from datetime import date
from io import BytesIO

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from portal.outbox.models import Message
from portal.refused import Refused
from portal.runs.models import JobRun, RunState
from subsidies.enums import PolicyState, TrialState
from subsidies.models import Claim, ClaimStep, Decision, PolicyVersion, ScreeningRun, Trial
from subsidies.services import trials
from subsidies.services.trial_totals import Compared, TrialTotals
from tests.factories import MembershipFactory, UserFactory, division
from tests.factories.subsidies import publish_policies

pytestmark = pytest.mark.django_db
LEGAL_DATE = date(2020, 4, 1)


@pytest.fixture
def officer(db):
    return UserFactory(city=True)


@pytest.fixture
def screened(city, screen):
    for code in ("320402", "320404", "320411", "320412"):
        division(code)
    city.run = screen().screening
    return city


@pytest.fixture
def draft(screened, officer):
    """The policy in force with 60 % instead of 50 %, as a draft."""
    published = PolicyVersion.objects.get(policy_id="changzhou-2020-17")
    text = published.source_text.replace(
        "general_rate:\n    label: 返还比例\n    unit: share\n    values:\n"
        "      - {from: 2020-02-01, until_notice: true, value: 0.5,",
        "general_rate:\n    label: 返还比例\n    unit: share\n    values:\n"
        "      - {from: 2020-02-01, until_notice: true, value: 0.6,",
    ).replace(f'version: "{published.version}"', 'version: "trial-60"')
    assert text.count("value: 0.6,") == 1
    return PolicyVersion.objects.create(
        policy_id=published.policy_id,
        version="trial-60",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        title=published.title,
        document_number=published.document_number,
        region_code=published.region_code,
        source_text=text,
        effective_from=published.effective_from,
        state=PolicyState.DRAFT,
        author=officer,
    )


def run(officer, title="六成", **options):
    return trials.run_trial(trials.create_trial(officer, title, **options).pk)


def everything_paid():
    """Whatever a trial must leave alone."""
    return (
        list(Decision.objects.order_by("pk").values_list("pk", "content_sha256")),
        list(Claim.objects.order_by("pk").values_list("pk", "state", "amount_fen")),
        ClaimStep.objects.count(),
        ScreeningRun.objects.count(),
        Message.objects.count(),
        list(PolicyVersion.objects.order_by("pk").values_list("pk", "state", "sha256")),
    )


class TestTheBill:
    def test_a_draft_of_sixty_percent(self, screened, draft, officer):
        before = everything_paid()
        trial = run(officer, policy=draft)
        assert trial.state == TrialState.DONE
        granted = sum(
            Decision.objects.standing().filter(outcome="grant").values_list("amount_fen", flat=True)
        )
        whole = trial.totals["all"]
        assert whole["before_fen"] == granted
        assert whole["enterprises"] == screened.run.totals["enterprises"]
        row = trial.rows.get(enterprise=screened.plain)
        assert (row.before_fen, row.after_fen) == (3_000_000, 3_600_000)
        assert (row.before_outcome, row.after_outcome) == ("grant", "grant")
        # 1,580,245 fen × 50 % and × 60 %, half up.
        exact = trial.rows.get(enterprise=screened.on_limit)
        assert (exact.before_fen, exact.after_fen) == (790_123, 948_147)
        assert whole["after_fen"] - whole["before_fen"] == whole["winners_fen"]
        assert (whole["losers"], whole["losers_fen"]) == (0, 0)
        assert everything_paid() == before

    def test_every_dimension_adds_up_to_the_whole(self, screened, draft, officer):
        totals = run(officer, policy=draft).totals
        for dimension in ("district", "industry", "size"):
            cells = totals[f"by_{dimension}"].values()
            for key, whole in totals["all"].items():
                assert sum(cell[key] for cell in cells) == whole, (dimension, key)
        assert sum(count for *_, count in totals["moves"]) == totals["all"]["enterprises"]

    def test_another_local_figure_makes_losers(self, screened, officer):
        trial = run(officer, "补一个月", parameters={"hard_hit_months": "1"})
        row = trial.rows.get(enterprise=screened.hotel)
        assert (row.before_fen, row.after_fen) == (20 * 3 * 150_000, 20 * 150_000)
        assert trial.totals["all"]["losers"] == 1
        assert trial.totals["all"]["losers_fen"] == 20 * 2 * 150_000

    def test_a_figure_the_bureau_has_not_set_opens_what_was_in_review(self, screened, officer):
        trial = run(officer, parameters={"large_threshold": "0.055"})
        row = trial.rows.get(enterprise=screened.large)
        assert (row.before_outcome, row.before_fen) == ("review", 0)
        assert (row.after_outcome, row.after_fen) == ("grant", 75_000_000)


class TestNothingIsWritten:
    def test_the_database_itself_refuses(self, screened):
        with pytest.raises(InternalError, match="read-only transaction"), transaction.atomic():
            # The fixture's transaction is already open: the inner level is what is tested here.
            with connection.cursor() as cursor:
                cursor.execute("SAVEPOINT try; SET TRANSACTION READ ONLY")
            Claim.objects.update(amount_fen=1)

    @pytest.mark.django_db(transaction=True)
    def test_a_write_while_computing_fails_the_trial(self, screened, draft, officer, monkeypatch):
        """The computing is made to pay: PostgreSQL refuses, and the trial says it failed."""
        real = trials.compare

        def paying(*args):
            Claim.objects.update(amount_fen=1)
            return real(*args)

        before = everything_paid()
        monkeypatch.setattr(trials, "compare", paying)
        made = Trial.objects.create(
            title="六成", policy=draft, region=officer.region, base_year=2019,
            legal_date=LEGAL_DATE, created_by=officer,
        )  # fmt: skip
        with pytest.raises(InternalError, match="read-only transaction"):
            trials.run_trial(made.pk)
        made.refresh_from_db()
        assert made.state == TrialState.FAILED
        assert "read-only" in made.error
        assert not made.rows.exists()
        assert everything_paid() == before
        assert JobRun.objects.get(kind="trial").state == RunState.FAILED

    def test_twice_is_once(self, screened, draft, officer):
        trial = run(officer, policy=draft)
        rows = set(trial.rows.values_list("pk", flat=True))
        trials.run_trial(trial.pk)
        assert set(trial.rows.values_list("pk", flat=True)) == rows


class TestRefusals:
    def test_nothing_to_try(self, screened, officer):
        with pytest.raises(Refused, match="至少改一个参数"):
            trials.create_trial(officer, "空的")

    def test_no_name(self, screened, officer):
        with pytest.raises(Refused, match="起个名称"):
            trials.create_trial(officer, "  ", parameters={"hard_hit_months": "1"})

    @pytest.mark.parametrize("value", ["0", "4", "三个月", "1.5"])
    def test_a_figure_out_of_range(self, screened, officer, value):
        with pytest.raises(Refused, match="hard_hit_months"):
            trials.create_trial(officer, "月数", parameters={"hard_hit_months": value})
        assert not Trial.objects.exists()

    def test_a_figure_the_document_fixes(self, screened, officer):
        with pytest.raises(Refused, match="没有可由本地确定的参数“general_rate”"):
            trials.create_trial(officer, "比例", parameters={"general_rate": "0.6"})

    def test_a_policy_of_another_place(self, screened, officer):
        publish_policies("nanhe-2020-1")
        other = PolicyVersion.objects.get(policy_id="nanhe-2020-1")
        with pytest.raises(Refused, match="不适用于"):
            trials.create_trial(officer, "南和", policy=other)

    def test_others_do_not_start_one(self, screened, draft):
        with pytest.raises(Refused, match="区县或市级"):
            trials.create_trial(UserFactory(commissioner_role=True), "专员", policy=draft)


class TestPages:
    def test_from_the_form_to_the_workbook(self, screened, draft, officer, client):
        MembershipFactory(enterprise=screened.plain)
        client.force_login(officer)
        form = client.get(reverse("subsidies:trial_new")).content.decode()
        assert "试算，不产生任何发放" in form
        assert "受疫情影响较重企业返还月数" in form
        made = client.post(
            reverse("subsidies:trial_new"),
            {
                "title": "六成，当地金 2,000 元",
                "policy": draft.pk,
                "base_year": "2019",
                "legal_date": "2020-04-01",
                "parameter-benefit_monthly_fen": "2000",
            },
        )
        trial = Trial.objects.get()
        assert made.url == reverse("subsidies:trial", args=[trial.public_id])
        assert trial.parameters == {"benefit_monthly_fen": "200000"}
        waiting = client.get(made.url).content.decode()
        assert "可以离开这一页" in waiting
        trial = trials.run_trial(trial.pk)
        page = client.get(made.url).content.decode()
        assert "试算，不产生任何发放" in page
        assert "2,000.00 元" in page
        assert "36,000.00" in page
        assert client.get(reverse("subsidies:trial_progress", args=[trial.public_id]))["HX-Refresh"]
        file = client.get(reverse("subsidies:trial_file", args=[trial.public_id]))
        book = load_workbook(BytesIO(file.content))
        assert book.sheetnames == ["按地区", "按行业", "按规模", "企业名单"]
        names = [row[0].value for row in book["企业名单"].iter_rows(min_row=5)]
        assert len(names) == trial.totals["all"]["enterprises"]
        total = book["按地区"]["E4"].value, book["按地区"]["F4"].value
        assert trial.totals["all"]["after_count"] == total[0]
        assert "试算，不产生任何发放" in book["企业名单"]["A2"].value

    def test_a_wrong_figure_stays_in_the_form(self, screened, officer, client):
        client.force_login(officer)
        answer = client.post(
            reverse("subsidies:trial_new"),
            {"title": "月数", "base_year": "2019", "legal_date": "2020-04-01",
             "parameter-hard_hit_months": "7"},
        )  # fmt: skip
        assert answer.status_code == 422
        assert "超出范围，应在 1 个月 到 3 个月 之间" in answer.content.decode()
        assert not Trial.objects.exists()

    def test_another_region_sees_none_of_it(self, screened, draft, officer, client):
        trial = run(officer, policy=draft)
        client.force_login(UserFactory(district=True))
        for name in ("trial", "trial_progress", "trial_file"):
            assert (
                client.get(reverse(f"subsidies:{name}", args=[trial.public_id])).status_code == 404
            )
        assert "六成" not in client.get(reverse("subsidies:trials")).content.decode()

    def test_queries_do_not_grow(self, screened, draft, officer, client):
        client.force_login(officer)
        run(officer, policy=draft)
        client.get(reverse("subsidies:trials"))
        with CaptureQueriesContext(connection) as one:
            client.get(reverse("subsidies:trials"))
        for number in range(3):
            run(officer, f"第 {number} 次", policy=draft)
        with CaptureQueriesContext(connection) as many:
            client.get(reverse("subsidies:trials"))
        assert len(many) == len(one)


def test_totals_of_unknown_places_are_kept_apart():
    totals = TrialTotals()
    totals.add_all(
        [
            Compared(1, "320404001", "C13", "small", "grant", 100, "deny", 0),
            Compared(2, None, None, None, "review", 0, "grant", 70),
        ]
    )
    found = totals.as_json()
    assert set(found["by_district"]) == {"", "320404"}
    assert set(found["by_industry"]) == {"", "C"}
    assert (found["all"]["winners_fen"], found["all"]["losers_fen"]) == (70, 100)
    assert found["moves"] == [["grant", "deny", 1], ["review", "grant", 1]]
