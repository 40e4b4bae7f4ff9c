"""Claims that wait for a person (退回): taken up again by what stands now, or closed."""

from django.db import transaction

from portal.refused import Refused
from portal.ui.formatting import yuan
from subsidies.enums import ClaimState
from subsidies.models import Claim, ClaimStep

from . import entitlements
from .budgets import require_room
from .chains import chain_of, lock_chains, open_difference, standing_grant, waits_for_records
from .claims import locked_claims, move, require_officer, require_reason, require_state


def reopen_claim(claim_id, user, reason: str) -> Claim:
    """Take a returned claim up again: by the decision that stands now, from the first review.

    What has been paid or is on its way for the same kind and year counts: only the difference is
    granted. Raises Refused when there is none, then `close_claim` ends it; and when it goes beyond
    a budget, until a person has raised that.
    """
    require_officer(user)
    reason = require_reason(reason)
    with transaction.atomic():
        # What else there is of the chain counts: all of it is locked, in the order of the keys.
        lock_chains(Claim.objects.visible_to(user).filter(public_id=claim_id))
        (claim,) = locked_claims(user, [claim_id])
        require_state([claim], ClaimState.RETURNED, "重新办理")
        standing = standing_grant(claim)
        if standing is None:
            _require_records(claim, "重新办理")
            raise Refused(f"{claim.claimant_name}按现在的记录不予返还，没有可办理的金额。")
        fen = open_difference(claim, standing.amount_fen)
        if fen <= 0:
            raise Refused(
                f"{claim.claimant_name}现在应得 {yuan(standing.amount_fen)} 元，"
                "已发放或在办理的已经够了，没有可办理的金额。"
            )
        if not Claim.objects.filter(decision=standing).exists():
            taken_up = _by_the_new_decision(claim, standing, fen, user, reason)
        elif claim.amount_fen <= fen:
            # A part of what is due: the decision's own claim is for another part of it.
            taken_up = _from_the_first_review(claim, user, reason)
        else:
            raise Refused(f"{claim.claimant_name}按现在的决定已有一笔申领，请先办那一笔。")
        require_room(taken_up)
        return taken_up


def _require_records(claim, act):
    if not waits_for_records(claim):
        return
    if claim.decision.application_id:
        raise Refused(f"{claim.claimant_name}的申请还在核实，不能{act}。请重新决定以后再办。")
    raise Refused(
        f"{claim.claimant_name}现在缺记录，算不出应得多少，不能{act}。请补齐记录，重新筛查后再办。"
    )


def _from_the_first_review(claim, user, reason):
    move(
        [claim],
        ClaimState.SCREENED,
        user,
        reason,
        batch=None,
        notice=None,
        returned_reason="",
        first_reviewer=None,
        first_reviewed_at=None,
        second_reviewer=None,
        second_reviewed_at=None,
        approved_at=None,
    )
    claim.refresh_from_db()
    return claim


def _by_the_new_decision(claim, standing, fen, user, reason):
    held = entitlements.rows_of([claim])
    move([claim], ClaimState.SUPERSEDED, user, f"按更正后的决定办理：{reason}"[:200])
    rest = chain_of(claim)
    first = next((one for one in rest if one.adjusts_id is None), None)
    new = Claim.objects.create(
        decision=standing,
        enterprise_id=claim.enterprise_id,
        adjusts=first,
        exclusivity_group=claim.exclusivity_group,
        base_year=claim.base_year,
        amount_fen=fen,
    )
    _hold([*rest, new], held)
    ClaimStep.objects.create(
        claim=new,
        state=new.state,
        by=user,
        note=f"更正前 {yuan(claim.amount_fen)} 元，{reason}"[:200],
    )
    return new


def _hold(chain, held):
    """What a superseded claim held goes to the first of its chain that lives."""
    if not chain:
        return
    if chain[0].decision.application_id:
        entitlements.take_again(chain[0], held)
    elif not entitlements.rows_of(chain):
        named = entitlements.of_enterprise(chain[0].enterprise_id)
        entitlements.take(chain[0], [entitlements.Paid(named)])


def close_claim(claim_id, user, reason: str) -> Claim:
    """End a returned claim for which nothing is left to grant.

    Raises Refused while the standing decision still grants something: that is the claimant's due;
    and while it waits for records: then nobody knows what is due.
    """
    require_officer(user)
    reason = require_reason(reason)
    with transaction.atomic():
        # What else there is of the chain counts: all of it is locked, in the order of the keys.
        lock_chains(Claim.objects.visible_to(user).filter(public_id=claim_id))
        (claim,) = locked_claims(user, [claim_id])
        if claim.state == ClaimState.SUPERSEDED:
            return claim
        require_state([claim], ClaimState.RETURNED, "结束办理")
        standing = standing_grant(claim)
        fen = open_difference(claim, standing.amount_fen if standing else 0)
        if fen > 0 and standing is None:
            # Paid back out of their own pocket before the bank sent the payment back.
            raise Refused(
                f"{claim.claimant_name}已退还的 {yuan(fen)} 元要先退回给对方：拨付的款项被银行退回，"
                "对方没有收到。现在不能结束。"
            )
        if fen > 0:
            raise Refused(
                f"{claim.claimant_name}按现在的决定还应得 {yuan(fen)} 元，不能结束。请重新办理。"
            )
        _require_records(claim, "结束")
        held = entitlements.rows_of([claim])
        move([claim], ClaimState.SUPERSEDED, user, f"不再办理：{reason}"[:200])
        _hold(chain_of(claim), held)
        claim.refresh_from_db()
        return claim
