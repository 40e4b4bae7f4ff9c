"""How many posts somebody has to choose from: the part of the score for people with few of them.

A choice is a post of a wished middle class, in an accepted place, whose conditions the seeker
keeps. It counts as far as there is a chance of it: whole while at most ``choices_wanted`` people
have it, otherwise that number divided by those people. Whoever has ``choices_full`` of them has
enough and earns nothing; who has none earns all points, unless no kind of work is known that they
want. So where posts are short they go first to people who have little else, and those who have
other choices take them.

Headcounts and caps have no part in it, so more room never changes whose turn it is. Posts that
were applied to or dismissed count like others, and posts of other kinds of work never do.
"""

from concurrent.futures import Executor
from dataclasses import replace

import numpy as np

from .columns import UNCOUNTED, SeekerColumns
from .compiled import jit
from .kernel import BLOCK_OF_OTHERS, PLACES, mark_fitting, stretch_of
from .prepare import Prepared
from .score import CHOICES, FULL_POINTS
from .settings import MatchSettings


def count_choices(
    prepared: Prepared, settings: MatchSettings, pool: Executor, threads: int
) -> None:
    """Write everybody's points, 0 to 1000, into ``prepared.seekers.people``.

    Points that the columns brought stay, if they brought everybody's: then the rows are some of a
    larger set in which they were counted. Where the part weighs nothing nobody earns points.
    """
    people, posts = prepared.seekers.people, prepared.vacancies
    if not settings.model.weights[CHOICES]:
        people["choices"] = 0
        return
    if not (people["choices"] == UNCOUNTED).any():
        return
    each = people["middle_to"] - people["middle_from"]
    each = each * (people["range_to"] - people["range_from"])  # two bounds, two kinds of enterprise
    begins = np.concatenate([[0], np.cumsum(each)])
    first, last = (np.empty(begins[-1], np.int32) for _ in range(2))
    step = max(1, -(-people.size // (4 * threads)))
    slices = [(start, min(start + step, people.size)) for start in range(0, people.size, step)]

    def find(bounds) -> np.ndarray:
        wanting = np.zeros(posts.ident.size, np.int32)
        _find_choices(
            people, prepared.seekers.lists, posts.block, posts.conditions, begins, *bounds,
            first, last, wanting,
        )  # fmt: skip
        return wanting

    wanting = np.maximum(1, sum(pool.map(find, slices)))
    chance = np.minimum(FULL_POINTS, FULL_POINTS * settings.model.choices_wanted // wanting)
    chance = chance.astype(np.int32)
    enough = settings.model.choices_full * FULL_POINTS

    def count(bounds) -> None:
        _count(people, posts.conditions, chance, begins, *bounds, first, last, enough)

    list(pool.map(count, slices))


def with_choices(seekers: SeekerColumns, prepared: Prepared) -> SeekerColumns:
    """The seekers with the points that were counted; 0 for those who take no part."""
    points = np.zeros(len(seekers), np.int16)
    points[prepared.seekers.row] = prepared.seekers.people["choices"]
    return replace(seekers, choices=points)


@jit
def _find_choices(
    people, lists, block, conditions, begins, start, stop, first, last, wanting
):  # fmt: skip
    """Add to ``wanting`` how many of ``people[start:stop]`` each post is a choice for.

    Puts their stretches of posts, positions [first, last), down for the count; begins: number of
    each one's first stretch.
    """
    fits = np.empty(block.size, np.uint8)
    for s in range(start, stop):
        person = people[s]
        at = begins[s]
        for m in range(person.middle_from, person.middle_to):
            for r in range(person.range_from, person.range_to, 2):
                for ordinary in range(2):
                    head = (ordinary * BLOCK_OF_OTHERS + lists[m]) * PLACES
                    low, high = stretch_of(block, head + lists[r], head + lists[r + 1])
                    first[at], last[at] = low, high
                    at += 1
                    mark_fitting(conditions, person, low, high, fits)
                    begin = np.uint64(low)
                    for p in range(np.uint64(high) - begin):
                        wanting[begin + p] += fits[p]


@jit
def _count(people, conditions, chance, begins, start, stop, first, last, enough):
    """Write the points of ``people[start:stop]``; stops counting for who has enough.

    Nothing for who named no kind of work that is known: of them nobody knows what they can choose.
    chance: int32 per post, ‰.
    """
    fits = np.empty(chance.size, np.uint8)
    for s in range(start, stop):
        if begins[s] == begins[s + 1]:
            people[s].choices = 0
            continue
        options = np.int32(0)
        for stretch in range(begins[s], begins[s + 1]):
            low = np.uint64(first[stretch])
            mark_fitting(conditions, people[s], low, last[stretch], fits)
            for at in range(np.uint64(last[stretch]) - low):
                options += chance[low + at] * fits[at]
            if options >= enough:
                break
        people[s].choices = max(0, enough - options) * 1000 // enough
