"""Files of two enterprises and invented people."""

import re
from datetime import date

import numpy as np
import pytest
from django.db import connection

from portal.demo.codes import identity_numbers
from subsidies.services.insurance.importing import import_file
from subsidies.services.insurance.leaves import PARENT
from tests.factories import EnterpriseFactory, division

JANUARY = date(2020, 1, 1)
FIRST, SECOND = "91320412XN003FYB8R", "91320411XN00000010"
PEOPLE, _ = identity_numbers(0, np.zeros(40, int), np.full(40, 30), np.ones(40, bool), 2020)
PERSON_HEAD = "统一社会信用代码,姓名,身份证号,费款所属期,首次参保时间,缴费基数,缴费合计,补缴标志"
MONTH_HEAD = "统一社会信用代码,参保人数,单位缴纳,职工缴纳,各险种应缴合计,补缴"


def credit_code(enterprise):
    """As a file has it."""
    return enterprise.credit_code


@pytest.fixture
def place(db):
    """The city."""
    return division("3204")


@pytest.fixture
def employers(place):
    """Two registered enterprises."""
    return [
        EnterpriseFactory(region=division("320412")),
        EnterpriseFactory(region=division("320411")),
    ]


@pytest.fixture
def write(tmp_path):
    """write(head, lines, …) → path of a file."""

    def do(head, *lines, name="社保.csv", encoding="utf-8", end="\r\n"):
        path = tmp_path / name
        path.write_bytes(end.join([head, *lines, ""]).encode(encoding))
        return path

    return do


@pytest.fixture
def person_line(employers):
    """person_line(number, …) → a right line about the number-th person, with some cells changed."""

    def line(number, employer=0, **cells):
        row = {
            "code": employers[employer].credit_code,
            "name": "张某",
            "identity": PEOPLE[number],
            "month": "202001",
            "since": "2015-03",
            "base": "4000.00",
            "paid": "40.00",
            "back": "否",
        }
        return ",".join(str(value) for value in {**row, **cells}.values())

    return line


@pytest.fixture
def take(place):
    """take(path, kind) → the import of January 2020."""

    def do(path, kind="person_month", month=JANUARY, region=None, **options):
        return import_file(path, kind, month, region or place, **options)

    return do


def month_tables():
    """Names of the tables under the person-months."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
            [PARENT],
        )
        return {name for (name,) in cursor.fetchall()}


def leaf_tables():
    """Names of all tables of person-months below the parent, hung in or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')")
        names = {name for (name,) in cursor.fetchall()}
    return {name for name in names if re.match(rf"{PARENT}_", name)}


@pytest.fixture
def no_tables_left(transactional_db):
    """Tables of person-months are dropped after a test that really commits.

    Before it as well: whoever loads the demo city and commits leaves empty ones behind.
    """
    drop_leaf_tables()
    yield
    drop_leaf_tables()


def drop_leaf_tables():
    """Drop every table of person-months below the parent."""
    with connection.cursor() as cursor:
        for name in sorted(leaf_tables()):
            cursor.execute(f"DROP TABLE IF EXISTS {name} CASCADE")
