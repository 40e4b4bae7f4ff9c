"""Who gets which recommendation: a stable b-matching, round by round.

In a round every seeker tries vacancies in falling score; a vacancy with room accepts, a full one
keeps the better pair and lets the worst go, who tries further (deferred acceptance). Both sides
rank a pair by the same number, so the outcome is the one that taking all pairs in falling score
would give, whatever the order of trying: nobody and no vacancy that were passed over in the round
would both have been better off together.
"""

from concurrent.futures import Executor
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple

import numpy as np

from .compiled import jit
from .kernel import NO_KEY, TOP_KEY, sift_down, worse
from .prepare import Prepared
from .search import search
from .settings import MatchSettings, Round, Scope, Who

SLICES_PER_THREAD = 16
LEAST_SLICE = 64


@dataclass(slots=True)
class Selection:
    """What has been chosen so far. Positions are those of ``Prepared``.

    vacancy: int32 (seekers, per_seeker), -1 where free; key: int64 alike; round: int8 alike, the
    round that chose it; count: int16 per seeker; used: int64 per vacancy.
    """

    vacancy: np.ndarray
    key: np.ndarray
    round: np.ndarray
    count: np.ndarray
    used: np.ndarray
    blocking: list[int] = field(default_factory=list)
    chosen: list[int] = field(default_factory=list)
    pairs_met: int = 0
    searches: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @classmethod
    def start(cls, prepared: Prepared, per_seeker: int) -> "Selection":
        """Nothing chosen yet."""
        shape = (prepared.seekers.ident.size, per_seeker)
        return cls(
            vacancy=np.full(shape, -1, dtype=np.int32),
            key=np.full(shape, NO_KEY, dtype=np.int64),
            round=np.full(shape, -1, dtype=np.int8),
            count=np.zeros(shape[0], dtype=np.int16),
            used=np.zeros(prepared.vacancies.ident.size, dtype=np.int64),
        )

    def spend(self, stage: str, since: float) -> float:
        """Add the time since ``since`` to a stage; returns now."""
        now = perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - since
        return now


class Tables(NamedTuple):
    """State of one round. A row is a seeker taking part; a slot is one place on their list."""

    room: np.ndarray  # int16 per row, places still free
    slot: np.ndarray  # int32 (rows, limit), vacancy or -1
    slot_key: np.ndarray  # int64 alike
    following: np.ndarray  # int32 per slot, next slot in the vacancy's list, -1 at its end
    head: np.ndarray  # int32 per vacancy, first slot of its list
    held: np.ndarray  # int64 per vacancy
    quota: np.ndarray  # int64 per vacancy
    heap_at: np.ndarray  # int64 per vacancy, where its heap begins once it is full, else -1
    heap_key: np.ndarray  # int64, all heaps one after another
    heap_row: np.ndarray  # int32 alike
    heap_end: np.ndarray  # int64 (1,)
    bar: np.ndarray  # int64 per vacancy, see ``search``


class Lists(NamedTuple):
    """The candidate lists of one round, refilled when used up."""

    key: np.ndarray  # int64 (rows, length), best first
    vacancy: np.ndarray  # int32 alike
    found: np.ndarray  # int32 per row
    tried: np.ndarray  # int32 per row
    mark_key: np.ndarray  # int64 per row, the last pair tried
    mark_id: np.ndarray  # int64 per row
    more: np.ndarray  # bool per row, whether another search may find more


class Passed(NamedTuple):
    """A round that is over, as its check looks back at it."""

    number: int
    round: Round
    seekers: np.ndarray  # int32 per row, who took part
    floor_key: np.ndarray  # int64 per row, what a pair has to beat for them
    bar: np.ndarray  # int64 per vacancy, and for it


