"""Candidate search: for each seeker the best vacancies that could still have them.

The search is exact and keeps nothing: a seeker who has used up the list searches again, and sees
only vacancies below the last one tried (the mark) that would still take them (``bar``: the worst
pair a full vacancy holds). Memory is the list, not the admissible pairs.
"""

import numpy as np

from .compiled import jit
from .kernel import (
    ADMISSIBLE,
    BLOCK_OF_OTHERS,
    CANDIDATES,
    CLOSE,
    DRAW_BITS,
    PLACES,
    W_PAY,
    W_SKILLS,
    blended_points,
    contains,
    fill_shares,
    keep_best,
    mark_fitting,
    occupation_level,
    pair_key,
    pay_points,
    place_level,
    quick_score,
    skill_and_text_points,
    skill_points,
    sort_best_first,
    spread_text,
    stretch_of,
    text_likeness,
    worse,
)
from .score import FULL_POINTS, FULL_SCORE, SAME_MINOR

# What a stretch of vacancies was found by.
BY_PLACE, BY_OCCUPATION, BY_SKILL = 0, 1, 2

# Scores are put in order by their upper bits: steps of 2^13 of a million.
STEP_BITS = 13
STEPS = FULL_SCORE >> STEP_BITS


@jit
def first_shared_telling(post, person, post_skill, lists):
    """Position of the seeker's first telling token that the vacancy has too; -1 if none."""
    i, i_end = post.skill_from, post.skill_to
    for j in range(person.skill_from, person.skill_to):
        if lists[j] & 1 == 0:
            continue
        token = lists[j] >> 1
        while i < i_end and post_skill[i] < token:
            i += 1
        if i < i_end and post_skill[i] == token:
            return j
    return -1


