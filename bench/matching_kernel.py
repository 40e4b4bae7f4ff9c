"""Seconds and peak memory of the matching kernel beside the same rules in plain NumPy.

``python -m bench.matching_kernel growth`` measures a city beside a province, the kernel alone.

Every figure is measured in a process of its own, so that peaks do not hide each other. The baseline
searches only (no selection) and is scaled from a sample of seekers; its lists are compared with
the kernel's in the same run.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from bench.table import Row, peak_memory, print_table

ROOT = Path(__file__).resolve().parent.parent
SIZES = ((5_000, 3_000), (50_000, 30_000))
CITY, PROVINCE = (50_000, 8_000), (1_000_000, 150_000)
SEED = 20200210
SAMPLE = 200
DISTRICTS = (320402, 320404, 320411, 320412, 320413, 320481)
TOKENS = 3000
# So that 150,000 posts want 1.4 million people, as the province of the figures does: 9.3 each.
OPENINGS = 0.12


def columns(seekers: int, vacancies: int):
    """(VacancyColumns, SeekerColumns) of an invented city, the same for the same sizes.

    Occupations, skills and headcounts are as uneven as in life: a few trades make up most posts.
    """
    from jobseekers.matching import Lists, SeekerColumns, VacancyColumns

    rng = np.random.default_rng(SEED)
    middles = [major * 100 + middle for major in (1, 2, 3, 4, 5, 6) for middle in range(1, 13)]
    trades = np.array(
        [m * 10_000 + minor * 100 + fine
         for m in middles for minor in range(1, 6) for fine in range(1, 5)]
    )  # fmt: skip
    trades = rng.permutation(trades)
    odds = 1.0 / np.arange(1, trades.size + 1) ** 0.9
    odds /= odds.sum()
    streets = np.array(
        [d * 1000 + s for d in DISTRICTS for s in (1, 2, 3, 100, 101, 102, 103, 104)]
    )

    def skills(rows):
        lengths = rng.integers(0, 7, rows)
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        return Lists(indptr, np.minimum(rng.zipf(1.5, indptr[-1]), TOKENS - 1))

    def certificates(rows, share):
        bit = np.uint64(1) << rng.integers(0, 8, rows).astype(np.uint64)
        return np.where(rng.random(rows) < share, bit, np.uint64(0))

    least = rng.integers(25, 90, vacancies) * 100
    posts = VacancyColumns(
        ids=np.arange(1, vacancies + 1),
        occupation=rng.choice(trades, vacancies, p=odds),
        division=rng.choice(streets, vacancies),
        pay_min=least,
        pay_max=least + rng.integers(5, 40, vacancies) * 100,
        education=rng.choice(7, vacancies, p=[0.35, 0.15, 0.2, 0.15, 0.13, 0.015, 0.005]),
        experience=rng.choice([0, 1, 3, 5], vacancies, p=[0.5, 0.25, 0.2, 0.05]),
        certificates=certificates(vacancies, 0.08),
        skills=skills(vacancies),
        headcount=np.minimum(1 + rng.geometric(OPENINGS, vacancies), 200),
        key=rng.random(vacancies) < 0.08,
        age_days=rng.integers(0, 60, vacancies),
    )
    wishes = rng.integers(1, 4, seekers)
    wanted = np.concatenate([[0], np.cumsum(wishes)])
    whole_city = rng.random(seekers) < 0.3
    people = SeekerColumns(
        ids=np.arange(1, seekers + 1),
        occupations=Lists(wanted, rng.choice(trades, wanted[-1], p=odds)),
        regions=Lists(
            np.arange(seekers + 1), np.where(whole_city, 3204, rng.choice(DISTRICTS, seekers))
        ),
        home=rng.choice(streets, seekers),
        pay_expected=rng.integers(25, 90, seekers) * 100,
        education=rng.choice(7, seekers, p=[0.05, 0.1, 0.3, 0.25, 0.25, 0.04, 0.01]),
        experience=rng.choice([0, 1, 3, 5, 10], seekers, p=[0.25, 0.2, 0.2, 0.2, 0.15]),
        certificates=certificates(seekers, 0.3),
        skills=skills(seekers),
        hard_to_place=rng.random(seekers) < 0.06,
        consent=rng.random(seekers) < 0.95,
        age_days=rng.integers(0, 90, seekers),
    )
    return posts, people


def numpy_scores(posts, people, s: int, settings, words) -> np.ndarray:
    """Scores of the best vacancies of one seeker, every rule evaluated over all vacancies.

    The seeker brings the points for having few choices.
    """
    model = settings.model
    code = posts.occupation
    level = np.zeros(len(posts), dtype=np.int64)
    for wish in people.occupations.row(s):
        for at, cut in enumerate((1_000_000, 10_000, 100, 1), start=1):
            level = np.maximum(level, np.where(code // cut == wish // cut, at, 0))
    place = np.zeros(len(posts), dtype=np.int64)
    accepted = np.zeros(len(posts), dtype=bool)
    for region in people.regions.row(s):
        inside = posts.division // (100_000 if region < 10_000 else 1000) == region
        accepted |= inside
        place = np.maximum(place, np.where(inside, 2 if region < 10_000 else 4, 0))
    home = people.home[s]
    place = np.maximum(place, np.where(posts.division == home, 5, 0))
    place = np.maximum(place, np.where(posts.division // 1000 == home // 1000, 4, 0))
    place = np.maximum(place, np.where(posts.division // 100_000 == home // 100_000, 2, 0))
    for anchor in (home // 1000, *people.regions.row(s)):
        near = [b if a == anchor else a for a, b in settings.neighbours if anchor in (a, b)]
        place = np.maximum(place, np.where(np.isin(posts.division // 1000, near), 3, 0))

    weight = words.weight
    mine = np.zeros(weight.size, dtype=np.int64)
    rare = np.zeros(weight.size, dtype=np.int64)
    tokens = np.unique(people.skills.row(s))
    mine[tokens] = weight[tokens]
    rare[tokens] = ~words.common[tokens]
    shared = np.concatenate([[0], np.cumsum(mine[posts.skills.values])])[posts.skills.indptr]
    telling = np.concatenate([[0], np.cumsum(rare[posts.skills.values])])[posts.skills.indptr]
    whole = np.concatenate([[0], np.cumsum(weight[posts.skills.values])])[posts.skills.indptr]
    length = np.sqrt(np.diff(whole).astype(float)) * np.sqrt(float(weight[tokens].sum()))
    with np.errstate(invalid="ignore", divide="ignore"):
        skill = np.nan_to_num(1000.0 * np.diff(shared) / length + 1e-9).astype(np.int64)
    skill = np.minimum(skill, 1000)

    expected = int(people.pay_expected[s])
    offered = posts.pay_min.astype(np.int64) + posts.pay_max
    above = (offered - 2 * expected) * 1000 // (2 * expected)
    pay = np.clip((above + model.pay_spread) * 1000 // (2 * model.pay_spread), 0, 1000)
    steps = np.clip(people.education[s] - posts.education, 0, 3)
    education = np.where(
        posts.education == 0, model.no_limit_points, np.array(model.education_points)[steps]
    )
    experience = np.where(posts.experience == 0, model.no_limit_points, 1000)

    def fresh(days):
        left = np.maximum(model.fresh_days - np.asarray(days, dtype=np.int64), 0)
        return 1000 * left // model.fresh_days

    freshness = (fresh(posts.age_days) + fresh(people.age_days[s])) // 2
    priority = model.key_points * posts.key + model.hard_to_place_points * people.hard_to_place[s]
    rows = (
        np.array(model.occupation_points)[level], np.array(model.place_points)[place], pay, skill,
        education, experience, freshness, priority, int(people.choices[s]),
    )  # fmt: skip
    score = sum(w * row for w, row in zip(model.weights.values(), rows, strict=True))
    fits = accepted & ((level >= 2) | ((skill >= settings.skill_floor) & (np.diff(telling) > 0)))
    fits &= (people.education[s] >= posts.education) & (people.experience[s] >= posts.experience)
    fits &= (posts.pay_max >= expected) & ((posts.certificates & ~people.certificates[s]) == 0)
    best = np.sort(score[fits])[::-1]
    return best[: settings.per_seeker]


def distinct_skills(columns_):
    """The columns with every row's skills sorted and each once, as the baseline needs them."""
    from dataclasses import replace

    return replace(columns_, skills=columns_.skills.normalised())


