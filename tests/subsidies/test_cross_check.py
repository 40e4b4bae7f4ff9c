"""The second evaluator over real records: it agrees, or the run refuses and says where."""

import hashlib

import pytest
from django.db import connection
from django.urls import reverse

from portal.outbox.models import Message
from portal.refused import Refused
from portal.runs.models import JobRun
from portal.runs.services import describe
from subsidies.crosscheck import twins
from subsidies.models import Claim, Decision, ScreeningRun
from subsidies.services import cross_check
from subsidies.services import policy_drafts as drafts
from subsidies.services.bundles import Bench
from subsidies.services.cross_check import CrossCheckMismatch, compare
from subsidies.services.facts import COLUMNS, collect_facts
from subsidies.services.parameters import ParameterBook
from subsidies.services.policy_files import repository_files
from subsidies.services.publishing import versions_in_force
from subsidies.services.screening import KIND
from tests.factories import UserFactory, division
from tests.factories.subsidies import local_parameter, publish_policies

from .conftest import LEGAL_DATE
from .crosscheck.bench import fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def screened(city):
    """compare() over what the first evaluator says of the city's enterprises."""
    publish_policies("changzhou-2020-17", "jinzhou-2020")
    local_parameter("benefit_monthly_fen", "163333", "320411")

    def run(change=lambda results: results):
        versions, book = versions_in_force("3204", LEGAL_DATE), ParameterBook("3204", LEGAL_DATE)
        sheet = collect_facts(2019, "3204")
        results = {
            (bundle.enterprise_id, verdict.provision_id): (verdict.outcome, verdict.amount_fen)
            for bundle in Bench(versions, book, LEGAL_DATE).bundles(sheet)
            for verdict in bundle.verdicts
        }
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in sheet.rows]
        results = change(results)
        fill(rows, results.items(), [row["enterprise_id"] for row in rows])
        return results, compare(versions, book, 2019, LEGAL_DATE)

    return run


def broken(monkeypatch, old, new):
    """One figure in the SQL of one twin is another."""
    found = [twin for twin in twins.twins() if old in twin.sql]
    assert found
    altered = tuple(
        twins.Twin(twin.name, twin.sql.replace(old, new), twin.pattern) for twin in twins.twins()
    )
    monkeypatch.setattr(twins, "twins", lambda: altered)


def test_both_agree_and_what_was_compared_is_kept(screened):
    results, kept = screened()
    lines = "\n".join(
        f"{enterprise} {provision} {outcome} {fen}"
        for (enterprise, provision), (outcome, fen) in sorted(results.items())
    )
    assert {outcome for outcome, _ in results.values()} == {"grant", "deny", "review", "excluded"}
    assert kept == {
        "engine": cross_check.TWIN_ENGINE,
        "enterprises": 9,
        "decisions": 27,
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
    }


def test_another_figure_in_the_second_is_found_and_told(screened, city, monkeypatch):
    broken(monkeypatch, "* figure.rate", "* figure.rate / 2")
    with pytest.raises(CrossCheckMismatch) as refused:
        screened()
    text = str(refused.value)
    assert text.startswith("双重计算结果不一致：3 户企业 3 处。没有写入任何数据。")
    told = (
        f"{city.plain.name}，changzhou-2020-17/refund-general："
        "第一套“予以返还” 30,000.00 元，第二套“予以返还” 15,000.00 元。"
    )
    assert told in text


def test_a_case_that_only_one_of_them_has_is_a_difference(screened, city):
    key = (city.plain.pk, "changzhou-2020-17/refund-general")
    with pytest.raises(CrossCheckMismatch, match="第一套没有结果，第二套“予以返还”"):
        screened(lambda results: {k: v for k, v in results.items() if k != key})
    with pytest.raises(CrossCheckMismatch, match="第一套“予以返还” 1.00 元，第二套没有结果"):
        screened(lambda results: results | {(city.plain.pk, "other/refund"): ("grant", 100)})


def test_one_fen_is_a_difference(screened, city):
    key = (city.on_limit.pk, "changzhou-2020-17/refund-general")
    with pytest.raises(CrossCheckMismatch, match="7,901.24 元，第二套“予以返还” 7,901.23 元"):
        screened(lambda results: results | {key: ("grant", 790_124)})


