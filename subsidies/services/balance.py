"""What a correction means for money that is approved, on its way or paid. Pure: no database.

A chain is everything one claimant has for one kind of subsidy and year: the claim, its adjustments
(补发), its recoveries (追回). Whatever order corrections come in, the chain ends at what the last
decision grants, and nothing is paid or asked for twice.
"""

from dataclasses import dataclass, field
from enum import Enum


class At(Enum):
    """Where a claim's money is, as far as a correction cares."""

    OPEN = "not published yet: replaced by a new claim"
    PUBLISHED = "on a public list: taken off it, a person decides"
    PERSON = "set aside after a notice: a person decides"
    DUE = "approved, returned by the bank, or in a batch that has not been sent"
    SENT = "at the bank or paid"


@dataclass(frozen=True)
class Link:
    """A claim of a chain: its key, money in fen, and where it is."""

    pk: int
    fen: int
    at: At


@dataclass(frozen=True)
class Debt:
    """A recovery of a chain: fen asked for and come back; how it stands."""

    pk: int
    fen: int
    repaid: int
    pending: bool = True  # asked for and not closed
    waived: int = 0  # fen that two people gave up and the claimant still has


@dataclass
class Plan:
    """What to do. Claims and recoveries by key, money in fen.

    replaced: superseded; returned: to a person; dropped: recoveries closed for a new sum;
    extra_fen: of a new claim; recover_fen: of a new recovery.
    """

    replaced: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    extra_fen: int = 0
    recover_fen: int = 0


def plan_correction(links: list[Link], debts: list[Debt], target: int | None) -> Plan:
    """Bring a chain to `target` fen, what the standing decision grants (0 for nothing).

    None: records are missing, see `plan_waiting`.

    More than before: the difference as a new claim; what was asked back is first given up for it.
    Less: claims whose money has not left go to a person, the latest first; what has left is asked
    back. A sum that was waived is neither asked for again nor paid on top; it covers money that the
    claimant has, never money that has not left yet.
    """
    if target is None:
        return plan_waiting(links)
    plan = Plan(
        replaced=[link.pk for link in links if link.at is At.OPEN],
        returned=[link.pk for link in links if link.at is At.PUBLISHED],
    )
    with_person = any(link.at in (At.PUBLISHED, At.PERSON) for link in links)
    due = [link for link in links if link.at is At.DUE]
    kept = sum(link.fen for link in links if link.at is At.SENT) - sum(d.repaid for d in debts)
    waived = sum(debt.waived for debt in debts)
    pending = [debt for debt in debts if debt.pending]
    asked = sum(debt.fen - debt.repaid for debt in pending)

    def holds():
        return kept + sum(link.fen for link in due) - asked

    if pending and (due or target > holds()):
        plan.dropped, asked = [debt.pk for debt in pending], 0
    while due and holds() > target:
        plan.returned.append(due.pop().pk)
        with_person = True
    if not with_person:
        plan.extra_fen = max(0, target - holds())
    plan.recover_fen = max(0, holds() - waived - target)
    return plan


def plan_return(links: list[Link], debts: list[Debt], target: int | None) -> Plan:
    """What a payment that came back means for its chain. target: None while records are missing.

    It is due again. What of the due money the standing decision does not cover goes to a person,
    the latest first; less is asked back when less has left. Claims under review stay as they are.
    """
    due = [link for link in links if link.at is At.DUE]
    if target is None:
        return Plan(returned=[link.pk for link in due])
    plan = Plan()
    pending = [debt for debt in debts if debt.pending]
    asked = sum(debt.fen - debt.repaid for debt in pending)
    held = sum(link.fen for link in links if link.at is not At.PERSON)
    held -= sum(debt.repaid for debt in debts)
    while due and held > target:
        link = due.pop()
        plan.returned.append(link.pk)
        held -= link.fen
    owed = max(0, held - sum(debt.waived for debt in debts) - target)
    if owed != asked:
        plan.dropped, plan.recover_fen = [debt.pk for debt in pending], owed
    return plan


def plan_waiting(links: list[Link]) -> Plan:
    """While records are missing nobody knows what is due: nothing is paid on top or asked back.

    What is not public yet rests on a decision that fell away and is replaced later; what is public
    or has not left goes to a person; what has left stays as it is.
    """
    return Plan(
        replaced=[link.pk for link in links if link.at is At.OPEN],
        returned=[link.pk for link in links if link.at in (At.PUBLISHED, At.DUE)],
    )


def still_waived(waivers: list[tuple], bounced: list[tuple]) -> list[int]:
    """What of each waived sum the claimant still has; fen, in the order of `waivers`.

    waivers: (moment, fen) of sums given up; bounced: (moment, fen, moment it was sent) of payments
    the bank sent back. Money that came back to the bureau uses up what was waived of it, the oldest
    first: the claimant does not have it any more, and a new payment pays what is granted and
    nothing on top. A payment sent after a waiver is not what was waived.
    """
    left = [fen for _, fen in waivers]
    for moment, fen, sent_at in sorted(bounced):
        for index, (waived_at, _) in enumerate(waivers):
            if sent_at <= waived_at <= moment:
                used = min(left[index], fen)
                left[index] -= used
                fen -= used
    return left


def overpaid(links: list[Link], debts: list[Debt], target: int) -> bool:
    """Whether a claimant has more than `target`, asked back, waived or neither."""
    sent = sum(link.fen for link in links if link.at is At.SENT)
    return sent - sum(debt.repaid for debt in debts) > target


def difference(links: list[Link], debts: list[Debt], target: int, but: int) -> int:
    """What a person may still grant when they take up the claim `but` again; 0 or less: nothing.

    Everything of the chain counts but that claim and those that wait for a person.
    """
    counted = sum(link.fen for link in links if link.pk != but and link.at is not At.PERSON)
    repaid = sum(debt.repaid for debt in debts)
    asked = sum(debt.fen - debt.repaid for debt in debts if debt.pending)
    return target - (counted - repaid - asked)
