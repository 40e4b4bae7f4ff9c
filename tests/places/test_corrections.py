"""What staff corrected: made, superseded, ended, and used by every process at once."""

import subprocess
import sys
import threading

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from portal.places.corrections import end_correction, make_correction
from portal.places.models import OccupationCorrection
from portal.places.title_coding import coder_in_force, occupation_of_title, occupations_of_titles
from portal.refused import Refused
from tests.factories import UserFactory, occupation
from tests.processes import environment

TITLE, REASON = "【急聘】百匠新人（包吃住）", "企业说招的是学徒钳工"


@pytest.fixture
def city(db):
    """City staff."""
    return UserFactory(city=True)


@pytest.fixture
def classes(db):
    """The classes these tests use."""
    return [occupation(code) for code in ("6-20-01", "6-18-01", "6-18-01-01")]


def correct(user, title=TITLE, code="6-20-01", reason=REASON):
    """A correction."""
    return make_correction(user, title=title, code=code, reason=reason)


def test_a_correction_is_used_at_once_for_every_spelling(city, classes):
    assert occupation_of_title("百匠新人") is None
    made = correct(city)
    assert (made.key, made.title, made.author) == ("百匠新人", TITLE, city)
    assert occupation_of_title("百匠新人 5000元/月") == "6-20-01"
    assert coder_in_force().code("百匠新人").confidence == 1.0
    assert occupations_of_titles(["百匠新人", "智创生活", "百匠新人01"]) == {
        "百匠新人": "6-20-01",
        "百匠新人01": "6-20-01",
    }


def test_it_goes_before_the_table_and_may_be_finer(city, classes):
    assert coder_in_force().code("会计").minor_code == "2-06-03"
    correct(city, title="会计", code="6-18-01-01")
    assert coder_in_force().code("会计").minor_code == "6-18-01"
    assert occupation_of_title("会计") == "6-18-01-01"
    assert occupation_of_title("会计主管") != "6-18-01-01"


def test_a_newer_one_supersedes_and_both_stay(city, classes):
    first = correct(city)
    second = correct(city, title="百匠 新人", code="6-18-01", reason="看过岗位，是车工")
    first.refresh_from_db()
    assert (first.ended_by, first.end_reason) == (city, "换成新的更正")
    assert first.ended_at is not None and first.occupation_id == "6-20-01"
    assert list(OccupationCorrection.objects.in_force()) == [second]
    assert occupation_of_title("百匠新人") == "6-18-01"
    assert [e.pgh_label for e in first.events.order_by("pgh_id")] == ["insert", "update"]


def test_taken_back_the_table_counts_again(city, classes):
    made = correct(city, title="会计")
    end_correction(made, city, "编错了")
    assert coder_in_force().code("会计").minor_code == "2-06-03"
    with pytest.raises(Refused, match="已经停用"):
        end_correction(made, city, "再停一次")
    with pytest.raises(Refused, match="理由"):
        end_correction(correct(city, title="会计"), city, " ")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": "！！"}, "岗位名称要有 1 到 60 个字"),
        ({"title": "长" * 61}, "岗位名称要有 1 到 60 个字"),
        ({"code": "6-99-99"}, "请选职业小类"),
        ({"code": "6-20"}, "请选职业小类"),
        ({"reason": "  "}, "请写理由"),
    ],
)
def test_what_is_no_correction_is_refused(city, classes, change, words):
    with pytest.raises(Refused, match=words):
        correct(city, **change)
    assert not OccupationCorrection.objects.exists()


def test_the_same_again_is_refused(city, classes):
    correct(city)
    with pytest.raises(Refused, match="没有再记一次"):
        correct(city, title="百匠新人")
    assert OccupationCorrection.objects.count() == 1


@pytest.mark.parametrize("role", ["district", "auditor", "administrator", "member"])
def test_only_the_citys_staff_correct(role, classes):
    user = UserFactory(**{role: True})
    with pytest.raises(Refused, match="市级工作人员"):
        correct(user)


def test_the_database_keeps_one_in_force_for_a_title(city, classes):
    made = correct(city)
    with pytest.raises(IntegrityError, match="one_correction_per_title"), transaction.atomic():
        OccupationCorrection.objects.create(
            key=made.key, title="别的写法", occupation=classes[1], reason="…", author=city
        )


def test_it_costs_one_query_and_two_after_a_change(city, classes, django_assert_num_queries):
    coder_in_force()
    with django_assert_num_queries(1):
        coder_in_force()
    correct(city)
    with django_assert_num_queries(2):
        assert coder_in_force().corrections == {"百匠新人": "6-20-01"}
    with django_assert_num_queries(1):
        coder_in_force()


def test_the_command_uses_them_unless_told_otherwise(city, classes, tmp_path, capsys):
    correct(city)
    source, target = tmp_path / "titles.csv", tmp_path / "coded.csv"
    source.write_text("title\n百匠新人\n", encoding="utf-8")
    call_command("occupation", "code", "--in", source, "--out", target)
    assert "更正 1 条" in capsys.readouterr().out
    assert "百匠新人,6-20-01,1.00,6-20-01 通用基础件装配制造人员 1.00" in target.read_text("utf-8")
    call_command("occupation", "code", "--in", source, "--out", target, "--no-corrections")
    assert "百匠新人,,0.00," in target.read_text("utf-8")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_second_is_told():
    city = UserFactory(city=True)
    occupation("6-20-01")
    met, said = threading.Barrier(2, timeout=30), []

    def act():
        try:
            met.wait()
            correct(city)
            said.append("made")
        except Refused as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(said) == 2 and said.count("made") == 1
    assert OccupationCorrection.objects.count() == 1


ANOTHER_PROCESS = """
import sys, django
django.setup()
from portal.places.title_coding import occupation_of_title
for line in sys.stdin:
    print(occupation_of_title(line.strip()), flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_another_process_that_has_them_cached_uses_a_new_one_at_once():
    city = UserFactory(city=True)
    occupation("6-20-01")
    other = subprocess.Popen(
        [sys.executable, "-c", ANOTHER_PROCESS],
        cwd=settings.BASE_DIR,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    stopper = threading.Timer(60, other.kill)
    stopper.start()
    try:

        def ask():
            other.stdin.write("百匠新人\n")
            other.stdin.flush()
            return other.stdout.readline().strip()

        assert ask() == "None"
        made = correct(city)
        assert ask() == "6-20-01"
        end_correction(made, city, "编错了")
        assert ask() == "None"
    finally:
        stopper.cancel()
        other.stdin.close()
        other.wait(timeout=30)
        other.stdout.close()
