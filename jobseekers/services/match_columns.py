"""What the database knows of vacancies and seekers, as the kernel's columns."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import connection
from django.utils import timezone

from jobseekers.matching import Lists, SeekerColumns, VacancyColumns
from jobseekers.matching.certificates import certificates_in
from jobseekers.matching.codes import pack_occupation

LEAST_WORKING_AGE = 16  # 《劳动法》第十五条

_VACANCIES = """
SELECT v.id, v.occupation_id, v.region_id, v.pay_min, v.pay_max, v.education,
       v.experience_years, v.certificates, v.skills, v.headcount,
       EXISTS (SELECT 1 FROM enterprises_keylistentry k
               WHERE k.enterprise_id = v.enterprise_id AND k.starts_on <= %(day)s
                 AND (k.ends_on IS NULL OR k.ends_on > %(day)s)),
       greatest(0, %(day)s - (v.published_at AT TIME ZONE %(zone)s)::date)
FROM enterprises_vacancy v
WHERE v.state = 'published' AND v.starts_on <= %(day)s AND v.expires_on > %(day)s
ORDER BY v.id
"""

_SEEKERS = """
SELECT s.id,
       ARRAY(SELECT i.occupation_id FROM jobseekers_jobintention i
             WHERE i.seeker_id = s.id AND i.occupation_id IS NOT NULL ORDER BY i.rank),
       s.accepted_regions, s.region_id, coalesce(s.pay_expected, 0), s.education,
       s.experience_years, s.certificates, s.skills,
       'hard_to_place' = ANY (s.groups),
       greatest(0, %(day)s - (s.updated_at AT TIME ZONE %(zone)s)::date),
       ARRAY(SELECT a.vacancy_id FROM jobseekers_application a WHERE a.seeker_id = s.id
             UNION SELECT d.vacancy_id FROM jobseekers_dismissal d WHERE d.seeker_id = s.id)
FROM jobseekers_jobseeker s
WHERE s.status <> 'not_looking'
  AND (s.birth_year IS NULL OR s.birth_year <= %(born_by)s)
ORDER BY s.id
"""


@dataclass(frozen=True)
class MatchInput:
    """Both sides of one night."""

    vacancies: VacancyColumns
    seekers: SeekerColumns


class Vocabulary:
    """Skill words as token ids, the same for both sides."""

    def __init__(self):
        self._ids = {}

    def tokens(self, skills):
        """The ids of one row's skills; a new word gets the next id."""
        return [
            self._ids.setdefault(skill.strip().lower(), len(self._ids))
            for skill in skills
            if skill.strip()
        ]


def read_match_input(day: date) -> MatchInput:
    """Open vacancies and active seekers as they are on a day.

    Everyone who looks for work is matched: what an employer may see of them is decided when a
    page is shown, by the consent that holds then.
    """
    skills = Vocabulary()
    where = {
        "day": day,
        "zone": timezone.get_current_timezone_name(),
        "born_by": day.year - LEAST_WORKING_AGE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_VACANCIES, where)
        vacancies = _vacancies(cursor.fetchall(), skills)
        cursor.execute(_SEEKERS, where)
        seekers = _seekers(cursor.fetchall(), skills)
    return MatchInput(vacancies, seekers)


def _columns(rows, width):
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * width


def _division(code):
    """The kernel knows divisions down to the street."""
    return int(code[:9])


def _vacancies(rows, skills):
    (ids, occupations, regions, pay_min, pay_max, education, experience, certificates, words,
     headcount, key, age) = _columns(rows, 12)  # fmt: skip
    return VacancyColumns(
        ids=np.array(ids, np.int64),
        occupation=np.array([pack_occupation(code or "") for code in occupations], np.int32),
        division=np.array([_division(code) for code in regions], np.int32),
        pay_min=np.array(pay_min, np.int32),
        pay_max=np.array(pay_max, np.int32),
        education=np.array(education, np.int8),
        experience=np.array(np.minimum(experience or [], 100), np.int8),
        certificates=_masks(certificates),
        certificates_preferred=_masks(words),
        skills=Lists.of(skills.tokens(row) for row in words),
        headcount=np.array(headcount, np.int32),
        key=np.array(key, bool),
        age_days=np.array(np.minimum(age or [], 9999), np.int16),
    )


def _seekers(rows, skills):
    (ids, occupations, regions, home, pay, education, experience, certificates, words, hard, age,
     excluded) = _columns(rows, 12)  # fmt: skip
    return SeekerColumns(
        ids=np.array(ids, np.int64),
        occupations=Lists.of([pack_occupation(code) for code in row] for row in occupations),
        regions=Lists.of([_division(code) for code in row] for row in regions),
        home=np.array([_division(code) for code in home], np.int32),
        pay_expected=np.array(pay, np.int32),
        # 0 is "not said" on the seeker's side, which excludes nothing.
        education=np.array([level or -1 for level in education], np.int8),
        experience=np.array(np.minimum(experience or [], 100), np.int8),
        certificates=_masks(certificates),
        skills=Lists.of(skills.tokens(row) for row in words),
        hard_to_place=np.array(hard, bool),
        age_days=np.array(np.minimum(age or [], 9999), np.int16),
        excluded=Lists.of(excluded),
    )


def _masks(rows):
    known = {}
    masks = []
    for row in rows:
        text = "、".join(row)
        if text not in known:
            known[text] = certificates_in(text) if text else 0
        masks.append(known[text])
    return np.array(masks, np.uint64)
