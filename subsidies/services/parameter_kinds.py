"""Which figures a bureau may set, in what unit and range, and how they are typed and shown."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from enterprises.advertisement import MINIMUM_WAGE
from portal.refused import Refused
from subsidies.models import PolicyVersion
from subsidies.policy import LoadedPolicy, ParameterError
from subsidies.policy.parameters import check_local, check_window
from subsidies.policy.wording import shown

from .publishing import compiled

_MONEY = re.compile(r"(\d{1,12})(?:\.(\d{1,2}))?")
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)%")
_INT = re.compile(r"\d{1,12}")
_UNTYPED = str.maketrans({",": None, "，": None, " ": None, "％": "%", "．": "."})
WAGE_LEAST_FEN, WAGE_MOST_FEN = 50_000, 2_000_000


@dataclass(frozen=True)
class ParameterKind:
    """One figure. unit: fen, share, int or choice; choices: key → words, for a choice only.

    versions: the published policies that leave it to the bureau; none for the minimum wage.
    """

    name: str
    label: str
    unit: str
    measure: str | None = None
    choices: dict[str, str] | None = None
    versions: tuple[PolicyVersion, ...] = ()

    @property
    def has_own_figure(self) -> bool:
        """Whether the documents give a figure that holds while nothing is set here."""
        return any(
            item.value is not None
            for version in self.versions
            for item in compiled(version).file.parameters[self.name].values
        )

    @property
    def hint(self) -> str:
        """How a value is typed."""
        if self.unit == "choice":
            return f"写 {'、'.join(self.choices.values())} 中的一个"
        return {
            "fen": "金额写元，如 1500.00",
            "share": "比例写百分数，如 5.5%",
            "int": f"写整数，单位{self.measure or '个'}",
        }[self.unit]

    def read(self, typed: str) -> str:
        """A value as typed by a person in the form it is stored in. Raises Refused."""
        text = typed.translate(_UNTYPED)
        if self.unit == "choice":
            for key, words in self.choices.items():
                if text in (key, words):
                    return key
        elif self.unit == "fen":
            text = text.removesuffix("元")
            if found := _MONEY.fullmatch(text):
                return str(int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")))
        elif self.unit == "share":
            if found := _SHARE.fullmatch(text):
                return f"{(Decimal(found[1]) / 100).normalize():f}"
        elif _INT.fullmatch(text.removesuffix(self.measure or "")):
            return str(int(text.removesuffix(self.measure or "")))
        raise Refused(f"{self.label}的值“{typed}”不对，{self.hint}。")

    def shown(self, value: str) -> str:
        """A stored value as people read it."""
        if self.unit == "choice":
            return self.choices.get(value, value)
        return shown(
            Fraction(value) if self.unit == "share" else int(value), self.unit, self.measure
        )

    def check(self, value: str, first: date, until: date | None) -> None:
        """Hold a stored value against every policy in force in [first, until). Raises Refused."""
        if self.name == MINIMUM_WAGE and not WAGE_LEAST_FEN <= int(value) <= WAGE_MOST_FEN:
            ends = [self.shown(str(end)) for end in (WAGE_LEAST_FEN, WAGE_MOST_FEN)]
            raise Refused(f"{self.label}要在 {ends[0]} 到 {ends[1]} 之间。")
        for version in self.versions:
            if not _overlap(version.effective_from, version.effective_until, first, until):
                continue
            try:
                _check(compiled(version), self.name, value, first, until)
            except ParameterError as error:
                raise Refused(
                    f"《{version.title}》（{version.document_number}）：{error}。"
                ) from None


def _check(policy: LoadedPolicy, name, value, first, until):
    checked = check_local(policy.file, {name: value})[name]
    parameter = policy.file.parameters[name]
    if parameter.by == "base_year":
        return  # which of the dated values it stands for depends on the year screened
    for item in parameter.values:
        after = None if item.to is None else date.fromordinal(item.to.toordinal() + 1)
        if _overlap(item.start, after, first, until):
            check_window(name, parameter, item, checked)


def _overlap(start, end, first, until):
    return (end is None or end > first) and (start is None or until is None or start < until)


def parameter_kinds(region: str) -> dict[str, ParameterKind]:
    """Every figure that may be set in or around a region (a code prefix), by name.

    Of a figure that several policies leave open the words are those of the one published last.
    """
    kinds = {}
    for version in _around(region):
        for name, parameter in compiled(version).file.parameters.items():
            if parameter.local is None:
                continue
            before = kinds.get(name)
            kinds[name] = ParameterKind(
                name,
                parameter.label,
                parameter.unit,
                parameter.measure,
                parameter.local.choices,
                (*(before.versions if before else ()), version),
            )
    kinds[MINIMUM_WAGE] = ParameterKind(MINIMUM_WAGE, "最低工资标准（每月）", "fen")
    return dict(sorted(kinds.items(), key=lambda item: item[1].label))


def _around(region) -> Iterable[PolicyVersion]:
    """Of each policy that holds there or in a part of it the version published last."""
    versions = PolicyVersion.objects.published().order_by("policy_id", "-published_at", "-pk")
    last = versions.distinct("policy_id")
    found = [
        v for v in last if region.startswith(v.region_code) or v.region_code.startswith(region)
    ]
    return sorted(found, key=lambda version: version.published_at)
