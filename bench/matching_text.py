"""How well the likeness of texts tells suitable pairs from others: AUC on texts with a label.

    python -m bench.matching_text FOLDER [WORDS.json.gz]

FOLDER has ``cv.csv`` (cv_id, cv), ``jd.csv`` (jd_id, jd) and ``labels.csv`` (cv_id, jd_id,
satisfied). Texts without a licence do not go into this repository; with a second argument the words of
every text are written as numbers, without their order, which is all the test in
``tests/jobseekers/matching/test_text.py`` needs and nothing a text could be made of again.
"""

import csv
import gzip
import json
import sys
from hashlib import blake2b
from pathlib import Path
from time import perf_counter

import numpy as np

LONG = True  # needs a folder, so it runs only when named


def read(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of one of the files."""
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def auc(points: np.ndarray, suits: np.ndarray) -> float:
    """The chance that a suitable pair has more points than another; equal points count half."""
    values, at, times = np.unique(points, return_inverse=True, return_counts=True)
    last = np.cumsum(times)
    rank = ((2 * last - times + 1) / 2)[at]
    good = int(suits.sum())
    return float((rank[suits].sum() - good * (good + 1) / 2) / (good * (suits.size - good)))


def points_of(posts, people, v: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Points of the kernel's skills part for pairs of rows of two text columns."""
    from jobseekers.matching import MatchSettings, SeekerColumns, VacancyColumns
    from jobseekers.matching.edges import fill_parts
    from jobseekers.matching.kernel import N_PARTS, W_SKILLS
    from jobseekers.matching.prepare import prepare

    settings = MatchSettings()
    vacancies = VacancyColumns(ids=np.arange(len(posts)), text=posts)
    seekers = SeekerColumns(ids=np.arange(len(people)), text=people)
    both = prepare(vacancies, seekers, settings)
    parts = np.zeros((v.size, N_PARTS), dtype=np.int16)
    place = [np.argsort(side.ident) for side in (both.vacancies, both.seekers)]
    fill_parts(
        both.vacancies.posts, both.seekers.people, both.vacancies.skill, both.vacancies.text,
        both.seekers.lists, both.weight, both.words, both.near, settings.model.packed(),
        place[0][v], place[1][s], parts,
    )  # fmt: skip
    return parts[:, W_SKILLS]


def nameless(word: str) -> int:
    """A word as a number it cannot be read from."""
    return int.from_bytes(blake2b(word.encode(), digest_size=4).digest(), "big")


def write_words(target: Path, people: list[str], posts: list[str], labels: list) -> None:
    """The words of all texts as numbers with how often they stand there, and the labels."""
    from collections import Counter

    from jobseekers.matching.text import words_of

    def rows(texts):
        return [sorted(Counter(map(nameless, words_of(text))).items()) for text in texts]

    content = {"seekers": rows(people), "vacancies": rows(posts), "labels": labels}
    text = json.dumps(content, separators=(",", ":")).encode()
    target.write_bytes(gzip.compress(text, mtime=0))


def main(folder: str = "", target: str = "") -> None:
    """Print the AUC and how long a text takes to cut."""
    if not folder:
        print("matching_text: no folder with labelled texts was named; left out.")
        return
    from jobseekers.matching.text import TextVocabulary

    source = Path(folder)
    people = {row["cv_id"]: row["cv"] for row in read(source, "cv")}
    posts = {row["jd_id"]: row["jd"] for row in read(source, "jd")}
    labels = [
        (list(people).index(row["cv_id"]), list(posts).index(row["jd_id"]), int(row["satisfied"]))
        for row in read(source, "labels")
        if row["cv_id"] in people and row["jd_id"] in posts
    ]
    words = TextVocabulary()
    words.row("先把词典读进来")
    started = perf_counter()
    rows = words.rows(posts.values()), words.rows(people.values())
    each = (perf_counter() - started) / (len(posts) + len(people))
    s, v, suits = np.array(labels).T
    points = points_of(*rows, v, s)
    letters = sum(map(len, [*posts.values(), *people.values()])) / (len(posts) + len(people))
    print(
        f"AUC {auc(points, suits == 1):.4f} on {len(labels):,} pairs; "
        f"{each * 1e6:.0f} µs a text of {letters:.0f} letters"
    )
    if target:
        write_words(Path(target), list(people.values()), list(posts.values()), labels)


if __name__ == "__main__":
    main(*sys.argv[1:])