def run_kernel(seekers: int, vacancies: int) -> dict:
    """One run with the code already compiled."""
    from jobseekers.matching import MatchSettings, match

    match(*columns(300, 300), MatchSettings())
    posts, people = columns(seekers, vacancies)
    started = perf_counter()
    result = match(posts, people, MatchSettings())
    seconds = perf_counter() - started
    return {"seconds": seconds, "stages": result.seconds, "metrics": result.metrics.as_dict()}


def run_numpy(seekers: int, vacancies: int) -> dict:
    """The baseline on a sample, scaled, and its lists against the kernel's without caps."""
    from jobseekers.matching import MatchSettings, match
    from jobseekers.matching.choices import with_choices
    from jobseekers.matching.engine import prepare_counted
    from jobseekers.matching.prepare import vocabulary
    from jobseekers.matching.settings import default_rounds

    posts, people = columns(seekers, vacancies)
    posts, people = distinct_skills(posts), distinct_skills(people)
    general = tuple(r for r in default_rounds() if r.name == "general")
    settings = MatchSettings(rounds=general, cap=1000)
    words = vocabulary(posts, people, settings)
    people = with_choices(people, prepare_counted(posts, people, settings, words))
    chosen = np.flatnonzero(people.consent)[:SAMPLE]
    started = perf_counter()
    lists = [numpy_scores(posts, people, int(s), settings, words) for s in chosen]
    seconds = (perf_counter() - started) * seekers / chosen.size

    result = match(posts, people, settings)
    begins = np.searchsorted(result.seeker_index, chosen)
    ends = np.searchsorted(result.seeker_index, chosen, side="right")
    agree = sum(
        np.array_equal(result.score[a:b], scores)
        for a, b, scores in zip(begins, ends, lists, strict=True)
    )
    return {"seconds": seconds, "agree": agree, "sample": int(chosen.size)}


