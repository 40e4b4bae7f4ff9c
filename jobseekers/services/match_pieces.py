"""The night cut by prefecture and kind of work into pieces for any number of workers.

The coordinator holds one snapshot of the database open; every piece is read in that same snapshot,
on whatever machine. A worker takes a piece by locking its row, and the lock goes with the worker:
the piece of one that was killed is free at once, and what it had written is gone. The lists found
travel through a table of the run; the coordinator takes pieces like everybody else, waits for the
last, and makes the selection, whose edges are those of a run in one piece (matching/pieces.py).
"""

import io
import logging
from dataclasses import replace
from time import perf_counter

import numpy as np
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg2 import Binary

from jobseekers.matching import match
from jobseekers.matching.choices import with_choices
from jobseekers.matching.engine import prepare_counted
from jobseekers.matching.pieces import FirstLists, first_lists, kinds, runner_with
from jobseekers.models import MatchPiece
from jobseekers.models.instant import PieceState

from .copy_binary import read_bytes
from .generations import drop_if_free
from .match_columns import read_match_input
from .plans import plan_in_use, settings_for
from .snapshots import reading_in
from .words import KnownWords, packed_words, unpacked_words

logger = logging.getLogger(__name__)
LEAST = 0.5  # a piece is closed at the end of a group once it is so full
MOST_TASKS = 64
_WAIT = "5s"  # for a piece that somebody has, before it is asked again whether it is done
_TABLE = "jobseekers_matchlists_r{run}"
# A machine that vanished is noticed by the server within half a minute.
_KEEPALIVE = (
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4"
)
_WORDS = -1  # in place of a kind of list: the words, once for all pieces
_NAME = "matching, one piece"  # the sessions that hold a piece, in pg_stat_activity
# Who has held a piece for so long hangs; the server ends its session, and the piece is free.
_LONGEST = "30min"
_TAKE = """
SELECT id, day, snapshot, seekers, choices FROM jobseekers_matchpiece
WHERE run_id = %s AND state = 'waiting' ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED
"""


def wanted(seekers: int) -> bool:
    """Whether a night of so many is cut: from MATCH_PIECES_FROM on, if others can help."""
    if connection.in_atomic_block or seekers < settings.MATCH_PIECES_FROM:
        return False
    return heavy_workers() > 1


def heavy_workers() -> int:
    """How many workers listen for heavy jobs just now; 0 when the queue cannot be asked."""
    from portal.celery import app

    try:
        found = app.control.inspect(timeout=1.0).active_queues() or {}
    except Exception:  # whatever the broker's library raises: the night goes on alone
        logger.warning("the queue could not be asked for its workers", exc_info=True)
        return 0
    return sum(any(queue["name"] == "heavy" for queue in queues) for queues in found.values())


def match_in_pieces(log, day, snapshot, columns, options, words):
    """The same MatchResult as ``match``, the first searches done by whoever takes them.

    log: RunLog of the night. words: Vocabulary of all. The caller holds the snapshot.
    """
    if not len(columns.seekers):
        return match(columns.vacancies, columns.seekers, options, words=words)
    run = log.run.pk
    prepared = prepare_counted(columns.vacancies, columns.seekers, options, words)
    choices = with_choices(columns.seekers, prepared).choices
    table = _make_table(run, packed_words(columns.words, words))
    MatchPiece.objects.bulk_create(
        MatchPiece(
            run=log.run, number=number, label=label, snapshot=snapshot, day=day,
            seekers=columns.seekers.ids[rows].astype(">i8").tobytes(),
            choices=choices[rows].astype(">i2").tobytes(), size=rows.size,
        )
        for number, (label, rows) in enumerate(cut(columns.seekers, settings.MATCH_PIECE_SEEKERS))
    )  # fmt: skip
    _call_workers(run)
    total = MatchPiece.objects.filter(run=run).count()
    while left := MatchPiece.objects.filter(run=run, state=PieceState.WAITING).count():
        log.progress(total - left, total, "配对分片")
        if not work_on_one(run, longest="0"):  # here it takes as long as it takes
            _wait_for_one(run)
    given = [_read_lists(table, kind) for kind in range(len(kinds(options)))]
    result = match(
        columns.vacancies, columns.seekers, options, prepared=prepared, runner=runner_with(given)
    )
    drop_if_free(table)
    return result


def _make_table(run, words):
    """The empty table of a run's lists, with the words; returns its name."""
    table = _TABLE.format(run=run)
    with transaction.atomic(), connection.cursor() as cursor:
        # Only the run that made it ever reads it, and a crash ends that run. It may be there from
        # an earlier try, when somebody kept reading it.
        cursor.execute(
            f"CREATE UNLOGGED TABLE IF NOT EXISTS {table} (piece bigint, kind int, lists bytea)"
        )
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        cursor.execute(f"INSERT INTO {table} VALUES (0, %s, %s)", [_WORDS, Binary(words)])  # noqa: S608
    return table


