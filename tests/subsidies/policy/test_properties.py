"""What must hold for every enterprise, not only for the worked cases."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from subsidies.policy import choose_winner, evaluate, load_policy_set
from subsidies.policy.wording import percent_beside, percent_exact

POLICIES = load_policy_set()
REFUNDS = [
    "changzhou-2020-17/refund-general",
    "changzhou-2020-17/refund-difficult",
    "changzhou-2020-17/refund-hard-hit",
    "jinzhou-2020/refund",
]
LOCAL = {"benefit_monthly_fen": 150000, "hard_hit_months": 3, "large_threshold": "0.055"}
HEADCOUNT = st.one_of(st.integers(0, 60), st.integers(0, 3000))
FACTS = st.fixed_dictionaries(
    {
        "region": st.sampled_from(["320400", "320412", "210700", "210781", "320500"]),
        "base_year": st.sampled_from([2018, 2019, 2020]),
        "size": st.sampled_from(["large", "medium", "small", "micro"]),
        "industry": st.sampled_from(["C34", "F5211", "H62", "L72", "R88"]),
        "insured_start": HEADCOUNT,
        "insured_end": HEADCOUNT,
        "premium_enterprise_fen": st.integers(0, 10**10),
        "premium_employee_fen": st.integers(0, 10**10),
        "difficult_certified": st.booleans(),
        "hit_by_epidemic": st.booleans(),
    }
)
NAMES = [
    "region", "base_year", "size", "industry", "insured_start", "insured_end",
    "premium_enterprise_fen", "premium_employee_fen", "difficult_certified", "hit_by_epidemic",
]  # fmt: skip
PARTIAL = st.tuples(FACTS, st.sets(st.sampled_from(NAMES)))


def decide(provision, facts):
    local = LOCAL if provision.startswith("changzhou") else {}
    return evaluate(POLICIES, provision, facts, local)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(REFUNDS), FACTS, st.integers(1, 10**9), st.booleans())
def test_a_higher_premium_never_lowers_the_refund(provision, facts, more, side):
    name = "premium_enterprise_fen" if side else "premium_employee_fen"
    before = decide(provision, facts)
    after = decide(provision, facts | {name: facts[name] + more})
    assert after.amount_fen >= before.amount_fen


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(REFUNDS), PARTIAL)
def test_unknown_never_turns_a_refusal_into_a_grant(provision, case):
    facts, hidden = case
    known = decide(provision, facts)
    partial = decide(provision, {k: None if k in hidden else v for k, v in facts.items()})
    if partial.outcome in ("grant", "deny"):
        assert partial.outcome == known.outcome
        assert partial.amount_fen == known.amount_fen
    if known.outcome == "deny":
        assert partial.outcome in ("deny", "review")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(REFUNDS), FACTS, st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(provision, facts, random):
    names = list(facts)
    random.shuffle(names)
    shuffled = {name: facts[name] for name in names}
    assert decide(provision, facts).to_json() == decide(provision, shuffled).to_json()


@settings(max_examples=200, deadline=None)
@given(FACTS)
def test_the_threshold_is_exact(facts):
    """A second way to the general refund: whole numbers only, no shared code."""
    facts = facts | {"region": "320412", "base_year": 2019}
    decision = decide(REFUNDS[0], facts)
    start, end = facts["insured_start"], facts["insured_end"]
    paid = facts["premium_enterprise_fen"] + facts["premium_employee_fen"]
    lost = max(0, start - end)
    within = lost * 5 <= start if end <= 30 else lost * 1000 <= start * 55
    if start == 0:
        expected = ("review", 0) if paid else ("deny", 0)
    elif within and paid:
        expected = ("grant", (paid + 1) // 2)
    else:
        expected = ("deny", 0)
    assert (decision.outcome, decision.amount_fen) == expected


@settings(max_examples=150, deadline=None)
@given(FACTS)
def test_never_two_refunds_and_never_the_lower(facts):
    group = POLICIES.group("changzhou-2020-17", "refund")
    decisions = [decide(provision, facts) for provision in group.titles]
    chosen = [d for d in choose_winner(decisions, group) if d.outcome == "grant"]
    offered = [d.amount_fen for d in decisions if d.outcome == "grant"]
    assert len(chosen) == min(1, len(offered))
    assert sum(d.amount_fen for d in chosen) == max(offered, default=0)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 1000))
def test_unequal_ratios_never_print_as_equal(numerator, denominator, per_mille):
    limit = Fraction(per_mille, 1000)
    shown = percent_beside(numerator, denominator, limit)
    written = Fraction(shown.rstrip("%"))
    against = Fraction(percent_exact(limit).rstrip("%"))
    exact = Fraction(numerator, denominator)
    assert (written > against, written < against) == (exact > limit, exact < limit)
