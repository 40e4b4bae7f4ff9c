"""Reviewing claims (D6): two different people, all or nothing, once.

Every act locks what it changes, checks the state after the lock, and writes the step. A second
press on the same button finds the work done by the same person and gives back the same result.
"""

from collections import defaultdict

from django.db import transaction
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.refused import Refused
from portal.ui.formatting import cn_datetime
from subsidies.enums import CLAIM_TRANSITIONS, ClaimState
from subsidies.models import Claim, ClaimBatch, ClaimStep, PolicyVersion

from .budgets import require_not_held
from .entitlements import release_all
from .manual_checks import require_checked
from .naming import claim_title
from .notify import to_claimants, to_users
from .numbering import next_number

# Between the first review and the notice.
IN_REVIEW = frozenset({ClaimState.FIRST_REVIEWED, ClaimState.SECOND_REVIEWED})
REVIEWER_ROLES = frozenset({Role.DISTRICT_STAFF, Role.CITY_STAFF})


def require_officer(user) -> None:
    """Raises Refused for anyone but district and city staff: only they decide on claims."""
    if user.role not in REVIEWER_ROLES:
        raise Refused("这一步由区县或市级工作人员办理。")


def require_reason(reason: str) -> str:
    """The trimmed reason. Raises Refused when it is empty or too long."""
    reason = (reason or "").strip()
    if not reason:
        raise Refused("请写明理由，对方会看到。")
    if len(reason) > 150:
        raise Refused(f"理由最多 150 个字，现在是 {len(reason)} 个字。")
    return reason


# What a list of claims never shows of its decisions: long, and a list has tens of thousands.
_LONG = ("facts", "trace", "amount_steps", "near_miss", "exclusivity")


def unread(decision: str, *, but: tuple[str, ...] = ()) -> list[str]:
    """Columns of decisions to defer where claims are listed. decision: the path, "decision__"."""
    return [f"{decision}{name}" for name in _LONG if name not in but]


def policies(decision: str) -> Prefetch:
    """The policies of listed decisions, each read once: joined, a text of some 50 KB comes with
    every claim. decision: the path to the decision, "decision__"."""
    return Prefetch(f"{decision}policy", PolicyVersion.objects.defer("cases_text"))


def locked_claims(user, public_ids) -> list[Claim]:
    """Lock claims a user sees, in one order. Raises Refused when one is not there for them."""
    wanted = set(public_ids)
    if not wanted:
        raise Refused("还没有选企业。请先勾选要办理的企业。")
    claims = list(
        Claim.objects.visible_to(user)
        .filter(public_id__in=wanted)
        .select_for_update(of=("self",))
        .select_related("enterprise", "decision__application__user")
        .defer(*unread("decision__"))
        # Whoever held the lock may have set these: read them after it, not in its join.
        .prefetch_related("first_reviewer", "second_reviewer", "batch", policies("decision__"))
        .order_by("pk")
    )
    if len(claims) != len(wanted):
        raise Refused("有几户不在您负责的地区，或者已经不在名单里。没有办理，请刷新后再选。")
    return claims


def require_state(claims, state, act: str) -> None:
    """Raises Refused naming the first claims that are in another state; nothing is done then."""
    others = [claim for claim in claims if claim.state != state]
    if not others:
        return
    named = "；".join(
        f"{claim.claimant_name}：{claim.get_state_display()}{_by_whom(claim)}"
        for claim in others[:3]
    )
    more = f"等 {len(others)} 户" if len(others) > 3 else ""
    raise Refused(f"没有{act}。{named}{more}。请刷新后再办。")


def _by_whom(claim):
    """Who brought it there, when that explains it."""
    now = timezone.localdate()
    if claim.state == ClaimState.FIRST_REVIEWED:
        return f"（{claim.first_reviewer} {cn_datetime(claim.first_reviewed_at, now)}已初审）"
    if claim.state == ClaimState.SECOND_REVIEWED:
        return f"（{claim.second_reviewer} {cn_datetime(claim.second_reviewed_at, now)}已复核）"
    return ""


def move(claims, state, user, note="", **fields) -> None:
    """Bring locked claims to a state the table of transitions allows, with a step for each."""
    for claim in claims:
        if state not in CLAIM_TRANSITIONS[ClaimState(claim.state)]:
            raise ValueError(f"{claim.pk}: {claim.state} → {state} is not in the table")
    Claim.objects.filter(pk__in=[claim.pk for claim in claims]).update(state=state, **fields)
    if state == ClaimState.SUPERSEDED:
        release_all(claims, note)
    at = timezone.now()
    ClaimStep.objects.bulk_create(
        [ClaimStep(claim=claim, state=state, by=user, at=at, note=note) for claim in claims],
        batch_size=2000,
    )


