"""The shape of a policy file, schema version 1.

One file is one policy: the documents it rests on, when and where it holds, its parameters, and
its provisions. Unknown keys are errors everywhere. What a value means beyond its shape (known
facts, units, citations, holes in tables) is checked in ``checks``.

Every ``cite`` is ``DOCUMENT(CLAUSE)``, e.g. ``S0(十)``: a key of ``documents`` and of its
``clauses``. Money is integer fen, rates are decimals, both sides of a window are included.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from .terms import (
    BasePeriod,
    Citation,
    Delivery,
    Document,
    Identifier,
    IndicatorUse,
    Jurisdiction,
    Notice,
    Operator,
    Parameter,
    Period,
    Remedy,
    Scalar,
    Slug,
    Strict,
    Text,
    Unit,
    exactly_one,
)


class Test(Strict):
    """What a table row asks of one fact; both ends are included, ``below`` is not."""

    least: Scalar | None = None
    most: Scalar | None = None
    below: Decimal | None = None
    one_of: list[Scalar] | None = None

    @model_validator(mode="after")
    def _asks_something(self):
        if (self.one_of is None) == ((self.least, self.most, self.below) == (None, None, None)):
            raise ValueError("要写 least、most、below，或者写 one_of")
        if self.most is not None and self.below is not None:
            raise ValueError("most 和 below 只能写一个")
        return self


class Row(Strict):
    """One row: all tests must hold. Facts not named may be anything, also unknown."""

    when: dict[Identifier, Test]
    value: Scalar | None = None
    parameter: Identifier | None = None
    cite: Citation
    text: Text

    @model_validator(mode="after")
    def _has_a_result(self):
        exactly_one(self, ("value", "parameter"))
        return self


class Table(Strict):
    """A decision table. For any values of ``inputs`` exactly one row must hit."""

    label: Text
    unit: Unit
    inputs: list[Identifier] = Field(min_length=1)
    rows: list[Row] = Field(min_length=1)


class EveryYear(Strict):
    """In each of at least ``years`` years, so many persons and so large a share kept on."""

    years: int = Field(ge=1)
    persons: int = Field(ge=1)
    kept_share: Decimal = Field(ge=0, le=1)


class Flag(Strict):
    """A truth made of a list, to be used in tables. ``otherwise`` holds while it is unknown."""

    label: Text
    fact: Literal["placed_last_three_years"]
    every_year: EveryYear
    otherwise: Literal[False]
    cite: Citation


class Operand(Strict):
    """The right-hand side of a condition."""

    value: Scalar | None = None
    values: list[Scalar] | None = None
    parameter: Identifier | None = None
    table: Identifier | None = None
    start: Scalar | None = Field(None, alias="from")
    to: Scalar | None = None

    @model_validator(mode="after")
    def _is_one_thing(self):
        window = self.start is not None or self.to is not None
        if window and (self.start is None or self.to is None):
            raise ValueError("区间要写 from 和 to")
        given = [self.value, self.values, self.parameter, self.table, window or None]
        if sum(item is not None for item in given) != 1:
            raise ValueError("上限要在 value、values、parameter、table、from/to 中恰好写一种")
        return self


class Condition(Strict):
    """One rule: ``fact operator limit``, its clause, and the sentences people read.

    ``less`` names a fact taken off first (insured months without back payments), ``per`` one the
    fact is divided by (new hires per staff). ``only_if`` limits the rule to cases like this one.
    ``if_unknown: manual`` leaves the rule out when the fact is not on record: a reviewer looks at
    it under ``manual_checks``, which must have an entry of the same id. ``remedy`` is what the page
    may offer when only this keeps somebody from a grant; ``none`` is never offered.
    """

    id: Identifier
    label: Text
    fact: Identifier
    less: Identifier | None = None
    per: Identifier | None = None
    only_if: dict[Identifier, Test] = Field(default_factory=dict)
    operator: Operator
    limit: Operand
    cite: Citation
    passed: Text
    failed: Text
    shown_limit: Text | None = None
    if_unknown: Literal["review", "manual"] = "review"
    remedy: Remedy


class AnyOf(Strict):
    """Alternatives: the rule holds when one of them does."""

    any_of: list[Condition] = Field(min_length=2)


def _rule_form(value):
    given = value if isinstance(value, dict) else {}
    return "alternatives" if "any_of" in given else "condition"


Rule = Annotated[
    Annotated[Condition, Tag("condition")] | Annotated[AnyOf, Tag("alternatives")],
    Discriminator(_rule_form),
]


class Exclusion(Strict):
    """When the rule holds, the provision does not apply, whatever else is true.

    ``only_if`` limits it to cases like this one (a year from which it holds).
    ``if_unknown: ignore`` is for what another record bars in any case (a payment made twice),
    ``manual`` for what a reviewer looks at under ``manual_checks`` when it is not on record.
    """

    id: Identifier
    label: Text
    fact: Identifier
    only_if: dict[Identifier, Test] = Field(default_factory=dict)
    operator: Operator
    limit: Operand
    cite: Citation
    clear: Text
    excluded: Text
    shown_limit: Text | None = None
    if_unknown: Literal["review", "ignore", "manual"]


class Expr(Strict):
    """An amount, from a closed set of operations. ``label`` names the result in the steps.

    ``otherwise`` and ``otherwise_fact`` stand in for a fact or table that is not on record; a
    reviewer confirms it under ``manual_checks``, which must have an entry of the same name.
    """

    fact: Identifier | None = None
    parameter: Identifier | None = None
    table: Identifier | None = None
    value: int | None = None
    add: list["Expr"] | None = Field(None, min_length=2)
    subtract: list["Expr"] | None = Field(None, min_length=2)
    multiply: list["Expr"] | None = Field(None, min_length=2)
    least: list["Expr"] | None = Field(None, min_length=2)
    greatest: list["Expr"] | None = Field(None, min_length=2)
    label: Text | None = None
    unit: Literal["fen", "int"] | None = None
    otherwise: int | None = None
    otherwise_fact: Identifier | None = None

    @model_validator(mode="after")
    def _is_one_operation(self):
        kind = exactly_one(self, OPERATIONS)
        if (kind == "value") != (self.unit is not None):
            raise ValueError("value 要写明 unit，其他运算不写")
        if kind not in ("fact", "table") and (self.otherwise, self.otherwise_fact) != (None, None):
            raise ValueError("otherwise 只能用在 fact 和 table 上")
        if kind in COMPOSITES and self.label is None:
            raise ValueError("运算要写 label，说明算出的是什么")
        return self

    @property
    def kind(self) -> str:
        """Name of the operation."""
        return next(name for name in OPERATIONS if getattr(self, name) is not None)


COMPOSITES = ("add", "subtract", "multiply", "least", "greatest")
OPERATIONS = ("fact", "parameter", "table", "value", *COMPOSITES)


class Amount(Strict):
    """What is paid. ``by_method`` chooses the expression by a local choice of the bureau."""

    expression: Expr | None = None
    by_method: "ByMethod | None" = None
    cite: Citation

    @model_validator(mode="after")
    def _is_one_thing(self):
        exactly_one(self, ("expression", "by_method"))
        return self


class ByMethod(Strict):
    """One expression for each choice of a local parameter."""

    parameter: Identifier
    choices: dict[str, Expr] = Field(min_length=2)


class Cap(Strict):
    """The amount is never more than this."""

    label: Text
    amount: Expr
    cite: Citation


class Tranche(Strict):
    """One part of an amount paid in parts: a share of it, due once ``fact`` is at least ``least``.

    The first part has no ``fact``: it is due when the provision's conditions hold. ``reached`` and
    ``waiting`` are the sentences of the steps. While the fact is not on record the part waits, and a
    reviewer looks at it under ``manual_checks``, which must have an entry of the same id.
    """

    id: Identifier
    label: Text
    share: Identifier
    fact: Identifier | None = None
    least: int | None = Field(None, ge=1)
    reached: Text | None = None
    waiting: Text | None = None
    cite: Citation


class Tranches(Strict):
    """The parts, and the fact that says how much of the amount was paid before.

    That fact not on record counts as nothing paid and stands under ``manual_checks`` by its name.
    """

    paid: Identifier
    parts: list[Tranche] = Field(min_length=2)

    @model_validator(mode="after")
    def _first_is_due_at_once(self):
        for index, part in enumerate(self.parts):
            given = [part.fact, part.least, part.reached, part.waiting]
            if [item is None for item in given] != [index == 0] * 4:
                raise ValueError("第一期不写 fact、least、reached、waiting，以后各期都要写")
        return self


class ManualCheck(Strict):
    """Something no fact expresses: a reviewer looks at it and ticks it."""

    id: Identifier
    text: Text
    cite: Citation


class Provision(Strict):
    """One thing somebody may get."""

    title: Text
    subject: Literal["enterprise", "person", "agency", "school"]
    cite: Citation
    base_period: BasePeriod | None = None
    effective: Period | None = None
    region: Literal["required", "if_known"]
    delivery: Delivery
    exclusions: list[Exclusion] = Field(default_factory=list)
    conditions: list[Rule] = Field(default_factory=list)
    amount: Amount | None = None
    eligibility_only: Literal[True] | None = None
    caps: list[Cap] = Field(default_factory=list)
    tranches: Tranches | None = None
    manual_checks: list[ManualCheck] = Field(default_factory=list)

    @model_validator(mode="after")
    def _gives_something(self):
        exactly_one(self, ("amount", "eligibility_only"))
        if self.amount is None and (self.caps or self.tranches):
            raise ValueError("没有 amount 的不写 caps 和 tranches")
        return self


def expressions(provision: Provision) -> Iterator[Expr]:
    """Every expression of a provision's amount and caps, with all parts."""
    waiting = [cap.amount for cap in provision.caps]
    if provision.amount is not None:
        method = provision.amount.by_method
        waiting.extend(method.choices.values() if method else [provision.amount.expression])
    while waiting:
        expr = waiting.pop()
        yield expr
        for kind in COMPOSITES:
            waiting.extend(getattr(expr, kind) or ())


