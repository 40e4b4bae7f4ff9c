"""From columns to the arrays the compiled kernel walks over.

Vacancies that are open are sorted by (key enterprise first, middle class, division, id), so that
"this middle class in this place" is one stretch. Seekers are sorted by id. Both sorts depend on
the content alone, so the order of the input rows is gone after this step.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from .codes import division_ranges, widen_divisions
from .columns import Lists, SeekerColumns, VacancyColumns
from .neighbours import packed
from .settings import MatchSettings
from .text import rarity_of, shared, weighed

PLACES = 1_000_000_000
FEW_ROWS = 20
BLOCK_OF_OTHERS = 1000  # added to the middle class (0–999) of vacancies of ordinary enterprises


POST = np.dtype(
    [
        ("ident", np.int64),
        ("certificates", np.uint64),
        ("signature", np.uint64),  # one bit per skill token, modulo 64
        ("draw", np.uint64),
        ("norm", np.float64),
        ("occupation", np.int32),
        ("kind", np.int32),  # number of the occupation among those of all posts
        ("division", np.int32),  # nine digits
        ("pay_min", np.int32),
        ("pay_max", np.int32),
        ("skill_from", np.int32),  # into Vacancies.skill
        ("skill_to", np.int32),
        ("text_from", np.int32),  # into Vacancies.text
        ("text_to", np.int32),
        ("fresh", np.int16),  # points
        ("priority", np.int16),  # points
        ("place", np.int32),  # number of division and depth among those of all posts
        ("depth", np.int8),  # digits of the division known
        ("education", np.int8),
        ("experience", np.int8),
        ("has_text", np.int8),
    ],
    align=True,
)

# Each pair of …_from and …_to bounds a list in Seekers.lists.
PERSON = np.dtype(
    [
        ("ident", np.int64),
        ("certificates", np.uint64),
        ("signature", np.uint64),
        ("draw", np.uint64),
        ("norm", np.float64),
        ("wish_from", np.int64),  # packed occupations
        ("wish_to", np.int64),
        ("middle_from", np.int64),  # middle classes wished for, each once
        ("middle_to", np.int64),
        ("range_from", np.int64),  # low, high, low, high …: disjoint half-open nine-digit ranges
        ("range_to", np.int64),
        ("anchor_from", np.int64),  # home and regions: nine digits × 16 + digits known
        ("anchor_to", np.int64),
        ("skill_from", np.int64),  # token × 2 + whether it is telling
        ("skill_to", np.int64),
        ("text_from", np.int64),  # word << TEXT_BITS | weight
        ("text_to", np.int64),
        ("excluded_from", np.int64),  # positions of vacancies
        ("excluded_to", np.int64),
        ("pay", np.int32),
        ("fresh", np.int16),
        ("priority", np.int16),
        ("choices", np.int16),  # points; -1 until counted, see choices
        ("education", np.int8),
        ("experience", np.int8),
        ("has_text", np.int8),
    ],
    align=True,
)


class Vacancies(NamedTuple):
    """Open vacancies, sorted; a position is an index into ``posts``."""

    row: np.ndarray  # int64, row of the input
    posts: np.ndarray  # POST
    conditions: np.ndarray  # int32 (5, posts): least education and experience, pay, certificates
    ident: np.ndarray  # int64
    headcount: np.ndarray  # int64
    block: np.ndarray  # int64, (ordinary × 1000 + middle class) × 10^9 + division, rising
    skill: np.ndarray  # int64 tokens of all posts
    text: np.ndarray  # int64, word << TEXT_BITS | weight of all posts
    kinds: int  # how many different occupations
    places: int  # how many different pairs of division and depth
    keys: int  # how many, from the front, belong to key enterprises
    place_at: np.ndarray  # int32 positions, by division
    post_key: np.ndarray  # int64, token × 10^9 + division, rising
    post_at: np.ndarray  # int32 position of each
    post_conditions: np.ndarray  # conditions of each


class Seekers(NamedTuple):
    """Active, consenting seekers, sorted by id."""

    row: np.ndarray  # int64, row of the input
    people: np.ndarray  # PERSON
    ident: np.ndarray  # int64
    lists: np.ndarray  # int64, everything of varying length
    hard: np.ndarray  # bool
    walk: np.ndarray  # int32, in which order to search for them so that posts stay in the cache


class Prepared(NamedTuple):
    """Everything a round needs besides its own state."""

    vacancies: Vacancies
    seekers: Seekers
    weight: np.ndarray  # int64 per token, squared rarity
    words: int  # how many different words the texts of both sides share
    near: np.ndarray  # int64, see neighbours.packed


class Vocabulary(NamedTuple):
    """What is known about each skill token and each word of texts, from both sides together."""

    weight: np.ndarray  # int64, squared rarity
    common: np.ndarray  # bool, too widespread to make posts of another trade candidates
    rarity: np.ndarray  # int64 per word of texts


def vocabulary(
    vacancies: VacancyColumns, seekers: SeekerColumns, settings: MatchSettings
) -> Vocabulary:
    """Weigh every token and tell the common ones.

    Rarity is 100 × ln((1 + rows) / (1 + rows with the token)) + 1, rounded; so "沟通能力" on half
    the advertisements weighs little and "数控编程" a lot. Common is what more than
    ``common_skill`` ‰ of the rows have, and at least FEW_ROWS.
    """
    both = [vacancies.skills.normalised(), seekers.skills.normalised()]
    used = np.concatenate([both[0].values, both[1].values])
    rows = len(both[0]) + len(both[1])
    seen = np.bincount(used) if used.size else np.zeros(0, dtype=np.int64)
    rarity = np.rint(100.0 * np.log((1 + rows) / (1.0 + seen))).astype(np.int64) + 1
    common = seen > max(FEW_ROWS, rows * settings.common_skill // 1000)
    return Vocabulary(rarity * rarity, common, rarity_of([vacancies.text, seekers.text]))


def prepare(
    vacancies: VacancyColumns,
    seekers: SeekerColumns,
    settings: MatchSettings,
    words: Vocabulary | None = None,
) -> Prepared:
    """Sort, index and weigh both sides; leaves out closed posts and people not to be shown.

    words: the vocabulary of a larger set that these rows were taken from; None computes it.
    """
    words = words or vocabulary(vacancies, seekers, settings)
    at_vacancies, at_seekers = _vacancy_rows(vacancies), _seeker_rows(seekers)
    open_ids = vacancies.ids[at_vacancies]
    with ThreadPoolExecutor(1) as beside:  # NumPy lets other threads work, too
        sides = (vacancies.text, at_vacancies), (seekers.text, at_seekers)
        texts = beside.submit(_texts, sides, words.rarity)
        people = _seekers(seekers, at_seekers, texts, words, settings, open_ids)
        of_posts, _, different = texts.result()
    posts = _vacancies(vacancies, at_vacancies, of_posts, words.weight, settings)
    return Prepared(posts, people, words.weight, different, packed(settings.neighbours))


def _texts(sides, rarity: np.ndarray) -> tuple[Lists, Lists, int]:
    """Words of both sides that both have, weighed, and how many different ones those are."""
    return shared(*(weighed(text.take(rows), rarity) for text, rows in sides))


def _vacancy_rows(columns: VacancyColumns) -> np.ndarray:
    """Rows of the open vacancies in the order of the index."""
    rows = np.flatnonzero(columns.active)
    return rows[np.lexsort((columns.ids[rows], _block(columns, rows)))]


def _block(columns: VacancyColumns, rows: np.ndarray) -> np.ndarray:
    wide, _ = widen_divisions(columns.division[rows])
    middle = columns.occupation[rows].astype(np.int64) // 10_000
    return (np.where(columns.key[rows], 0, BLOCK_OF_OTHERS) + middle) * PLACES + wide


def _seeker_rows(columns: SeekerColumns) -> np.ndarray:
    """Rows of the active, consenting seekers by id."""
    rows = np.flatnonzero(columns.active & columns.consent)
    return rows[np.argsort(columns.ids[rows], kind="stable")]


def _vacancies(
    columns: VacancyColumns,
    rows: np.ndarray,
    texts: Lists,
    weight: np.ndarray,
    settings: MatchSettings,
) -> Vacancies:
    wide, depth = widen_divisions(columns.division[rows])
    skills = columns.skills.take(rows).normalised()
    posts = np.zeros(rows.size, dtype=POST)
    for name in ("occupation", "pay_min", "pay_max", "education", "experience", "certificates"):
        posts[name] = getattr(columns, name)[rows]
    posts["ident"] = ident = columns.ids[rows]
    kinds, posts["kind"] = np.unique(posts["occupation"], return_inverse=True)
    posts["division"] = place = wide
    posts["depth"] = depth
    places, posts["place"] = np.unique(wide.astype(np.int64) * 16 + depth, return_inverse=True)
    posts["skill_from"], posts["skill_to"] = skills.indptr[:-1], skills.indptr[1:]
    posts["text_from"], posts["text_to"] = texts.indptr[:-1], texts.indptr[1:]
    posts["has_text"] = np.diff(columns.text.indptr)[rows] > 0
    posts["norm"], posts["signature"] = _skill_summary(skills, weight)
    posts["fresh"] = _freshness(columns.age_days[rows], settings.model.fresh_days)
    posts["priority"] = np.where(columns.key[rows], settings.model.key_points, 0)
    posts["draw"] = _scramble(ident, settings.lottery * 2 + 1)
    conditions = _conditions(posts)
    owners = skills.owners()
    post_key = skills.values * PLACES + place[owners]
    by_post = np.lexsort((ident[owners], post_key))
    return Vacancies(
        row=rows,
        posts=posts,
        conditions=conditions,
        ident=ident,
        headcount=columns.headcount[rows].astype(np.int64),
        block=_block(columns, rows),
        skill=skills.values,
        text=texts.values,
        kinds=kinds.size,
        places=places.size,
        keys=int(columns.key[rows].sum()),
        place_at=np.lexsort((ident, place)).astype(np.int32),
        post_key=post_key[by_post],
        post_at=owners[by_post].astype(np.int32),
        post_conditions=conditions.take(owners[by_post], axis=1),
    )


def _conditions(posts: np.ndarray) -> np.ndarray:
    """What ``kernel.mark_fitting`` reads, all of one width; certificates as two halves."""
    held = posts["certificates"]
    low, high = held & np.uint64(2**32 - 1), held >> np.uint64(32)
    facts = [posts[name].astype(np.int32) for name in ("education", "experience", "pay_max")]
    return np.stack([*facts, *(half.astype(np.uint32).view(np.int32) for half in (low, high))])


def _seekers(
    columns: SeekerColumns,
    rows: np.ndarray,
    texts: "Future[tuple[Lists, Lists, int]]",
    words: Vocabulary,
    settings: MatchSettings,
    open_ids: np.ndarray,
) -> Seekers:
    wishes = columns.occupations.take(rows).normalised()
    middles = Lists(wishes.indptr, wishes.values // 10_000).normalised()
    regions = columns.regions.take(rows)
    skills = columns.skills.take(rows).normalised()
    telling = _telling(skills, words, settings.skill_floor)
    hard = columns.hard_to_place[rows]

    people = np.zeros(rows.size, dtype=PERSON)
    for name in ("certificates", "education", "experience", "choices"):
        people[name] = getattr(columns, name)[rows]
    people["pay"] = columns.pay_expected[rows]
    people["ident"] = ident = columns.ids[rows]
    people["has_text"] = np.diff(columns.text.indptr)[rows] > 0
    people["norm"], people["signature"] = _skill_summary(skills, words.weight)
    people["fresh"] = _freshness(columns.age_days[rows], settings.model.fresh_days)
    people["priority"] = np.where(hard, settings.model.hard_to_place_points, 0)
    people["draw"] = _scramble(ident, settings.lottery * 2)
    parts = {
        "wish": wishes,
        "middle": _without(middles, middles.values % 100 == 0),
        "range": _disjoint_ranges(regions),
        "anchor": _anchors(columns.home[rows], regions),
        "skill": Lists(skills.indptr, skills.values * 2 + telling),
        "excluded": _positions(columns.excluded.take(rows), open_ids),
        "text": texts.result()[1],
    }
    before = 0
    for name, part in parts.items():
        people[f"{name}_from"] = part.indptr[:-1] + before
        people[f"{name}_to"] = part.indptr[1:] + before
        before += part.values.size
    lists = np.concatenate([part.values for part in parts.values()])
    return Seekers(rows, people, ident, lists, hard, _walk(parts["middle"], parts["range"]))


def _walk(middles: Lists, ranges: Lists) -> np.ndarray:
    """The rank of each row by what is looked at first for it, the middle class and the place.

    Who looks at the same posts comes one after the other; a province's posts do not fit into the
    processor's cache, those of one class in one place do.
    """
    first = np.full(len(middles), -1, dtype=np.int64)
    some = np.diff(middles.indptr) > 0
    first[some] = middles.values[middles.indptr[:-1][some]]
    order = np.lexsort((ranges.values[ranges.indptr[:-1]], first))
    walk = np.empty(order.size, dtype=np.int32)
    walk[order] = np.arange(order.size, dtype=np.int32)
    return walk


def _skill_summary(skills: Lists, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Length of each row's weight vector, and the 64-bit signature of its tokens."""
    owners = skills.owners()
    square = np.zeros(len(skills), dtype=np.int64)
    np.add.at(square, owners, weight[skills.values])
    signature = np.zeros(len(skills), dtype=np.uint64)
    np.bitwise_or.at(signature, owners, np.uint64(1) << (skills.values % 64).astype(np.uint64))
    return np.sqrt(square.astype(np.float64)), signature


