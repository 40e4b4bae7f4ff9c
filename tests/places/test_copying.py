"""Rows as COPY text."""

import datetime

import pytest
from django.db import connection

from portal.places.copying import RowStream, copy_rows, copy_value

VALUES = (
    None,
    True,
    -7,
    '制表\t换行\n反斜\\ 引号"',
    "",
    datetime.date(2020, 3, 25),
    ["焊工", '带"引号"', "逗,号", "反\\斜", ""],
    [],
    {"键": ["值", 1, None]},
)


@pytest.mark.django_db
def test_every_kind_of_value_comes_back_as_it_went():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE kinds (a int, b boolean, c int, d text, e text, f date, "
            "g text[], h text[], i jsonb)"
        )
        assert copy_rows(cursor, "kinds", "abcdefghi", [VALUES, VALUES]) == 2
        cursor.execute("SELECT a, b, c, d, e, f, g, h, i::text FROM kinds")
        first, second = cursor.fetchall()
    assert first == second == (*VALUES[:8], '{"键": ["值", 1, null]}')


def test_a_moment_keeps_its_offset():
    moment = datetime.datetime(2020, 3, 25, 8, tzinfo=datetime.UTC)
    assert copy_value(moment) == "2020-03-25T08:00:00+00:00"


@pytest.mark.parametrize("size", [1, 3, 7, 1000, -1])
def test_stream_gives_the_same_text_in_any_bite(size):
    stream = RowStream([(1, "甲"), (2, "乙"), (3, None)])
    text = ""
    while part := stream.read(size):
        assert size < 0 or len(part) <= size
        text += part
    assert text == "1\t甲\n2\t乙\n3\t\\N\n"


def test_stream_pulls_rows_only_when_asked():
    pulled = []

    def rows():
        for number in range(1000):
            pulled.append(number)
            yield (number,)

    RowStream(rows()).read(10)
    assert len(pulled) < 10