@jit
def _fill_heap(tables, ident, v):
    """Turn the list of a vacancy that has just become full into a heap, worst pair on top."""
    begin = tables.heap_end[0]
    size = 0
    slot = tables.head[v]
    limit = tables.slot.shape[1]
    while slot >= 0:
        row = slot // limit
        tables.heap_key[begin + size] = tables.slot_key[row, slot - row * limit]
        tables.heap_row[begin + size] = row
        size += 1
        slot = tables.following[slot]
    keys = tables.heap_key[begin : begin + size]
    rows = tables.heap_row[begin : begin + size]
    for at in range(size // 2 - 1, -1, -1):
        sift_down(keys, rows, ident, at, size)
    tables.heap_at[v] = begin
    tables.heap_end[0] = begin + size
    tables.bar[v] = keys[0]


@jit
def _take_slot(tables, row, v, key):
    """Put the vacancy on a free place of the row's list; returns the slot's number."""
    limit = tables.slot.shape[1]
    for j in range(limit):
        if tables.slot[row, j] < 0:
            tables.slot[row, j] = v
            tables.slot_key[row, j] = key
            tables.room[row] -= 1
            return row * limit + j
    return -1


@jit
def settle(tables, lists, ident, vacancy_ident, waiting, again):
    """Let the rows in ``waiting`` try their lists until nobody can go on.

    ident: int64 per row, the seeker's id. waiting: int32, as long as there are rows, its first
    entries the rows to begin with and -1 after them. again: int32 output, the rows that still
    have room and have used up a list that was not the last; returns their number.
    """
    top = 0
    while top < waiting.size and waiting[top] >= 0:
        top += 1
    queued = np.zeros(ident.size, dtype=np.bool_)
    for at in range(top):
        queued[waiting[at]] = True
    asks = np.zeros(ident.size, dtype=np.bool_)
    while top > 0:
        top -= 1
        row = waiting[top]
        queued[row] = False
        while tables.room[row] > 0 and lists.tried[row] < lists.found[row]:
            at = lists.tried[row]
            v, key = lists.vacancy[row, at], lists.key[row, at]
            lists.tried[row] = at + 1
            lists.mark_key[row], lists.mark_id[row] = key, vacancy_ident[v]
            if tables.held[v] < tables.quota[v]:
                slot = _take_slot(tables, row, v, key)
                tables.following[slot] = tables.head[v]
                tables.head[v] = slot
                tables.held[v] += 1
                if tables.held[v] == tables.quota[v]:
                    _fill_heap(tables, ident, v)
                continue
            if tables.quota[v] == 0:
                continue
            begin = tables.heap_at[v]
            keys = tables.heap_key[begin : begin + tables.quota[v]]
            rows = tables.heap_row[begin : begin + tables.quota[v]]
            if not worse(keys[0], ident[rows[0]], key, ident[row]):
                continue
            loser = rows[0]
            for j in range(tables.slot.shape[1]):
                if tables.slot[loser, j] == v:
                    tables.slot[loser, j] = -1
                    tables.room[loser] += 1
            _take_slot(tables, row, v, key)
            keys[0], rows[0] = key, row
            sift_down(keys, rows, ident, 0, keys.size)
            tables.bar[v] = keys[0]
            if not queued[loser]:
                queued[loser] = True
                waiting[top] = loser
                top += 1
        if tables.room[row] > 0 and lists.more[row]:
            asks[row] = True
    n = 0
    for row in range(ident.size):
        if asks[row] and tables.room[row] > 0 and lists.tried[row] == lists.found[row]:
            again[n] = row
            n += 1
    return n


@jit
def _commit(tables, seekers, taken, taken_key, taken_round, count, used, number):
    """Write the round's choices behind those of earlier rounds; returns how many."""
    chosen = 0
    for row in range(seekers.size):
        s = seekers[row]
        for j in range(tables.slot.shape[1]):
            v = tables.slot[row, j]
            if v >= 0:
                taken[s, count[s]] = v
                taken_key[s, count[s]] = tables.slot_key[row, j]
                taken_round[s, count[s]] = number
                count[s] += 1
                used[v] += 1
                chosen += 1
    return chosen


class Runner:
    """Runs the rounds over one prepared input, searching on a pool of threads."""

    def __init__(self, prepared: Prepared, settings: MatchSettings, pool: Executor, threads: int):
        self.prepared = prepared
        self.settings = settings
        self.pool = pool
        self.threads = threads
        self.model = settings.model.packed()
        self.capacity = prepared.vacancies.headcount * settings.cap
        self.selection = Selection.start(prepared, settings.per_seeker)
        self.passed: list[Passed] = []  # without settings.check: the rounds still to be checked

    def run(self) -> Selection:
        """All rounds in order."""
        for number, round_ in enumerate(self.settings.rounds):
            self._round(number, round_)
        return self.selection

    def _whose_turn(self, round_: Round) -> np.ndarray:
        """Positions of the seekers who take part, int32."""
        count = self.selection.count
        turn = count < self.settings.per_seeker
        if round_.who in (Who.HARD_TO_PLACE_WITHOUT, Who.EVERYONE_WITHOUT):
            turn &= count == 0
        if round_.who in (Who.HARD_TO_PLACE, Who.HARD_TO_PLACE_WITHOUT):
            turn &= self.prepared.seekers.hard
        return np.flatnonzero(turn).astype(np.int32)

    def _round(self, number: int, round_: Round) -> None:
        started = perf_counter()
        selection, posts, people = self.selection, self.prepared.vacancies, self.prepared.seekers
        seekers = self._whose_turn(round_)
        quota = self.capacity - selection.used
        if round_.key_only:
            quota[posts.keys :] = 0
        if not seekers.size or not quota.any():
            selection.blocking.append(0)
            selection.chosen.append(0)
            return
        tables = self._tables(seekers, quota, round_.limit)
        lists = self._lists(seekers.size, round_.limit)
        no_floor = np.full(seekers.size, NO_KEY, dtype=np.int64)
        room_before = tables.room.copy()
        ident = people.ident[seekers]

        rows = self._walk(seekers)
        again = np.empty(seekers.size, dtype=np.int32)
        while rows.size:
            self._search(round_, lists, tables.bar, seekers, no_floor, rows)
            started = selection.spend("search", started)
            waiting = np.full(seekers.size, -1, dtype=np.int32)
            waiting[: rows.size] = rows
            left = settle(tables, lists, ident, posts.ident, waiting, again)
            rows = self._walk(seekers, again[:left])
            started = selection.spend("select", started)

        selection.chosen.append(
            _commit(
                tables,
                seekers,
                selection.vacancy,
                selection.key,
                selection.round,
                selection.count,
                selection.used,
                number,
            )  # fmt: skip
        )
        floor_key = _floors(tables, room_before)
        passed = Passed(number, round_, seekers, floor_key, tables.bar)
        if self.settings.check:
            selection.blocking.append(self._blocking(passed, selection.vacancy, lists))
            selection.spend("check", started)
        else:
            self.passed.append(passed)

    def check(self) -> int:
        """Blocking pairs of all rounds; those not checked as they ended are checked now."""
        found, chosen = sum(self.selection.blocking), self.selection
        for passed in self.passed:
            by_then = np.where(chosen.round <= passed.number, chosen.vacancy, -1)
            lists = self._lists(passed.seekers.size, passed.round.limit)
            found += self._blocking(passed, by_then, lists)
        return found

    def _walk(self, seekers: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
        """The rows, or all, so that those who look at the same posts follow one another."""
        if rows is None:
            rows = np.arange(seekers.size, dtype=np.int32)
        return rows[np.argsort(self.prepared.seekers.walk[seekers[rows]])]

    def _tables(self, seekers: np.ndarray, quota: np.ndarray, limit: int) -> Tables:
        rows, posts = seekers.size, quota.size
        room = np.minimum(self.settings.per_seeker - self.selection.count[seekers], limit)
        return Tables(
            room=room.astype(np.int16),
            slot=np.full((rows, limit), -1, dtype=np.int32),
            slot_key=np.zeros((rows, limit), dtype=np.int64),
            following=np.full(rows * limit, -1, dtype=np.int32),
            head=np.full(posts, -1, dtype=np.int32),
            held=np.zeros(posts, dtype=np.int64),
            quota=quota,
            heap_at=np.full(posts, -1, dtype=np.int64),
            # A full vacancy stays full, so all heaps together never exceed the slots.
            heap_key=np.empty(rows * limit, dtype=np.int64),
            heap_row=np.empty(rows * limit, dtype=np.int32),
            heap_end=np.zeros(1, dtype=np.int64),
            bar=np.where(quota > 0, NO_KEY, TOP_KEY),
        )

    def _lists(self, rows: int, limit: int) -> Lists:
        length = self.settings.list_length or 2 * limit + 4
        return Lists(
            key=np.empty((rows, length), dtype=np.int64),
            vacancy=np.empty((rows, length), dtype=np.int32),
            found=np.zeros(rows, dtype=np.int32),
            tried=np.zeros(rows, dtype=np.int32),
            mark_key=np.full(rows, TOP_KEY, dtype=np.int64),
            mark_id=np.zeros(rows, dtype=np.int64),
            more=np.ones(rows, dtype=np.bool_),
        )

    def _search(self, round_, lists, bar, seekers, floor_key, rows, taken=None) -> None:
        """Refill the lists of ``rows``, cut into slices for the threads.

        taken: what everybody has, if that is not what they have by now.
        """
        posts, people, selection = self.prepared.vacancies, self.prepared.seekers, self.selection
        taken = selection.vacancy if taken is None else taken
        place_at = posts.place_at[:0]  # only the widest scope goes by place
        if round_.scope == Scope.ADMISSIBLE:
            place_at = posts.place_at[bar[posts.place_at] != TOP_KEY]
        place_key = posts.posts["division"][place_at]
        place_conditions = posts.conditions.take(place_at, axis=1)
        step = max(LEAST_SLICE, -(-rows.size // (self.threads * SLICES_PER_THREAD)))

        def piece(start: int) -> int:
            return search(
                posts.posts, posts.conditions, people.people, posts.skill, posts.text, people.lists,
                self.prepared.weight, self.prepared.words, posts.kinds, posts.places,
                self.prepared.near, self.model, posts.ident, posts.block, posts.post_key, posts.post_at,
                posts.post_conditions, place_key, place_at, place_conditions, int(round_.scope), 1 if round_.key_only else 2,
                self.settings.skill_floor, bar, seekers, lists.mark_key, lists.mark_id,
                floor_key, taken, rows, start, min(start + step, rows.size),
                lists.key, lists.vacancy, lists.found,
            )  # fmt: skip

        met = sum(self.pool.map(piece, range(0, rows.size, step)))
        if round_.scope == Scope.CANDIDATES:
            selection.pairs_met = max(selection.pairs_met, met)
        selection.searches += rows.size
        lists.tried[rows] = 0
        lists.more[rows] = lists.found[rows] == lists.key.shape[1]

    def _blocking(self, passed: Passed, taken: np.ndarray, lists: Lists) -> int:
        """Count pairs of a round that both sides would rather have than what they got.

        taken: what everybody had when it ended. At most one list's length is counted for each
        seeker.
        """
        lists.mark_key[:] = TOP_KEY
        lists.mark_id[:] = 0
        rows = self._walk(passed.seekers)
        self._search(passed.round, lists, passed.bar, passed.seekers, passed.floor_key, rows, taken)
        return int(lists.found.sum())


def _floors(tables: Tables, room_before: np.ndarray) -> np.ndarray:
    """What a pair has to beat for each row: with room left nothing, else the worst it got."""
    full = (tables.room == 0) & (room_before > 0)
    worst = np.where(tables.slot >= 0, tables.slot_key, TOP_KEY).min(axis=1)
    return np.where(full, worst, NO_KEY)