def run_cold(seekers: int, vacancies: int) -> dict:
    """The first run ever on a machine: importing, compiling, matching a handful."""
    started = perf_counter()
    from jobseekers.matching import MatchSettings, match

    match(*columns(seekers, vacancies), MatchSettings())
    return {"seconds": perf_counter() - started, "cpu": sum(os.times()[:2])}


def growth() -> None:
    """City beside province: seconds, memory, and seconds for a million admissible pairs."""
    rows, each = [], []
    for seekers, vacancies in (CITY, PROVINCE):
        found = in_own_process("kernel", seekers, vacancies)
        figures = found["metrics"]
        each.append(found["seconds"] / figures["pairs_met"] * 1e6)
        label = f"kernel {seekers:,} seekers × {vacancies:,} vacancies"
        rows.append(Row(label, found["seconds"], peak_bytes=found["peak"]))
        print(
            f"{label}: {figures['pairs_met']:,} admissible pairs met, {each[-1]:.4f} s a million; "
            f"{figures['edges']:,} edges, largest exposure ÷ headcount "
            f"{figures['largest_exposure']:g}, blocking pairs {figures['blocking_pairs']}"
        )
    print_table(f"From city to province: {each[1] / each[0]:.2f} of linear", rows)


RUNS = {"kernel": run_kernel, "numpy": run_numpy, "cold": run_cold}


def in_own_process(kind: str, seekers: int, vacancies: int, **environment: str) -> dict:
    """Run one kind in a process of its own; its errors are shown and raised."""
    command = [sys.executable, "-m", "bench.matching_kernel", kind, str(seekers), str(vacancies)]
    done = subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
    )
    return json.loads(done.stdout)


def main(sizes=SIZES) -> None:
    """Print the table and, under it, what the runs found."""
    with tempfile.TemporaryDirectory() as empty:
        cold = in_own_process("cold", 200, 200, NUMBA_CACHE_DIR=empty)
    rows = [Row("first start, nothing compiled", cold["seconds"], peak_bytes=cold["peak"])]
    notes = [f"first start: {cold['cpu']:.1f} s of processor time"]
    for seekers, vacancies in sizes:
        label = f"{seekers:,} seekers × {vacancies:,} vacancies"
        kernel = in_own_process("kernel", seekers, vacancies)
        plain = in_own_process("numpy", seekers, vacancies)
        figures = kernel["metrics"]
        rows.append(
            Row(
                f"match {label}",
                kernel["seconds"],
                "NumPy per seeker, search only, scaled",
                plain["seconds"],
                kernel["peak"],
            )
        )
        stages = ", ".join(f"{name} {value:.2f} s" for name, value in kernel["stages"].items())
        notes.append(
            f"{label}: {stages}; {figures['edges']:,} edges, {figures['seekers_covered']:,} of "
            f"{figures['seekers']:,} seekers covered, largest exposure ÷ headcount "
            f"{figures['largest_exposure']:g}, blocking pairs {figures['blocking_pairs']}; "
            f"{plain['agree']} of {plain['sample']} sampled lists alike in both, without caps"
        )
    from jobseekers.matching.engine import processors

    print_table(f"Matching kernel, {processors()} processors, seed {SEED}", rows)
    print("\n".join(notes))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        found = RUNS[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
        print(json.dumps({"peak": peak_memory()} | found))
    elif sys.argv[1:] == ["growth"]:
        growth()
    else:
        main()
