"""Late corrections: a new decision after a claim was approved, sent or paid.

| the claim's money is | the new decision grants more | less, or nothing |
|---|---|---|
| approved, in no batch, or returned by the bank | the difference as 补发 | to a person (退回) |
| in a batch not sent yet | the difference as 补发 | out of the batch, to a person |
| at the bank or paid | the difference as 补发 | the difference as 追回 |

“Less, or nothing” is what is known. Where a decision of the same kind is 待核实 (review), records
are missing and nothing is known: money that has left stays and gets a step that says so, money that
has not left goes to a person, and nothing is paid on top or asked back until the records are there.

A 补发 is a claim of its own, with two reviews, notice and payment. The old claim and its decision
are never edited. `balance.py` does the sums; this module reads chains and writes what it says.
"""

from collections import Counter, defaultdict

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from portal.ui.formatting import yuan
from subsidies.enums import ClaimState, Outcome, RecoveryState
from subsidies.models import Claim, ClaimStep, Decision, Recovery

from .balance import At, Debt, Link, difference, plan_correction, plan_waiting
from .bundles import exclusivity_group
from .notify import to_members
from .payments import in_prepared_batch, take_out
from .publishing import compiled

MONEY_STATES = frozenset(
    {ClaimState.APPROVED, ClaimState.PAYING, ClaimState.PAID, ClaimState.PAYMENT_RETURNED}
)
_OPEN_RECOVERY = (RecoveryState.OPEN, RecoveryState.NOTIFIED)


def is_late(chain: list[Claim]) -> bool:
    """Whether a chain has money that is approved or gone, so that a correction is late."""
    return any(claim.state in MONEY_STATES or claim.adjusts_id for claim in chain)


def _at(claim, prepared):
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


def _links(chain, prepared):
    return [Link(claim.pk, claim.amount_fen, _at(claim, prepared)) for claim in chain]


def _debts_of(claim_ids):
    """Claim's pk → its recoveries as the sums know them, with the rows locked."""
    found = defaultdict(list)
    for one in Recovery.objects.filter(claim__in=claim_ids).select_for_update().order_by("pk"):
        found[one.claim_id].append(
            Debt(
                one.pk,
                one.amount_fen,
                one.repaid_fen,
                pending=one.state in _OPEN_RECOVERY,
                waived=one.state == RecoveryState.WAIVED,
            )
        )
    return found


def correct_late(screening, chains: dict, grants: dict) -> Counter:
    """Bring late chains to what a run decided.

    chains: (enterprise id, group) → its locked living claims in the order of their keys, annotated
    with `provision_id`. grants:
    the same key → (provision id, fen). Returns counts for the run's totals; whoever is concerned
    is told. The rows of the run's decisions must be written.
    """
    note = f"第 {screening.number} 次筛查时，社保记录或政策有更正"
    decided = {
        (enterprise_id, provision_id): pk
        for pk, enterprise_id, provision_id in Decision.objects.filter(
            screening=screening, enterprise_id__in={place[0] for place in chains}
        ).values_list("pk", "enterprise_id", "provision_id")
    }
    leading = dict(
        Decision.objects.filter(
            screening=screening, leads=True, enterprise_id__in={place[0] for place in chains}
        ).values_list("enterprise_id", "pk")
    )
    waiting = _in_review(
        Decision.objects.filter(
            screening=screening, enterprise_id__in={place[0] for place in chains}
        )
    )
    targets = {}
    for place, chain in chains.items():
        provision_id, fen = grants.get(place, (chain[0].provision_id, 0))
        decision_id = decided.get((place[0], provision_id)) or leading[place[0]]
        targets[place] = (None if place in waiting else fen, decision_id)
    counts = _apply(chains, targets, note, screening.created_at)
    counts["changed_after_approval"] = len(chains)
    return counts


