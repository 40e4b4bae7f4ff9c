"""How far a claim has come, as numbered steps."""

from django.utils import timezone

from portal.ui.formatting import cn_date, cn_datetime, cn_period
from portal.ui.parts import Step
from subsidies.enums import ClaimState
from subsidies.models import Claim, ClaimBatch

_ORDER = [
    ClaimState.SCREENED,
    ClaimState.FIRST_REVIEWED,
    ClaimState.SECOND_REVIEWED,
    ClaimState.PUBLISHED,
    ClaimState.APPROVED,
    ClaimState.PAYING,
    ClaimState.PAID,
]


def claim_steps(claim: Claim, *, for_staff: bool) -> list[Step]:
    """筛查 → 初审 → 复核 → 公示 → 批准 → 发放 of one claim. Staff see names, an enterprise offices."""
    today = timezone.localdate()
    state = ClaimState(claim.state)
    # What the bank sent back waits where it was before it was sent.
    place = ClaimState.APPROVED if state == ClaimState.PAYMENT_RETURNED else state
    at = _ORDER.index(place) if place in _ORDER else 0

    def who(user):
        if user is None:
            return ""
        return f"{user}・{user.office}" if for_staff and user.office else _office(user, for_staff)

    def progress(position):
        if state == ClaimState.RETURNED:
            return "todo"
        if position <= at:
            return "done"
        # While the list is shown the notice is the present step, not the approval after it.
        present = position == at + 1 and state != ClaimState.PUBLISHED
        return "current" if present else "todo"

    notice = claim.notice
    steps = [
        _first_step(claim, today),
        Step(
            "初审",
            progress(1),
            who(claim.first_reviewer),
            cn_datetime(claim.first_reviewed_at, today) if claim.first_reviewed_at else "",
        ),
        Step(
            "复核",
            progress(2),
            who(claim.second_reviewer),
            cn_datetime(claim.second_reviewed_at, today) if claim.second_reviewed_at else "",
            "" if claim.second_reviewed_at else "由另一人复核",
        ),
        _notice_step(claim, notice, state, progress(3), today),
        Step(
            "批准",
            progress(4),
            when=cn_date(claim.approved_at, today) if claim.approved_at else "",
            note="" if claim.approved_at else "公示期满、没有异议即批准",
        ),
        _payment_step(state),
    ]
    if state == ClaimState.RETURNED:
        steps.insert(1, Step("退回核对", "returned", note=claim.returned_reason))
    return steps


def _first_step(claim, today):
    """Where a claim comes from: a screening, or an application that was decided on."""
    when = cn_datetime(claim.created_at, today)
    if claim.decision.application_id is None:
        return Step("筛查", "done", when=when, note="按社保记录逐户计算")
    return Step("申请", "done", when=when, note="按申请和记录计算")


def _payment_step(state):
    if state == ClaimState.PAID:
        return Step("发放", "done", note="已拨到收款账户")
    if state == ClaimState.PAYMENT_RETURNED:
        return Step("发放", "returned", note="银行退回，要重新确认收款账户")
    if state == ClaimState.PAYING:
        return Step("发放", "current", note="已编入发放批次")
    return Step("发放", "current" if state == ClaimState.APPROVED else "todo", note="到收款账户")


def _office(user, for_staff):
    if for_staff:
        return str(user)
    return user.office or (user.region.name if user.region_id else "")


def _notice_step(claim, notice, state, progress, today):
    if notice is None or state == ClaimState.RETURNED:
        return Step("公示", "todo" if state == ClaimState.RETURNED else progress)
    # Published means: shown now, so this step is the present one.
    look = "current" if state == ClaimState.PUBLISHED else "done"
    return Step(
        "公示",
        look,
        when=cn_period(notice.starts_on, notice.ends_on, today),
        note=f"{notice.working_days} 个工作日",
    )


def batch_steps(batch: ClaimBatch, viewer) -> list[Step]:
    """The same line for a whole batch, said to the person who looks at it."""
    today = timezone.localdate()
    first = Step(
        "初审", "done", str(batch.first_reviewer), cn_datetime(batch.first_reviewed_at, today)
    )
    if batch.second_reviewer_id:
        second = Step(
            "复核", "done", str(batch.second_reviewer), cn_datetime(batch.second_reviewed_at, today)
        )
    elif batch.returned_by_id:
        second = Step(
            "退回初审",
            "returned",
            str(batch.returned_by),
            cn_datetime(batch.returned_at, today),
            batch.returned_reason,
        )
    else:
        own = batch.first_reviewer_id == viewer.pk
        second = Step("复核", "current", "要由另一人复核" if own else f"您（{viewer}）")
    after = "current" if batch.second_reviewer_id else "todo"
    return [first, second, Step("公示", after), Step("批准"), Step("发放", note="到收款账户")]
