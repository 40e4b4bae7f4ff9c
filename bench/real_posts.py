"""A city of real posts: kinds of work, places, pay and requirements as they were advertised.

``data/posts-2022.csv`` holds what can be known of 12,860 advertisements of 2022 without their
words and their employers. ``python -m bench.real_posts FOLDER`` makes it again from
``boss-multicity-2022.csv`` (MIT licence) in FOLDER. Nobody in it is real: there were no people in
the source, so a seeker wants what two of the posts are, in the city of the first of them.
"""

import csv
import sys
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parent / "data" / "posts-2022.csv"
SOURCE = "boss-multicity-2022.csv"
HEADER = ("occupation", "city", "pay_min", "pay_max", "education", "experience")
SEED = 20221231
HEADCOUNTS = (3, 6, 9, 12, 16)
LEVELS = {
    "初中及以下": 1, "高中": 2, "中技/中专": 2, "大专": 3, "本科": 4, "硕士": 5, "博士": 6,
}  # fmt: skip
YEARS = {"1-3年经验": 1, "3-5年经验": 3, "5-10年经验": 5, "10年以上经验": 10}


def columns(seekers: int, vacancies: int, seed: int = SEED):
    """(VacancyColumns, SeekerColumns) of a city; the same for the same seed."""
    from jobseekers.matching.codes import pack_occupation
    from jobseekers.matching.columns import Lists, SeekerColumns, VacancyColumns
    from portal.places.datafiles import read_rows

    rng = np.random.default_rng(seed)
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    districts = {}
    for row in read_rows("divisions.csv.gz"):
        if len(row["code"]) == 6 and row["listed"] == "1":
            districts.setdefault(row["code"][:4], []).append(int(row["code"]))
            districts.setdefault(row["code"][:2], []).append(int(row["code"]))

    def number(name, chosen):
        return np.array([int(rows[at][name]) for at in chosen])

    def trades(chosen):
        return np.array([pack_occupation(rows[at]["occupation"]) for at in chosen])

    def places(chosen):
        return np.array([rng.choice(districts[rows[at]["city"]]) for at in chosen])

    advertised = rng.choice(len(rows), vacancies, replace=vacancies > len(rows))
    posts = VacancyColumns(
        ids=np.arange(1, vacancies + 1),
        occupation=trades(advertised),
        division=places(advertised),
        pay_min=number("pay_min", advertised),
        pay_max=number("pay_max", advertised),
        education=number("education", advertised),
        experience=number("experience", advertised),
        headcount=rng.choice(HEADCOUNTS, vacancies),
        key=rng.random(vacancies) < 0.05,
        age_days=rng.integers(0, 60, vacancies),
    )
    first, second = (rng.choice(len(rows), seekers) for _ in range(2))
    wishes = np.stack([trades(first), trades(second)], axis=1)
    pay = (number("pay_min", first) + number("pay_max", first)) / 2
    people = SeekerColumns(
        ids=np.arange(1, seekers + 1),
        occupations=Lists.of([set(pair) - {0} for pair in wishes.tolist()]),
        regions=Lists.of([int(rows[at]["city"])] for at in first),
        home=places(first),
        pay_expected=(pay * rng.uniform(0.6, 1.1, seekers)).astype(int) // 100 * 100,
        education=np.clip(number("education", first) + rng.integers(-1, 2, seekers), 0, 6),
        experience=rng.choice([0, 1, 3, 5, 10], seekers, p=[0.3, 0.2, 0.2, 0.2, 0.1]),
        hard_to_place=rng.random(seekers) < 0.06,
        age_days=rng.integers(0, 90, seekers),
    )
    return posts, people


def derive(folder: str) -> int:
    """Write DATA from the source; returns how many posts. Titles are coded, then left out.

    A post whose city or pay cannot be read is left out.
    """
    from portal.places.coder import code_title, fine_occupation
    from portal.places.datafiles import read_rows

    cities = {}
    for row in read_rows("divisions.csv.gz"):
        if len(row["code"]) in (2, 4):
            cities.setdefault(row["name"].removesuffix("市"), row["code"])
    written = 0
    with (
        (Path(folder) / SOURCE).open(encoding="utf-8-sig", newline="") as source,
        DATA.open("w", encoding="utf-8", newline="") as target,
    ):
        out = csv.writer(target, lineterminator="\n")
        out.writerow(HEADER)
        for row in csv.DictReader(source):
            city = cities.get(row["work_area"])
            if not city or not row["salary_min"].isdigit() or not row["salary_max"].isdigit():
                continue
            low, high = (int(row[name]) * 1000 for name in ("salary_min", "salary_max"))
            code = fine_occupation(row["name"]) or code_title(row["name"]).minor_code
            level, years = LEVELS.get(row["degree"], 0), YEARS.get(row["experience"], 0)
            out.writerow((code, city, low, max(low, high), level, years))
            written += 1
    return written


if __name__ == "__main__":
    print(f"{derive(sys.argv[1]):,} posts")