def total_fen(claims) -> int:
    """Sum of the claims' money."""
    return sum(claim.amount_fen for claim in claims)


def tick_checks(claim_id, user, check_ids) -> Claim:
    """A reviewer has looked at these checks of a claim that waits for its first review.

    check_ids: ids of decision.manual_checks; those ticked before stay ticked. Who and when stands
    in the steps. Raises Refused for somebody else's claim or one that is past its first review.
    """
    require_officer(user)
    with transaction.atomic():
        (claim,) = locked_claims(user, [claim_id])
        if claim.state != ClaimState.SCREENED:
            raise Refused(f"{claim.claimant_name}现在是“{claim.get_state_display()}”，不用再核对。")
        texts = {check["id"]: check["text"] for check in claim.decision.manual_checks}
        new = [one for one in texts if one in check_ids and one not in claim.checked]
        if not new and not set(check_ids) & set(texts):
            raise Refused("请勾选您看过的那几项。")
        if new:
            claim.checked = [*claim.checked, *new]
            claim.save(update_fields=["checked"])
            # A step for each, so that every text stands whole beside who looked and when.
            ClaimStep.objects.bulk_create(
                ClaimStep(
                    claim=claim, state=claim.state, by=user, note=f"已核对：{texts[one]}"[:200]
                )
                for one in new
            )
        return claim


def first_review(claim_ids, user) -> ClaimBatch:
    """First review of some screened claims; they become one batch for the second review.

    claim_ids: public ids. Raises Refused when any of them was taken by someone else meanwhile.
    """
    require_officer(user)
    with transaction.atomic():
        claims = locked_claims(user, claim_ids)
        mine = {c.batch for c in claims if c.first_reviewer_id == user.pk}
        if len(mine) == 1 and all(
            c.state == ClaimState.FIRST_REVIEWED and c.first_reviewer_id == user.pk for c in claims
        ):
            return mine.pop()
        require_state(claims, ClaimState.SCREENED, "初审")
        years = {claim.base_year for claim in claims}
        if len(years) > 1:
            raise Refused("一批只能是同一年度的。请按年度分开初审。")
        require_not_held(claims)
        require_checked(claims)
        batch = _new_batch(years.pop(), user)
        move(
            claims,
            ClaimState.FIRST_REVIEWED,
            user,
            batch=batch,
            first_reviewer=user,
            first_reviewed_at=batch.first_reviewed_at,
        )
        return batch


def _new_batch(base_year, user):
    return ClaimBatch.objects.create(
        region=user.region,
        base_year=base_year,
        number=next_number(ClaimBatch, base_year=base_year),
        first_reviewer=user,
        first_reviewed_at=timezone.now(),
    )


def _locked_batch(batch_id, user):
    batch = (
        ClaimBatch.objects.visible_to(user)
        .filter(public_id=batch_id)
        .select_for_update(of=("self",))
        .prefetch_related("first_reviewer", "second_reviewer", "returned_by")
        .first()
    )
    if batch is None:
        raise Refused("这一批不在您负责的地区。")
    return batch


def _open_claims(batch):
    return list(
        batch.claims.filter(state=ClaimState.FIRST_REVIEWED)
        .select_for_update(of=("self",))
        .select_related("enterprise")
        .order_by("pk")
    )


def second_review(batch_id, user, sampled: bool) -> ClaimBatch:
    """Second review of a whole batch by another person; it may be published then.

    sampled: whether the reviewer says to have looked at the sample of five. Raises Refused for
    the first reviewer, for a batch someone else passed or returned, and for one with no claims left.
    """
    require_officer(user)
    with transaction.atomic():
        batch = _locked_batch(batch_id, user)
        today = timezone.localdate()
        if batch.second_reviewer_id == user.pk:
            return batch
        if batch.second_reviewer_id:
            when = cn_datetime(batch.second_reviewed_at, today)
            raise Refused(f"这一批已由{batch.second_reviewer}于 {when} 复核通过，不用再办。")
        if batch.returned_by_id:
            when = cn_datetime(batch.returned_at, today)
            raise Refused(f"这一批已由{batch.returned_by}于 {when} 退回初审。")
        if batch.first_reviewer_id == user.pk:
            raise Refused("您已初审，要由另一人复核。")
        if not sampled:
            raise Refused("请先抽查，再勾选“我已抽查 5 户，金额与依据一致”。")
        claims = _open_claims(batch)
        if not claims:
            raise Refused("这一批的企业都已退回或更正，没有要复核的。")
        batch.second_reviewer, batch.second_reviewed_at = user, timezone.now()
        batch.save(update_fields=["second_reviewer", "second_reviewed_at"])
        move(
            claims,
            ClaimState.SECOND_REVIEWED,
            user,
            "已抽查 5 户",
            second_reviewer=user,
            second_reviewed_at=batch.second_reviewed_at,
        )
        return batch