def _telling(skills: Lists, words: Vocabulary, floor: int) -> np.ndarray:
    """Mark the tokens of each row through which posts of another trade are looked up.

    Wanted are posts alike by ``floor`` ‰ that share a token which is not common. If all that is
    shared lies among the row's lightest tokens, of less than floor² of its weight, the cosine
    stays below the floor (Cauchy–Schwarz), so those need no look-up. Should one of them not be
    common, neither is any heavier one; so leaving out both sorts misses nothing.
    """
    owners, values = skills.owners(), skills.values
    each = words.weight[values].astype(np.float64)
    order = np.lexsort((values, each, owners))
    running = np.cumsum(each[order])
    ahead = np.concatenate([[0.0], running])[skills.indptr[:-1]]
    total = np.concatenate([[0.0], running])[skills.indptr[1:]] - ahead
    share = running - ahead[owners]
    light = share < total[owners] * (floor / 1000.0) ** 2 * (1.0 - 1e-9)
    telling = np.ones(values.size, dtype=bool)
    telling[order] = ~light
    return telling & ~words.common[values]


def _disjoint_ranges(regions: Lists) -> Lists:
    """Ranges (low, high, low, high …) accepted by each row, without those inside another.

    A row without regions accepts every place.
    """
    counts = np.diff(regions.indptr)
    owners = np.concatenate([regions.owners(), np.flatnonzero(counts == 0)])
    codes = np.concatenate([regions.values, np.zeros((counts == 0).sum(), dtype=np.int64)])
    low, high = (bound.astype(np.int64) for bound in division_ranges(codes))
    order = np.lexsort((-high, low, owners))
    owners, low, high = owners[order], low[order], high[order]
    # Divisions nest and never overlap partly, so a range is superfluous exactly when an earlier
    # one of the same row reaches as far.
    ends = owners * (2 * PLACES) + high
    keep = np.ones(owners.size, dtype=bool)
    keep[1:] = (owners[1:] != owners[:-1]) | (ends[1:] > np.maximum.accumulate(ends)[:-1])
    bounds = np.stack([low[keep], high[keep]], axis=1).ravel()
    return Lists.by_owner(np.repeat(owners[keep], 2), bounds, len(regions))


