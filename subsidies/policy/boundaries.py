"""Whether the cases of a provision stand on both sides of every end it has.

An end is a limit of a condition, of a table's row or of a tranche, the first and last day, a cap.
For each there must be a case exactly on it and one just past it: the next count, the next day, one
person more or fewer for a ratio.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from .facts import CATALOGUE, normalise
from .operands import RATIO_TESTS, engine_value
from .rules import condition_quantity
from .schema import AnyOf, expressions
from .wording import day, shown

ORDERED = ("le", "lt", "ge", "gt", "within", "eq")
# How near to an end a share must come that is not made of persons.
NEAR = Fraction(1, 100)


def boundary_gaps(policy, key: str, decided: list[tuple]) -> Iterator[str]:
    """What no case tries, in words; ``decided`` holds ``(case, decision, evaluator)`` tuples."""
    provision = policy.file.provisions[key]
    known = [normalise(case.facts) for case, *_ in decided]
    traces = [decision.trace for _, decision, _ in decided]
    tables = set()
    for rule in (*provision.exclusions, *provision.conditions):
        if isinstance(rule, AnyOf):
            yield from _alternatives(rule, traces)
        for one in rule.any_of if isinstance(rule, AnyOf) else [rule]:
            tables.add(one.limit.table)
            yield from _condition(policy, one, known, traces)
            for name, test in one.only_if.items():
                yield from _test(name, test, known)
    tables.update(expr.table for expr in expressions(provision))
    for name in tables - {None}:
        table = policy.file.tables[name]
        for row in table.rows:
            for fact, test in row.when.items():
                if fact in CATALOGUE:
                    yield from _test(fact, test, known)
    if provision.tranches is not None:
        for part in provision.tranches.parts[1:]:
            yield from _ends(part.fact, {part.least, part.least - 1}, known)
    yield from _days(policy, provision, decided)
    yield from _limits(provision, decided, known)


def _alternatives(rule, traces):
    ids = {one.id for one in rule.any_of}
    for one in rule.any_of:
        if not any(e["rule"] == one.id and e["result"] for trace in traces for e in trace):
            yield f"没有符合“{one.id}”的用例"
    if not any({e["rule"] for e in trace if e["result"] is False} == ids for trace in traces):
        yield f"没有只差“{'、'.join(sorted(ids))}”的用例"


def _condition(policy, rule, known, traces):
    look = condition_quantity(policy.scope, rule)
    if rule.operator not in ORDERED or look.kind not in ("int", "fen", "date", "share"):
        return
    table = policy.scope.tables[rule.limit.table] if rule.limit.table else None
    seen: dict = {}
    for facts, trace in zip(known, traces, strict=True):
        for entry in trace:
            if entry["rule"] == rule.id and None not in (entry["limit"], entry["actual"]):
                row = table.row(facts) if table else None
                seen.setdefault(row, []).append(entry)
    for row in range(len(table.rows)) if table else [None]:
        entries = seen.get(row, [])
        where = f"（{table.name} 第 {row + 1} 行）" if table else ""
        missing = _ratio_sides(rule, entries) if look.ratio else _plain_sides(rule, entries, look)
        for text in missing:
            yield f"没有“{rule.id}”{text}的用例{where}"


def _ratio_sides(rule, entries):
    held = RATIO_TESTS[rule.operator]
    inclusive = rule.operator in ("le", "ge", "eq")
    step = -1 if rule.operator in ("le", "lt") else 1
    exact = near = False
    for entry in entries:
        top, bottom = map(int, entry["actual"].split("/"))
        limit = Fraction(entry["limit"])
        if Fraction(top, bottom) == limit and entry["result"] is inclusive:
            exact = True
        elif entry["result"] is False and held((top + step, bottom), limit):
            near = True
    if not exact:
        yield "正好等于限度"
    if not near and inclusive:
        yield "刚刚超过限度"


def _plain_sides(rule, entries, look):
    held = {(_value(entry["actual"]), entry["result"]) for entry in entries}
    limits = {_hashable(entry["limit"]) for entry in entries}
    if not limits:
        yield "和限度比较"
    for limit in limits:
        for value, result in _sides(rule.operator, limit):
            if (value, result) not in held and value != -1:
                yield f"为 {shown(value, look.kind, look.unit)}"


def _hashable(limit):
    return tuple(map(_value, limit)) if isinstance(limit, list) else _value(limit)


def _value(value):
    return date.fromisoformat(value) if isinstance(value, str) else value


def _sides(operator, limit):
    """The last value that passes and the first that does not, at each end."""
    low, high = limit if isinstance(limit, tuple) else (limit, limit)
    step = timedelta(days=1) if isinstance(low, date) else 1
    if operator in ("ge", "within", "eq"):
        yield from ((low, True), (low - step, False))
    if operator in ("le", "within", "eq"):
        yield from ((high, True), (high + step, False))
    if operator == "gt":
        yield from ((low + step, True), (low, False))
    if operator == "lt":
        yield from ((high - step, True), (high, False))


def _test(name, test, known):
    """Both sides of every end a row or ``only_if`` names."""
    step = timedelta(days=1) if CATALOGUE[name].kind == "date" else 1
    if CATALOGUE[name].kind == "share":
        for end in (engine_value(e) for e in (test.least, test.most, test.below) if e is not None):
            held = {facts[name] for facts in known if name in facts}
            if end not in held:
                yield f"没有“{name}”正好 {shown(end, 'share')} 的用例"
            if not any(0 < abs(value - end) <= NEAR for value in held):
                yield f"没有“{name}”刚刚不到或超过 {shown(end, 'share')} 的用例"
        return
    if test.least is not None:
        yield from _ends(name, {test.least, test.least - step}, known)
    if test.most is not None:
        yield from _ends(name, {test.most, test.most + step}, known)


def _ends(name, values, known):
    held = {facts.get(name) for facts in known}
    fact = CATALOGUE[name]
    for value in sorted(values - held):
        if value != -1:
            yield f"没有“{name}”为 {shown(value, fact.kind, fact.unit)}的用例"


def _days(policy, provision, decided):
    """First and last day of the policy and of the claims, and the days next to them."""
    windows = [("effective_period", provision.effective or policy.file.effective)]
    if policy.file.claim_window is not None and provision.delivery.how == "on_application":
        windows.append(("claim_window", policy.file.claim_window))
    step = timedelta(days=1)
    for rule, period in windows:
        held = {
            (case.as_of, entry["result"])
            for case, decision, _ in decided
            for entry in decision.trace
            if entry["rule"] == rule
        }
        ends = [(period.start, -step), (period.to, step)]
        for end, outward in ends:
            if end is None:
                continue
            for value, result in ((end, True), (end + outward, False)):
                if (value, result) not in held:
                    yield f"没有 {day(value)}办理的用例"


def _limits(provision, decided, known):
    """Every cap, and every choice of a lesser or greater figure, goes either way in some case."""
    for cap in provision.caps:
        hits = {
            any(step.startswith(f"{cap.label}：超过") for step in decision.amount_steps)
            for _, decision, _ in decided
            if decision.outcome == "grant"
        }
        if True not in hits:
            yield f"没有超过“{cap.label}”的用例"
        if False not in hits:
            yield f"没有不到“{cap.label}”的用例"
    taken: dict = {}
    for facts, (*_, evaluator) in zip(known, decided, strict=True):
        for label, parts, index in evaluator.choices(facts):
            taken.setdefault(label, (parts, set()))[1].add(index)
    for label, (parts, indexes) in taken.items():
        for index in sorted(set(range(parts)) - indexes):
            yield f"没有取“{label}”第 {index + 1} 项的用例"
