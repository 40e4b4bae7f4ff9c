"""Chains: all one claimant has for one kind of subsidy and year, claims (补发 too) and recoveries.

Reading and locking them, for whoever corrects, reopens, pays or settles. `balance.py` does the sums.
"""

from collections import defaultdict

from django.db.models import F, Q

from subsidies.enums import (
    ClaimState,
    Outcome,
    PaymentState,
    RecoveryState,
    SubsidyApplicationState,
)
from subsidies.models import Claim, Decision, Payment, Recovery

from .balance import At, Debt, Link, difference, overpaid, still_waived
from .bundles import exclusivity_group
from .payments import in_prepared_batch
from .publishing import compiled

MONEY_STATES = frozenset(
    {ClaimState.APPROVED, ClaimState.PAYING, ClaimState.PAID, ClaimState.PAYMENT_RETURNED}
)
OPEN_RECOVERY = (RecoveryState.OPEN, RecoveryState.NOTIFIED)


def is_late(chain: list[Claim], recovered: set[tuple]) -> bool:
    """Whether a chain has money that is approved or gone, so that a correction is late.

    recovered: of `recovered_of`. What was paid back for a payment that then bounced counts too.
    """
    of_money = any(claim.state in MONEY_STATES or claim.adjusts_id for claim in chain)
    return of_money or any(_key(claim) in recovered for claim in chain)


def recovered_of(claims) -> set[tuple]:
    """Which chains of a queryset of claims have recoveries, for `is_late`."""
    return set(
        Recovery.objects.filter(claim__in=claims).values_list(
            "claim__enterprise", "claim__exclusivity_group", "claim__base_year"
        )
    )


def place_of(claim: Claim, prepared: set[int]) -> At:
    """Where a claim's money is. prepared: claims in a batch that has not gone to the bank."""
    if claim.state == ClaimState.PUBLISHED:
        return At.PUBLISHED
    if claim.state == ClaimState.RETURNED:
        # Returned by a person before a notice: the new decision replaces it, as it does others.
        return At.PERSON if claim.notice_id or claim.approved_at else At.OPEN
    if claim.state not in MONEY_STATES:
        return At.OPEN
    if claim.state in (ClaimState.APPROVED, ClaimState.PAYMENT_RETURNED) or claim.pk in prepared:
        return At.DUE
    return At.SENT


def links_of(chain: list[Claim], prepared: set[int]) -> list[Link]:
    """The claims of a chain as the sums know them."""
    return [Link(claim.pk, claim.amount_fen, place_of(claim, prepared)) for claim in chain]


def _key(claim):
    # An application's group is its own, so enterprise, group and year tell every chain.
    return claim.enterprise_id, claim.exclusivity_group, claim.base_year


def debts_of(chains: list[list[Claim]]) -> list[list[Debt]]:
    """For each chain its recoveries as the sums know them, with the rows locked.

    Those of claims that were superseded too: what was repaid for them is in the bureau's hands.
    """
    keys = [_key(chain[0]) for chain in chains]
    enterprises = {enterprise for enterprise, _, _ in keys}
    whose = Q(claim__enterprise__in=enterprises - {None})
    if None in enterprises:
        whose |= Q(claim__enterprise=None)
    of_chain = defaultdict(list)
    rows = Recovery.objects.filter(
        whose,
        claim__exclusivity_group__in={group for _, group, _ in keys},
        claim__base_year__in={year for _, _, year in keys},
    )
    rows = rows.select_for_update(of=("self",)).select_related("claim").order_by("pk")
    for one in rows:
        of_chain[_key(one.claim)].append(one)
    waived = _waived_of(of_chain)
    return [
        [
            Debt(
                one.pk,
                one.amount_fen,
                one.repaid_fen,
                pending=one.state in OPEN_RECOVERY,
                waived=waived.get(one.pk, 0),
            )
            for one in of_chain[key]
        ]
        for key in keys
    ]


def _waived_of(of_chain):
    """Recovery's pk → fen given up that the claimant still has."""
    given_up = {
        key: sorted(
            (one for one in rows if one.state == RecoveryState.WAIVED),
            key=lambda one: (one.closed_at, one.pk),
        )
        for key, rows in of_chain.items()
    }
    given_up = {key: rows for key, rows in given_up.items() if rows}
    if not given_up:
        return {}
    bounced = defaultdict(list)
    groups = {group for _, group, _ in given_up}
    for payment in Payment.objects.filter(
        state=PaymentState.RETURNED, claim__exclusivity_group__in=groups,
        claim__base_year__in={year for _, _, year in given_up},
    ).filter(
        Q(claim__enterprise__in={enterprise for enterprise, _, _ in given_up} - {None})
        | Q(claim__enterprise=None)
    ).select_related("claim", "batch"):  # fmt: skip
        bounced[_key(payment.claim)].append(
            (payment.recorded_at, payment.amount_fen, payment.batch.sent_at)
        )
    return {
        one.pk: left
        for key, rows in given_up.items()
        for one, left in zip(
            rows,
            still_waived([(one.closed_at, one.left_fen) for one in rows], bounced[key]),
            strict=True,
        )
    }