def test_only_the_first_ten_are_told(screened, monkeypatch):
    broken(monkeypatch, "       false,\n", "       true,\n")
    with pytest.raises(CrossCheckMismatch) as refused:
        screened()
    assert "前 10 处" in str(refused.value)
    assert "\n10. " in str(refused.value)
    assert "\n11. " not in str(refused.value)


def test_without_a_twin_nothing_is_compared(screened, monkeypatch):
    monkeypatch.setattr(twins, "twins", lambda: ())
    with pytest.raises(CrossCheckMismatch, match="没有第二套计算，不能自动筛查"):
        screened()


def test_temp_tables_of_an_earlier_comparison_do_not_disturb(screened):
    assert screened()[1] == screened()[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM crosscheck_results")
        assert cursor.fetchone() == (27,)
    assert not Decision.objects.exists()


def test_a_draft_with_a_logic_nobody_wrote_twice_is_not_submitted():
    author = UserFactory(city=True)
    file = next(f for f in repository_files() if f.policy_id == "changzhou-2020-17")
    division("3204")
    text = file.source_text.replace("use: headcount_decline@1", "use: net_of_natural_loss@1")
    draft = drafts.create_draft(author, text, file.cases_text)
    faults = {f.key: f.text for f in drafts.check_draft(draft).faults}
    for key in ("refund-general", "refund-difficult", "refund-hard-hit"):
        assert "与第二套计算编写时不同" in faults[f"provisions.{key}"]
    with pytest.raises(Refused, match="不能自动筛查"):
        drafts.submit(draft, author)


def test_staff_read_why_a_run_refused(client):
    error = "双重计算结果不一致：1 户企业 1 处。没有写入任何数据。不一致之处：\n1. 某企业"
    JobRun.objects.create(
        kind=KIND, key="k", state="failed", error=describe(CrossCheckMismatch(error))
    )
    client.force_login(UserFactory(city=True))
    page = client.get(reverse("subsidies:runs")).content.decode()
    assert "的筛查没有做完，什么都没有写入。" in page
    assert f"原因：{error}".replace("\n", "<br>") in page
    assert "CrossCheckMismatch" not in page


def test_a_decision_says_that_it_was_computed_twice(client, city, screen):
    run = screen().screening
    run.cross_check = {"engine": "sql-1", "enterprises": 9, "decisions": 1027, "sha256": "0" * 64}
    run.save()
    one = run.decisions.filter(enterprise=city.plain).first()
    client.force_login(UserFactory(city=True))
    words = "9 户、1,027 条决定由两套各自编写的程序分别计算，结论和金额全部一致"
    decision = client.get(reverse("subsidies:decision", args=[one.public_id])).content.decode()
    assert f"双重计算核对：第 1 次筛查的 {words}" in decision
    page = client.get(reverse("subsidies:run", args=[run.public_id])).content.decode()
    assert "双重计算核对 1,027 条，全部一致" in page


def test_a_screening_keeps_what_was_compared(city, screen):
    run = screen().screening
    assert run.cross_check["decisions"] == Decision.objects.count() == 27
    city.plain.insurance_months.filter(month="2019-12-01").update(headcount=100)
    second = screen(again=True).screening
    # Only one enterprise is written anew; all are compared.
    assert (second.number, second.decisions.count()) == (2, 3)
    assert second.cross_check["decisions"] == 27
    assert second.cross_check["sha256"] != run.cross_check["sha256"]


def test_a_screening_that_does_not_agree_writes_nothing(city, screen, monkeypatch, client):
    broken(monkeypatch, "* figure.rate", "* figure.rate * 1.01")
    before = Message.objects.count()
    with pytest.raises(CrossCheckMismatch):
        screen()
    assert not ScreeningRun.objects.exists()
    assert not Decision.objects.exists()
    assert not Claim.objects.exists()
    assert Message.objects.count() == before
    job = JobRun.objects.get(kind=KIND)
    assert job.state == "failed"
    client.force_login(UserFactory(city=True))
    page = client.get(reverse("subsidies:runs")).content.decode()
    assert "原因：双重计算结果不一致：3 户企业 3 处。没有写入任何数据。" in page
    told = "第一套“予以返还” 30,000.00 元，第二套“予以返还” 30,300.00 元。"
    assert f"{city.plain.name}，changzhou-2020-17/refund-general：{told}" in page
    monkeypatch.undo()
    assert screen().changed
    assert Decision.objects.count() == 27
