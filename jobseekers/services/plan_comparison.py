"""Two results of the kernel on the same columns: how they spread, who gains, which pairs change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from enterprises.models import Vacancy
from jobseekers.matching.codes import occupation_text
from jobseekers.matching.reasons import reasons
from jobseekers.models import JobSeeker, MatchPlan

from .match_columns import MatchInput
from .plans import score_model, weights_as_model
from .recommending import pair_facts

if TYPE_CHECKING:
    from jobseekers.matching import MatchResult  # loads numba, which the pages do without

SHOWN_PAIRS = 10
MIDDLE = 10_000  # packed occupation ÷ this: the middle class
DISTRICT = 1000  # nine-digit division ÷ this: the district


@dataclass(frozen=True)
class Side:
    """A plan and what the kernel made by it."""

    plan: MatchPlan
    result: "MatchResult"


def compare(columns: MatchInput, before: Side, after: Side, seed: int) -> dict:
    """Everything the page shows of a trial, as JSON values.

    before, after: figures of each (see `figures`). edges: pairs kept, new, lost. districts,
    occupations: {code: cell} with people who gain their first recommendation or lose their last
    one, and posts likewise; people count where they live and by their first wish, posts where the
    work is. pairs: SHOWN_PAIRS of the changed ones, drawn by `seed`, as ids and points: a trial
    is kept for years, and names are not kept with it (see `worded_pairs`).
    """
    ours, theirs = _pair_keys(columns, before.result), _pair_keys(columns, after.result)
    kept = np.isin(ours, theirs, assume_unique=True)
    known = np.isin(theirs, ours, assume_unique=True)
    return {
        "before": figures(columns, before),
        "after": figures(columns, after),
        "edges": {
            "kept": int(kept.sum()),
            "new": int((~known).sum()),
            "lost": int((~kept).sum()),
        },
        **_cells(columns, before.result, after.result),
        "pairs": _drawn_pairs(columns, (before, ~kept), (after, ~known), seed),
    }


def figures(columns: MatchInput, side: Side) -> dict:
    """Coverage, congestion and evenness of one side; ratios as [part, whole]."""
    metrics = side.result.metrics
    hard = columns.seekers.hard_to_place
    reached = _has(side.result.seeker_index, hard.size)
    return {
        "seekers": [metrics.seekers_covered, metrics.seekers],
        "hard_to_place": [int((reached & hard).sum()), int(hard.sum())],
        "vacancies": [metrics.vacancies_covered, metrics.vacancies],
        "edges": metrics.edges,
        "gini": round(metrics.gini, 4),
        "largest_exposure": round(metrics.largest_exposure, 2),
        "bands": list(metrics.bands),
        "cap": side.plan.cap_per_headcount,
        "blocking_pairs": metrics.blocking_pairs,
    }


def _pair_keys(columns, result):
    """One number a pair, int64, in the order of the edges."""
    width = columns.vacancies.ids.size
    return result.seeker_index.astype(np.int64) * width + result.vacancy_index


def _has(index, size):
    return np.bincount(index, minlength=size) > 0


def _cells(columns, before, after):
    people, posts = columns.seekers, columns.vacancies
    first = np.zeros(people.ids.size, dtype=np.int64)
    starts = people.occupations.indptr
    some = np.diff(starts) > 0
    first[some] = people.occupations.values[starts[:-1][some]]
    sides = (
        ("seekers", _moves(before.seeker_index, after.seeker_index, people.ids.size)),
        ("vacancies", _moves(before.vacancy_index, after.vacancy_index, posts.ids.size)),
    )
    keys = {
        "districts": (_district(people.home), _district(posts.division)),
        "occupations": (first // MIDDLE, posts.occupation.astype(np.int64) // MIDDLE),
    }
    found = {}
    for name, codes in keys.items():
        cells = {}
        for (side, moved), code in zip(sides, codes, strict=True):
            _add(cells, side, moved, code)
        text = _occupation if name == "occupations" else str
        found[name] = {text(code): cell for code, cell in sorted(cells.items())}
    return found


def _moves(before, after, size):
    """Per row: how many recommendations under each, columns (before, after)."""
    return np.stack([np.bincount(before, minlength=size), np.bincount(after, minlength=size)])


def _add(cells, side, moved, codes):
    names, group = np.unique(codes, return_inverse=True)
    old, new = moved
    counts = {
        "total": np.ones(codes.size, dtype=np.int64),
        "before": old > 0,
        "after": new > 0,
        "winners": (old == 0) & (new > 0),
        "losers": (old > 0) & (new == 0),
        "edges_before": old,
        "edges_after": new,
    }
    for label, values in counts.items():
        sums = np.bincount(group, weights=values, minlength=names.size)
        for code, total in zip(names.tolist(), sums.tolist(), strict=True):
            cells.setdefault(code, {}).setdefault(side, {})[label] = int(total)


def _district(codes):
    """Divisions of four, six or nine digits cut to at most six."""
    codes = np.asarray(codes, dtype=np.int64)
    return np.where(codes >= 10_000_000, codes // DISTRICT, codes)


def _occupation(middle):
    return occupation_text(middle * MIDDLE)[:4] if middle else ""


def _drawn_pairs(columns, lost, new, seed):
    """Half of them lost, half new where there are enough, the best scored of a drawn handful."""
    draw = np.random.default_rng(seed)
    chosen = []
    for kind, (side, changed) in (("lost", lost), ("new", new)):
        rows = np.flatnonzero(changed)
        taken = draw.choice(rows, min(SHOWN_PAIRS, rows.size), replace=False) if rows.size else ()
        chosen.append([(kind, side, int(row)) for row in taken])
    half = SHOWN_PAIRS // 2
    first = chosen[0][: max(half, SHOWN_PAIRS - len(chosen[1]))]
    chosen = [*first, *chosen[1][: SHOWN_PAIRS - len(first)]]
    return [
        {
            "kind": kind,
            "seeker": int(columns.seekers.ids[side.result.seeker_index[row]]),
            "vacancy": int(columns.vacancies.ids[side.result.vacancy_index[row]]),
            "rank": int(side.result.seeker_rank[row]),
            "score": int(side.result.score[row]),
            "parts": side.result.parts[row].tolist(),
        }
        for kind, side, row in chosen
    ]


def worded_pairs(plan: MatchPlan) -> list[dict]:
    """The drawn pairs of a plan's finished trial in words, made when somebody looks.

    Each as it is kept (kind, rank, score) with the seeker's masked name, region and wishes, the
    vacancy, its enterprise, and the reasons by the weights that made the pair: the draft's for a
    new one, for a lost one those it was tried against. Pairs with somebody who is gone by now are
    left out. Three queries, whatever their number.
    """
    trial = plan.trial
    models = {
        "new": score_model(plan),
        "lost": weights_as_model(trial["against"]["version"], trial["against"]["weights"]),
    }
    people = JobSeeker.objects.select_related("region").prefetch_related("intentions")
    people = people.in_bulk([pair["seeker"] for pair in trial["pairs"]])
    posts = Vacancy.objects.select_related("enterprise", "region__parent")
    posts = posts.in_bulk([pair["vacancy"] for pair in trial["pairs"]])
    return [
        _worded(pair, people[pair["seeker"]], posts[pair["vacancy"]], models[pair["kind"]])
        for pair in trial["pairs"]
        if pair["seeker"] in people and pair["vacancy"] in posts
    ]


def _worded(pair, seeker, vacancy, model):
    grounds = reasons(pair["parts"], pair_facts(seeker, vacancy), model)
    return {
        "kind": pair["kind"],
        "rank": pair["rank"],
        "score": pair["score"],
        "seeker": seeker.masked_name,
        "region": seeker.region.name,
        "wishes": [wish.title for wish in seeker.intentions.all()],
        "vacancy": vacancy.title,
        "enterprise": vacancy.enterprise.name,
        "reasons": [reason.text for reason in grounds],
    }
