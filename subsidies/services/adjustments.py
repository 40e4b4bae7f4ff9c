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
are never edited. What was applied for is corrected by the same table when it is decided again.
`chains.py` reads what there is, `balance.py` does the sums, this module writes what they say.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from portal.ui.formatting import yuan
from subsidies.enums import ClaimState, Outcome, RecoveryState
from subsidies.models import Claim, ClaimStep, Decision, Recovery

from . import holdings
from .balance import At, plan_correction, plan_return
from .bundles import exclusivity_group
from .chains import (
    chain_of,
    debts_of,
    links_of,
    place_of,
    review_groups,
    standing_grant,
    waits_for_records,
)
from .claims import policies
from .naming import claim_title
from .notify import to_claimants, to_users
from .payments import in_prepared_batch, take_out
from .publishing import compiled


@dataclass(frozen=True)
class Occasion:
    """Why chains are brought to new sums: in words, when, where the concerned read on.

    title: what was granted; of several chains at once the refund of each one's year. plan: of the
    sums (balance.py), with None as target where records are missing. key: tells apart occasions
    under one decision, each of which is told. otherwise: said where nothing is moved.
    """

    note: str
    at: datetime
    path: str
    title: str = ""
    plan: Callable = plan_correction
    key: str = ""
    otherwise: str = ""


def correct_late(screening, chains: dict, grants: dict) -> Counter:
    """Bring late chains to what a run decided.

    chains: (enterprise id, group) → its locked living claims in the order of their keys, annotated
    with `provision_id`. grants: the same key → (provision id, fen). Returns counts for the run's totals; whoever is concerned
    is told. The rows of the run's decisions must be written.
    """
    note = f"第 {screening.number} 次筛查时，社保记录或政策有更正"
    of_run = Decision.objects.filter(
        screening=screening, enterprise_id__in={place[0] for place in chains}
    )
    decided = {
        (enterprise_id, provision_id): pk
        for pk, enterprise_id, provision_id in of_run.values_list(
            "pk", "enterprise_id", "provision_id"
        )
    }
    given_up = {
        enterprise_id
        for (enterprise_id, _), chain in chains.items()
        if (enterprise_id, chain[0].provision_id) not in decided
    }
    of_group = _by_group(of_run.filter(enterprise_id__in=given_up))
    leading = dict(of_run.filter(leads=True).values_list("enterprise_id", "pk"))
    waiting = review_groups(of_run)
    targets = {}
    for place, chain in chains.items():
        provision_id, fen = grants.get(place, (chain[0].provision_id, 0))
        decision_id = (
            decided.get((place[0], provision_id)) or of_group.get(place) or leading[place[0]]
        )
        targets[place] = (None if place in waiting else fen, decision_id)
    path = reverse("enterprises:policies")
    counts = _apply(chains, targets, Occasion(note, screening.created_at, path))
    counts["changed_after_approval"] = len(chains)
    return counts


def _by_group(decisions):
    """(enterprise id, group) → the decision of a run about it, the leading one before others.

    A provision that is decided no more has another of its group in its place.
    """
    rows = decisions.only("enterprise_id", "provision_id", "policy")
    return {
        (
            decision.enterprise_id,
            exclusivity_group(compiled(decision.policy), decision.provision_id.partition("/")[2]),
        ): decision.pk
        for decision in rows.prefetch_related(policies("")).order_by("leads", "-pk")
    }


def correct_application(chain: list[Claim], decision: Decision, by, path: str) -> Counter:
    """Bring a late chain of an application to what was decided again.

    chain: its locked living claims; decision: written, superseding the one before; by: the officer.
    Reviewers of a difference that falls away are told, and the applicant of every change, also of
    one that moves no money. Returns counts as `correct_late`.
    """
    place = (chain[0].enterprise_id, chain[0].exclusivity_group)
    title = claim_title(chain[0]).removesuffix("补发")
    now = timezone.now()
    target = None if decision.outcome == Outcome.REVIEW else decision.amount_fen
    undone = {
        reviewer
        for claim in chain
        if claim.state in (ClaimState.FIRST_REVIEWED, ClaimState.SECOND_REVIEWED)
        for reviewer in (claim.first_reviewer_id, claim.second_reviewer_id)
    } - {None, by and by.pk}
    counts = _apply(
        {place: chain},
        {place: (target, decision.pk)},
        Occasion("申请重新决定", now, path, title, otherwise=_nothing_moved(chain, decision)),
    )
    to_users(
        "claims_corrected",
        undone,
        f"decision:{decision.pk}:undone",
        f"您审核过的{title}有更正，要重新审核",
        "申请重新作了决定。原来的审核不再有效，请按新的决定重新初审、复核。",
        reverse("subsidies:reviews"),
    )
    return counts


def _nothing_moved(chain, decision):
    """What an applicant is told of a change that is neither paid on top nor asked back."""
    before = decision.supersedes
    if before and (before.outcome, before.amount_fen) == (decision.outcome, decision.amount_fen):
        return ""
    if any(claim.state == ClaimState.RETURNED for claim in chain):
        return "有一笔正在核对，暂不拨付。核对后会告诉您结果。"
    return "这次更正不补发，也不要求退还。更正的依据写在申请的页面上。"


