"""A night cut into pieces leaves what a night in one piece leaves, whoever does the pieces.

Workers are processes of their own. One is killed in the middle of a piece: the test holds a lock
on the table of the lists, waits until the database says that a worker waits for it, and kills that
worker's process then.
"""

import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import numpy as np
import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from jobseekers.matching import Lists, SeekerColumns, VacancyColumns, match
from jobseekers.matching.choices import with_choices
from jobseekers.matching.engine import prepare_counted
from jobseekers.matching.pieces import FirstLists, first_lists, runner_with
from jobseekers.matching.prepare import vocabulary
from jobseekers.matching.settings import MatchSettings
from jobseekers.models import MatchGeneration, MatchPiece, Recommendation
from jobseekers.services import generations, match_pieces
from jobseekers.services.matching import match_all
from portal.runs.models import JobRun
from tests.factories import JobSeekerFactory, VacancyFactory, occupation
from tests.processes import environment

PATIENCE = 600  # tries of a tenth of a second; a limit, not a wait
WORKER = """
import os, sys, django
django.setup()
from jobseekers.services.match_pieces import work
print("ready", flush=True)
sys.stdin.readline()
print(work(int(sys.argv[1])), flush=True)
"""


def world(seed, posts=60, people=150):
    """Both sides with everything that counts, drawn at random."""
    draw = np.random.default_rng(seed)
    trades = np.array([6180100, 6180102, 6310103, 4030201, 4030000])
    places = np.array([320412, 320411, 3204, 320402101, 320502])
    vacancies = VacancyColumns(
        ids=draw.permutation(posts * 3)[:posts] + 1,
        occupation=draw.choice(trades, posts).astype(np.int32),
        division=draw.choice(places, posts).astype(np.int32),
        pay_min=np.full(posts, 4000, np.int32),
        pay_max=draw.integers(4000, 9000, posts).astype(np.int32),
        education=draw.integers(0, 4, posts).astype(np.int8),
        skills=Lists.of(draw.integers(0, 12, draw.integers(0, 4)).tolist() for _ in range(posts)),
        headcount=np.ones(posts, np.int32),
        key=draw.random(posts) < 0.2,
    )
    seekers = SeekerColumns(
        ids=draw.permutation(people * 3)[:people] + 1,
        occupations=Lists.of(
            draw.choice(trades, draw.integers(0, 3)).tolist() for _ in range(people)
        ),
        regions=Lists.of(draw.choice(places, draw.integers(0, 3)).tolist() for _ in range(people)),
        home=draw.choice(places, people).astype(np.int32),
        pay_expected=draw.integers(3000, 8000, people).astype(np.int32),
        education=draw.integers(-1, 5, people).astype(np.int8),
        skills=Lists.of(draw.integers(0, 12, draw.integers(0, 4)).tolist() for _ in range(people)),
        hard_to_place=draw.random(people) < 0.2,
    )
    return vacancies, seekers


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("length", [0, 2])
def test_the_selection_from_pieces_is_that_of_the_whole(seed, length):
    vacancies, seekers = world(seed)
    options = MatchSettings(cap=3, per_seeker=5, lottery=seed, list_length=length, threads=1)
    whole = match(vacancies, seekers, options)
    words = vocabulary(vacancies, seekers, options)
    prepared = prepare_counted(vacancies, seekers, options, words)
    with pytest.raises(ValueError, match="counted in the whole"):
        first_lists(vacancies, seekers, options, words)
    counted = with_choices(seekers, prepared)
    assert len(set(counted.choices.tolist())) > 5
    order = np.random.default_rng(seed).permutation(len(seekers))
    found = [
        first_lists(vacancies, counted.take(rows), options, words)
        for rows in np.array_split(order, 1 + seed % 5)
    ]
    given = [FirstLists.joined(parts) for parts in zip(*found, strict=True)]
    cut = match(vacancies, seekers, options, prepared=prepared, runner=runner_with(given))
    assert len(whole) > 100
    searched = {"searches": cut.metrics.searches, "pairs_met": cut.metrics.pairs_met}
    assert cut.metrics == replace(whole.metrics, **searched)
    for name in ("seeker_index", "vacancy_index", "score", "parts", "seeker_rank", "vacancy_rank"):
        assert (getattr(cut, name) == getattr(whole, name)).all(), name


