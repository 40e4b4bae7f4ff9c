"""Budgets (预算): proposed by one person, approved by another; a run beyond one waits for a person.

Nothing is ever cut: a run that grants more than the budget keeps every decision and claim, only
their review waits until a named person releases it by a document, or the budget is raised.
"""

import pghistory
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.places.models import Division
from portal.refused import Refused
from portal.ui.formatting import cn_datetime, yuan
from subsidies.enums import ClaimState
from subsidies.models import Budget, Claim, ScreeningRun

from .notify import to_users

_UNCOUNTED = (ClaimState.SUPERSEDED, ClaimState.RETURNED)
GROUP_LABELS = {"refund": "稳岗返还"}


def group_label(group: str) -> str:
    """What an exclusivity group is called on pages."""
    return GROUP_LABELS.get(group, group)


def committed(region: str, base_year: int, group: str) -> tuple[int, int]:
    """Claims and fen that count against a budget: all but what is superseded or returned.

    region: a code prefix. What was granted later (补发) counts as well.
    """
    row = (
        Claim.objects.in_region(region)
        .filter(base_year=base_year, exclusivity_group=group)
        .exclude(state__in=_UNCOUNTED)
        .aggregate(count=Count("pk"), fen=Sum("amount_fen"))
    )
    return row["count"], row["fen"] or 0


def figures(run: ScreeningRun) -> dict:
    """Budgets and what is committed of them, for the kinds a run's year has claims of.

    {"rows": [{"region", "region_name", "group", "budget_fen", "claims", "committed_fen",
    "over_fen"}], "without": [groups nobody registered a budget for]}; money in fen.
    """
    of_run = run.region_id
    groups = set(
        Claim.objects.in_region(of_run)
        .filter(base_year=run.base_year, decision__application__isnull=True)
        .values_list("exclusivity_group", flat=True)
        .order_by()
        .distinct()
    )
    allowed = _released(run)
    rows, covered = [], set()
    for budget in (
        Budget.objects.in_force().filter(base_year=run.base_year).select_related("region")
    ):
        place = budget.region_id
        group = budget.exclusivity_group
        if group not in groups:
            continue
        if not (place.startswith(of_run) or of_run.startswith(place)):
            continue
        covered.add(group)
        count, fen = committed(place, run.base_year, group)
        rows.append(
            {
                "region": place,
                "region_name": budget.region.name,
                "group": group,
                "budget_fen": budget.amount_fen,
                "claims": count,
                "committed_fen": fen,
                "over_fen": _over(fen, budget.amount_fen, allowed.get((place, group), 0)),
            }
        )
    return {"rows": rows, "without": sorted(groups - covered)}


def _released(run):
    """(region, group) → fen a person let through beyond the budget in an earlier run."""
    last = (
        ScreeningRun.objects.filter(region=run.region_id, base_year=run.base_year)
        .exclude(released_by=None)
        .order_by("-released_at")
        .first()
    )
    rows = last.budget["rows"] if last else []
    return {(row["region"], row["group"]): row["committed_fen"] for row in rows}


def _over(fen, budget_fen, allowed_fen):
    # What a document let through is not asked about every night; more than that is.
    return fen - budget_fen if fen > max(budget_fen, allowed_fen) else 0


def check_run(screening: ScreeningRun) -> ScreeningRun:
    """Compare what is committed after a run with the budgets; hold the run when one is exceeded.

    To be called in the run's transaction once its claims are written. Sets and saves `budget` and
    `held`; city staff are told of a held run. Runs held before are let go when all fits again.
    """
    _lock_budgets(screening.base_year)
    found = figures(screening)
    over = [row for row in found["rows"] if row["over_fen"]]
    screening.budget, screening.held = found, bool(over)
    screening.save(update_fields=["budget", "held"])
    if over:
        _tell_held(screening, over)
    else:
        _let_go(screening.region_id, screening.base_year, found)
    return screening


def _lock_budgets(base_year):
    """Who adds to what counts against budgets does so one after the other; claims are locked first."""
    # One lock a year and not the rows: a budget that is just being approved is none of theirs yet.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('subsidies.budgets'), %s)", [base_year]
        )


def require_room(claim: Claim) -> None:
    """A claim was taken up again and counts once more: does it fit the budgets of its kind and year?

    Raises Refused with the figures when it does not, unless a document let as much through with a
    run; what the claim was is kept then, until a budget is raised by two people.
    """
    run = claim.decision.screening
    if run is None:
        return
    _lock_budgets(claim.base_year)
    found = figures(run)
    group = claim.exclusivity_group
    over = [
        row
        for row in found["rows"]
        if row["over_fen"]
        and row["group"] == group
        and claim.enterprise.region_id.startswith(row["region"])
    ]
    if over:
        raise Refused(
            f"重新办理 {yuan(claim.amount_fen)} 元会超出预算，没有办理：{in_words({'rows': over})}。"
            "请市级先增加预算，再重新办理。"
        )


def in_words(budget: dict) -> str:
    """The figures of a held run in a sentence."""
    return "；".join(
        f"{row['region_name']}{group_label(row['group'])}预算 {yuan(row['budget_fen'])} 元，"
        f"已有申领 {yuan(row['committed_fen'])} 元，超出 {yuan(row['over_fen'])} 元"
        for row in budget["rows"]
        if row["over_fen"]
    )


def _tell_held(screening, over):
    staff = User.objects.filter(
        role=Role.CITY_STAFF,
        is_active=True,
        region_id__in=[screening.region_id[:digits] for digits in (2, 4)],
    )
    to_users(
        "budget_exceeded",
        staff.values_list("pk", flat=True),
        f"screening:{screening.public_id}:held",
        f"{screening}超出预算 {yuan(max(row['over_fen'] for row in over))} 元，等待决定",
        f"{in_words(screening.budget)}。有文件同意放行，或者增加预算以后，才能初审。",
        reverse("subsidies:run", args=[screening.public_id]),
    )