@jit
def search(
    posts,
    conditions,
    people,
    post_skill,
    post_text,
    lists,
    weight,
    words,
    kinds,
    places,
    near,
    model,
    ident,
    block,
    post_key,
    post_at,
    post_conditions,
    place_key,
    place_at,
    place_conditions,
    scope,
    blocks,
    skill_floor,
    bar,
    seekers,
    mark_key,
    mark_id,
    floor_key,
    taken,
    rows,
    start,
    stop,
    list_key,
    list_vacancy,
    found,
):
    """Fill the lists of ``rows[start:stop]``, best first; returns the admissible pairs met.

    blocks: 1 for key enterprises only, 2 for all. bar: int64 per vacancy, NO_KEY with room,
    TOP_KEY without any. post_conditions, place_conditions: those of the posts at post_at and at
    place_at. seekers: position of the seeker of each row. mark_key, mark_id: per row,
    a pair must come after the mark. floor_key: per row, and beat the floor. place_key, place_at:
    divisions and positions of the vacancies of the widest scope. taken: int32 (seekers,
    per_seeker) positions already chosen, -1 where none. list_key, list_vacancy: (rows, length)
    outputs; found: per row how many. words: how many different words texts have; kinds: how many
    different occupations posts have, places: how many different divisions and depths.
    """
    met = 0
    scratch = np.zeros(words, dtype=np.int32)
    # Levels of each kind and each place of posts to the seeker at hand; -1 is not known yet.
    level_of, nearness_of = np.empty(kinds, dtype=np.int8), np.empty(places, dtype=np.int8)
    education_of, experience_of = np.empty(7, dtype=np.int64), np.empty(2, dtype=np.int64)
    fits = np.empty(max(ident.size, post_at.size), dtype=np.uint8)
    every = np.arange(ident.size, dtype=np.int32)
    # Posts whose conditions are kept, then those worth a closer look, with the score but for pay
    # and skills and with the most it can be.
    fitting, close = np.empty(ident.size, dtype=np.int32), np.empty(ident.size, dtype=np.int32)
    bases, bounds = np.empty(ident.size, dtype=np.int32), np.empty(ident.size, dtype=np.int32)
    order = np.empty(ident.size, dtype=np.int32)
    begins = np.empty(STEPS + 1, dtype=np.int32)
    length = list_key.shape[1]
    for at in range(start, stop):
        row = rows[at]
        s = seekers[row]
        person = people[s]
        mark, mark_ident, floor = mark_key[row], mark_id[row], floor_key[row]
        mark_score, floor_score = mark >> DRAW_BITS, floor >> DRAW_BITS
        keys, items, size = list_key[row], list_vacancy[row], 0
        spread_text(person, lists, 1, scratch)
        own = fill_shares(person, model, education_of, experience_of)
        level_of[:] = -1
        nearness_of[:] = -1
        by_occupation = (person.middle_to - person.middle_from) * blocks
        # First what is found by occupation or place, then by each telling skill.
        groups = 1
        if scope == CANDIDATES:
            groups += person.skill_to - person.skill_from
        for group in range(groups):
            telling = person.skill_from + group - 1
            if group and lists[telling] & 1 == 0:
                continue
            found_by, stretches = BY_OCCUPATION, by_occupation
            if scope == ADMISSIBLE:
                found_by, stretches = BY_PLACE, 1
            elif group:
                found_by, stretches = BY_SKILL, 1
            positions, asked = every, conditions
            if found_by == BY_PLACE:
                positions, asked = place_at, place_conditions
            elif found_by == BY_SKILL:
                positions, asked = post_at, post_conditions
            n = 0
            for r in range(person.range_from, person.range_to, 2):
                low, high = lists[r], lists[r + 1]
                for stretch in range(stretches):
                    if found_by == BY_OCCUPATION:
                        middle = lists[person.middle_from + stretch // blocks]
                        head = (stretch % blocks * BLOCK_OF_OTHERS + middle) * PLACES
                        first, last = stretch_of(block, head + low, head + high)
                    elif found_by == BY_PLACE:
                        first, last = stretch_of(place_key, low, high)
                    else:
                        head = (lists[telling] >> 1) * PLACES
                        first, last = stretch_of(post_key, head + low, head + high)
                    mark_fitting(asked, person, first, last, fits)
                    for p in range(first, last):
                        fitting[n] = positions[p]
                        n += fits[p - first]
            met += n

            left = 0
            begins[:] = 0
            for i in range(n):
                v = fitting[i]
                post = posts[v]
                level = level_of[post.kind]
                if level < 0:
                    level = occupation_level(post.occupation, person, lists)
                    level_of[post.kind] = level
                if scope == CLOSE and level < SAME_MINOR:
                    continue
                place = nearness_of[post.place]
                if place < 0:
                    division = np.int64(post.division)
                    place = place_level(division, post.depth, person, lists, near)
                    nearness_of[post.place] = place
                base = quick_score(
                    post, person, model, level, place, own, education_of, experience_of
                )
                skills = FULL_POINTS if post.signature & person.signature else 0
                more = model[W_SKILLS] * blended_points(post, person, skills, FULL_POINTS, model)
                bound = base + model[W_PAY] * FULL_POINTS + more
                # What a pair has to reach.
                least = max(floor_score, bar[v] >> DRAW_BITS)
                if size == length:
                    least = max(least, keys[0] >> DRAW_BITS)
                if bound < least:
                    continue
                close[left], bases[left], bounds[left] = v, base, bound
                begins[STEPS - (bound >> STEP_BITS)] += 1
                left += 1

            # The most promising first, in steps: they fill the list, and it keeps out the rest.
            for step in range(1, STEPS + 1):
                begins[step] += begins[step - 1]
            for i in range(left - 1, -1, -1):
                step = STEPS - (bounds[i] >> STEP_BITS)
                begins[step] -= 1
                order[begins[step]] = i
            for j in range(left):
                i = order[j]
                v, base, bound = close[i], np.int64(bases[i]), np.int64(bounds[i])
                least = max(floor_score, bar[v] >> DRAW_BITS)
                if size == length:
                    worst = keys[0] >> DRAW_BITS
                    if ((bound >> STEP_BITS) + 1) << STEP_BITS <= worst:
                        break
                    least = max(least, worst)
                if bound < least:
                    continue
                post = posts[v]
                more = bound - base - model[W_PAY] * FULL_POINTS
                base += model[W_PAY] * pay_points(post, person, model)
                if base > mark_score or base + more < least:
                    continue
                if found_by == BY_SKILL:
                    middle = post.occupation // 10_000
                    if contains(lists, person.middle_from, person.middle_to, middle):
                        continue
                    if first_shared_telling(post, person, post_skill, lists) != telling:
                        continue
                skills = skill_points(post, person, post_skill, lists, weight)
                if found_by == BY_SKILL and skills < skill_floor:
                    continue
                more = model[W_SKILLS] * blended_points(post, person, skills, FULL_POINTS, model)
                if base + more < least:
                    continue
                texts = text_likeness(post, post_text, scratch)
                points = skill_and_text_points(post, person, skills, texts, model)
                key = pair_key(base + model[W_SKILLS] * points, post.draw, person.draw)
                if key < bar[v] or key <= floor:
                    continue
                if not worse(key, post.ident, mark, mark_ident):
                    continue
                if size == length and not worse(keys[0], ident[items[0]], key, post.ident):
                    continue
                if contains(taken[s], 0, taken.shape[1], v):
                    continue
                if contains(lists, person.excluded_from, person.excluded_to, v):
                    continue
                size = keep_best(keys, items, ident, size, key, v)
        sort_best_first(keys, items, ident, size)
        found[row] = size
        spread_text(person, lists, -1, scratch)
    return met
