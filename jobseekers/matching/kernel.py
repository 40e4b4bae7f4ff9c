"""The compiled part: hard conditions, points, and the search for each seeker's best vacancies.

Everything here is integer arithmetic but for one quotient (the likeness of skills), computed pair
by pair; no sum runs across threads, so the number of threads cannot change a result.

``post`` and ``person`` are records of ``prepare.POST`` and ``prepare.PERSON``; ``lists`` is the one
flat array all lists of the seekers live in. Passing records keeps calls cheap: a tuple of thirty
arrays would be counted and copied at every pair.

Two pairs are compared by (score, draw, seeker id, vacancy id). Score and draw share one int64
key: the score (below 2^20) above 43 bits of a hash of both ids.
"""

import numpy as np

from .compiled import jit
from .score import (
    FULL_POINTS,
    NEAR_CITY,
    NEAR_DISTRICT,
    OCCUPATION_OTHER,
    PARTS,
    PLACE_OTHER,
    SAME_CITY,
    SAME_DISTRICT,
    SAME_FINE,
    SAME_MAJOR,
    SAME_MIDDLE,
    SAME_MINOR,
    SAME_STREET,
)

# Why a pair is out, one bit each.
EDUCATION, EXPERIENCE, PAY, CERTIFICATE, PLACE, EXCLUDED = 1, 2, 4, 8, 16, 32

# Where ScoreModel.packed() keeps its tables.
N_PARTS = len(PARTS)
(
    W_OCCUPATION, W_PLACE, W_PAY, W_SKILLS, W_EDUCATION, W_EXPERIENCE, W_FRESH, W_PRIORITY,
    W_CHOICES,
) = range(N_PARTS)  # fmt: skip
AT_OCCUPATION = N_PARTS
AT_PLACE = AT_OCCUPATION + 5
AT_EDUCATION = AT_PLACE + 6
AT_NO_LIMIT = AT_EDUCATION + 4
AT_PAY_NEUTRAL = AT_NO_LIMIT + 1
AT_PAY_SPREAD = AT_PAY_NEUTRAL + 1
AT_TEXT_FULL = AT_PAY_SPREAD + 1
AT_TEXT_SHARE = AT_TEXT_FULL + 1

DRAW_BITS = 43
NO_KEY = -1
TOP_KEY = 2**63 - 1
PLACES = 1_000_000_000
BLOCK_OF_OTHERS = 1000
NEAR_SCALE = 1_000_000  # of neighbours.packed

# A word of a row: its number above its weight; a row's weights squared add up to 2^(2 × 10).
TEXT_BITS = 11
TEXT_ONE_BITS = 10
TEXT_MASK = 2**TEXT_BITS - 1

# Rows of Vacancies.conditions.
AT_LEVEL, AT_YEARS, AT_PAY_MAX, AT_LOW, AT_HIGH = range(5)
CERTIFICATES_HALF = np.uint64(2**32 - 1)

# Values of settings.Scope; numba wants plain integers.
CLOSE, CANDIDATES, ADMISSIBLE = 0, 1, 2


@jit
def lower_bound(values, low, high, wanted):
    """First position in sorted ``values[low:high]`` that is not below ``wanted``."""
    while low < high:
        middle = (low + high) >> 1
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@jit
def stretch_of(values, low, high):
    """Positions [first, last) of sorted ``values`` that lie in [low, high)."""
    first = lower_bound(values, 0, values.size, low)
    return first, lower_bound(values, first, values.size, high)


@jit
def failures(post, person):
    """Bits of the conditions on education, experience, pay and certificates that fail.

    An unknown level, length or wage excludes nothing; a certificate that is not recorded does,
    because the law lets nobody start without it.
    """
    bits = 0
    if 0 <= person.education < post.education:
        bits |= EDUCATION
    if 0 <= person.experience < post.experience:
        bits |= EXPERIENCE
    if 0 < post.pay_max < person.pay:
        bits |= PAY
    if post.certificates & ~person.certificates:
        bits |= CERTIFICATE
    return bits


@jit
def mark_fitting(conditions, person, first, last, fits):
    """Set ``fits[: last - first]`` to 1 for the posts at [first, last) without ``failures``, else 0.

    conditions: ``Vacancies.conditions``. Without branches, and with unsigned positions, so that no
    look-up asks whether it counts from the end: the processor compares eight posts at once.
    """
    # Who did not say is kept from nothing.
    level = np.int32(person.education if person.education >= 0 else 127)
    years = np.int32(person.experience if person.experience >= 0 else 127)
    lacking = ~person.certificates
    low, high = np.uint32(lacking & CERTIFICATES_HALF), np.uint32(lacking >> np.uint64(32))
    pay = person.pay
    begin = np.uint64(first)
    for p in range(begin, np.uint64(last)):
        ok = (conditions[AT_LEVEL, p] <= level) & (conditions[AT_YEARS, p] <= years)
        ok &= (conditions[AT_PAY_MAX, p] == 0) | (conditions[AT_PAY_MAX, p] >= pay)
        ok &= (np.uint32(conditions[AT_LOW, p]) & low) == 0
        ok &= (np.uint32(conditions[AT_HIGH, p]) & high) == 0
        fits[p - begin] = ok