def _anchors(home: np.ndarray, regions: Lists) -> Lists:
    """Home, if known, and every region of each row, as nine digits × 16 + digits known."""
    at_home = np.flatnonzero(home)
    owners = np.concatenate([at_home, regions.owners()])
    wide, depth = widen_divisions(np.concatenate([home[at_home], regions.values]))
    order = np.argsort(owners, kind="stable")
    places = (wide.astype(np.int64) * 16 + depth)[order]
    anchors = Lists.by_owner(owners[order], places, len(regions))
    return _without(anchors, anchors.values == 0).normalised()


def _positions(ids: Lists, known: np.ndarray) -> Lists:
    """Turn vacancy ids into positions; ids that are not open any more fall out."""
    if known.size == 0:
        return Lists.empty(len(ids))
    order = np.argsort(known)
    found = np.searchsorted(known, ids.values, sorter=order)
    at = order[np.minimum(found, known.size - 1)]
    return _without(Lists(ids.indptr, at), known[at] != ids.values)


def _without(rows: Lists, drop: np.ndarray) -> Lists:
    """The rows with the marked values left out."""
    left = np.concatenate([[0], np.cumsum(~drop)])
    return Lists(left[rows.indptr], rows.values[~drop])


def _freshness(days: np.ndarray, span: int) -> np.ndarray:
    """1000 points today, falling evenly to 0 after ``span`` days."""
    left = np.maximum(span - days.astype(np.int64), 0)
    return (1000 * left // span).astype(np.int16)


def _scramble(ids: np.ndarray, seed: int) -> np.ndarray:
    """A well-mixed uint64 per id (the finaliser of SplitMix64), for the draw among equals."""
    with np.errstate(over="ignore"):
        x = ids.astype(np.uint64) + np.uint64(seed % 2**64) * np.uint64(0x9E3779B97F4A7C15)
        x += np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
