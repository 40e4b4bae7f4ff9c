"""What a new decision does to the claim that rested on the old one.

| claim was | then |
|---|---|
| waiting for the first review, or returned before a notice | superseded; a new claim if granted |
| reviewed once or twice, not yet published | the same, and its reviewers are told: their review falls away |
| published | returned with the reason; a person decides (services.claims.reopen_claim) |
| returned after a notice | left to that person |
| approved | untouched; counted, so that an adjustment or a recovery is begun |

docs/decisions/refund-screening.md says why.
"""

from collections import Counter

from django.urls import reverse

from subsidies.enums import ClaimState
from subsidies.models import Claim, ClaimStep, Decision

from .bundles import Bundle
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
    living = list(
        Claim.objects.filter(base_year=screening.base_year, enterprise_id__in=list(changed))
        .exclude(state=ClaimState.SUPERSEDED)
        .select_for_update()
        .order_by("pk")
    )
    steps, blocked, superseded, returned = [], set(), [], []
    undone: dict[int, int] = {}
    note = f"第 {screening.number} 次筛查时，社保记录或政策有更正"
    for claim in living:
        place = (claim.enterprise_id, claim.exclusivity_group)
        if claim.state in _REPLACED and claim.notice_id is None:
            if claim.state in _REVIEWED:
                counts["reviews_undone"] += 1
                for reviewer in (claim.first_reviewer_id, claim.second_reviewer_id):
                    undone[reviewer] = undone.get(reviewer, 0) + 1
            superseded.append(claim.pk)
            steps.append(_step(claim.pk, ClaimState.SUPERSEDED, f"{note}，按新的决定办理。", now))
            continue
        blocked.add(place)
        if claim.state == ClaimState.PUBLISHED:
            returned.append(claim.pk)
            steps.append(_step(claim.pk, ClaimState.RETURNED, f"{note}，退出公示，待核对。", now))
        elif claim.state == ClaimState.APPROVED:
            counts["changed_after_approval"] += 1
    Claim.objects.filter(pk__in=superseded).update(state=ClaimState.SUPERSEDED)
    Claim.objects.filter(pk__in=returned).update(
        state=ClaimState.RETURNED, returned_reason=f"{note}，退出公示，待核对。"
    )
    counts["claims_superseded"] = len(superseded)
    counts["claims_returned"] = len(returned)
    made = _make_claims(screening, changed, blocked)
    counts["claims_new"] = len(made)
    steps += [_step(claim.pk, ClaimState.SCREENED, "", now) for claim in made]
    ClaimStep.objects.bulk_create(steps, batch_size=2000)
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


def _step(claim_id, state, note, at):
    return ClaimStep(claim_id=claim_id, state=state, note=note, at=at)


def _make_claims(screening, changed, blocked):
    granted = {
        (enterprise_id, provision_id): (group, fen)
        for enterprise_id, grants in changed.items()
        for provision_id, group, fen in grants
        if (enterprise_id, group) not in blocked
    }
    rows = Decision.objects.filter(screening=screening, outcome="grant").values_list(
        "pk", "enterprise_id", "provision_id"
    )
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