@jit
def place_accepted(post, person, lists):
    """Whether the vacancy lies in one of the places the seeker accepts."""
    for r in range(person.range_from, person.range_to, 2):
        if lists[r] <= post.division < lists[r + 1]:
            return True
    return False


@jit
def contains(lists, begin, end, value):
    """Whether a short list holds the value."""
    found = False
    for at in range(begin, end):
        found |= lists[at] == value
    return found


@jit
def occupation_level(code, person, lists):
    """Nearness of a packed occupation to the seeker's wishes, by the nearest wish."""
    best = OCCUPATION_OTHER
    if code == 0:
        return best
    for w in range(person.wish_from, person.wish_to):
        wish = lists[w]
        level = OCCUPATION_OTHER
        if wish // 1_000_000 == code // 1_000_000:
            level = SAME_MAJOR
            if wish // 10_000 == code // 10_000 and code // 10_000 % 100 != 0:
                level = SAME_MIDDLE
                if wish // 100 == code // 100 and code % 10_000 and wish % 10_000:
                    level = SAME_MINOR
                    if wish == code and code % 100 != 0:
                        level = SAME_FINE
        best = max(best, level)
    return best


@jit
def are_near(near, a, b):
    """Whether two districts, or two cities, border on one another (``neighbours.packed``)."""
    wanted = a * NEAR_SCALE + b
    at = lower_bound(near, 0, near.size, wanted)
    return at < near.size and near[at] == wanted


