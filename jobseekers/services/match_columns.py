"""What the database knows of vacancies and seekers, as the kernel's columns.

Whatever is a number travels as a column of numbers (see copy_binary); a word travels as the first
64 bits of a hash, the same on both sides, and what the words say only once for each word. Two
different words of one hash would count as one: with a million words, once in 30 million nights.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import connection
from django.utils import timezone

from jobseekers.matching import Lists, SeekerColumns, VacancyColumns
from jobseekers.matching.certificates import certificates_in
from jobseekers.matching.columns import in_rows

from .copy_binary import read_columns

LEAST_WORKING_AGE = 16  # 《劳动法》第十五条
_WORD = r"lower(btrim(word, E' \t\n\r\u3000'))"
# What the queries below have in common; `which` rows are meant is said when one is asked.
_SHARED = {
    "word": _WORD,  # as both sides know it
    "token": f"hashtextextended({_WORD}, 0)",
    "years": "100",  # what the kernel's columns hold; beyond it makes no difference
    "days": "9999",
}

OPEN = "v.state = 'published' AND v.starts_on <= %(day)s AND v.expires_on > %(day)s"
LOOKING = "s.status <> 'not_looking' AND (s.birth_year IS NULL OR s.birth_year <= %(born_by)s)"

# Occupations as codes.pack_occupation has them; divisions down to the street.
_VACANCIES = """
SELECT v.id, coalesce(rpad(replace(v.occupation_id, '-', ''), 7, '0')::int, 0) AS occupation,
       left(v.region_id, 9)::int AS division, coalesce(v.pay_min, 0) AS pay_min,
       coalesce(v.pay_max, 0) AS pay_max, v.education::int AS education,
       least(v.experience_years, {years})::int AS experience,
       coalesce(v.headcount, 1) AS headcount,
       (v.enterprise_id IN (SELECT k.enterprise_id FROM enterprises_keylistentry k
                            WHERE k.starts_on <= %(day)s
                              AND (k.ends_on IS NULL OR k.ends_on > %(day)s)))::int AS key,
       least(greatest(0, %(day)s - (v.published_at AT TIME ZONE %(zone)s)::date), {days})::int
           AS age
FROM enterprises_vacancy v WHERE {which}
"""
_SEEKERS = """
SELECT s.id, left(s.region_id, 9)::int AS home, coalesce(s.pay_expected, 0) AS pay,
       CASE s.education WHEN 0 THEN -1 ELSE s.education END::int AS education,
       least(s.experience_years, {years})::int AS experience,
       ('hard_to_place' = ANY (s.groups))::int AS hard,
       least(greatest(0, %(day)s - (s.updated_at AT TIME ZONE %(zone)s)::date), {days})::int AS age
FROM jobseekers_jobseeker s WHERE {which}
"""
_WISHES = """
SELECT i.seeker_id AS id, rpad(replace(i.occupation_id, '-', ''), 7, '0')::int AS value
FROM jobseekers_jobintention i WHERE i.occupation_id IS NOT NULL AND {which}
"""
_REGIONS = """
SELECT s.id, left(word, 9)::int AS value
FROM jobseekers_jobseeker s, unnest(s.accepted_regions) word WHERE {which}
"""
_WORDS = {
    ("v", "skills"): """SELECT v.id, {token} AS value
FROM enterprises_vacancy v, unnest(v.skills) word WHERE {word} <> '' AND {which}""",
    ("v", "certificates"): """SELECT v.id, {token} AS value
FROM enterprises_vacancy v, unnest(v.certificates) word WHERE {word} <> '' AND {which}""",
    ("s", "skills"): """SELECT s.id, {token} AS value
FROM jobseekers_jobseeker s, unnest(s.skills) word WHERE {word} <> '' AND {which}""",
    ("s", "certificates"): """SELECT s.id, {token} AS value
FROM jobseekers_jobseeker s, unnest(s.certificates) word WHERE {word} <> '' AND {which}""",
}
_TITLES = {
    "v": """SELECT v.id, {token} AS value
FROM (SELECT v.id, v.title AS word FROM enterprises_vacancy v WHERE {which}) v
WHERE {word} <> ''""",
    "i": """SELECT i.id, {token} AS value
FROM (SELECT i.seeker_id AS id, i.title AS word FROM jobseekers_jobintention i WHERE {which}) i
WHERE {word} <> ''""",
}
_PHRASES = """
SELECT word, hashtextextended(word, 0) FROM (
  SELECT DISTINCT {word} AS word FROM (
    SELECT v.title AS word FROM enterprises_vacancy v WHERE {posts}
    UNION ALL SELECT unnest(v.skills) FROM enterprises_vacancy v WHERE {posts}
    UNION ALL SELECT i.title FROM jobseekers_jobintention i WHERE {wishes}
    UNION ALL SELECT unnest(s.skills) FROM jobseekers_jobseeker s WHERE {people}) words) different
