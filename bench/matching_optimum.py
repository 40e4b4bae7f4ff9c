"""The selection against the best there could be: total score beside OR-tools' min-cost flow.

    python -m bench.matching_optimum [SEEKERS,VACANCIES | V.csv S.csv]

Without files two cities: one of real posts (``real_posts``), and an invented one where most posts
are wanted by ten times as many people as there is room for. Files are those of ``match offline``.

The graph is every candidate pair, those of the widest ordinary round: hard
conditions kept, and of the same middle class or alike in skills. Both sides have the same caps.

Two figures. "one round": the stable selection alone, with the same freedom as the optimum. "five
rounds": the whole night; its graph has besides every pair the rounds chose outside the candidates
(people without one in their trade), so that the optimum may use those, too. The rounds put people
who are hard to place, key enterprises and people without anything before the total; that is what
they cost. The optimum serves nobody in particular and is not stable: it is a yardstick.
"""

import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np

from bench import real_posts
from bench.matching_kernel import columns
from bench.table import Row, measured, print_table

SIZE = (50_000, 8_000)
SLICE = 1000


def candidates(posts, people, settings):
    """(seeker ids, vacancy ids, scores) of every candidate pair, int64."""
    from jobseekers.matching.choices import with_choices
    from jobseekers.matching.engine import prepare_counted
    from jobseekers.matching.kernel import DRAW_BITS
    from jobseekers.matching.pieces import first_lists
    from jobseekers.matching.prepare import vocabulary

    words = vocabulary(posts, people, settings)
    prepared = prepare_counted(posts, people, settings, words)
    ident, people = prepared.vacancies.ident, with_choices(people, prepared)
    whole = replace(settings, list_length=len(posts) + 1)
    found = []
    for start in range(0, len(people), SLICE):
        part = people.take(np.arange(start, min(start + SLICE, len(people))))
        (lists,) = first_lists(posts, part, whole, words)
        assert lists.whole.all()
        owners = np.repeat(lists.ident, lists.count)
        found.append((owners, ident[lists.vacancy], lists.key >> DRAW_BITS))
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))


def optimum(pairs, room, per_seeker: int) -> int:
    """The largest total score of a selection of the pairs within the caps.

    pairs: as ``candidates`` gives them; room: by vacancy id, how many it may have.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    seekers, s = np.unique(pairs[0], return_inverse=True)
    vacancies, v = np.unique(pairs[1], return_inverse=True)
    source, sink = seekers.size + vacancies.size, seekers.size + vacancies.size + 1
    supply = seekers.size * per_seeker
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(s, seekers.size + v, np.ones(s.size, int), -pairs[2])
    flow.add_arcs_with_capacity_and_unit_cost(
        np.full(seekers.size, source), np.arange(seekers.size),
        np.full(seekers.size, per_seeker), np.zeros(seekers.size, int),
    )  # fmt: skip
    flow.add_arcs_with_capacity_and_unit_cost(
        seekers.size + np.arange(vacancies.size), np.full(vacancies.size, sink),
        room[vacancies], np.zeros(vacancies.size, int),
    )  # fmt: skip
    flow.add_arc_with_capacity_and_unit_cost(source, sink, supply, 0)
    flow.set_node_supply(source, supply)
    flow.set_node_supply(sink, -supply)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"min-cost flow ended with {status}")
    return -flow.optimal_cost()


def from_files(vacancies: str, seekers: str):
    """Both sides as ``match offline`` reads them."""
    from jobseekers.matching.offline.sides import Words, read_seekers, read_vacancies
    from portal.places.coder import code_title, fine_occupation

    def code(titles):
        return [fine_occupation(title) or code_title(title).minor_code for title in titles]

    words = Words()
    posts = read_vacancies(Path(vacancies), words, code).columns
    return posts, read_seekers(Path(seekers), words, code).columns


def main(*named: str) -> None:
    """Print the figures of both cities, or of two files."""
    from jobseekers.matching import match

    match(*columns(300, 300))
    if len(named) == 2:
        compare("files", *from_files(*named))
        return
    size = tuple(map(int, named[0].split(","))) if named else SIZE
    compare("real posts", *real_posts.columns(*size))
    compare("an invented city", *columns(*size))


def compare(label: str, posts, people) -> None:
    """Print both figures of one city beside the optimum's time."""
    from jobseekers.matching import MatchSettings, match
    from jobseekers.matching.settings import default_rounds

    general = tuple(r for r in default_rounds() if r.name == "general")
    one, five = MatchSettings(rounds=general), MatchSettings()
    room = np.zeros(int(posts.ids.max()) + 1, dtype=np.int64)
    room[posts.ids] = posts.headcount * one.cap
    pairs = candidates(posts, people, one)
    rows, notes = [], [f"{pairs[0].size:,} candidate pairs"]
    for name, settings in (("one round", one), ("five rounds", five)):
        with measured() as kernel:
            result = match(posts, people, settings)
        graph = pairs
        if settings is five:
            chosen = people.ids[result.seeker_index], posts.ids[result.vacancy_index]
            known = pairs[0] * room.size + pairs[1]
            outside = ~np.isin(chosen[0] * room.size + chosen[1], known)
            more = (*(column[outside] for column in chosen), result.score[outside])
            graph = tuple(np.concatenate(both) for both in zip(pairs, more, strict=True))
        started = perf_counter()
        best = optimum(graph, room, settings.per_seeker)
        total = int(result.score.astype(np.int64).sum())
        rows.append(
            Row(
                f"{name}: {total / best:.2%} of the optimum",
                kernel.seconds,
                "min-cost flow",
                perf_counter() - started,
                kernel.peak_bytes,
            )
        )
        notes.append(f"{name}: total score {total:,} of {best:,}, {len(result):,} edges")
    print_table(f"Selection against the optimum, {label}, {len(people):,} × {len(posts):,}", rows)
    print("\n".join(notes))


if __name__ == "__main__":
    main(*sys.argv[1:])
