"""Small, crowded worlds for hypothesis: few codes, so that ties and full lists are common."""

import numpy as np
from hypothesis import strategies as st

from jobseekers.matching.columns import Lists, SeekerColumns, VacancyColumns
from jobseekers.matching.score import ScoreModel
from jobseekers.matching.settings import MatchSettings

OCCUPATIONS = (0, 6310103, 6310104, 6310100, 6310201, 6290101, 4010203, 4010000, 1010001)
PLACES = (0, 320412100, 320412102, 320412, 320402001, 3204, 320401, 321002003, 429004100)
REGIONS = (320412100, 320412, 320402, 3204, 32, 321002, 4290)


# Invented borders between the places above, of districts and of cities.
BORDERS = (
    (320412, 320402), (320412, 321002), (320402, 321002), (3204, 3210), (3210, 4290),
)  # fmt: skip
PAYS = ((0, 0), (4000, 6000), (5000, 5000), (6000, 9000), (7000, 0))


class Dice:
    """Rows from a seed. In a tight world nearly everybody fits nearly everything."""

    def __init__(self, seed, tight):
        self.rng = np.random.default_rng(seed)
        self.occupations = [int(x) for x in self.rng.choice(OCCUPATIONS[1:], 2)]
        self.places, self.regions = PLACES[1:3], REGIONS[:4]
        if not tight:
            self.occupations, self.places, self.regions = OCCUPATIONS, PLACES, REGIONS
        self.strict = 0.1 if tight else 0.5

    def pick(self, values):
        return values[self.rng.integers(len(values))]

    def often(self, usual, values):
        return self.pick(values) if self.rng.random() < self.strict else usual

    def few(self, values, most, least=0):
        return [self.pick(values) for _ in range(self.rng.integers(least, most + 1))]

    def text(self):
        """Up to five of eight words, each one to three times."""
        return [word << 4 | self.pick((1, 1, 2, 3)) for word in sorted(set(self.few(range(8), 5)))]

    def vacancy(self):
        return {
            "occupation": self.pick(self.occupations),
            "division": self.pick(self.places),
            "pay": self.pick(PAYS),
            "education": self.often(0, (2, 4)),
            "experience": self.often(0, (1, 3)),
            "certificates": self.often(0, (1, 3, 1 << 40, 1 << 63)),
            "skills": self.few(range(6), 4),
            "text": self.text(),
            "headcount": self.pick((1, 1, 1, 2)),
            "key": self.pick((True, False, False)),
            "active": self.often(True, (True, False)),
            "age_days": self.pick((0, 30, 90)),
        }

    def seeker(self):
        return {
            "occupations": self.few(self.occupations, 3, least=int(self.strict < 0.5)),
            "regions": self.few(self.regions, 2),
            "home": self.pick(PLACES),
            "pay_expected": self.pick((0, 4000, 5000, 7000)),
            "education": self.often(4, (-1, 0, 2, 6)),
            "experience": self.often(5, (-1, 0, 1)),
            "certificates": self.often(3 | 1 << 63, (0, 1, 2, 1 << 40)),
            "skills": self.few(range(6), 4),
            "text": self.text(),
            "hard_to_place": self.pick((True, False, False)),
            "consent": self.often(True, (True, False)),
            "active": self.often(True, (True, False)),
            "age_days": self.pick((0, 30, 90)),
            "excluded": self.few(range(1, 60), 3),
        }


def vacancy_columns(rows, ids=None):
    rows = [dict(row) for row in rows]
    pay = [row.pop("pay") for row in rows]
    return _columns(
        VacancyColumns,
        ids or range(1, len(rows) + 1),
        [r | {"pay_min": low, "pay_max": high} for r, (low, high) in zip(rows, pay, strict=True)],
    )


def seeker_columns(rows, ids=None):
    return _columns(SeekerColumns, ids or range(101, len(rows) + 101), rows)


def _columns(kind, ids, rows):
    columns = {}
    for name in rows[0] if rows else ():
        values = [row[name] for row in rows]
        columns[name] = (
            Lists.of(values)
            if isinstance(values[0], list)
            else np.array(values, np.uint64 if name == "certificates" else None)
        )
    return kind(ids=np.array(list(ids), dtype=np.int64), **columns)


@st.composite
def worlds(draw, most_vacancies=8, most_seekers=14):
    """(vacancies, seekers, settings) with content from a seed.

    hypothesis prefers small numbers, so it is asked how many rows to leave out: crowds are what
    these tests are about.
    """
    dice = Dice(draw(st.integers(0, 2**32 - 1)), draw(st.booleans()))
    vacancies = [
        dice.vacancy() for _ in range(most_vacancies - draw(st.integers(0, most_vacancies - 1)))
    ]
    seekers = [dice.seeker() for _ in range(most_seekers - draw(st.integers(0, most_seekers - 1)))]
    settings = MatchSettings(
        per_seeker=draw(st.integers(1, 5)),
        cap=draw(st.integers(1, 2)),
        lottery=draw(st.integers(0, 3)),
        threads=draw(st.integers(1, 3)),
        list_length=draw(st.integers(1, 5)),
        model=ScoreModel(
            choices_full=draw(st.integers(1, 4)), choices_wanted=draw(st.integers(1, 9))
        ),
        neighbours=draw(st.lists(st.sampled_from(BORDERS), unique=True).map(tuple)),
    )
    return vacancy_columns(vacancies), seeker_columns(seekers), settings