class Exclusivity(Strict):
    """Provisions of which one subject gets at most one for one base period.

    ``pending: proceed`` pays a grant although another member still waits for review; if that one
    is later granted and wins, the difference is a correction. ``winner: never_both`` is for members
    whose conditions exclude each other: two grants are then a contradiction a person looks at.
    """

    members: list[Slug] = Field(min_length=2)
    winner: Literal["highest_amount", "first_listed", "never_both"]
    tie: Literal["first_listed"] | None = None
    pending: Literal["proceed", "wait"] | None = None
    reason: Text
    cite: Citation

    @model_validator(mode="after")
    def _says_what_happens(self):
        for name in ("tie", "pending"):
            if (getattr(self, name) is None) != (self.winner == "never_both"):
                raise ValueError(f"{name} 要写，只有 winner 是 never_both 的不写")
        return self


class Rounding(Strict):
    """Once, at the end."""

    to: Literal["fen"]
    mode: Literal["half_up"]
    unspecified: Identifier | None = None
    cite: Citation | None = None

    @model_validator(mode="after")
    def _has_a_ground(self):
        exactly_one(self, ("cite", "unspecified"))
        return self


class Unspecified(Strict):
    """A place where the document is silent, and what is done about it."""

    about: Text
    handling: Text
    cite: Citation


