"""Rules compiled from a policy file: each yields one entry of the trace.

A compiled rule is a closure ``rule(facts, params) -> dict``: the entry with ``result`` true, false
or ``None`` (unknown), the figures as JSON values and as words, the clause, and the sentence.
"""

import string

from .facts import CATALOGUE
from .operands import (
    PLAIN_TESTS,
    RATIO_TESTS,
    CompiledTable,
    engine_value,
    json_value,
    missing_facts,
    quantity,
    row_test,
)
from .wording import percent_beside, percent_exact, shown, shown_fact

OPERATOR_WORDS = {
    "eq": "应为 {}",
    "ne": "不是 {}",
    "lt": "低于 {}",
    "le": "不高于 {}",
    "gt": "高于 {}",
    "ge": "不低于 {}",
    "in": "属于 {}",
    "not_in": "不属于 {}",
    "under": "属于 {}",
    "within": "在 {} 之间",
    "contains_any": "{}",
}


class Scope:
    """What the rules of one policy file refer to by name."""

    def __init__(self, policy):
        self.policy = policy
        self.parameters = policy.parameters
        self.indicators = policy.indicators
        self.tables = {
            name: CompiledTable(name, table, policy.flags) for name, table in policy.tables.items()
        }
        for table in self.tables.values():
            table.sentences = [self.sentence(row.text) for row in table.rows]

    def entry(self, rule, label, cite, fact, operator, remedy="none") -> dict:
        """The parts of a trace entry that do not depend on the case."""
        document = self.policy.documents[cite.partition("(")[0]]
        return {
            "rule": rule,
            "label": label,
            "cite": cite,
            "document": document.number,
            "fact": fact,
            "operator": operator,
            "actual": None,
            "actual_text": "",
            "limit": None,
            "limit_text": "",
            "result": None,
            "text": "",
            "remedy": remedy,
        }

    def parameter_gap(self, name) -> str:
        """Why a parameter has no value, in words."""
        parameter = self.parameters[name]
        if parameter.unspecified:
            return f"“{parameter.label}”文件没有规定，主管部门也还没有填写"
        return f"“{parameter.label}”没有适用于这一日期的取值"

    def sentence(self, template):
        """Compile a template into ``(facts, params, actual_text, limit_text) -> str``."""
        pieces = []
        for literal, name, _, _ in string.Formatter().parse(template):
            if literal:
                pieces.append(literal)
            if name is not None:
                pieces.append(self._placeholder(name))

        if all(isinstance(piece, str) for piece in pieces):
            whole = "".join(pieces)
            return lambda facts, params, actual, limit: whole

        def write(facts, params, actual, limit):
            return "".join(
                [
                    piece if piece.__class__ is str else piece(facts, params, actual, limit)
                    for piece in pieces
                ]
            )

        return write

    def _placeholder(self, name):
        if name == "actual":
            return lambda facts, params, actual, limit: actual
        if name == "limit":
            return lambda facts, params, actual, limit: limit
        if name in self.parameters:
            parameter = self.parameters[name]
            return lambda facts, params, actual, limit: shown(
                params[name], parameter.unit, parameter.measure
            )
        return lambda facts, params, actual, limit: shown_fact(name, facts.get(name))


def _limit_reader(scope, operand):
    """``(getter, constant)`` for the right-hand side; the getter is ``None`` for a constant."""
    if operand.parameter is not None:
        name = operand.parameter
        return (lambda facts, params: params[name]), None
    if operand.table is not None:
        return scope.tables[operand.table].value, None
    if operand.values is not None:
        return None, tuple(engine_value(item) for item in operand.values)
    if operand.start is not None:
        return None, (engine_value(operand.start), engine_value(operand.to))
    return None, engine_value(operand.value)


def limit_words(value, look, operator) -> str:
    """A limit in words, without the operator."""
    if look.ratio:
        return percent_exact(value)
    if operator in ("in", "not_in", "contains_any"):
        return "、".join(shown_one(item, look) for item in value)
    if operator == "under":
        return "、".join(value)
    if operator == "within":
        return f"{shown_one(value[0], look)} 至 {shown_one(value[1], look)}"
    return shown_one(value, look)


def shown_one(value, look):
    """A limit in the unit of the quantity it is held against."""
    choices = CATALOGUE[look.name].choices
    kind = "region" if look.kind == "provisions" else look.kind
    return shown(value, kind, look.unit, choices)


def _unknown_text(scope, look, operand, facts, params):
    reasons = missing_facts(look.needs, facts)
    words = [f"缺少{'、'.join(f'“{label}”' for label in reasons)}"] if reasons else []
    if not reasons and look.ratio and look.get(facts, params) is None:
        words.append(f"{look.label}的分母为 0，算不出来")
    gaps = []
    if operand.parameter is not None and params[operand.parameter] is None:
        gaps = [operand.parameter]
    elif operand.table is not None:
        table = scope.tables[operand.table]
        if table.value(facts, params) is None:
            absent, gaps = table.missing(facts)
            absent = [label for label in absent if label not in reasons]
            if absent:
                words.append(f"缺少{'、'.join(f'“{label}”' for label in absent)}")
    words.extend(scope.parameter_gap(name) for name in gaps)
    if not words:
        words.append(f"{look.label}登记得不够细")
    return f"{'；'.join(words)}，要人工核实。"


