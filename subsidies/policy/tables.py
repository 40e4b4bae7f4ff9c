"""Decision tables hit exactly one row for any values: holes and overlaps are found at load time.

The values of each input fall into finitely many cells (between the ends the rows mention, or the
choices of the fact), so one value of each cell, in all combinations, tries every case there is.
"""

from datetime import date, timedelta
from itertools import product

from .facts import CATALOGUE
from .operands import engine_value, row_test
from .wording import shown_fact

CELL_LIMIT = 20_000


def test_ends(test) -> list:
    """The ends a test of a number or day names."""
    return [end for end in (test.least, test.most, test.below) if end is not None]


def _samples(table, name, flags):
    if name in flags:
        return [True, False]
    fact = CATALOGUE[name]
    if fact.kind == "bool":
        return [True, False]
    if fact.kind == "choice":
        return list(fact.choices)
    tests = [row.when[name] for row in table.rows if name in row.when]
    ends = {end for test in tests for end in test_ends(test)}
    if fact.kind == "date":
        step = timedelta(days=1)
        points = {date(1950, 1, 1), date(2100, 1, 1)}
        points |= {end + delta for end in ends for delta in (-step, step * 0, step)}
        return sorted(points)
    if fact.kind == "share":
        exact = sorted({engine_value(end) for end in ends} | {0, 1})
        between = [(low + high) / 2 for low, high in zip(exact, exact[1:], strict=False)]
        return sorted([*exact, *between])
    points = {0, 10**9} | {end + delta for end in ends for delta in (-1, 0, 1)}
    return sorted(point for point in points if point >= 0)


def _hits(row, case):
    return all(row_test(test)(case[name]) for name, test in row.when.items())


def table_faults(table, flags) -> list[tuple[tuple, str]]:
    """Faults of a table as ``(position below rows, text)``; empty when each case hits one row."""
    samples = [_samples(table, name, flags) for name in table.inputs]
    count = 1
    for values in samples:
        count *= len(values)
    if count > CELL_LIMIT:
        return [((), "表太大，请拆成几张")]
    faults = []
    hit_rows = set()
    for values in product(*samples):
        case = dict(zip(table.inputs, values, strict=True))
        hits = [index for index, row in enumerate(table.rows) if _hits(row, case)]
        hit_rows.update(hits)
        if len(hits) == 1:
            continue
        words = "，".join(
            f"{flags[name].label} {'是' if value else '否'}"
            if name in flags
            else f"{CATALOGUE[name].label} {shown_fact(name, value)}"
            for name, value in case.items()
        )
        if not hits:
            return [((), f"有空缺：{words} 时没有一行适用")]
        return [((hits[1],), f"有重叠：{words} 时第 {hits[0] + 1} 行和第 {hits[1] + 1} 行都适用")]
    for index in range(len(table.rows)):
        if index not in hit_rows:
            faults.append(((index,), "这一行永远用不到"))
    return faults
