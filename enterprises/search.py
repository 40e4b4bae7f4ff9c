"""Full-text search of vacancies: words segmented here, matched in PostgreSQL.

The index text and the query are cut by the same segmenter, so that "电工" finds "设备维修电工".
"""

import unicodedata

import rjieba
from django.contrib.postgres.search import SearchQuery
from django.db import connection, transaction

from .models import Vacancy

# Weights of tsvector: the title counts before what the work is, that before the employer.
_CHUNK = 2000
_MAX_WORDS = 8


def words_of(text):
    """The search words of a text, in order, without punctuation; lower case, half width."""
    text = unicodedata.normalize("NFKC", text or "").lower()
    return [word for word in rjieba.cut_for_search(text) if any(c.isalnum() for c in word)]


def query_words(text):
    """The words a typed query asks for: at most eight, in order, none twice."""
    text = unicodedata.normalize("NFKC", text or "").lower()
    words = [word for word in rjieba.cut(text) if any(c.isalnum() for c in word)]
    return list(dict.fromkeys(words))[:_MAX_WORDS]


def tsquery(words, weights=""):
    """A SearchQuery that wants all the words; a single character matches as a beginning.

    weights: "A" to look at titles only.
    """
    terms = []
    for word in words:
        quoted = "'" + word.replace("\\", "").replace("'", "''") + "'"
        suffix = ("*" if len(word) == 1 else "") + weights
        terms.append(quoted + (f":{suffix}" if suffix else ""))
    return SearchQuery(" & ".join(terms), search_type="raw", config="simple")


def index_vacancies(vacancy_ids):
    """Write the search vectors of these vacancies; returns how many rows were written."""
    ids = list(vacancy_ids)
    written = 0
    for start in range(0, len(ids), _CHUNK):
        rows = Vacancy.objects.filter(pk__in=ids[start : start + _CHUNK]).values_list(
            "pk",
            "title",
            "occupation__name",
            "skills",
            "duties",
            "requirements",
            "enterprise__name",
        )
        values = [
            (
                pk,
                " ".join(words_of(title)),
                " ".join(words_of(f"{occupation or ''} {' '.join(skills)}")),
                " ".join(words_of(f"{duties} {requirements}")),
                " ".join(words_of(employer)),
            )
            for pk, title, occupation, skills, duties, requirements, employer in rows
        ]
        written += _write(values)
    return written


def _write(values):
    if not values:
        return 0
    columns = list(zip(*values, strict=True))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE enterprises_vacancy v SET search_vector =
                setweight(to_tsvector('simple', w.title), 'A')
                || setweight(to_tsvector('simple', w.work), 'B')
                || setweight(to_tsvector('simple', w.body), 'C')
                || setweight(to_tsvector('simple', w.employer), 'D')
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
                AS w(id, title, work, body, employer)
            WHERE v.id = w.id
            """,
            [list(column) for column in columns],
        )
        return cursor.rowcount