def _in_review(decisions) -> set[tuple[int, str]]:
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
    """Whether what a screened claim was made for cannot be told now: a decision is in review."""
    if claim.decision.application_id:
        return False
    standing = Decision.objects.standing().filter(
        enterprise=claim.enterprise_id, base_year=claim.base_year, application=None
    )
    return (claim.enterprise_id, claim.exclusivity_group) in _in_review(standing)


def _apply(chains, targets, note, now) -> Counter:
    """targets: (enterprise id, group) → (fen, or None where it waits for records; decision id)."""
    claims = [claim for chain in chains.values() for claim in chain]
    prepared = in_prepared_batch([claim.pk for claim in claims])
    debts_of = _debts_of([claim.pk for claim in claims])
    counts, states, notes, dropped = Counter(), {}, {}, {}
    made, recoveries, told, marked = [], [], {}, []
    for place, chain in chains.items():
        target, decision_id = targets[place]
        debts = [debt for claim in chain for debt in debts_of[claim.pk]]
        links = _links(chain, prepared)
        if target is None:
            plan = plan_waiting(links)
            words = f"{note}，现在缺记录，算不出应得多少"
            counts["waiting_for_records"] += 1
            marked += [
                (claim, f"{words}。不补发也不追回，补齐记录后重新筛查。")
                for claim, link in zip(chain, links, strict=True)
                if link.at is At.SENT
            ]
        else:
            plan = plan_correction(links, debts, target)
            words = f"{note}，现在应为 {yuan(target)} 元"
        for pk in plan.replaced:
            states[pk], notes[pk] = ClaimState.SUPERSEDED, f"{words}，按新的决定办理。"
        for pk in plan.returned:
            states[pk], notes[pk] = ClaimState.RETURNED, f"{words}，待核对。"
        dropped.update(dict.fromkeys(plan.dropped, f"{words}，重新计算。"))
        if plan.extra_fen:
            made.append(_extra(chain, set(plan.replaced), decision_id, plan.extra_fen, now))
        if plan.recover_fen:
            paid = [claim for claim in chain if _at(claim, prepared) is At.SENT]
            recoveries.append(
                Recovery(
                    claim=paid[0],
                    decision_id=decision_id,
                    amount_fen=plan.recover_fen,
                    reason=f"{words}。",
                    opened_at=now,
                )
            )
        told |= _words_for(place[0], chain, plan, target, decision_id)
    counts["claims_superseded"] = sum(s == ClaimState.SUPERSEDED for s in states.values())
    counts["claims_returned"] = len(states) - counts["claims_superseded"]
    counts["adjustments"], counts["recoveries"] = len(made), len(recoveries)
    _write(claims, prepared, states, notes, dropped, now)
    Claim.objects.bulk_create(made, batch_size=2000)
    Recovery.objects.bulk_create(recoveries, batch_size=2000)
    ClaimStep.objects.bulk_create(
        [
            *(
                ClaimStep(claim_id=pk, state=s, note=notes[pk][:200], at=now)
                for pk, s in states.items()
            ),
            *(
                ClaimStep(claim=one, state=one.state, note=f"补发：{note}"[:200], at=now)
                for one in made
            ),
            *(
                ClaimStep(claim=claim, state=claim.state, note=words[:200], at=now)
                for claim, words in marked
            ),
        ],
        batch_size=2000,
    )
    to_members("claim_corrected", told, reverse("enterprises:policies"))
    return counts


def _extra(chain, replaced, decision_id, fen, now):
    # The first claim of the chain that stays is what the new one adds to; without one it is first.
    first = next((claim for claim in chain if claim.pk not in replaced), None)
    return Claim(
        decision_id=decision_id,
        enterprise_id=chain[0].enterprise_id,
        adjusts_id=first and (first.adjusts_id or first.pk),
        exclusivity_group=chain[0].exclusivity_group,
        base_year=chain[0].base_year,
        amount_fen=fen,
        created_at=now,
    )