def test_pieces_are_of_one_place_and_kind_of_work_and_none_is_left_out():
    _, seekers = world(1, people=400)
    pieces = match_pieces.cut(seekers, 60)
    rows = np.concatenate([rows for _, rows in pieces])
    assert sorted(rows.tolist()) == list(range(400))
    assert max(rows.size for _, rows in pieces) <= 60
    assert any(label.startswith("3204 6-18") for label, _ in pieces)
    assert match_pieces.cut(seekers.take(np.zeros(0, np.int64)), 60) == []


def edges():
    """Everything about the recommendations in use but their generation."""
    return sorted(
        Recommendation.objects.current().values_list(
            "seeker_id", "vacancy_id", "score", "parts", "seeker_rank", "vacancy_rank"
        )
    )


@pytest.fixture
def town(transactional_db):
    """A small town with several kinds of work."""
    trades = [occupation(code) for code in ("6-18-01", "4-03-02", "6-31-01")]
    for n in range(18):
        VacancyFactory(occupation=trades[n % 3], headcount=1, pay_max=7000 + 100 * n)
    for n in range(36):
        seeker = JobSeekerFactory(pay_expected=5000 + 50 * n)
        seeker.intentions.update(occupation=trades[n % 3])
    yield
    MatchGeneration.objects.all().delete()
    generations.drop_unused()  # Django does not empty tables that it does not manage


def worker(run):
    """A process that works on pieces once it is told to."""
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(run)],
        cwd=settings.BASE_DIR,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def waiting_on(cursor, table):
    """Process ids of the sessions that wait for a lock on the table, with their backends'."""
    cursor.execute(
        "SELECT l.pid FROM pg_locks l WHERE l.relation = %s::regclass AND NOT l.granted", [table]
    )
    return [pid for (pid,) in cursor.fetchall()]


@pytest.mark.timeout(900)
def test_three_workers_one_of_them_killed_leave_what_one_process_leaves(
    town, settings, monkeypatch
):
    match_all()
    alone = edges()
    assert len(alone) > 50
    MatchGeneration.objects.all().delete()  # the same night again, with the same draw
    JobRun.objects.all().delete()
    settings.MATCH_PIECE_SEEKERS = 4
    monkeypatch.setattr(match_pieces, "wanted", lambda seekers: True)
    done = []

    def three_workers(run):
        """Called when the pieces are there; the coordinator goes on when two have ended."""
        table = match_pieces._TABLE.format(run=run)
        workers = [worker(run) for _ in range(3)]
        try:
            for process in workers:
                assert process.stdout.readline() == "ready\n"
            options = connection.get_connection_params()
            options.pop("cursor_factory", None)
            options.pop("context", None)
            with closing(psycopg2.connect(**options)) as holder, holder.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
                victim = workers[0]
                victim.stdin.write("\n")
                victim.stdin.flush()
                for _ in range(PATIENCE):
                    if waiting_on(cursor, table):
                        break
                    with pytest.raises(subprocess.TimeoutExpired):
                        victim.wait(timeout=0.1)
                assert waiting_on(cursor, table), "the worker never came to write"
                victim.kill()
                victim.wait(timeout=60)
            for process in workers[1:]:
                process.stdin.write("\n")
                process.stdin.flush()
            for process in workers[1:]:
                done.append(int(process.communicate(timeout=400)[0]))
                assert process.returncode == 0
        finally:
            for process in workers:
                process.kill()
                process.communicate(timeout=60)

    monkeypatch.setattr(match_pieces, "_call_workers", three_workers)
    match_all()
    assert edges() == alone
    pieces = MatchPiece.objects.all()
    assert pieces.count() >= 9 and set(pieces.values_list("state", flat=True)) == {"done"}
    assert sum(done) in (pieces.count(), pieces.count() - 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'jobseekers_matchlists%'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    ("seekers", "workers", "cut"),
    [(299_999, 9, False), (300_000, 2, True), (300_000, 1, False), (300_000, 0, False)],
)
def test_a_night_is_cut_when_it_is_large_and_others_can_help(
    transactional_db, monkeypatch, seekers, workers, cut
):
    monkeypatch.setattr(match_pieces, "heavy_workers", lambda: workers)
    assert match_pieces.wanted(seekers) is cut
