"""manage.py decision replay: the same bytes again, whatever has changed since."""

import hashlib
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from subsidies.models import Decision, LocalParameter, ScreeningRun
from subsidies.services import replay as service
from subsidies.services.replay import replay, replay_all
from tests.factories.subsidies import local_parameter

pytestmark = pytest.mark.django_db

GENERAL = "changzhou-2020-17/refund-general"
TABLE = Decision._meta.db_table


@contextmanager
def nobody_guards():
    """As a superuser could: the triggers that keep decisions as they are do not fire."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = origin")


def tamper(decision, assignment):
    with nobody_guards() as cursor:
        cursor.execute(
            f"UPDATE {TABLE} SET {assignment} WHERE id = %s",  # noqa: S608  the test's own words
            [decision.pk],
        )


def run_command(*args):
    """Exit code and everything printed."""
    out = StringIO()
    try:
        call_command("decision", "replay", *args, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


@pytest.fixture
def history(city, screen):
    """Two runs: after the first, records, a figure of the bureau and a register entry changed."""
    local_parameter("benefit_monthly_fen", "163333", "320411")
    screen()
    city.on_limit.insurance_months.filter(month="2019-12-01").update(headcount=150)
    city.difficult.difficult_certified = None
    city.difficult.save()
    LocalParameter.objects.filter(name="benefit_monthly_fen", region="3204").update(value="155000")
    screen(again=True)
    assert ScreeningRun.objects.count() == 2
    assert Decision.objects.filter(superseded_by__isnull=False).exists()
    return city


def test_everything_comes_out_the_same_after_records_figures_and_policies_moved_on(history):
    # What stands today is of no account: all of it is taken away or changed.
    LocalParameter.objects.update(value="1")
    for enterprise in vars(history).values():
        enterprise.insurance_months.all().delete()
    kept = Decision.objects.count()
    report = replay_all()
    assert (report.checked, report.different) == (kept, 0)
    assert run_command("--all") == (0, f"核对 {kept} 条决定，不一致 0 条。\n")


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("amount_fen = amount_fen + 1", "金额不一致"),
        ("outcome = 'deny', amount_fen = 0", "结论不一致；金额不一致"),
        ("trace = jsonb_set(trace, '{3,text}', '\"别的话\"')", "逐条依据不一致"),
        ("amount_steps = '[]'", "金额算法不一致"),
        ('near_miss = \'{"rule": "size"}\'', "只差一个条件不一致"),
        ('manual_checks = \'[{"id": "seen"}]\'', "审核人要看的不一致"),
        ("leads = NOT leads", "本户结论不一致"),
        ("content_sha256 = repeat('0', 64)", "决定校验值不一致"),
        ("facts = jsonb_set(facts, '{values,insured_end}', '119')", "逐条依据不一致"),
        ("facts = jsonb_set(facts, '{sources}', '{\"size\": \"run\"}')", "决定校验值不一致"),
        ("facts = '{}'", "算不出来：存下的数据缺了或改了格式"),
    ],
)
def test_a_changed_row_is_found(city, screen, assignment, words):
    screen()
    one = Decision.objects.get(enterprise=city.plain, provision_id=GENERAL)
    tamper(one, assignment)
    code, text = run_command("--all")
    assert code == 1
    assert f"{one.public_id} {GENERAL}：" in text
    assert words in text
    assert "核对 27 条决定，不一致" in text


def test_a_lost_row_is_found_by_those_that_are_left(city, screen):
    screen()
    gone, *rest = Decision.objects.filter(enterprise=city.over).order_by("provision_id")
    with nobody_guards() as cursor:
        cursor.execute(
            f"DELETE FROM {TABLE} WHERE id = %s",  # noqa: S608
            [gone.pk],
        )
    report = replay_all()
    assert {one.public_id for one in report.differences} == {one.public_id for one in rest}
    assert f"少了“{gone.provision_id}”的决定" in report.differences[0].what


def test_figures_of_a_run_that_were_changed_are_found(city, screen):
    run = screen().screening
    run.parameters["3204"]["benefit_monthly_fen"]["value"] = "150001"
    run.save()
    report = replay_all()
    assert "金额不一致" in {part for d in report.differences for part in d.what.split("；")}


def test_a_policy_text_that_is_not_what_was_published_is_found(city, screen):
    screen()
    one = Decision.objects.get(enterprise=city.plain, provision_id=GENERAL)
    text = one.policy.source_text.replace("常州市应对疫情", "常州市应付疫情")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    with nobody_guards() as cursor:
        cursor.execute(
            "UPDATE subsidies_policyversion SET source_text = %s, sha256 = %s WHERE id = %s",
            [text, sha256, one.policy_id],
        )
    code, printed = run_command(one.public_id)
    assert code == 1
    assert "决定校验值不一致" in printed


def test_some_decisions_are_replayed_with_those_they_exclude(city, screen):
    screen()
    one = Decision.objects.get(enterprise=city.difficult, outcome="excluded")
    report = replay([one.public_id])
    assert (report.checked, report.different) == (3, 0)


def test_another_program_is_named_with_what_came_of_it(city, screen):
    screen()
    one = Decision.objects.get(enterprise=city.plain, provision_id=GENERAL)
    # As the program of that time stored it: its version stands in the hash as well.
    sha256 = service.content_sha256(LikeDecision(one), one.policy.sha256, service_texts(one), "0")
    tamper(one, f"engine_version = '0', content_sha256 = '{sha256}'")
    code, text = run_command("--all")
    assert (code, text.splitlines()[0]) == (
        0,
        "由第 0 版计算程序作出的 1 条：结果相同 1 条，不同 0 条",
    )
    tamper(one, "amount_fen = 1")
    code, text = run_command("--all")
    assert code == 1
    assert "由第 0 版计算程序作出的 1 条：结果相同 0 条，不同 1 条" in text


class LikeDecision:
    """A stored decision under the names the evaluator uses."""

    def __init__(self, stored):
        self.provision, self.outcome = stored.provision_id, stored.outcome
        self.amount_fen = stored.amount_fen


def service_texts(stored):
    """The JSON columns of a stored decision as canonical text."""
    names = service.JSON_COLUMNS
    return {name: service.canonical(getattr(stored, name)).decode() for name in names}


def test_it_reads_in_pieces_and_says_how_far_it_is(city, screen, monkeypatch):
    screen()
    monkeypatch.setattr(service, "CHUNK", 5)
    monkeypatch.setattr(service, "REPORT_EVERY", 10)
    said = []
    assert replay_all(said.append).checked == 27
    assert said == ["已核对 12 条，不一致 0 条", "已核对 24 条，不一致 0 条"]


def test_the_command_says_what_it_was_not_told(db):
    for args, words in [
        ((), "请写决定的编号，或者写 --all。"),
        (("--all", "x"), "请写决定的编号，或者写 --all。"),
        (("nothere",), "没有编号为“nothere”的决定。"),
    ]:
        assert run_command(*args) == (1, words)


def test_the_logic_of_a_provision_is_printed_for_whoever_writes_a_twin(db):
    out = StringIO()
    call_command("decision", "logic", GENERAL, stdout=out)
    assert '"operator": "le"' in out.getvalue()
