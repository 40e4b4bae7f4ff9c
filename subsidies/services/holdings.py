"""Who of a chain holds what in the register of entitlements, while claims come and go.

A chain with living claims holds its rows by the first of them. What an application's decision no
longer grants is let go of when the money for it is back, not before: who still has it is not paid
for the same thing elsewhere.
"""

from subsidies.enums import ClaimState, Outcome
from subsidies.models import Claim, Decision, Entitlement

from . import entitlements
from .application_cases import CaseResult, decide_case
from .application_records import NET_INCREASE_YEAR, count_referred
from .chains import has_more_than, locked_living
from .publishing import compiled


def paid_by(application, persons, case, result: CaseResult) -> list[entitlements.Paid]:
    """Whom a grant pays, as the register names them.

    A net increase pays an enterprise, and its persons are then had as well.
    """
    if case["persons"] is not None:
        return [
            entitlements.Paid(
                persons[index].beneficiary,
                case["persons"][index]["values"].get("months", case["values"].get("months")),
            )
            for index in result.granted
        ]
    enterprise_id = application.enterprise_id
    paid = [entitlements.Paid(entitlements.of_enterprise(enterprise_id))]
    if case["sources"].get("persons_paid_agency_referral") == "entitlements":
        persons_in_it = entitlements.net_increase_persons(enterprise_id, NET_INCREASE_YEAR)
        had = entitlements.already_paid(persons_in_it)
        if count_referred(had) != case["values"]["persons_paid_agency_referral"]:
            raise entitlements.AlreadyTaken([])  # one more since the facts were read
        paid += [entitlements.Paid(person) for person in persons_in_it if person not in had]
    return paid


def chain_of_application(application) -> list[Claim]:
    """The living claims of an application, locked, in the order of their keys."""
    return locked_living(Claim.objects.filter(decision__application=application))


def take_decided(application, decision: Decision, paid, held) -> None:
    """Enter a late chain into the register again, by what was decided now.

    paid: whom the new decision pays; held: the rows let go of before the facts were read. They are
    held on while nobody knows what is due, or the claimant has more than that. Raises AlreadyTaken.
    """
    chain = chain_of_application(application)
    if not chain:
        return
    unknown = decision.outcome == Outcome.REVIEW
    hold_on = unknown or has_more_than(chain, decision.amount_fen)
    entitlements.take(chain[0], paid, held if hold_on else ())


def let_go_of_repaid(application) -> None:
    """Money came back: what the standing decision does not grant is free again if it is all back."""
    chain = chain_of_application(application)
    decision = Decision.objects.standing().filter(application=application).first()
    if not chain or decision.outcome == Outcome.REVIEW or has_more_than(chain, decision.amount_fen):
        return
    reason = "多拨的已收回"
    if decision.outcome != Outcome.GRANT:
        entitlements.let_go(application, reason)
    elif decision.facts["persons"] is not None:
        key = decision.provision_id.partition("/")[2]
        result = decide_case(compiled(decision.policy), key, decision.facts)
        paid = paid_by(application, list(application.persons.all()), decision.facts, result)
        entitlements.let_go(application, reason)
        entitlements.take(chain[0], paid)


def hand_over(chains: list[list[Claim]], states: dict[int, str], reason: str) -> None:
    """Claims of screened chains were superseded: what they held goes to the first that stays.

    states: claim's pk → its new state. An application's rows are its decision's (`take_decided`);
    with no claim left, what takes the place of the chain takes its own.
    """
    superseded = {pk for pk, state in states.items() if state == ClaimState.SUPERSEDED}
    holders = set(
        Entitlement.objects.filter(claim__in=superseded, released_at__isnull=True).values_list(
            "claim", flat=True
        )
    )
    if not holders:
        return
    for chain in chains:
        gone = [claim for claim in chain if claim.pk in holders]
        if gone:
            rows = entitlements.rows_of(gone)
            entitlements.release_all(gone, reason)
            stay = [claim for claim in chain if claim.pk not in superseded]
            if stay:
                entitlements.take_again(stay[0], rows)
