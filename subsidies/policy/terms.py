"""The small parts policy files are made of: citations, periods, dated values, parameters."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Citation = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+\([^()]+\)$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Unit = Literal["fen", "share", "int", "choice"]
Operator = Literal[
    "eq", "ne", "lt", "le", "gt", "ge", "within", "in", "not_in", "under", "contains_any"
]
DivisionCode = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
Remedy = Literal["check_record", "certificate", "commissioner", "none"]


Scalar = bool | int | Decimal | date | str


class Strict(BaseModel):
    """No unknown keys, no silent conversions, immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def exactly_one(model, names) -> str:
    """The one of ``names`` that is given; ``ValueError`` when it is not exactly one."""
    given = [name for name in names if getattr(model, name) is not None]
    if len(given) != 1:
        raise ValueError(f"要在 {'、'.join(names)} 中恰好写一个")
    return given[0]


class Document(Strict):
    """A source document; ``clauses`` maps the clause's own number to a short quotation.

    ``issued`` must be written, ``null`` where the source bears no date. ``address`` says where the
    words were read when the document itself was not at hand.
    """

    number: Text
    title: Text
    issued: date | None
    address: Text | None = None
    clauses: dict[Text, Text] = Field(min_length=1)


class Jurisdiction(Strict):
    """Where the policy holds: a division code, with or without what lies below it.

    ``code`` is ``null`` only in a template, which holds nowhere. ``former_codes`` are codes the same place bore before; records of the base year may have them.
    """

    code: DivisionCode | None
    former_codes: list[DivisionCode] = Field(default_factory=list)
    name: Text
    includes_below: bool
    cite: Citation


class Period(Strict):
    """From one day to another, both included; without an end it says ``until_notice: true``.

    ``from: null`` where the source bears no date.
    """

    start: date | None = Field(alias="from")
    to: date | None = None
    until_notice: Literal[True] | None = None
    cite: Citation

    @model_validator(mode="after")
    def _has_an_end(self):
        exactly_one(self, ("to", "until_notice"))
        if self.to and self.start and self.to < self.start:
            raise ValueError("止日早于起日")
        return self


class BasePeriod(Strict):
    """The year the records are taken from, seen from the year of the decision."""

    kind: Literal["previous_calendar_year"]
    cite: Citation


class Delivery(Strict):
    """Paid from records without an application, or applied for by ``applicant``."""

    how: Literal["automatic", "on_application"]
    applicant: Text | None = None
    cite: Citation | None = None
    unspecified: Identifier | None = None

    @model_validator(mode="after")
    def _has_a_ground(self):
        exactly_one(self, ("cite", "unspecified"))
        if (self.how == "on_application") != (self.applicant is not None):
            raise ValueError("依申请办理的要写 applicant，免申即享的不写")
        return self


class Notice(Strict):
    """Working days an approved list is published before payment (公示)."""

    working_days: int = Field(ge=1, le=60)
    cite: Citation | None = None
    unspecified: Identifier | None = None

    @model_validator(mode="after")
    def _has_a_ground(self):
        exactly_one(self, ("cite", "unspecified"))
        return self


class Range(Strict):
    """The values a bureau may choose: two ends, both included, or a list of choices."""

    least: Scalar | None = None
    most: Scalar | None = None
    choices: dict[str, str] | None = None

    @model_validator(mode="after")
    def _is_complete(self):
        if (self.choices is None) == (self.least is None) or (self.least is None) != (
            self.most is None
        ):
            raise ValueError("要写 least 和 most，或者写 choices")
        return self


class DatedValue(Strict):
    """One value of a parameter and the days it holds; ``from: null`` is since ever.

    ``local`` narrows the parameter's range for these days. ``value: null`` leaves the figure of
    these days to the bureau altogether.
    """

    start: date | None = Field(alias="from")
    to: date | None = None
    until_notice: Literal[True] | None = None
    value: Scalar | None
    local: Range | None = None
    cite: Citation

    @model_validator(mode="after")
    def _has_an_end(self):
        exactly_one(self, ("to", "until_notice"))
        if self.to and self.start and self.to < self.start:
            raise ValueError("止日早于起日")
        if self.value is None and self.local is None:
            raise ValueError("value 是 null 的要写 local，由主管部门在范围内填写")
        return self


class Parameter(Strict):
    """A figure with its dated values; ``local`` lets the bureau set another within a range.

    ``values`` may be empty for a figure the document leaves to the bureau: then ``unspecified``
    names the entry that says so, and cases that need it go to review until it is set. Once one
    value has a ``local`` of its own, those without are fixed and ``local`` here spans them all.
    ``by`` is the day the value is looked up: of the decision, or in the base year.
    """

    label: Text
    unit: Unit
    measure: str = ""
    by: Literal["legal_date", "base_year"] = "legal_date"
    values: list[DatedValue] = Field(default_factory=list)
    local: Range | None = None
    unspecified: Identifier | None = None

    @model_validator(mode="after")
    def _has_a_source(self):
        if not self.values and (self.local is None or self.unspecified is None):
            raise ValueError("没有取值的参数要写 local 和 unspecified")
        if self.local is None and self.by_window:
            raise ValueError("取值里写了 local，参数本身也要写 local，包住各段的范围")
        if any(item.value is None for item in self.values) and self.unspecified is None:
            raise ValueError("取值里有 null，要写 unspecified")
        return self

    @property
    def by_window(self) -> bool:
        """Whether what may be set locally differs from one dated value to the next."""
        return any(item.local is not None for item in self.values)


class IndicatorUse(Strict):
    """Which formula stands behind a ratio, and the ground for choosing it."""

    use: Text
    label: Text
    cite: Citation | None = None
    unspecified: Identifier | None = None

    @model_validator(mode="after")
    def _has_a_ground(self):
        exactly_one(self, ("cite", "unspecified"))
        return self
