"""A night among others: readers that stay, other nights, what killed ones left, what hangs."""

from contextlib import closing, contextmanager
from datetime import timedelta
from threading import Thread

import psycopg2
import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory
from django.utils import timezone

from jobseekers.models import (
    JobSeeker,
    MatchArea,
    MatchGeneration,
    MatchPiece,
    MatchWords,
    Push,
    Recommendation,
)
from jobseekers.services import generations, match_now, match_pieces
from jobseekers.services.matching import match_all
from portal.reports.areas import Scope
from portal.runs.models import JobRun, RunState
from portal.runs.services import AlreadyRunning
from portal.workbench import match_figures, match_gaps
from portal.workbench.views import shortage_lists
from tests.factories import JobSeekerFactory, UserFactory, VacancyFactory

TODAY = timezone.localdate()
TOMORROW, LATER = TODAY + timedelta(days=1), TODAY + timedelta(days=2)


def tables(pattern="jobseekers_recommendation_g%"):
    """Tables by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE %s ORDER BY 1",
            [pattern],
        )
        return [name for (name,) in cursor.fetchall()]


def edges():
    """Pairs in use."""
    return sorted(Recommendation.objects.current().values_list("seeker_id", "vacancy_id"))


@contextmanager
def another():
    """A cursor of another session."""
    options = connection.get_connection_params()
    options.pop("cursor_factory", None)
    options.pop("context", None)
    with closing(psycopg2.connect(**options)) as session, session.cursor() as cursor:
        cursor.execute("SET statement_timeout = '60s'")
        yield cursor


@pytest.fixture
def town(transactional_db):
    """Some of either side, committed."""
    for _ in range(3):
        VacancyFactory()
        JobSeekerFactory()
    yield
    MatchGeneration.objects.all().delete()
    generations.drop_unused()  # Django does not empty tables that it does not manage


@pytest.fixture
def no_patience(monkeypatch):
    """A table that is being read is given up soon."""
    monkeypatch.setattr(generations, "_LOCK_WAIT", "20ms")
    monkeypatch.setattr(generations, "_TRIES", 2)
    monkeypatch.setattr(generations, "_PAUSE_SECONDS", 0)


def test_a_backup_that_holds_every_table_stops_no_night(town, no_patience):
    first = match_all(TODAY)
    with another() as backup:
        backup.execute("LOCK TABLE jobseekers_recommendation IN ACCESS SHARE MODE")
        second = match_all(TOMORROW)
        assert JobRun.objects.get(key=f"match:{TOMORROW}").state == RunState.DONE
        assert MatchArea.objects.filter(generation=second).exists()
        assert Push.objects.count() == len(edges()) > 0
        assert set(Recommendation.objects.current().values_list("generation", flat=True)) == {
            second.pk
        }
        third = match_all(LATER)
        kept = [generations.table_of(g.pk) for g in (first, second, third)]
        assert tables() == sorted(kept)
    assert generations.drop_unused() == sorted(kept[:2])
    assert tables() == kept[2:]


def test_what_follows_the_switch_comes_before_the_drop_and_in_no_common_transaction(
    town, monkeypatch
):
    seen = []
    monkeypatch.setattr(
        match_now,
        "match_late",
        lambda generation: seen.append((connection.in_atomic_block, len(tables()))),
    )
    match_all(TODAY)
    match_all(TOMORROW)
    assert seen == [(False, 1), (False, 2)]


def test_killed_between_hanging_in_and_putting_in_use(town, monkeypatch):
    old = match_all(TODAY)
    before = edges()
    put_in_use = generations._put_in_use

    def break_off(generation):
        with another() as other:  # hung in already, for everybody
            other.execute(
                "SELECT count(*) FROM jobseekers_recommendation WHERE generation_id = %s",
                [generation.pk],
            )
            assert other.fetchone() == (len(before),)
        raise RuntimeError("no power")

    monkeypatch.setattr(generations, "_put_in_use", break_off)
    with pytest.raises(RuntimeError, match="no power"):
        match_all(TOMORROW)
    assert MatchGeneration.objects.get(state="current") == old and edges() == before
    monkeypatch.setattr(generations, "_put_in_use", put_in_use)
    new = match_all(TOMORROW)
    assert edges() == before
    assert tables() == [generations.table_of(new.pk)]


def test_a_second_night_of_another_day_is_refused_meanwhile(town, monkeypatch):
    answers = []

    def other_night():
        try:
            answers.append(match_all(TOMORROW))
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    def at_work(generation):
        monkeypatch.setattr(match_now, "match_late", lambda generation: None)
        thread = Thread(target=other_night, daemon=True)
        thread.start()
        thread.join(timeout=60)
        assert not thread.is_alive()

    monkeypatch.setattr(match_now, "match_late", at_work)
    match_all(TODAY)
    assert [type(answer) for answer in answers] == [AlreadyRunning]
    assert [run.key for run in JobRun.objects.all()] == [f"match:{TODAY}"]
    assert match_all(TOMORROW).state == "current"


def test_an_old_night_started_again_leaves_its_areas(town):
    old = match_all(TODAY)
    areas = list(MatchArea.objects.filter(generation=old).order_by("pk").values())
    match_all(TOMORROW)
    JobRun.objects.filter(key=f"match:{TODAY}").update(state=RunState.RUNNING, finished_at=None)
    match_all(TODAY)
    assert list(MatchArea.objects.filter(generation=old).order_by("pk").values()) == areas
    assert sum(area["edges"] for area in areas) > 0
    assert JobRun.objects.get(key=f"match:{TODAY}").state == RunState.DONE


def piece(run):
    """A piece of a run, with its table, as the coordinator makes them."""
    match_pieces._make_table(run.pk, b"")
    return MatchPiece.objects.create(
        run=run, number=0, label="武进区", size=1, day=TODAY, snapshot="", seekers=b""
    )


def test_what_killed_nights_left_goes_with_the_next(town):
    match_all(TODAY)
    killed = JobRun.objects.create(kind="match", key="match:2020-01-01")
    piece(killed)
    building = MatchGeneration.objects.create(
        run=killed, weights_version="1", cap_per_headcount=10, per_seeker=10
    )
    MatchWords.objects.create(generation=building, content=b"x")
    new = match_all(TOMORROW)  # not cut itself
    assert not MatchPiece.objects.exists() and not tables("jobseekers\\_matchlists%")
    assert not MatchGeneration.objects.filter(state="building").exists()
    assert [words.generation_id for words in MatchWords.objects.all()] == [new.pk]


def test_a_piece_table_that_a_backup_holds_stops_no_night(town, no_patience):
    run = JobRun.objects.create(kind="match", key="match:2020-01-01")
    piece(run)
    table = match_pieces._TABLE.format(run=run.pk)
    with another() as backup:
        backup.execute(f"LOCK TABLE {table} IN ACCESS SHARE MODE")
        match_pieces.drop_pieces()
        assert tables(table) == [table]
        assert match_pieces._make_table(run.pk, b"again") == table
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT kind, lists FROM {table}")  # noqa: S608
            assert [(kind, bytes(lists)) for kind, lists in cursor.fetchall()] == [(-1, b"again")]
    match_pieces.drop_pieces()
    assert tables(table) == []


@pytest.mark.timeout(120)
def test_who_hangs_loses_the_piece(town, monkeypatch):
    run = JobRun.objects.create(kind="match", key="match:2020-01-01")
    mine = piece(run)
    monkeypatch.setattr(match_pieces, "_LONGEST", "100ms")
    monkeypatch.setattr(match_pieces, "unpacked_words", lambda content: None)

    def hang(*args):
        with another() as other:  # waits until the piece is free
            other.execute("SELECT id FROM jobseekers_matchpiece FOR UPDATE")
            assert other.fetchone() == (mine.pk,)
        return []

    monkeypatch.setattr(match_pieces, "_search", hang)
    with pytest.raises((OperationalError, psycopg2.Error)):
        match_pieces.work_on_one(run.pk)
    mine.refresh_from_db()
    assert mine.state == "waiting"
    monkeypatch.setattr(match_pieces, "_search", lambda *args: [])
    assert match_pieces.work_on_one(run.pk)
    match_pieces.drop_pieces()


@pytest.mark.timeout(120)
def test_who_works_for_a_night_that_was_killed_is_sent_away(town, monkeypatch):
    run = JobRun.objects.create(kind="match", key="match:2020-01-01")
    piece(run)
    monkeypatch.setattr(match_pieces, "unpacked_words", lambda content: None)

    def next_night(*args):
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '20s'")
        match_pieces.drop_pieces()
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
        return []

    monkeypatch.setattr(match_pieces, "_search", next_night)
    with pytest.raises((OperationalError, psycopg2.Error)):
        match_pieces.work_on_one(run.pk)
    assert not MatchPiece.objects.exists() and not tables("jobseekers\\_matchlists%")


def test_a_cut_night_without_anybody(town, monkeypatch):
    monkeypatch.setattr(match_pieces, "wanted", lambda seekers: True)
    JobSeeker.objects.update(status="not_looking")
    assert match_all(TODAY).metrics["edges"] == 0


def test_who_read_the_generation_before_the_switch_finds_the_new_recommendations(town, monkeypatch):
    old = match_all(TODAY)
    scope = Scope("3204")
    people, posts = match_figures._count(scope, old)
    left_over = match_gaps.gaps(scope, old)
    assert people[1] == 3 and posts[1] == 3
    match_all(TOMORROW)
    assert generations.table_of(old.pk) not in tables()
    assert match_figures._count(scope, old) == (people, posts)
    assert match_gaps.gaps(scope, old) == left_over

    area = shortage_lists._area

    def after_a_switch(*args):
        match_all(LATER)
        return area(*args)

    monkeypatch.setattr(shortage_lists, "_area", after_a_switch)
    seen = {}
    monkeypatch.setattr(
        shortage_lists, "render", lambda request, template, context: seen.update(context)
    )
    request = RequestFactory().get("/")
    request.user = UserFactory(city=True)
    shortage_lists.unmatched_vacancies(request)
    assert seen["headcount"] == 0
    assert MatchGeneration.objects.get(state="current").run.key == f"match:{LATER}"