@jit
def place_level(division, depth, person, lists, near):
    """Nearness of a place to the seeker's home or accepted places, by the nearest of them.

    division: nine digits, int64; depth: how many are known. Directly administered counties (…90)
    share a pseudo-city and are not the same city; the parts of a municipality are.
    """
    best = PLACE_OTHER
    city = division // 100_000
    for a in range(person.anchor_from, person.anchor_to):
        known = min(depth, lists[a] & 15)
        anchor = lists[a] >> 4
        level = PLACE_OTHER
        if known == 9 and anchor == division:
            level = SAME_STREET
        elif known >= 6 and anchor // 1000 == division // 1000:
            level = SAME_DISTRICT
        elif known >= 4:
            province = city // 100
            if province in (11, 12, 31, 50):
                if anchor // 10_000_000 == province:
                    level = SAME_CITY
            elif anchor // 100_000 == city and city % 100 != 90:
                level = SAME_CITY
            if level == PLACE_OTHER and are_near(near, anchor // 100_000, city):
                level = NEAR_CITY
            if known >= 6 and are_near(near, anchor // 1000, division // 1000):
                level = NEAR_DISTRICT
        best = max(best, level)
    return best


@jit
def pay_points(post, person, model):
    """Middle of the pay range against what is expected; neutral where a side did not say."""
    low, high = np.int64(post.pay_min), np.int64(post.pay_max)
    expected = np.int64(person.pay)
    if expected == 0 or (low == 0 and high == 0):
        return model[AT_PAY_NEUTRAL]
    offered = low + high if low and high else 2 * max(low, high)
    above = (offered - 2 * expected) * 1000 // (2 * expected)
    spread = model[AT_PAY_SPREAD]
    return min(max((above + spread) * 1000 // (2 * spread), 0), 1000)


@jit
def education_points(asked, has, model):
    """Best where the level is just what is asked; unknown (-1) earns nothing. has: asked or more."""
    if asked == 0:
        return model[AT_NO_LIMIT]
    if has < 0:
        return 0
    return model[AT_EDUCATION + min(has - asked, 3)]


@jit
def experience_points(asked, has, model):
    """Full where years are asked and there; unknown earns nothing."""
    if asked == 0:
        return model[AT_NO_LIMIT]
    if has < 0:
        return 0
    return FULL_POINTS


@jit
def skill_points(post, person, post_skill, lists, weight):
    """Cosine of the two rows of weighted tokens in ‰, rounded down."""
    if post.signature & person.signature == 0:
        return 0
    i, i_end = post.skill_from, post.skill_to
    j, j_end = person.skill_from, person.skill_to
    shared = 0
    while i < i_end and j < j_end:
        a, b = post_skill[i], lists[j] >> 1
        if a == b:
            shared += weight[a]
            i += 1
            j += 1
        elif a < b:
            i += 1
        else:
            j += 1
    if shared == 0:
        return 0
    # The smallest excess guards identical rows against a quotient just under one.
    return min(FULL_POINTS, int(1000.0 * shared / (post.norm * person.norm) + 1e-9))


@jit
def spread_text(person, lists, sign, scratch):
    """Add (sign 1) or take away (-1) the weights of a seeker's words in ``scratch``."""
    for at in range(person.text_from, person.text_to):
        word = lists[at]
        scratch[word >> TEXT_BITS] += sign * (word & TEXT_MASK)


@jit
def text_likeness(post, post_text, scratch):
    """Cosine of a vacancy's words with those spread out in ``scratch``, in ‰, rounded down."""
    total = 0
    for at in range(post.text_from, post.text_to):
        word = post_text[at]
        total += (word & TEXT_MASK) * scratch[word >> TEXT_BITS]
    return min(FULL_POINTS, total * 1000 >> 2 * TEXT_ONE_BITS)


@jit
def skill_and_text_points(post, person, skills, texts, model):
    """The skills part from the likeness of skills and of texts, both in ‰."""
    points = min(FULL_POINTS, texts * 1000 // model[AT_TEXT_FULL])
    return blended_points(post, person, skills, points, model)


@jit
def blended_points(post, person, skills, points, model):
    """The skills part from the likeness of skills and what the texts earn, both in ‰.

    Where a side has no text the skills decide, where one has no skills the texts. With full
    points for the texts it is the most a pair can get, without looking at them.
    """
    if not (post.has_text and person.has_text):
        return skills
    if post.skill_from == post.skill_to or person.skill_from == person.skill_to:
        return points
    share = model[AT_TEXT_SHARE]
    return (skills * (1000 - share) + points * share) // 1000


@jit
def fresh_points(post, person):
    """Half from the vacancy's freshness, half from the seeker's."""
    return (post.fresh + person.fresh) // 2


@jit
def fill_shares(person, model, education_of, experience_of):
    """What education and experience add to the score of a person's pairs, by what a post asks.

    education_of: by level 0 … 6; experience_of: 0 where no years are asked, 1 where some are. What
    the person may not have is never looked up. Returns what the person adds to every pair's score.
    """
    for asked in range(education_of.size):
        points = 0
        if asked <= person.education or person.education < 0:
            points = education_points(asked, person.education, model)
        education_of[asked] = model[W_EDUCATION] * points
    for asked in range(experience_of.size):
        points = experience_points(asked, person.experience, model)
        experience_of[asked] = model[W_EXPERIENCE] * points
    return model[W_PRIORITY] * person.priority + model[W_CHOICES] * person.choices


@jit
def quick_score(post, person, model, level, place, own, education_of, experience_of):
    """The score without its parts that take a division, pay and skills.

    level and place: of occupation and place. own, education_of, experience_of: of ``fill_shares``.
    """
    return (
        own
        + model[W_OCCUPATION] * model[AT_OCCUPATION + level]
        + model[W_PLACE] * model[AT_PLACE + place]
        + education_of[post.education]
        + experience_of[min(post.experience, 1)]
        + model[W_FRESH] * fresh_points(post, person)
        + model[W_PRIORITY] * post.priority
    )


@jit
def pair_key(score, draw_v, draw_s):
    """Score and draw in one int64; larger is better. The draw looks random and never changes."""
    x = draw_v ^ draw_s
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x = x ^ (x >> np.uint64(31))
    return (np.int64(score) << DRAW_BITS) | np.int64(x >> np.uint64(64 - DRAW_BITS))


@jit
def worse(key_a, id_a, key_b, id_b):
    """Whether pair a comes after pair b; of equal keys the smaller id is better."""
    return key_a < key_b or (key_a == key_b and id_a > id_b)


@jit
def sift_down(keys, items, ident, at, size):
    """Restore the heap with the worst pair on top, from position ``at`` down."""
    key, item = keys[at], items[at]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        right = child + 1
        if right < size and worse(
            keys[right], ident[items[right]], keys[child], ident[items[child]]
        ):
            child = right
        if not worse(keys[child], ident[items[child]], key, ident[item]):
            break
        keys[at], items[at] = keys[child], items[child]
        at = child
    keys[at], items[at] = key, item


@jit
def keep_best(keys, items, ident, size, key, item):
    """Add a pair to a bounded heap (length of ``keys``); returns the new size."""
    if size < keys.size:
        at = size
        while at > 0:
            parent = (at - 1) >> 1
            if not worse(key, ident[item], keys[parent], ident[items[parent]]):
                break
            keys[at], items[at] = keys[parent], items[parent]
            at = parent
        keys[at], items[at] = key, item
        return size + 1
    if worse(keys[0], ident[items[0]], key, ident[item]):
        keys[0], items[0] = key, item
        sift_down(keys, items, ident, 0, size)
    return size


@jit
def sort_best_first(keys, items, ident, size):
    """Turn the heap into a list with the best pair first, in place."""
    for last in range(size - 1, 0, -1):
        keys[0], keys[last] = keys[last], keys[0]
        items[0], items[last] = items[last], items[0]
        sift_down(keys, items, ident, 0, last)
