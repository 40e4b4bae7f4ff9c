"""Plain carriers between the views and the components, so that a part looks the same everywhere."""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class VacancyRow:
    """One vacancy as lists show it. Pay in whole yuan; words ready to print."""

    url: str
    title: str
    employer: str
    place: str
    pay_low: int | None
    pay_high: int | None
    headcount: int
    experience: str = "经验不限"
    education: str = "学历不限"
    tags: tuple[str, ...] = ()
    key_label: str = ""  # "重点企业" or its kind; the only tinted tag
    published: date | datetime | None = None
    pay_unit: str = "月"
    status: object = None  # an enum member, for the employer's own list
    public_id: str = ""  # "" for a row that cannot be kept


@dataclass(frozen=True)
class Step:
    """One step of an approval or of a procedure."""

    title: str
    state: str = "todo"  # "done", "current", "todo" or "returned"
    who: str = ""
    when: str = ""
    note: str = ""


@dataclass(frozen=True)
class Relaxation:
    """One condition let go, and how many would be found without it (never zero)."""

    url: str
    label: str
    count: int
    note: str = "其他条件不变"


@dataclass(frozen=True)
class Option:
    """One choice of a filter: its count is that under the other filters."""

    value: str
    label: str
    count: int | None = None
    chosen: bool = False


@dataclass(frozen=True)
class FilterGroup:
    """The choices of one filter, of which one (`radio`) or several (`checkbox`) may hold."""

    name: str
    label: str
    options: tuple[Option, ...]
    kind: str = "checkbox"


@dataclass(frozen=True)
class Chip:
    """A filter that holds, with the address of the same search without it."""

    label: str
    remove_url: str


@dataclass(frozen=True)
class Slice:
    """Which rows of a list a page shows, for `{% pagination %}`."""

    start: int
    end: int
    total: int  # 1001 when counting stopped at the cap
    previous_url: str = ""
    next_url: str = ""
    unit: str = "个"


@dataclass(frozen=True)
class Condition:
    """One line of a decision: condition, rule, actual, result.

    With `value` and `limit` (Fraction or Decimal, 0.055 for 5.5 %) a bar is drawn under the line.
    """

    title: str
    rule: str
    actual: str
    outcome: str  # "pass", "fail", "unknown" or "none" (a figure that decides nothing by itself)
    note: str = ""
    clause: str = ""
    outcome_label: str = ""
    value: object = None
    limit: object = None
    limit_word: str = "上限"


@dataclass(frozen=True)
class AmountLine:
    """One line of “钱怎么算的”; the last one names the rounding."""

    label: str
    working: str
    amount: str
    is_total: bool = False


@dataclass(frozen=True)
class DecisionView:
    """A decision explained clause by clause, failed conditions first."""

    status: object
    title: str
    clause: str
    conditions: tuple[Condition, ...]
    amount: str = ""
    amount_label: str = "拟返还金额"
    amount_lines: tuple[AmountLine, ...] = ()
    provenance: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    condition_heading: str = "逐条对照"
