"""The published list of a notice, read page by page: a province's has tens of thousands of lines,
and a public page shows fifty. The database takes the page out; the worker never holds the list.
"""

import json

from django.db import connection

_FOUND = """
WITH found AS (
    SELECT line, place
      FROM subsidies_publicnotice notice,
           jsonb_array_elements(notice.entries) WITH ORDINALITY AS listed(line, place)
     WHERE notice.id = %(notice)s
       AND (%(words)s = '' OR strpos(line ->> 'name', %(words)s) > 0)
)
"""
_COUNT = f"{_FOUND} SELECT count(*) FROM found"  # noqa: S608 - text of our own
_PAGE = f"""{_FOUND} SELECT line::text FROM found ORDER BY place
 LIMIT %(limit)s OFFSET %(offset)s"""  # noqa: S608 - text of our own
_LINE = """
SELECT line::text FROM subsidies_publicnotice, jsonb_array_elements(entries) AS line
 WHERE id = %(notice)s AND (line -> 'no')::bigint = %(number)s LIMIT 1
"""
_REFUNDS = """
SELECT entries -> 0 ->> 'insured_start' IS NOT NULL
  FROM subsidies_publicnotice WHERE id = %(notice)s
"""


class NoticeLines:
    """The lines of one notice whose name contains some words, for a Paginator.

    Slices are lists of the entries as `notices.entry_of` made them, in their order.
    """

    def __init__(self, notice_id: int, words: str = "", total: int | None = None):
        """total: how many the whole list has, where that is known: then nothing is counted."""
        self._values = {"notice": notice_id, "words": words}
        self._total = None if words else total

    def count(self) -> int:
        """How many there are."""
        if self._total is not None:
            return self._total
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, self._values)
            return cursor.fetchone()[0]

    def line(self, number: int) -> dict | None:
        """The line with a number of its own; None when the list has none such."""
        with connection.cursor() as cursor:
            cursor.execute(_LINE, self._values | {"number": number})
            row = cursor.fetchone()
        return json.loads(row[0]) if row else None

    def are_refunds(self) -> bool:
        """Whether the list is of screened refunds, which say how many persons were insured.

        Its first line tells: a notice is of one kind of subsidy (`notices.publish_notice`).
        """
        with connection.cursor() as cursor:
            cursor.execute(_REFUNDS, self._values)
            return cursor.fetchone()[0]

    def __getitem__(self, part: slice) -> list[dict]:
        values = {"offset": part.start or 0, "limit": part.stop - (part.start or 0)}
        with connection.cursor() as cursor:
            cursor.execute(_PAGE, self._values | values)
            return [json.loads(line) for (line,) in cursor.fetchall()]
