"""Indicators: ratios made of facts, named and versioned, because provinces count differently.

Each returns ``(numerator, denominator)`` in persons, both ``int``, so that a limit is held against
it by cross-multiplication; ``None`` when the denominator is zero (nothing to divide by is not a
rate of zero). A formula never changes under its name: a different count is a new version.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Indicator:
    """A formula: the facts it reads, in the order the function takes them."""

    name: str
    facts: tuple[str, ...]
    formula: str
    compute: Callable[..., tuple[int, int] | None]


def _headcount_decline(start, end):
    return (max(0, start - end), start) if start else None


def _benefit_recipients(recipients, average):
    return (recipients, average) if average else None


def _net_of_natural_loss(start, end, deceased, retired):
    return (max(0, start - deceased - retired - end), start) if start else None


INDICATORS: dict[str, Indicator] = {
    indicator.name: indicator
    for indicator in (
        Indicator(
            "headcount_decline@1",
            ("insured_start", "insured_end"),
            "（年初参保人数－年末参保人数）÷年初参保人数，增加的按 0 计",
            _headcount_decline,
        ),
        Indicator(
            "benefit_recipients@1",
            ("benefit_recipients", "insured_average"),
            "当年新领失业保险金的原职工÷平均参保人数",
            _benefit_recipients,
        ),
        Indicator(
            "net_of_natural_loss@1",
            ("insured_start", "insured_end", "deceased", "retired"),
            "（年初参保人数－死亡－退休－年末参保人数）÷年初参保人数，增加的按 0 计",
            _net_of_natural_loss,
        ),
    )
}
