"""Small, crowded worlds for hypothesis: few codes, so that ties and full lists are common."""

import numpy as np
from hypothesis import strategies as st

from jobseekers.matching.columns import Lists, SeekerColumns, VacancyColumns
from jobseekers.matching.settings import MatchSettings

OCCUPATIONS = (0, 6310103, 6310104, 6310100, 6310201, 6290101, 4010203, 4010000, 1010001)
PLACES = (0, 320412100, 320412102, 320412, 320402001, 3204, 320401, 321002003, 429004100)
REGIONS = (320412100, 320412, 320402, 3204, 32, 321002, 4290)


def _vacancy():
    return st.fixed_dictionaries(
        {
            "occupation": st.sampled_from(OCCUPATIONS),
            "division": st.sampled_from(PLACES),
            "pay": st.sampled_from(((0, 0), (4000, 6000), (5000, 5000), (6000, 9000), (7000, 0))),
            "education": st.sampled_from((0, 0, 2, 4)),
            "experience": st.sampled_from((0, 0, 1, 3)),
            "certificates": st.sampled_from((0, 0, 0, 1, 3)),
            "skills": st.lists(st.integers(0, 5), max_size=4),
            "headcount": st.integers(1, 3),
            "key": st.booleans(),
            "active": st.sampled_from((True, True, True, False)),
            "age_days": st.sampled_from((0, 30, 90)),
        }
    )


def _seeker():
    return st.fixed_dictionaries(
        {
            "occupations": st.lists(st.sampled_from(OCCUPATIONS), max_size=3),
            "regions": st.lists(st.sampled_from(REGIONS), max_size=3),
            "home": st.sampled_from(PLACES),
            "pay_expected": st.sampled_from((0, 4000, 5000, 7000)),
            "education": st.sampled_from((-1, 0, 2, 4, 6)),
            "experience": st.sampled_from((-1, 0, 1, 5)),
            "certificates": st.sampled_from((0, 1, 3, 2)),
            "skills": st.lists(st.integers(0, 5), max_size=4),
            "hard_to_place": st.booleans(),
            "consent": st.sampled_from((True, True, True, False)),
            "active": st.sampled_from((True, True, True, False)),
            "age_days": st.sampled_from((0, 30, 90)),
            "excluded": st.lists(st.integers(1, 14), max_size=2),
        }
    )


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
        columns[name] = Lists.of(values) if isinstance(values[0], list) else np.array(values)
    return kind(ids=np.array(list(ids), dtype=np.int64), **columns)


@st.composite
def worlds(draw, most_vacancies=8, most_seekers=12):
    """(vacancies, seekers, settings)."""
    vacancies = draw(st.lists(_vacancy(), min_size=1, max_size=most_vacancies))
    seekers = draw(st.lists(_seeker(), min_size=1, max_size=most_seekers))
    settings = MatchSettings(
        per_seeker=draw(st.integers(1, 4)),
        cap=draw(st.integers(1, 2)),
        lottery=draw(st.integers(0, 3)),
        threads=draw(st.integers(1, 3)),
        list_length=draw(st.integers(1, 5)),
    )
    return vacancy_columns(vacancies), seeker_columns(seekers), settings