def cut(seekers, most: int):
    """[(label, rows)]: the seekers by prefecture and middle class of their first wish.

    Small groups that follow one another share a piece, large ones are cut up; no piece has more
    than `most` seekers.
    """
    wishes = seekers.occupations
    has = np.diff(wishes.indptr) > 0
    group = np.zeros(len(seekers), np.int64)
    group[has] = wishes.values[wishes.indptr[:-1][has]] // 10_000
    home = seekers.home.astype(np.int64)
    prefecture = home // 10 ** np.maximum(np.floor(np.log10(np.maximum(home, 1))) - 3, 0).astype(
        np.int64
    )
    key = prefecture * 1000 + group
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    pieces, begin = [], 0
    for end in [*starts[1:].tolist(), order.size]:
        while end - begin > most:
            pieces.append(order[begin : begin + most])
            begin += most
        if end - begin >= most * LEAST or (end == order.size and end > begin):
            pieces.append(order[begin:end])
            begin = end
    return [(_label(key, rows), rows) for rows in pieces]


def _label(key, rows):
    first, last = divmod(int(key[rows[0]]), 1000), divmod(int(key[rows[-1]]), 1000)
    names = [f"{place} {group // 100}-{group % 100:02d}" for place, group in (first, last)]
    return names[0] if first == last else " … ".join(names)


def work(run: int) -> int:
    """Take pieces of a run until none is free; returns how many were done."""
    done = 0
    while work_on_one(run):
        done += 1
    return done


def work_on_one(run: int, longest: str | None = None) -> bool:
    """Take a piece that nobody has, and do it; False when there is none.

    The row stays locked all the while, in a session of its own, and the lists and the row's state
    are written in that same transaction. The server ends the session after `longest` ("0": never,
    by default _LONGEST): then somebody else may take the piece, and this raises a database error.
    """
    longest = _LONGEST if longest is None else longest
    holder = connection.copy()
    try:
        with holder.cursor() as cursor:
            cursor.execute(_KEEPALIVE)
            for name, value in (
                ("application_name", _NAME),
                ("idle_in_transaction_session_timeout", longest),
                ("statement_timeout", longest),
            ):
                cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute(_TAKE, [run])
            row = cursor.fetchone()
            if row is None:
                return False
            piece, day, snapshot, seekers, choices = row
            begun = perf_counter()
            table = _TABLE.format(run=int(run))
            cursor.execute(f"SELECT lists FROM {table} WHERE kind = %s", [_WORDS])  # noqa: S608
            words = unpacked_words(cursor.fetchone()[0])
            points = zip(
                np.frombuffer(seekers, ">i8").tolist(),
                np.frombuffer(choices, ">i2").tolist(),
                strict=True,
            )
            found = _search(day, snapshot, dict(points), words)
            for kind, lists in enumerate(found):
                content = io.BytesIO()
                np.savez(content, **lists._asdict())
                cursor.execute(
                    f"INSERT INTO {table} VALUES (%s, %s, %s)",  # noqa: S608
                    [piece, kind, Binary(content.getvalue())],
                )
            cursor.execute(
                "UPDATE jobseekers_matchpiece SET state = 'done', done_at = %s, seconds = %s"
                " WHERE id = %s",
                [timezone.now(), perf_counter() - begun, piece],
            )
        holder.commit()
    finally:
        holder.close()
    return True


def _search(day, snapshot, choices: dict[int, int], known: KnownWords) -> list[FirstLists]:
    """choices: the points of every seeker of the piece, counted in the whole."""
    with reading_in(snapshot):
        columns = read_match_input(day, seekers=list(choices), words=known.words)
        options = settings_for(plan_in_use(), day)
    points = np.array([choices[pk] for pk in columns.seekers.ids.tolist()], np.int16)
    seekers = replace(columns.seekers, choices=points)
    return first_lists(columns.vacancies, seekers, options, known.vocabulary)


def _read_lists(table, kind) -> FirstLists:
    with connection.cursor() as cursor:
        rows = read_bytes(
            cursor,
            f"SELECT lists FROM {table} WHERE kind = %(kind)s ORDER BY piece",  # noqa: S608
            {"kind": kind},
        )
    parts = []
    for (content,) in rows:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            parts.append(FirstLists(*(stored[name] for name in FirstLists._fields)))
    return FirstLists.joined(parts)


def _call_workers(run):
    from jobseekers.tasks import match_piece  # the task calls this module

    for _ in range(min(MatchPiece.objects.filter(run=run).count(), MOST_TASKS)):
        match_piece.delay(run)


def _wait_for_one(run):
    """Until somebody ends a piece, one way or the other."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_WAIT])
            cursor.execute(
                "SELECT 1 FROM jobseekers_matchpiece WHERE run_id = %s AND state = 'waiting'"
                " ORDER BY number LIMIT 1 FOR UPDATE",
                [run],
            )
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != "55P03":
            raise


def drop_pieces() -> None:
    """Drop what earlier runs left: their rows, and the tables of those that were killed.

    Who still works on a piece of theirs works for nobody, and its session is ended. Only one
    nightly matching may be at work.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            [_NAME],
        )
        MatchPiece.objects.all().delete()
        cursor.execute(
            r"SELECT relname FROM pg_class WHERE relkind = 'r'"
            r" AND relname ~ '^jobseekers_matchlists_r\d+$' AND pg_table_is_visible(oid)"
        )
        for (table,) in cursor.fetchall():
            drop_if_free(table)