WHERE word <> ''
"""
_EXCLUDED = """
SELECT i.seeker_id AS id, i.vacancy_id AS value FROM jobseekers_application i WHERE {which}
UNION ALL SELECT i.seeker_id, i.vacancy_id FROM jobseekers_dismissal i WHERE {which}
"""
_NAMED = """
SELECT word, hashtextextended(word, 0) FROM (SELECT DISTINCT {word} AS word FROM (
  SELECT unnest(v.certificates || v.skills) AS word FROM enterprises_vacancy v WHERE {posts}
  UNION ALL
  SELECT unnest(s.certificates) FROM jobseekers_jobseeker s WHERE {people}) words) different
"""


@dataclass(frozen=True)
class Words:
    """skills: int64, the hash of every skill by its token id, rising. texts: the word of every
    word id of the text columns."""

    skills: np.ndarray
    texts: list[str]


@dataclass(frozen=True)
class MatchInput:
    """Both sides of one night, and what their token ids mean."""

    vacancies: VacancyColumns
    seekers: SeekerColumns
    words: Words


def read_match_input(
    day: date, *, cursor=None, beside=None, vacancies=None, seekers=None, words=None
) -> MatchInput:
    """Open vacancies and active seekers as they are on a day, in the order of their ids.

    Everyone who looks for work is matched: what an employer may see of them is decided when a
    page is shown, by the consent that holds then. vacancies, seekers: only those of these ids.
    words: the ids of an earlier reading (`MatchInput.words`) are kept, and words that it did not
    know left out; None numbers the words anew. cursor: of another connection than Django's.
    beside: of one more, that sees the same, to read part of it with meanwhile.
    Both sides are of one moment only in a transaction that is REPEATABLE READ.
    """
    from .match_texts import Phrases  # loads numba, which pages need not

    if cursor is None:
        with connection.cursor() as own:
            return read_match_input(
                day,
                cursor=own,
                beside=beside,
                vacancies=vacancies,
                seekers=seekers,
                words=words,
            )
    where = {
        "day": day,
        "zone": timezone.get_current_timezone_name(),
        "born_by": day.year - LEAST_WORKING_AGE,
        "vacancies": None if vacancies is None else list(vacancies),
        "seekers": None if seekers is None else list(seekers),
    }
    which = {"v": OPEN, "s": LOOKING, "i": "true"}
    if vacancies is not None:
        which["v"] += " AND v.id = ANY(%(vacancies)s)"
    if seekers is not None:
        which["s"] += " AND s.id = ANY(%(seekers)s)"
        which["i"] = "i.seeker_id = ANY(%(seekers)s)"
    # One thread for what is read beside, as a cursor can do one thing at a time, one for the work.
    with ThreadPoolExecutor(1) as reading, ThreadPoolExecutor(1) as working:
        reader = _Reader(cursor, where, which)
        if beside is not None:
            reader.read_ahead(beside, reading)
        return _both_sides(reader, working, Phrases, words)


def _both_sides(reader, working, phrases_of, words):
    posts, people = reader.vacancies(), reader.seekers()
    wanted, offered = reader.words("v", "skills", posts), reader.words("s", "skills", people)
    phrases = phrases_of(reader.phrases(), words and words.texts)
    if words is None:
        tokens = np.unique(np.concatenate([wanted.values, offered.values]))
        words = Words(tokens, phrases.words)
    # The longest work on what is read already, done while the rest is read.
    of_seekers = working.submit(phrases.text, reader.titles("i", people), offered)
    named = reader.certificates_by_token()
    return MatchInput(
        VacancyColumns(
            ids=posts["id"],
            **{name: posts[name] for name in (
                "occupation", "division", "pay_min", "pay_max", "education", "experience",
                "headcount",
            )},
            key=posts["key"].astype(bool),
            age_days=posts["age"],
            certificates=_masks(reader.words("v", "certificates", posts), named),
            certificates_preferred=_masks(wanted, named),
            skills=_tokens(wanted, words.skills),
            text=phrases.text(reader.titles("v", posts), wanted),
        ),
        SeekerColumns(
            ids=people["id"],
            occupations=reader.wishes(people),
            regions=reader.regions(people),
            home=people["home"],
            pay_expected=people["pay"],
            # 0 is "not said" on the seeker's side, which excludes nothing.
            education=people["education"],
            experience=people["experience"],
            certificates=_masks(reader.words("s", "certificates", people), named),
            skills=_tokens(offered, words.skills),
            hard_to_place=people["hard"].astype(bool),
            age_days=people["age"],
            excluded=reader.excluded(people),
            text=of_seekers.result(),
        ),
        words,
    )  # fmt: skip


class _Reader:
    """The queries of one reading, with the conditions on either side."""

    def __init__(self, cursor, where, which):
        self._cursor = cursor
        self._where = where
        self._which = which
        self._ahead = {}

    def read_ahead(self, cursor, pool):
        """Have the lists of seekers read with another cursor in a thread of the pool: on two
        processors of the server the reading takes little more than half as long."""
        lists = (
            (_TITLES["i"], "i", np.int64),
            (_WORDS["s", "skills"], "s", np.int64),
            (_WISHES, "i", np.int32),
            (_REGIONS, "s", np.int32),
        )
        for select, side, kind in lists:
            filled = select.format(**_SHARED, which=self._which[side])
            types = {"id": np.int64, "value": kind}
            self._ahead[filled] = pool.submit(read_columns, cursor, filled, self._where, types)

    def _columns(self, select, which, types):
        filled = select.format(**_SHARED, which=which)
        if filled in self._ahead:
            return self._ahead.pop(filled).result()
        return read_columns(self._cursor, filled, self._where, types)

    def vacancies(self):
        """Everything about vacancies that is one number a row."""
        names = ("occupation", "division", "pay_min", "pay_max", "education", "experience",
                 "headcount", "key", "age")  # fmt: skip
        return self._table(_VACANCIES, self._which["v"], names)

    def seekers(self):
        """Everything about seekers that is one number a row."""
        names = ("home", "pay", "education", "experience", "hard", "age")
        return self._table(_SEEKERS, self._which["s"], names)

    def _table(self, select, which, names):
        types = {"id": np.int64} | dict.fromkeys(names, np.int32)
        found = self._columns(select, which, types)
        order = np.argsort(found["id"], kind="stable")
        return {name: values[order] for name, values in found.items()}

    def wishes(self, table):
        """The occupations each seeker wants."""
        return self._ragged(_WISHES, self._which["i"], table, np.int32)

    def regions(self, table):
        """The places each seeker accepts."""
        return self._ragged(_REGIONS, self._which["s"], table, np.int32)

    def excluded(self, table):
        """The vacancies each seeker applied to or dismissed."""
        return self._ragged(_EXCLUDED, self._which["i"], table, np.int64)

    def words(self, side, column, table):
        """The hashes of a column of words."""
        return self._ragged(_WORDS[side, column], self._which[side], table, np.int64)

    def titles(self, side, table):
        """The hashes of the titles of posts or wishes."""
        return self._ragged(_TITLES[side], self._which[side], table, np.int64)

    def phrases(self):
        """[(phrase, hash)] of all titles and skills."""
        query = _PHRASES.format(
            **_SHARED, posts=self._which["v"], people=self._which["s"], wishes=self._which["i"]
        )
        self._cursor.execute(query, self._where)
        return self._cursor.fetchall()

    def _ragged(self, select, which, table, kind):
        found = self._columns(select, which, {"id": np.int64, "value": kind})
        return _lists(table["id"], found["id"], found["value"])

    def certificates_by_token(self):
        """(hashes of the words that name certificates, rising; their bit sets)."""
        query = _NAMED.format(**_SHARED, posts=self._which["v"], people=self._which["s"])
        self._cursor.execute(query, self._where)
        found = sorted(
            (token, mask)
            for word, token in self._cursor.fetchall()
            if (mask := certificates_in(word))
        )
        tokens, masks = zip(*found, strict=True) if found else ((), ())
        return np.array(tokens, np.int64), np.array(masks, np.uint64)


def _lists(ids, owners, values) -> Lists:
    """Ragged rows in the order of `ids` (rising); what belongs to none of them falls out."""
    if not ids.size:
        return Lists.empty(0)
    at = np.minimum(np.searchsorted(ids, owners), ids.size - 1)
    known = ids[at] == owners
    return Lists.by_owner(*in_rows(at[known], values[known].astype(np.int64)), ids.size)


def _tokens(hashes: Lists, words) -> Lists:
    """Hashes as token ids; those that are not among the words fall out."""
    if not words.size:
        return Lists.empty(len(hashes))
    at = np.minimum(np.searchsorted(words, hashes.values), words.size - 1)
    known = words[at] == hashes.values
    before = np.concatenate([[0], np.cumsum(known)])
    return Lists(before[hashes.indptr], at[known])


def _masks(hashes: Lists, named):
    """The certificates named by each row's words."""
    tokens, masks = named
    found = np.zeros(len(hashes), dtype=np.uint64)
    if tokens.size:
        at = np.minimum(np.searchsorted(tokens, hashes.values), tokens.size - 1)
        known = tokens[at] == hashes.values
        np.bitwise_or.at(found, hashes.owners()[known], masks[at[known]])
    return found