def _apply(chains, targets, occasion: Occasion) -> Counter:
    """targets: (enterprise id, group) → (fen, or None where it waits for records; decision id)."""
    note, now = occasion.note, occasion.at
    claims = [claim for chain in chains.values() for claim in chain]
    prepared = in_prepared_batch([claim.pk for claim in claims])
    counts, states, notes, dropped = Counter(), {}, {}, {}
    made, recoveries, told, marked = [], [], {}, []
    debts_by_place = dict(zip(chains, debts_of(list(chains.values())), strict=True))
    for place, chain in chains.items():
        target, decision_id = targets[place]
        links = links_of(chain, prepared)
        plan = occasion.plan(links, debts_by_place[place], target)
        if target is None:
            words = f"{note}，现在缺记录，算不出应得多少"
            counts["waiting_for_records"] += 1
            marked += [
                (claim, f"{words}。不补发也不追回，补齐记录后再算。")
                for claim, link in zip(chain, links, strict=True)
                if link.at is At.SENT
            ]
        else:
            words = f"{note}，现在应为 {yuan(target)} 元"
        for pk in plan.replaced:
            states[pk], notes[pk] = ClaimState.SUPERSEDED, f"{words}，按新的决定办理。"
        for pk in plan.returned:
            states[pk], notes[pk] = ClaimState.RETURNED, f"{words}，待核对。"
        dropped.update(dict.fromkeys(plan.dropped, f"{words}，重新计算。"))
        if plan.extra_fen:
            made.append(_extra(chain, set(plan.replaced), decision_id, plan.extra_fen, now))
        if plan.recover_fen:
            paid = [claim for claim in chain if place_of(claim, prepared) is At.SENT]
            recoveries.append(
                Recovery(
                    claim=paid[0],
                    decision_id=decision_id,
                    amount_fen=plan.recover_fen,
                    reason=f"{words}。",
                    opened_at=now,
                )
            )
        told |= _words_for(chain, plan, target, decision_id, occasion)
    counts["claims_superseded"] = sum(s == ClaimState.SUPERSEDED for s in states.values())
    counts["claims_returned"] = len(states) - counts["claims_superseded"]
    counts["adjustments"], counts["recoveries"] = len(made), len(recoveries)
    _write(claims, prepared, states, notes, dropped, now)
    holdings.hand_over(list(chains.values()), states, note)
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
    to_claimants("claim_corrected", told, occasion.path, occasion.path)
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


def _words_for(chain, plan, target, decision_id, occasion):
    """{claim: (key, subject, body)} for the claimant, empty where nothing concerns them."""
    first = chain[0]
    title = occasion.title or f"{first.base_year} 年度稳岗返还"
    said = _said(chain, plan, target, occasion)
    if not said:
        return {}
    key = f"decision:{decision_id}:correction:{first.exclusivity_group}"
    subject = f"{title}更正为 {yuan(target)} 元" if target is not None else f"{title}正在核对"
    return {first: (f"{key}:{occasion.key}" if occasion.key else key, subject, said)}


def _said(chain, plan, target, occasion):
    said = []
    if plan.extra_fen:
        said.append(f"补发 {yuan(plan.extra_fen)} 元，经初审、复核和公示后拨付，不用您申请。")
    elif plan.recover_fen:
        said.append(
            f"已拨付的多出 {yuan(plan.recover_fen)} 元，要退还。怎么退、什么时候退，会书面通知您。"
        )
    elif plan.dropped:
        said.append("原来要您退还的金额不再要求退还。")
    # Of a payment that came back the message about the return says that it is looked at.
    stopped = plan.returned if occasion.plan is plan_correction else ()
    if stopped:
        fen = sum(claim.amount_fen for claim in chain if claim.pk in stopped)
        why = "缺记录，现在算不出应得多少" if target is None else f"现在应为 {yuan(target)} 元"
        said.append(f"原来要拨付的 {yuan(fen)} 元正在核对，暂不拨付：{why}。核对后会告诉您结果。")
    if not said and target is not None:
        said.append(occasion.otherwise)
    return "".join(said)


def money_came_back(claims) -> Counter:
    """The bank sent payments back: they are due again as far as the standing decision covers them.

    claims: locked with their chains, now “银行退回”. What was to be recovered of them is no longer
    owed; what was waived of them the claimant does not have any more, and it is not paid again.
    Where a correction had lowered the grant meanwhile, or records are missing, the claim goes to a
    person; the others wait for their account.
    """
    counts = Counter()
    as_decided = set(
        Decision.objects.standing()
        .filter(pk__in=[claim.decision_id for claim in claims])
        .values_list("pk", flat=True)
    )
    groups = set(
        Recovery.objects.filter(
            claim__exclusivity_group__in={claim.exclusivity_group for claim in claims}
        ).values_list("claim__enterprise", "claim__exclusivity_group", "claim__base_year")
    )
    done = set()
    for claim in claims:
        key = (claim.enterprise_id, claim.exclusivity_group, claim.base_year)
        if key in done or (claim.decision_id in as_decided and key not in groups):
            continue
        done.add(key)
        counts += _came_back(claim)
    return counts


def _came_back(claim):
    grant = standing_grant(claim)
    target = grant.amount_fen if grant else 0
    decision = grant or claim.decision
    while grant is None and (later := decision.successor()):
        decision = later
    application = claim.decision.application
    path = reverse("enterprises:policies")
    if application:
        path = reverse("applications:detail", args=[application.public_id])
    place = (claim.enterprise_id, claim.exclusivity_group)
    counts = _apply(
        {place: chain_of(claim, lock=True)},
        {place: (None if waits_for_records(claim) else target, decision.pk)},
        Occasion(
            "银行退回",
            timezone.now(),
            path,
            claim_title(claim).removesuffix("补发"),
            plan_return,
            # One decision may see several payments come back, the same claim's among them.
            key=f"payment:{claim.payments.latest('pk').pk}",
        ),
    )
    if application:
        holdings.let_go_of_repaid(application)
    return counts
