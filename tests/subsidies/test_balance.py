"""Sums of late corrections, in whatever order they come."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidies.services.balance import (
    At,
    Debt,
    Link,
    difference,
    overpaid,
    plan_correction,
    plan_return,
    still_waived,
)


def link(pk, fen, at=At.SENT):
    return Link(pk, fen, at)


@pytest.mark.parametrize(
    ("links", "debts", "target", "extra", "recover"),
    [
        ([link(1, 100)], [], 100, 0, 0),
        ([link(1, 100)], [], 120, 20, 0),
        ([link(1, 100)], [], 60, 0, 40),
        ([link(1, 100)], [], 0, 0, 100),
        ([link(1, 100, At.DUE)], [], 120, 20, 0),
        # Asked back 40, then more is granted: the new sum takes the place of the old one.
        ([link(1, 100)], [Debt(1, 40, 0)], 80, 0, 20),
        ([link(1, 100)], [Debt(1, 40, 10)], 80, 0, 10),
        ([link(1, 100)], [Debt(1, 40, 40, pending=False)], 80, 20, 0),
        # Less again: only what was not asked for yet.
        ([link(1, 100)], [Debt(1, 40, 0)], 50, 0, 10),
        # Waived money is neither asked for again nor paid on top.
        ([link(1, 100)], [Debt(1, 40, 0, pending=False, waived=40)], 80, 0, 0),
        ([link(1, 100)], [Debt(1, 40, 0, pending=False, waived=40)], 50, 0, 10),
        ([link(1, 100)], [Debt(1, 40, 0, pending=False, waived=40)], 110, 10, 0),
        ([link(1, 100), link(2, 20)], [], 130, 10, 0),
        ([link(1, 100), link(2, 20)], [], 90, 0, 30),
    ],
)
def test_sums(links, debts, target, extra, recover):
    plan = plan_correction(links, debts, target)
    assert (plan.extra_fen, plan.recover_fen, plan.returned) == (extra, recover, [])


def test_what_has_not_left_goes_to_a_person_the_latest_first():
    plan = plan_correction([link(1, 100), link(2, 20, At.DUE), link(3, 5, At.DUE)], [], 122)
    assert (plan.returned, plan.extra_fen, plan.recover_fen) == ([3], 0, 0)
    plan = plan_correction([link(1, 100), link(2, 20, At.DUE)], [], 70)
    assert (plan.returned, plan.recover_fen) == ([2], 30)


def test_a_waived_sum_covers_no_money_that_has_not_left():
    """60 granted, 40 of 100 waived, and the 100 came back: all of it waits for a person."""
    waived = [Debt(1, 40, 0, pending=False, waived=40)]
    plan = plan_correction([link(1, 100, At.DUE)], waived, 60)
    assert (plan.returned, plan.recover_fen) == ([1], 0)


@pytest.mark.parametrize(
    ("links", "debts", "target", "returned", "dropped", "recover"),
    [
        # Nothing was corrected: due again.
        ([link(1, 100, At.DUE)], [], 100, [], [], 0),
        # Lowered to 60 meanwhile, 40 asked back, waived or repaid.
        ([link(1, 100, At.DUE)], [Debt(1, 40, 0)], 60, [1], [1], 0),
        ([link(1, 100, At.DUE)], [Debt(1, 40, 0, pending=False)], 60, [1], [], 0),
        ([link(1, 100, At.DUE)], [Debt(1, 40, 40, pending=False)], 60, [], [], 0),
        # Of two payments the second came back.
        ([link(1, 100), link(2, 20, At.DUE)], [Debt(1, 60, 0)], 60, [2], [1], 40),
        ([link(1, 100), link(2, 20, At.DUE)], [Debt(1, 5, 0)], 115, [2], [1], 0),
        # A difference under review stays and counts.
        ([link(1, 100, At.DUE), link(2, 20, At.OPEN)], [], 120, [], [], 0),
        ([link(1, 100, At.DUE), link(2, 20, At.PERSON)], [], 120, [], [], 0),
        ([link(1, 100, At.DUE), link(2, 20, At.PERSON)], [], 110, [], [], 0),
        # What is asked for is right already.
        ([link(1, 100), link(2, 20, At.DUE)], [Debt(1, 40, 0)], 60, [2], [], 0),
        # Records are missing: nothing is known.
        ([link(1, 100, At.DUE), link(2, 20)], [Debt(1, 10, 0)], None, [1], [], 0),
    ],
)
def test_a_payment_that_came_back(links, debts, target, returned, dropped, recover):
    plan = plan_return(links, debts, target)
    assert (plan.returned, plan.dropped, plan.recover_fen) == (returned, dropped, recover)
    assert (plan.replaced, plan.extra_fen) == ([], 0)


@pytest.mark.parametrize(
    ("waivers", "bounced", "left"),
    [
        ([(5, 40)], [], [40]),
        ([(5, 40)], [(9, 100, 1)], [0]),
        ([(5, 40)], [(9, 15, 1)], [25]),
        ([(5, 40)], [(9, 15, 1), (10, 15, 2)], [10]),
        # What came back before it was waived was not in the sum.
        ([(5, 40)], [(4, 100, 1)], [40]),
        ([(5, 40), (7, 30)], [(9, 50, 1)], [0, 20]),
        ([(5, 40), (7, 30)], [(6, 50, 1)], [0, 30]),
        # What was sent after it was waived was not in the sum either.
        ([(5, 40)], [(9, 100, 6)], [40]),
        ([(5, 40), (7, 30)], [(9, 50, 6)], [40, 0]),
    ],
)
def test_what_came_back_is_not_waived_any_more(waivers, bounced, left):
    assert still_waived(waivers, bounced) == left


def test_who_has_more_than_is_granted():
    assert overpaid([link(1, 100)], [], 60)
    assert overpaid([link(1, 100)], [Debt(1, 40, 39)], 60)
    assert not overpaid([link(1, 100)], [Debt(1, 40, 40, pending=False)], 60)
    assert not overpaid([link(1, 100, At.DUE)], [], 60)


def test_an_unpublished_difference_is_replaced():
    plan = plan_correction([link(1, 100), link(2, 20, At.OPEN)], [], 110)
    assert (plan.replaced, plan.extra_fen) == ([2], 10)


def test_while_a_person_decides_nothing_is_made():
    plan = plan_correction([link(1, 100), link(2, 20, At.PERSON)], [], 150)
    assert (plan.extra_fen, plan.replaced, plan.returned) == (0, [], [])
    assert difference([link(1, 100), link(2, 20, At.PERSON)], [], 150, but=2) == 50


def apply_plan(links, debts, plan):
    """What the rows are afterwards, a person having dropped what was returned."""
    gone = {*plan.replaced, *plan.returned}
    links = [one for one in links if one.pk not in gone]
    debts = [
        Debt(d.pk, d.repaid, d.repaid, pending=False) if d.pk in plan.dropped else d for d in debts
    ]
    new = max([0, *(one.pk for one in links), *(d.pk for d in debts)]) + 1
    if plan.extra_fen:
        links.append(Link(new, plan.extra_fen, At.DUE))
    if plan.recover_fen:
        debts.append(Debt(new, plan.recover_fen, 0))
    return links, debts


@settings(max_examples=300, deadline=None)
@given(
    first=st.integers(1, 1000),
    targets=st.lists(st.integers(0, 1000), min_size=1, max_size=8),
    data=st.data(),
)
def test_any_order_ends_at_the_last_decision(first, targets, data):
    links, debts = [Link(1, first, At.SENT)], []
    for target in targets:
        plan = plan_correction(links, debts, target)
        assert not (plan.extra_fen and plan.recover_fen)
        missing = {one.pk: one.fen for one in links if one.pk in plan.returned}
        links, debts = apply_plan(links, debts, plan)
        held = sum(one.fen for one in links) - sum(d.repaid for d in debts)
        held -= sum(d.fen - d.repaid for d in debts if d.pending)
        assert held == target or (missing and held <= target)
        assert held >= 0
        # Sometimes the bank pays, sometimes a part comes back, before the next correction.
        if data.draw(st.booleans()):
            links = [Link(one.pk, one.fen, At.SENT) for one in links]
        if debts and debts[-1].pending and data.draw(st.booleans()):
            last = debts.pop()
            repaid = data.draw(st.integers(0, last.fen))
            debts.append(Debt(last.pk, last.fen, repaid, pending=repaid < last.fen))
    assert all(one.fen > 0 for one in links)
    assert all(d.fen >= d.repaid for d in debts)