def _write(claims, prepared, states, notes, dropped, now):
    superseded = [pk for pk, state in states.items() if state == ClaimState.SUPERSEDED]
    Claim.objects.filter(pk__in=superseded).update(state=ClaimState.SUPERSEDED)
    by_note = defaultdict(list)
    for pk, state in states.items():
        if state == ClaimState.RETURNED:
            by_note[notes[pk]].append(pk)
    for note, pks in by_note.items():
        inside = [pk for pk in pks if pk in prepared]
        if inside:
            take_out(inside, note)
        Claim.objects.filter(pk__in=pks).update(
            state=ClaimState.RETURNED, returned_reason=note[:200]
        )
    for reason in dict.fromkeys(dropped.values()):
        Recovery.objects.filter(pk__in=[pk for pk, why in dropped.items() if why == reason]).update(
            state=RecoveryState.SUPERSEDED, closed_reason=reason[:200], closed_at=now
        )


def _words_for(enterprise_id, chain, plan, target, decision_id):
    if plan.extra_fen:
        said = f"补发 {yuan(plan.extra_fen)} 元，经初审、复核和公示后拨付，不用您申请。"
    elif plan.recover_fen:
        said = (
            f"已拨付的多出 {yuan(plan.recover_fen)} 元，要退还。怎么退、什么时候退，会书面通知您。"
        )
    elif plan.dropped:
        said = "原来要您退还的金额不再要求退还。"
    else:
        return {}
    year = chain[0].base_year
    return {
        enterprise_id: (
            f"decision:{decision_id}:correction:{chain[0].exclusivity_group}",
            f"{year} 年度稳岗返还更正为 {yuan(target)} 元",
            said,
        )
    }


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
    rows = list(claims.values_list("pk", "enterprise_id", "exclusivity_group", "base_year"))
    locked_living(
        Claim.objects.filter(
            Q(pk__in={row[0] for row in rows})
            | Q(
                enterprise__in={row[1] for row in rows} - {None},
                exclusivity_group__in={row[2] for row in rows},
                base_year__in={row[3] for row in rows},
            )
        )
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


def standing_grant(claim: Claim) -> Decision | None:
    """The decision that now grants what a claim was made for; None when nothing does."""
    standing = Decision.objects.standing().filter(outcome="grant").select_related("policy")
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


def open_difference(claim: Claim, target: int) -> int:
    """What may still be granted when a person takes up this claim: `target` less the rest."""
    chain = chain_of(claim, lock=True)
    prepared = in_prepared_batch([one.pk for one in chain])
    debts = [d for ds in _debts_of([one.pk for one in chain]).values() for d in ds]
    return difference(_links(chain, prepared), debts, target, claim.pk)


def money_came_back(claims) -> Counter:
    """The bank sent payments back: what was to be recovered of them is no longer owed.

    claims: locked, now “银行退回”. Where a correction had lowered the grant meanwhile, the claim
    goes to a person; the others wait for their account.
    """
    counts = Counter()
    owing = set(
        Recovery.objects.filter(
            state__in=_OPEN_RECOVERY, claim__enterprise__in=[c.enterprise_id for c in claims]
        ).values_list("claim__enterprise", flat=True)
    )
    for claim in claims:
        if claim.enterprise_id not in owing:
            continue
        grant = standing_grant(claim)
        place = (claim.enterprise_id, claim.exclusivity_group)
        decision_id = grant.pk if grant else _successor(claim.decision_id)
        target = grant.amount_fen if grant else 0
        counts += _apply(
            {place: chain_of(claim, lock=True)},
            {place: (target, decision_id)},
            "银行退回",
            timezone.now(),
        )
    return counts


def _successor(decision_id):
    """The last decision that took the place of one."""
    while True:
        after = Decision.objects.filter(supersedes=decision_id).values_list("pk", flat=True).first()
        if after is None:
            return decision_id
        decision_id = after