def _too_low(most, test, limit):
    """``most`` if even that misses the limit: two months are not three, whatever was back-paid."""
    return most if most is not None and limit is not None and not test(most, limit) else None


def condition_quantity(scope, condition):
    """What a condition or exclusion looks at."""
    return quantity(
        condition.fact,
        scope.indicators,
        getattr(condition, "less", None),
        getattr(condition, "per", None),
    )


def compile_condition(scope, condition, *, exclusion=False):
    """Compile one ``Condition`` or ``Exclusion`` into ``rule(facts, params) -> dict``.

    For an exclusion ``result`` is false when it applies, so that false always means "in the way".
    """
    look = condition_quantity(scope, condition)
    operator, operand = condition.operator, condition.limit
    limit_getter, constant = _limit_reader(scope, operand)
    test = (RATIO_TESTS if look.ratio else PLAIN_TESTS)[operator]
    base = scope.entry(
        condition.id,
        condition.label,
        condition.cite,
        condition.fact,
        operator,
        "none" if exclusion else condition.remedy,
    )
    good, bad = (
        (condition.clear, condition.excluded) if exclusion else (condition.passed, condition.failed)
    )
    when_good, when_bad = scope.sentence(good), scope.sentence(bad)
    words = ("{}" if look.kind == "bool" else OPERATOR_WORDS[operator]).format
    fixed = condition.shown_limit
    kind, get, ratio = look.kind, look.get, look.ratio
    limits_written: dict = {}

    def written(limit):
        """The limit as JSON, as words alone and as the rule column reads, made once each."""
        found = limits_written.get(limit)
        if found is None:
            alone = limit_words(limit, look, operator)
            found = (json_value(limit, kind), alone, fixed or words(alone))
            limits_written[limit] = found
        return found

    guards = [(name, row_test(test)) for name, test in getattr(condition, "only_if", {}).items()]
    optional = condition.if_unknown == "manual"

    def rule(facts, params):
        for name, applies in guards:
            value = facts.get(name)
            if value is None and optional:
                return None
            if value is None:
                entry = base.copy()
                entry["fact"], entry["label"] = name, CATALOGUE[name].label
                entry["text"] = f"缺少“{CATALOGUE[name].label}”，要人工核实。"
                return entry
            if not applies(value):
                return None
        actual = get(facts, params)
        if actual is None and look.at_most is not None and operator in ("gt", "ge"):
            actual = _too_low(look.at_most(facts, params), test, constant)
        if actual is None and optional:
            return None
        entry = base.copy()
        limit = limit_getter(facts, params) if limit_getter else constant
        limit_alone = ""
        if limit is not None:
            entry["limit"], limit_alone, entry["limit_text"] = written(limit)
        actual_text = ""
        if actual is not None:
            if ratio:
                entry["actual"] = f"{actual[0]}/{actual[1]}"
                actual_text = percent_beside(actual[0], actual[1], limit)
            else:
                entry["actual"] = json_value(actual, kind)
                actual_text = look.text(actual)
            entry["actual_text"] = actual_text
            result = test(actual, limit) if limit is not None else None
        else:
            result = None
        if result is None:
            entry["text"] = _unknown_text(scope, look, operand, facts, params)
            return entry
        if exclusion:
            result = not result
        entry["result"] = result
        sentence = when_good if result else when_bad
        entry["text"] = sentence(facts, params, actual_text, limit_alone)
        return entry

    return rule


def compile_alternatives(scope, alternatives):
    """Compile an ``AnyOf`` into ``rule(facts, params) -> list[dict]``.

    Holds: the first alternative that does. Fails: all of them. Open: the unknown ones; but nothing
    at all when none is on record and a reviewer looks at every one of them.
    """
    rules = [
        compile_condition(scope, condition.model_copy(update={"if_unknown": "review"}))
        for condition in alternatives.any_of
    ]
    manual = all(condition.if_unknown == "manual" for condition in alternatives.any_of)

    def rule(facts, params):
        entries = [entry for one in rules if (entry := one(facts, params)) is not None]
        for entry in entries:
            if entry["result"] is True:
                return [entry]
        unknown = [entry for entry in entries if entry["result"] is None]
        if manual and len(unknown) == len(entries):
            return []
        return unknown or entries

    return rule


def compile_table_note(scope, table_name):
    """An entry that says which row of a table applies; ``None`` while that is open."""
    table = scope.tables[table_name]
    bases = [
        scope.entry(table_name, table.label, row.cite, table.inputs[0], "table")
        for row in table.rows
    ]

    def note(facts, params):
        index = table.row(facts)
        if index is None:
            return None
        value = table.value(facts, params)
        if value is None:
            return None
        entry = bases[index].copy()
        first = table.inputs[0]
        entry["actual"] = json_value(facts.get(first), CATALOGUE[first].kind)
        entry["actual_text"] = table.inputs_text(facts)
        entry["limit"] = json_value(value, table.unit)
        entry["limit_text"] = shown(value, table.unit)
        entry["result"] = True
        entry["text"] = table.sentences[index](facts, params, "", "")
        return entry

    return note
