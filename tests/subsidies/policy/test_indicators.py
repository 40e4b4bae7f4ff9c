"""How places count layoffs: every formula of policy-facts/layoff_rate_formulas.csv."""

from fractions import Fraction

import pytest

from subsidies.policy import POLICIES, LoadedPolicy, PolicySet, evaluate
from subsidies.policy.facts import CATALOGUE
from subsidies.policy.indicators import INDICATORS

PEOPLE = {
    "insured_start": 100,
    "insured_end": 90,
    "insured_average": 95,
    "benefit_recipients": 3,
    "retired": 2,
    "deceased": 1,
    "contract_expired": 1,
    "resigned": 2,
    "group_transferred": 1,
    "laid_off": 6,
    "insured_previous_december": 96,
    "insured_january": 100,
    "recipients_in_january": 2,
    "recipients_from_february": 3,
    "recipients_lump_sum": 1,
}


def ratio(name, **changes):
    indicator = INDICATORS[name]
    people = PEOPLE | changes
    return indicator.compute(*(people[fact] for fact in indicator.facts))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("headcount_decline@1", (10, 100)),
        ("benefit_recipients@1", (3, 95)),
        ("net_of_natural_loss@1", (7, 100)),
        ("benefit_recipients_over_start@1", (3, 100)),
        ("net_of_uncounted_departures@1", (3, 100)),
        ("laid_off_share@1", (6, 96)),
        ("all_recipients@1", (6, 95)),
        ("decline_from_december@1", (6, 96)),
    ],
)
def test_every_formula(name, expected):
    assert ratio(name) == expected


def test_these_are_all_of_them():
    assert len(INDICATORS) == 8
    for indicator in INDICATORS.values():
        assert set(indicator.facts) <= set(CATALOGUE)
        assert CATALOGUE[indicator.facts[0]].unit == "人"


def test_growth_is_no_negative_rate():
    grown = {"insured_end": 130}
    assert ratio("headcount_decline@1", **grown) == (0, 100)
    assert ratio("net_of_uncounted_departures@1", **grown) == (0, 100)
    assert ratio("decline_from_december@1", **grown) == (0, 96)


def test_a_newcomer_of_january_starts_with_january():
    assert ratio("decline_from_december@1", insured_previous_december=0) == (10, 100)
    assert ratio("decline_from_december@1", insured_previous_december=0, insured_january=0) is None


def test_nothing_to_divide_by_is_no_rate():
    assert ratio("laid_off_share@1", laid_off=0, insured_end=0) is None
    assert ratio("all_recipients@1", insured_average=0) is None
    assert ratio("benefit_recipients_over_start@1", insured_start=0) is None


def shaoxing():
    """A refund of which either the decline or the recipients may be within the limit."""
    text = (POLICIES / "jinzhou/jinzhou-2020.yaml").read_text("utf-8")
    use = "    use: headcount_decline@1\n    label: 裁员率\n    unspecified: layoff_rate\n"
    second = use.replace("headcount_decline@1", "benefit_recipients_over_start@1")
    text = text.replace(use, f"{use}  recipients_rate:\n{second}")
    start = text.index("      - id: layoff_rate")
    end = text.index("    amount:", start)
    rule = text[start:end]
    pair = rule + rule.replace("id: layoff_rate", "id: recipients_rate").replace(
        "fact: layoff_rate", "fact: recipients_rate"
    )
    nested = "".join(f"    {line}\n" for line in pair.splitlines())
    text = f"{text[:start]}      - any_of:\n{nested}{text[end:]}"
    return PolicySet([LoadedPolicy(text, "shaoxing.yaml")])


@pytest.mark.parametrize(
    ("end", "recipients", "outcome"),
    [
        (189, 50, "grant"),
        (188, 11, "grant"),
        (189, None, "grant"),
        (None, 11, "review"),
        (188, 12, "deny"),
        (188, None, "review"),
        (None, 12, "review"),
    ],
)
def test_either_of_two_ways_will_do(end, recipients, outcome):
    # The limit itself depends on the headcount at the end, so it must be on record either way.
    facts = {
        "region": "210700",
        "base_year": 2019,
        "insured_start": 200,
        "insured_end": end,
        "benefit_recipients": recipients,
        "premium_enterprise_fen": 100,
        "premium_employee_fen": 100,
    }
    assert evaluate(shaoxing(), "jinzhou-2020/refund", facts).outcome == outcome


def test_a_formula_is_compared_exactly():
    assert Fraction(*ratio("laid_off_share@1", laid_off=11, insured_end=189)) == Fraction("0.055")
