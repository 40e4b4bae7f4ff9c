"""Full-text search of vacancies: words segmented in the application, matched in PostgreSQL.

The vector is written word by word, not through a text search parser, which would take "c++" for
"c". Weights: A the title, B what kind of work it is, C its text, D employer,
place and terms.
"""

from django.contrib.postgres.search import SearchQuery
from django.db import connection, transaction

from .enums import Lodging, Shift
from .models import Vacancy
from .rows import education_words, experience_words
from .search_words import index_words

_CHUNK = 2000
_LONGEST = 60  # characters of one word; longer runs are no words
_LAST_POSITION = 16_383  # PostgreSQL keeps no position beyond
_MOST_PLACES = 50  # of one word; it keeps at most 255


def _quoted(word):
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


class WordQuery(SearchQuery):
    """A query taken word by word as it stands: to_tsquery would read "c++" as "c"."""

    def __init__(self, text):
        super().__init__(text, search_type="raw")
        self.text = text

    def as_sql(self, compiler, connection, function=None, template=None):
        """The text as a tsquery literal."""
        return "%s::tsquery", [self.text]


def tsquery(terms, any_of=False):
    """A WordQuery that wants all terms (see search_words.query_terms), or any of them."""

    def alternatives(term):
        whole = _quoted(term.word)
        if not term.parts:
            return whole
        joined = " <-> " if term.in_a_row else " & "
        return f"({whole} | ({joined.join(map(_quoted, term.parts))}))"

    return WordQuery((" | " if any_of else " & ").join(alternatives(term) for term in terms))


def vector_text(*weighted):
    """The text form of a tsvector from (words, weight) pairs; positions run on through all."""
    places = {}
    position = 0
    for words, weight in weighted:
        for word in words:
            position = min(position + 1, _LAST_POSITION)
            if len(word) <= _LONGEST:
                places.setdefault(word, []).append(f"{position}{weight}")
    return " ".join(
        f"{_quoted(word)}:{','.join(found[:_MOST_PLACES])}" for word, found in places.items()
    )


def _vector_of(vacancy):
    terms = [
        education_words(vacancy.education),
        experience_words(vacancy.experience_years),
        *vacancy.benefits,
    ]
    terms += [Shift(vacancy.shift).label] if vacancy.shift else []
    terms += [Lodging(vacancy.lodging).label] if vacancy.lodging else []
    region = vacancy.region
    places = [region.name] + ([region.parent.name] if region.parent else [])
    occupation = vacancy.occupation.name if vacancy.occupation else ""
    return vector_text(
        (index_words(vacancy.title, characters=True), "A"),
        (index_words(" ".join([occupation, *vacancy.skills, *vacancy.certificates])), "B"),
        (index_words(f"{vacancy.duties} {vacancy.requirements}"), "C"),
        (index_words(" ".join([vacancy.enterprise.name, *places, *terms])), "D"),
    )


def index_vacancies(vacancy_ids):
    """Write the search vectors of these vacancies; returns how many rows were written."""
    ids = list(vacancy_ids)
    written = 0
    for start in range(0, len(ids), _CHUNK):
        rows = (
            Vacancy.objects.filter(pk__in=ids[start : start + _CHUNK])
            .select_related("occupation", "enterprise", "region__parent")
            .defer("search_vector")
        )
        written += _write([(row.pk, _vector_of(row)) for row in rows])
    return written


def _write(values):
    if not values:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE enterprises_vacancy v SET search_vector = w.words::tsvector
            FROM unnest(%s::bigint[], %s::text[]) AS w(id, words)
            WHERE v.id = w.id
            """,
            [list(column) for column in zip(*values, strict=True)],
        )
        return cursor.rowcount