class PolicyFile(Strict):
    """A whole policy file.

    ``template: true`` marks one that is in force nowhere until a place adopts it (``adopting``).
    """

    schema_version: Literal[1] = Field(alias="schema")
    id: Slug
    version: Text
    title: Text
    template: Literal[True] | None = None
    jurisdiction: Jurisdiction
    documents: dict[str, Document] = Field(min_length=1)
    effective: Period
    claim_window: Period | None = None
    notice: Notice
    rounding: Rounding
    parameters: dict[Identifier, Parameter] = Field(default_factory=dict)
    indicators: dict[Identifier, IndicatorUse] = Field(default_factory=dict)
    flags: dict[Identifier, Flag] = Field(default_factory=dict)
    tables: dict[Identifier, Table] = Field(default_factory=dict)
    exclusivity: dict[Identifier, Exclusivity] = Field(default_factory=dict)
    provisions: dict[Slug, Provision] = Field(min_length=1)
    unspecified: dict[Identifier, Unspecified] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _holds_somewhere(self):
        place = self.jurisdiction
        if (place.code is None) != (self.template is True):
            raise ValueError("写了 template 的 jurisdiction.code 是 null，其他的要写地区代码")
        if self.template and (place.former_codes or not place.includes_below):
            raise ValueError("template 不限地区，includes_below 写 true，不写 former_codes")
        return self
