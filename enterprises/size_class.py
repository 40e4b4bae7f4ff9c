"""Size class of an enterprise by 国统字〔2017〕213号 《统计上大中小微型企业划分办法(2017)》.

Pure: imports nothing from Django, does no I/O after import except reading its one table,
``portal/places/data/size_thresholds_2017.csv``.

The rule in one sentence: large, medium and small need *every* indicator listed for the industry at
or above that class's lower bound, otherwise the enterprise drops to the class below; one indicator
under the lower bound of "small" makes it micro. The class is therefore the lowest of the classes
its indicators reach, and an unknown indicator leaves the class open unless a known one already
makes it micro.
"""

import csv
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

LARGE, MEDIUM, SMALL, MICRO = "large", "medium", "small", "micro"
DOCUMENT = "国统字〔2017〕213号"
THRESHOLDS_FILE = (
    Path(__file__).resolve().parent.parent / "portal/places/data/size_thresholds_2017.csv"
)

_ORDER = (MICRO, SMALL, MEDIUM, LARGE)
_LABELS = {LARGE: "大型", MEDIUM: "中型", SMALL: "小型", MICRO: "微型"}
_INDICATORS = {"X": "从业人员", "Y": "营业收入", "Z": "资产总额"}


class Threshold(NamedTuple):
    """Lower bounds of one indicator in one industry group (persons, or 10,000 yuan)."""

    indicator: str
    unit: str
    large: int
    medium: int
    small: int


class SizeResult(NamedTuple):
    """The class, or None with the reason, and the row of the table that was applied."""

    size: str | None
    industry_group: str
    rule: str
    missing: tuple[str, ...] = ()


@cache
def thresholds() -> dict[str, tuple[str, tuple[Threshold, ...]]]:
    """GB/T 4754 code prefix (section letter first) → (industry group, its indicators)."""
    groups: dict[str, list[Threshold]] = {}
    prefixes: dict[str, str] = {}
    with THRESHOLDS_FILE.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            groups.setdefault(row["industry"], []).append(
                Threshold(
                    row["indicator"],
                    row["unit"],
                    int(row["large_min"]),
                    int(row["medium_min"]),
                    int(row["small_min"]),
                )
            )
            for prefix in row["gb4754_codes"].split("|"):
                prefixes[prefix] = row["industry"]
    return {prefix: (group, tuple(groups[group])) for prefix, group in prefixes.items()}


def industry_group(industry_code: str) -> tuple[str, tuple[Threshold, ...]] | None:
    """The group whose prefix is the longest match of ``industry_code``, or None.

    Finance, education, medical care, public administration, railways and renting out one's own
    property are not covered by the document.
    """
    table = thresholds()
    for length in range(len(industry_code), 0, -1):
        if industry_code[:length] in table:
            return table[industry_code[:length]]
    return None


def _class_of(value: Decimal | int, threshold: Threshold) -> str:
    if value >= threshold.large:
        return LARGE
    if value >= threshold.medium:
        return MEDIUM
    if value >= threshold.small:
        return SMALL
    return MICRO


def classify(
    industry_code: str,
    staff_total: int | None,
    revenue_wan: int | Decimal | None,
    assets_wan: int | Decimal | None,
) -> SizeResult:
    """Class with the rule that was applied, in Chinese, for showing beside the result.

    ``industry_code`` is GB/T 4754-2017 with its section letter ("C34", "F5211"); staff in persons,
    revenue and assets in 10,000 yuan (int or Decimal, never float). None means not known.
    """
    found = industry_group(industry_code)
    if found is None:
        return SizeResult(None, "", f"{DOCUMENT}没有规定这个行业的划分标准")
    group, indicators = found
    values = {"X": staff_total, "Y": revenue_wan, "Z": assets_wan}
    reached = [
        (_class_of(values[item.indicator], item), item)
        for item in indicators
        if values[item.indicator] is not None
    ]
    missing = tuple(_INDICATORS[i.indicator] for i in indicators if values[i.indicator] is None)
    lowest = min((name for name, _ in reached), key=_ORDER.index, default=None)
    if missing and lowest != MICRO:
        return SizeResult(None, group, f"{group}：缺{'、'.join(missing)}，暂不能划分", missing)
    return SizeResult(lowest, group, _explain(group, lowest, reached, values), missing)


def _explain(group, size, reached, values) -> str:
    """Name the bound that decided: the first one passed by every indicator, or the one missed."""
    parts = []
    for name, item in reached:
        value = f"{_INDICATORS[item.indicator]} {values[item.indicator]} {item.unit}"
        if name == size and size != LARGE:
            above = _ORDER[_ORDER.index(size) + 1]
            parts.append(f"{value}，不到{_LABELS[above]}下限 {getattr(item, above)} {item.unit}")
        else:
            parts.append(f"{value}，达到{_LABELS[name]}下限 {getattr(item, name)} {item.unit}")
    return f"{group}：{'；'.join(parts)}；划为{_LABELS[size]}（{DOCUMENT}）"


def size_class(
    industry_code: str,
    staff_total: int | None,
    revenue_wan: int | Decimal | None,
    assets_wan: int | Decimal | None,
) -> str | None:
    """``"large"``, ``"medium"``, ``"small"``, ``"micro"``, or None when it cannot be said."""
    return classify(industry_code, staff_total, revenue_wan, assets_wan).size