def return_batch(batch_id, user, reason: str) -> ClaimBatch:
    """Give a whole batch back to the first review, with a reason its reviewer reads."""
    require_officer(user)
    reason = require_reason(reason)
    with transaction.atomic():
        batch = _locked_batch(batch_id, user)
        if batch.returned_by_id == user.pk:
            return batch
        if batch.returned_by_id or batch.second_reviewer_id:
            raise Refused("这一批已经办完，不能再退回初审。")
        claims = _open_claims(batch)
        if not claims:
            raise Refused("这一批的企业都已退回或更正，没有可退回的。")
        batch.returned_by, batch.returned_at = user, timezone.now()
        batch.returned_reason = reason
        batch.save(update_fields=["returned_by", "returned_at", "returned_reason"])
        _back_to_first(claims, user, reason)
        to_users(
            "batch_returned",
            [batch.first_reviewer_id],
            f"batch:{batch.pk}:returned",
            f"{batch}已退回初审，{len(claims)} 户",
            f"{user}退回。理由：{reason}",
            reverse("subsidies:reviews"),
        )
        return batch


def _back_to_first(claims, user, reason, **fields):
    move(
        claims,
        ClaimState.SCREENED,
        user,
        f"退回初审：{reason}",
        batch=None,
        first_reviewer=None,
        first_reviewed_at=None,
        **fields,
    )


def return_claim(claim_id, user, reason: str) -> Claim:
    """Take one claim out, with a reason: from the first review, a batch, or a running notice.

    In a batch it goes back to the first review; otherwise it waits in "退回" for a person
    (services/reopening.py). Approved money is taken back by a correction only.
    """
    require_officer(user)
    reason = require_reason(reason)
    with transaction.atomic():
        (claim,) = locked_claims(user, [claim_id])
        if claim.state == ClaimState.FIRST_REVIEWED:
            _back_to_first([claim], user, reason)
        elif claim.state in (ClaimState.SCREENED, ClaimState.PUBLISHED):
            set_aside([claim], user, reason)
        else:
            raise Refused(f"{claim.claimant_name}现在是“{claim.get_state_display()}”，不能退回。")
        claim.refresh_from_db()
        return claim


def undo_reviews(claims, user, reason) -> None:
    """Locked claims under review back to the first one; whoever reviewed them is told."""
    _back_to_first(claims, user, reason, second_reviewer=None, second_reviewed_at=None)
    for claim in claims:
        claim.state = ClaimState.SCREENED
    by_reviewer = defaultdict(list)
    for claim in claims:
        for reviewer in (claim.first_reviewer_id, claim.second_reviewer_id):
            if reviewer and reviewer != user.pk:
                by_reviewer[reviewer].append(claim)
    for reviewer, theirs in by_reviewer.items():
        named = "、".join(claim_title(claim) for claim in theirs)
        to_users(
            "claims_corrected",
            [reviewer],
            f"claim:{theirs[0].pk}:undone:{timezone.now():%Y%m%d%H%M%S}",
            f"您审核过的{theirs[0].claimant_name}的{named}已退出审核",
            f"{user}退回。理由：{reason}",
            reverse("subsidies:reviews"),
        )


def set_aside(claims, user, reason) -> None:
    """Locked claims to "退回"; claimants who were told of a notice or an approval are told."""
    of_money = (ClaimState.APPROVED, ClaimState.PAYING, ClaimState.PAYMENT_RETURNED)
    words = dict.fromkeys(of_money, "暂不拨付") | {ClaimState.PUBLISHED: "退出公示"}
    known = [(claim, words[claim.state]) for claim in claims if claim.state in words]
    move(claims, ClaimState.RETURNED, user, reason, returned_reason=reason)
    to_claimants(
        "claim_returned",
        {
            claim: (
                f"claim:{claim.pk}:returned:{timezone.now():%Y%m%d%H%M%S}",
                f"{claim_title(claim)}{what}，正在核对",
                f"原因：{reason}。核对后会告诉您结果。",
            )
            for claim, what in known
        },
        reverse("enterprises:policies"),
    )
