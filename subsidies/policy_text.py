"""A policy file in plain words: who gets what, under which clause, and what it leaves open."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone

from portal.ui.formatting import full_date
from subsidies.models import PolicyVersion
from subsidies.policy.facts import CATALOGUE
from subsidies.policy.operands import engine_value
from subsidies.policy.parameters import check_local
from subsidies.policy.rules import OPERATOR_WORDS
from subsidies.policy.schema import COMPOSITES, AnyOf
from subsidies.policy.wording import shown
from subsidies.services.parameters import ParameterBook
from subsidies.services.publishing import compiled
from subsidies.services.reasons import clause

ENDING_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class Line:
    """One condition or figure: what, how, under which clause."""

    label: str
    text: str
    clause: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProvisionText:
    """One provision as the public reads it."""

    key: str
    title: str
    clause: str
    document: str
    how: str
    applicant: str
    conditions: tuple[Line, ...]
    amount: str
    amount_details: tuple[str, ...]
    exclusive_with: str
    lead: str


def state_of(version: PolicyVersion, today: date | None = None) -> str:
    """执行中 · 30 天内到期 · 已停止 · 尚未施行."""
    today = today or timezone.localdate()
    if version.effective_from and version.effective_from > today:
        return "尚未施行"
    if version.effective_until is None:
        return "执行中"
    if version.effective_until <= today:
        return "已停止"
    return "30 天内到期" if version.effective_until - today <= ENDING_WITHIN else "执行中"


def period_text(version: PolicyVersion) -> str:
    """“2020年2月1日起，截止另行通知”."""
    period = compiled(version).file.effective
    begin = full_date(period.start) if period.start else "印发之日"
    if period.to is None:
        return f"{begin}起，截止另行通知"
    return f"{begin}至{full_date(period.to)}"


def _lead(conditions, amount):
    """One sentence for a list."""
    named = "、".join(dict.fromkeys(line.label for line in conditions))
    return f"{named}符合规定的，给：{amount}。" if named else f"给：{amount}。"


class PolicyText:
    """Reads one published version; `today` picks the values of dated parameters."""

    def __init__(self, version: PolicyVersion, today: date | None = None):
        self.version = version
        self._file = compiled(version).file
        self._today = today or timezone.localdate()
        policy = compiled(version)
        book = ParameterBook(settings.CITY_CODE, self._today)
        self._local = check_local(policy.file, book.for_policy(policy, settings.CITY_CODE))

    @property
    def documents(self):
        """(title, number, date) of the documents the provisions rest on, each once."""
        cited = {p.cite.partition("(")[0] for p in self._file.provisions.values()}
        return [
            (d.title, d.number, d.issued) for key, d in self._file.documents.items() if key in cited
        ]

    @property
    def clauses(self):
        """(document, clause, quotation) of every document, for whoever wants the words."""
        return [
            (d.number, clause(f"x({name})"), text)
            for d in self._file.documents.values()
            for name, text in d.clauses.items()
        ]

    @property
    def silences(self):
        """(about, what is done) where the documents are silent."""
        return [(u.about, u.handling) for u in self._file.unspecified.values()]

    @property
    def notice_days(self):
        """Working days an approved list is public."""
        return self._file.notice.working_days

    @property
    def provisions(self) -> list[ProvisionText]:
        """Every provision, in the order of the file."""
        return [self._provision(key, p) for key, p in self._file.provisions.items()]

    def parameter(self, name: str) -> str:
        """A parameter's value today: the bureau's, else the document's, else that it is open."""
        parameter = self._file.parameters[name]
        if name in self._local:
            choices = parameter.local.choices
            return shown(self._local[name], parameter.unit, parameter.measure, choices)
        if parameter.by == "base_year" and parameter.values:
            return "、".join(
                f"{item.start.year} 年度 "
                f"{shown(engine_value(item.value), parameter.unit, parameter.measure)}"
                for item in parameter.values
            )
        for item in parameter.values:
            if (item.start is None or item.start <= self._today) and (
                item.to is None or self._today <= item.to
            ):
                if item.value is None:
                    break
                choices = parameter.local.choices if parameter.local else None
                return shown(engine_value(item.value), parameter.unit, parameter.measure, choices)
        return "由主管部门确定"

    def _provision(self, key, provision):
        document = self._file.documents[provision.cite.partition("(")[0]]
        automatic = provision.delivery.how == "automatic"
        conditions = tuple(
            line for rule in provision.conditions for line in self._condition_lines(rule)
        )
        amount = "只确认资格，不发放金额" if provision.amount is None else self._amount(provision)
        return ProvisionText(
            key,
            provision.title,
            clause(provision.cite),
            document.number,
            "免申即享" if automatic else "需要申请",
            provision.delivery.applicant or "",
            conditions,
            amount,
            self._amount_details(provision),
            self._exclusive_with(key),
            _lead(conditions, amount),
        )

    def _condition_lines(self, rule):
        if isinstance(rule, AnyOf):
            return [
                Line(f"{one.label}（符合其一即可）", self._limit(one), clause(one.cite))
                for one in rule.any_of
            ]
        details = ()
        if rule.limit.table is not None:
            details = tuple(self._row(row) for row in self._file.tables[rule.limit.table].rows)
        return [Line(rule.label, self._limit(rule), clause(rule.cite), details)]

    def _limit(self, rule):
        if rule.shown_limit:
            return rule.shown_limit
        operand = rule.limit
        if operand.table is not None:
            return f"不高于{self._file.tables[operand.table].label}"
        if operand.parameter is not None:
            value = self._file.parameters[operand.parameter].label
            value = f"{value} {self.parameter(operand.parameter)}"
        elif operand.values is not None:
            value = "、".join(self._value(rule, item) for item in operand.values)
        elif operand.start is not None:
            value = f"{self._value(rule, operand.start)} 至 {self._value(rule, operand.to)}"
        else:
            value = self._value(rule, operand.value)
        if rule.operator == "eq":
            return value
        return OPERATOR_WORDS[rule.operator].format(value)

    def _value(self, rule, value):
        fact = CATALOGUE.get(rule.fact)
        if fact is None:
            return shown(engine_value(value), "share")
        return shown(engine_value(value), fact.kind, fact.unit, fact.choices)

    def _row(self, row):
        """A row of a table: its tests, then its result."""
        tests = []
        for name, test in row.when.items():
            fact = CATALOGUE[name]
            if test.one_of is not None:
                tests.append("、".join(fact.choices.get(c, str(c)) for c in test.one_of))
            elif test.least is None:
                tests.append(f"{fact.label} {test.most} {fact.unit}及以下")
            elif test.most is None:
                tests.append(f"{fact.label} {test.least} {fact.unit}及以上")
            else:
                tests.append(f"{fact.label} {test.least} 至 {test.most} {fact.unit}")
        result = self.parameter(row.parameter) if row.parameter else str(row.value)
        label = f"{self._file.parameters[row.parameter].label} " if row.parameter else ""
        return f"{'，'.join(tests)}：{label}{result}"

    def _amount(self, provision):
        if provision.amount.by_method is not None:
            method = provision.amount.by_method
            words = self._file.parameters[method.parameter].local.choices
            return "；或者".join(
                f"{words[choice]}：{self._expression(e)}" for choice, e in method.choices.items()
            )
        return self._expression(provision.amount.expression)

    def _amount_details(self, provision):
        """The rows of every table an amount uses."""
        if provision.amount is None:
            return ()
        method = provision.amount.by_method
        expressions = method.choices.values() if method else [provision.amount.expression]
        tables = dict.fromkeys(name for e in expressions for name in self._tables_in(e))
        rows = [self._row(row) for name in tables for row in self._file.tables[name].rows]
        if provision.tranches is not None:
            rows.extend(self._tranche(part) for part in provision.tranches.parts)
        return tuple(rows)

    def _tranche(self, part):
        """One part of an amount paid in parts, and when it is due."""
        share = f"{part.label}拨付 {self.parameter(part.share)}"
        if part.fact is None:
            return share
        fact = CATALOGUE[part.fact]
        return f"{share}：{fact.label}达到 {part.least} {fact.unit}"

    def _tables_in(self, expr):
        if expr.kind == "table":
            yield expr.table
        for part in getattr(expr, expr.kind) if expr.kind in COMPOSITES else ():
            yield from self._tables_in(part)

    def _expression(self, expr):
        kind = expr.kind
        if kind == "fact":
            return expr.label or CATALOGUE[expr.fact].label
        if kind == "parameter":
            label = expr.label or self._file.parameters[expr.parameter].label
            return f"{label}（{self.parameter(expr.parameter)}）"
        if kind == "table":
            return expr.label or self._file.tables[expr.table].label
        if kind == "value":
            return shown(expr.value, expr.unit)
        parts = [
            # A sum inside a product or a difference keeps its brackets.
            f"（{self._expression(part)}）" if part.kind == "subtract" else self._expression(part)
            for part in getattr(expr, kind)
        ]
        if kind == "add":
            return f"{expr.label}（{' ＋ '.join(parts)}）"
        if kind in ("least", "greatest"):
            return f"{'、'.join(parts)}中较{'小' if kind == 'least' else '大'}的"
        return {"multiply": " × ", "subtract": " － "}[kind].join(parts)

    def _exclusive_with(self, key):
        for group in self._file.exclusivity.values():
            if key in group.members:
                return group.reason
        return ""