def _let_go(region, base_year, found):
    ScreeningRun.objects.filter(region_id=region, base_year=base_year, held=True).update(
        held=False, budget=found
    )


def require_not_held(claims) -> None:
    """Raises Refused with the figures when a claim belongs to a run that waits for a decision."""
    runs = {claim.decision.screening_id for claim in claims} - {None}
    held = ScreeningRun.objects.filter(pk__in=runs, held=True).first()
    if held is not None:
        raise Refused(
            f"{held}超出预算，等待决定：{in_words(held.budget)}。放行或增加预算以后才能初审。"
        )


def release_run(run_id, user, document: str) -> ScreeningRun:
    """City staff let a held run go on, by a document that says so. A second press changes nothing."""
    if user.role != Role.CITY_STAFF:
        raise Refused("超出预算的筛查由市级工作人员决定。")
    document = (document or "").strip()
    if not document:
        raise Refused("请写明依据的文件，例如文号或会议纪要。")
    if len(document) > 200:
        raise Refused(f"依据最多 200 个字，现在是 {len(document)} 个字。")
    with transaction.atomic():
        run = (
            ScreeningRun.objects.visible_to(user)
            .filter(public_id=run_id, region__code__startswith=user.region_scope)
            .select_for_update(of=("self",))
            .first()
        )
        if run is None:
            raise Refused("这次筛查不在您负责的地区。")
        if run.released_by_id == user.pk:
            return run
        if run.released_by_id:
            when = cn_datetime(run.released_at, timezone.localdate())
            raise Refused(f"{run}已由{run.released_by}于 {when} 放行。")
        if not run.held:
            raise Refused(f"{run}没有超出预算，不用放行。")
        run.held = False
        run.released_by, run.released_at, run.release_document = user, timezone.now(), document
        run.save(update_fields=["held", "released_by", "released_at", "release_document"])
        return run


def propose_budget(
    user, *, region: str, base_year: int, group: str, amount_fen: int, document: str
) -> Budget:
    """Write down a budget; another person approves it. Raises Refused while one waits already."""
    _require_city(user)
    document = (document or "").strip()
    if not document:
        raise Refused("请写明预算的依据文件。")
    if amount_fen < 0:
        raise Refused("预算不能小于零。")
    if not region.startswith(user.region_scope):
        raise Refused("这个地区不在您负责的范围。")
    values = {
        "region": Division.objects.get(pk=region),
        "base_year": base_year,
        "exclusivity_group": group,
    }
    written = {"amount_fen": amount_fen, "document": document[:120]}
    try:
        with transaction.atomic():
            return Budget.objects.create(**values, **written, author=user)
    except IntegrityError:
        waiting = Budget.objects.get(**values, approver=None, rejected_by=None)
        if waiting.author_id == user.pk and all(
            getattr(waiting, name) == value for name, value in written.items()
        ):
            return waiting
        raise Refused(
            f"{values['region'].name} {base_year} 年度{group_label(group)}"
            f"已有一份预算 {yuan(waiting.amount_fen)} 元等批准。请先办那一份。"
        ) from None


def _require_city(user):
    if user.role != Role.CITY_STAFF:
        raise Refused("预算由市级工作人员登记和批准。")


def _locked_budget(pk, user):
    _require_city(user)
    budget = (
        Budget.objects.visible_to(user)
        .filter(pk=pk)
        .select_for_update(of=("self",))
        .select_related("region")
        .prefetch_related("author", "approver", "rejected_by")
        .first()
    )
    if budget is None or not budget.region_id.startswith(user.region_scope):
        raise Refused("这份预算不在您负责的范围。")
    return budget


def approve_budget(pk, user) -> Budget:
    """Another person approves a budget; runs that waited for it go on when everything fits now."""
    with pghistory.context(act="budgets.approve"), transaction.atomic():
        budget = _locked_budget(pk, user)
        if budget.approver_id == user.pk:
            return budget
        _require_waiting(budget)
        if budget.author_id == user.pk:
            raise Refused("这份预算由您登记，要由另一人批准。")
        _lock_budgets(budget.base_year)
        budget.approver, budget.approved_at = user, timezone.now()
        budget.save(update_fields=["approver", "approved_at"])
        held = ScreeningRun.objects.filter(base_year=budget.base_year, held=True)
        for run in held.select_for_update(of=("self",)).order_by("pk"):
            found = figures(run)
            run.budget, run.held = found, any(row["over_fen"] for row in found["rows"])
            run.save(update_fields=["budget", "held"])
        return budget


def reject_budget(pk, user, reason: str) -> Budget:
    """Do not approve a budget, with a reason; its author may take it back the same way."""
    reason = (reason or "").strip()
    if not reason:
        raise Refused("请写明理由。")
    with pghistory.context(act="budgets.reject"), transaction.atomic():
        budget = _locked_budget(pk, user)
        if budget.rejected_by_id == user.pk:
            return budget
        _require_waiting(budget)
        budget.rejected_by, budget.rejected_reason = user, reason[:200]
        budget.save(update_fields=["rejected_by", "rejected_reason"])
        return budget


def _require_waiting(budget):
    if budget.approver_id:
        raise Refused(f"这份预算已由{budget.approver}批准。")
    if budget.rejected_by_id:
        raise Refused(f"这份预算已由{budget.rejected_by}退回。理由：{budget.rejected_reason}")