def review_groups(decisions) -> set[tuple[int, str]]:
    """(enterprise id, group) of those among screened decisions that wait for records."""
    return {
        (
            decision.enterprise_id,
            exclusivity_group(compiled(decision.policy), decision.provision_id.partition("/")[2]),
        )
        for decision in decisions.filter(outcome=Outcome.REVIEW)
        .select_related("policy")
        .only("enterprise_id", "provision_id", "policy")
    }


def waits_for_records(claim: Claim) -> bool:
    """Whether what a claim was made for cannot be told now: a decision is in review.

    An application also while it is with its applicant.
    """
    application = claim.decision.application
    if application is not None:
        return application.state != SubsidyApplicationState.DECIDED
    standing = Decision.objects.standing().filter(
        enterprise=claim.enterprise_id, base_year=claim.base_year, application=None
    )
    return (claim.enterprise_id, claim.exclusivity_group) in review_groups(standing)


def _living(claims):
    living = claims.exclude(state=ClaimState.SUPERSEDED)
    return living.annotate(provision_id=F("decision__provision_id")).order_by("pk")


def locked_living(claims) -> list[Claim]:
    """Lock the living claims of a queryset in the order of their keys, with `provision_id`.

    Who held a lock may have put a new claim in the place of one; the statement that waited does not
    see it. So it is asked again until it finds nothing else: what is locked stays as it is.
    """
    living = _living(claims).select_for_update(of=("self",))
    known = None
    while True:
        found = list(living.all())
        keys = {claim.pk for claim in found}
        if keys == known:
            return found
        known = keys


def lock_chains(claims) -> None:
    """Lock some claims and everything of their chains, before anything else of them is locked."""
    rows = list(claims.values_list("enterprise_id", "exclusivity_group", "base_year"))
    of_chains = Q(
        enterprise__in={row[0] for row in rows} - {None},
        exclusivity_group__in={row[1] for row in rows},
        base_year__in={row[2] for row in rows},
    )
    persons = {group for enterprise, group, _ in rows if enterprise is None}
    locked_living(
        Claim.objects.filter(of_chains | Q(enterprise=None, exclusivity_group__in=persons))
    )


def chain_of(claim: Claim, *, lock: bool = False) -> list[Claim]:
    """The living claims of one claimant for the same kind and year, in the order of their keys."""
    same = Claim.objects.filter(
        exclusivity_group=claim.exclusivity_group,
        base_year=claim.base_year,
        enterprise=claim.enterprise_id,
        # None for what was screened; an application is a chain of its own.
        decision__application=claim.decision.application_id,
    )
    return locked_living(same) if lock else list(_living(same))


def chain_of_decision(decision: Decision) -> list[Claim]:
    """The living claims of what a decision was about, locked, whichever decision made them."""
    if decision.application_id:
        return locked_living(Claim.objects.filter(decision__application=decision.application_id))
    key = decision.provision_id.partition("/")[2]
    return locked_living(
        Claim.objects.filter(
            exclusivity_group=exclusivity_group(compiled(decision.policy), key),
            base_year=decision.base_year,
            enterprise=decision.enterprise_id,
            decision__application=None,
        )
    )


def standing_grant(claim: Claim) -> Decision | None:
    """The decision that now grants what a claim was made for; None when nothing does."""
    standing = Decision.objects.standing().filter(outcome=Outcome.GRANT).select_related("policy")
    application = claim.decision.application_id
    if application:
        return standing.filter(
            application=application, provision_id=claim.decision.provision_id
        ).first()
    of_year = standing.filter(
        enterprise=claim.enterprise_id, base_year=claim.base_year, application=None
    )
    for decision in of_year.order_by("pk"):
        key = decision.provision_id.partition("/")[2]
        if exclusivity_group(compiled(decision.policy), key) == claim.exclusivity_group:
            return decision
    return None


def sums_of(chain: list[Claim]) -> tuple[list[Link], list[Debt]]:
    """A locked chain as the sums know it."""
    links = links_of(chain, in_prepared_batch([one.pk for one in chain]))
    (debts,) = debts_of([chain])
    return links, debts


def open_difference(claim: Claim, target: int) -> int:
    """What may still be granted when a person takes up this claim: `target` less the rest."""
    links, debts = sums_of(chain_of(claim, lock=True))
    return difference(links, debts, target, claim.pk)


def has_more_than(chain: list[Claim], target: int) -> bool:
    """Whether the claimant of a locked chain has more than `target` fen of it."""
    return overpaid(*sums_of(chain), target)
