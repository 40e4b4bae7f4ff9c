"""What a new decision does to the claim that rested on the old one.

| claim was | then |
|---|---|
| waiting for the first review, or returned before a notice | superseded; a new claim if granted |
| reviewed once or twice, not yet published | the same, and its reviewers are told: their review falls away |
| published | returned with the reason; a person decides (services.claims.reopen_claim) |
| returned after a notice | left to that person |
| approved, sent or paid | stays; the difference is 补发 or 追回, see services/adjustments.py |
| approved or in a batch not sent, and the new decision is 待核实 | to a person, not paid meanwhile |
| sent or paid, and the new decision is 待核实 | stays, with a step; no 补发, no 追回 |

docs/decisions/refund-screening.md says why.
"""

from collections import Counter

from django.urls import reverse

from subsidies.enums import ClaimState
from subsidies.models import Claim, ClaimStep, Decision

from .adjustments import correct_late
from .bundles import Bundle
from .chains import is_late, locked_living, recovered_of
from .notify import to_users

_REPLACED = (
    ClaimState.SCREENED,
    ClaimState.RETURNED,
    ClaimState.FIRST_REVIEWED,
    ClaimState.SECOND_REVIEWED,
)
_REVIEWED = (ClaimState.FIRST_REVIEWED, ClaimState.SECOND_REVIEWED)


def renew_claims(screening, changed: dict[int, list[tuple[str, str, int]]]) -> Counter:
    """Supersede, return or keep the claims of changed enterprises and make the new ones.

    changed: enterprise id → [(provision id, exclusivity group, fen)] of its grants; an empty list
    for an enterprise whose grant fell away. Returns counts by what happened.
    """
    counts = Counter()
    now = screening.created_at
    note = f"第 {screening.number} 次筛查时，社保记录或政策有更正"
    of_changed = Claim.objects.filter(
        base_year=screening.base_year,
        enterprise_id__in=list(changed),
        decision__application__isnull=True,
    ).exclude(decision__screening=screening)  # made a moment ago for who had no living claim left
    chains = _living_chains(of_changed)
    recovered = recovered_of(of_changed)
    late = {place: chain for place, chain in chains.items() if is_late(chain, recovered)}
    steps, superseded, returned, undone = [], [], [], Counter()
    blocked = set(late)
    for place, chain in chains.items():
        for claim in chain:
            replaced = claim.state in _REPLACED and claim.notice_id is None
            if replaced and claim.state in _REVIEWED:
                counts["reviews_undone"] += 1
                undone.update((claim.first_reviewer_id, claim.second_reviewer_id))
            if place in late:
                continue
            if replaced:
                superseded.append(claim.pk)
                words = f"{note}，按新的决定办理。"
                steps.append(_step(claim.pk, ClaimState.SUPERSEDED, words, now))
                continue
            blocked.add(place)
            if claim.state == ClaimState.PUBLISHED:
                returned.append(claim.pk)
                words = f"{note}，退出公示，待核对。"
                steps.append(_step(claim.pk, ClaimState.RETURNED, words, now))
    Claim.objects.filter(pk__in=superseded).update(state=ClaimState.SUPERSEDED)
    Claim.objects.filter(pk__in=returned).update(
        state=ClaimState.RETURNED, returned_reason=f"{note}，退出公示，待核对。"
    )
    grants = {
        (enterprise_id, group): (provision_id, fen)
        for enterprise_id, granted in changed.items()
        for provision_id, group, fen in granted
    }
    made = _make_claims(screening, changed, blocked)
    steps += [_step(claim.pk, ClaimState.SCREENED, "", now) for claim in made]
    ClaimStep.objects.bulk_create(steps, batch_size=2000)
    counts["claims_superseded"] += len(superseded)
    counts["claims_returned"] += len(returned)
    counts["claims_new"] += len(made)
    if late:
        counts.update(correct_late(screening, late, grants))
    undone.pop(None, None)
    for reviewer, count in undone.items():
        to_users(
            "claims_corrected",
            [reviewer],
            f"screening:{screening.public_id}:undone",
            f"您审核过的 {count} 户有更正，要重新审核",
            f"{note}。原来的审核不再有效，请按新的决定重新初审、复核。",
            reverse("subsidies:reviews"),
        )
    return counts


def _living_chains(of_changed):
    """(enterprise id, group) → its claims that are not superseded, locked."""
    chains = {}
    for claim in locked_living(of_changed):
        chains.setdefault((claim.enterprise_id, claim.exclusivity_group), []).append(claim)
    return chains


def _step(claim_id, state, note, at):
    return ClaimStep(claim_id=claim_id, state=state, note=note, at=at)


def _make_claims(screening, changed, blocked):
    granted = {
        (enterprise_id, provision_id): (group, fen)
        for enterprise_id, grants in changed.items()
        for provision_id, group, fen in grants
        if (enterprise_id, group) not in blocked
    }
    rows = Decision.objects.filter(
        screening=screening, outcome="grant", claim__isnull=True
    ).values_list("pk", "enterprise_id", "provision_id")
    return Claim.objects.bulk_create(
        [
            Claim(
                decision_id=pk,
                enterprise_id=enterprise_id,
                exclusivity_group=granted[enterprise_id, provision_id][0],
                base_year=screening.base_year,
                amount_fen=granted[enterprise_id, provision_id][1],
                created_at=screening.created_at,
            )
            for pk, enterprise_id, provision_id in rows.order_by("pk")
            if (enterprise_id, provision_id) in granted
        ],
        batch_size=2000,
    )


def grants_of(bundle: Bundle) -> list[tuple[str, str, int]]:
    """What `renew_claims` needs to know of a bundle."""
    return [
        (verdict.provision_id, verdict.group, verdict.amount_fen)
        for verdict in bundle.verdicts
        if verdict.outcome == "grant"
    ]
