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


def _laid_off_share(laid_off, end):
    return (laid_off, laid_off + end) if laid_off + end else None


def _all_recipients(january, from_february, lump_sum, average):
    return (january + from_february + lump_sum, average) if average else None


def _decline_from_december(previous_december, january, end):
    start = previous_december or january
    return (max(0, start - end), start) if start else None


def _net_of_uncounted_departures(start, end, expired, resigned, retired, deceased, transferred):
    uncounted = expired + resigned + retired + deceased + transferred
    return (max(0, start - uncounted - end), start) if start else None


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
        # 绍兴 2021, the second of two ways of which either will do.
        Indicator(
            "benefit_recipients_over_start@1",
            ("benefit_recipients", "insured_start"),
            "当年新领失业保险金的原职工÷年初（上年末）参保人数",
            _benefit_recipients,
        ),
        # 绍兴 2021, the first way with everything the place does not count as a layoff taken off.
        Indicator(
            "net_of_uncounted_departures@1",
            (
                "insured_start",
                "insured_end",
                "contract_expired",
                "resigned",
                "retired",
                "deceased",
                "group_transferred",
            ),
            "（年初参保人数－合同期满－本人原因－退休－死亡－集团内部调动－年末参保人数）"
            "÷年初参保人数，增加的按 0 计",
            _net_of_uncounted_departures,
        ),
        # 重庆, form of application.
        Indicator(
            "laid_off_share@1",
            ("laid_off", "insured_end"),
            "裁员人数÷（裁员人数＋年末参保人数）",
            _laid_off_share,
        ),
        # 佛山 and others 2016.
        Indicator(
            "all_recipients@1",
            (
                "recipients_in_january",
                "recipients_from_february",
                "recipients_lump_sum",
                "insured_average",
            ),
            "（1 月在领＋2 至 12 月新领＋一次性领取失业保险金的原职工）÷平均参保人数",
            _all_recipients,
        ),
        # 温州 2023: who was first insured in January starts with January's headcount.
        Indicator(
            "decline_from_december@1",
            ("insured_previous_december", "insured_january", "insured_end"),
            "（上年 12 月参保人数－年末参保人数）÷上年 12 月参保人数，增加的按 0 计；"
            "上年 12 月没有参保的单位按当年 1 月参保人数",
            _decline_from_december,
        ),
    )
}
