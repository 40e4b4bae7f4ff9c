"""Weights and caps of the matching as data with a version: drafts, their trial, the switch.

A plan that was ever in use is never edited, so a generation's version says by which weights its
parts were added up, also years later. docs/matching.md tells a bureau chief how it is done.
"""

import hashlib
import json
from datetime import date

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from jobseekers.enums import MatchPlanState
from jobseekers.matching import MatchSettings
from jobseekers.matching.score import EARLIER_WEIGHTS, PART_LABELS, PARTS, ScoreModel
from jobseekers.models import MatchGeneration, MatchPlan
from jobseekers.models.recommendation import GenerationState
from portal.accounts.enums import Role
from portal.refused import Refused

WRITING_ROLES = frozenset({Role.CITY_STAFF})
WHOLE = 1000  # ‰ that the weights add up to
CAPS = range(1, 101)
LISTS = range(1, 31)
REMEMBERED_SECONDS = 3600
FIRST_NOTE = "系统最初的权重和上限"


def plan_in_use() -> MatchPlan | None:
    """The plan the next night goes by, or None when nobody has drawn one up yet."""
    return MatchPlan.objects.filter(state=MatchPlanState.IN_USE).first()


def default_plan() -> MatchPlan:
    """What is matched by while there is no plan: the kernel's weights, the settings' caps; unsaved."""
    model = ScoreModel()
    return MatchPlan(
        version=model.version,
        state=MatchPlanState.IN_USE,
        weights=dict(model.weights),
        cap_per_headcount=settings.MATCH_CAP_PER_HEADCOUNT,
        per_seeker=settings.MATCH_PER_SEEKER,
        note=FIRST_NOTE,
    )


def score_model(plan: MatchPlan) -> ScoreModel:
    """The kernel's score model with the plan's weights, under the plan's version."""
    return weights_as_model(plan.version, plan.weights)


def weights_as_model(version: str, weights: dict[str, int]) -> ScoreModel:
    """Weights (‰ by part) as they come from the database: JSON keeps no order, the kernel its own."""
    return ScoreModel(version=version, weights={part: weights.get(part, 0) for part in PARTS})


def settings_for(plan: MatchPlan | None, day: date) -> MatchSettings:
    """Settings of a run for the night of `day`; without a plan, the defaults."""
    plan = plan or default_plan()
    return MatchSettings(
        per_seeker=plan.per_seeker,
        cap=plan.cap_per_headcount,
        lottery=day.toordinal(),
        model=score_model(plan),
    )


def model_of(generation: MatchGeneration) -> ScoreModel:
    """The weights a generation was made with: its reasons are put into words by them.

    A generation from before there were plans had the kernel's own weights of its time. What a plan
    that was in use holds is remembered, for it never changes.
    """
    version = generation.weights_version
    key = f"match-weights:{version}"
    weights = cache.get(key)
    if weights is None:
        plan = MatchPlan.objects.filter(version=version).first()
        weights = plan.weights if plan else EARLIER_WEIGHTS.get(version)
        if weights is None:
            return ScoreModel()
        cache.set(key, weights, REMEMBERED_SECONDS)
    return weights_as_model(version, weights)


def mark_of(plan: MatchPlan) -> str:
    """Changes with everything a plan matches by: what was tried is known again by it.

    A part of no weight is like a part that was not there yet when the plan was made.
    """
    weights = sorted((part, weight) for part, weight in plan.weights.items() if weight)
    held = [weights, plan.cap_per_headcount, plan.per_seeker]
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]


def create_draft(
    user, weights: dict[str, int], cap_per_headcount: int, per_seeker: int, note: str
) -> MatchPlan:
    """Draw up a draft under the year's next version.

    weights: ‰ by part of the score, adding up to 1000. Raises Refused for others than city staff
    and for values out of range. The first draft of all also puts down what has been in use so far.
    The version of the kernel's own weights is never a draft's, also when a release raised it.
    """
    _check_writer(user)
    weights = _checked(weights, cap_per_headcount, per_seeker, note)
    with transaction.atomic():
        first = default_plan()
        if not MatchPlan.objects.exists():
            MatchPlan.objects.get_or_create(version=first.version, defaults=_fields(first))
        # One drawing up at a time: the next version is counted.
        list(MatchPlan.objects.select_for_update().order_by("pk"))
        versions = MatchPlan.objects.values_list("version", flat=True)
        return MatchPlan.objects.create(
            version=_next_version([*versions, first.version]),
            weights=weights,
            cap_per_headcount=cap_per_headcount,
            per_seeker=per_seeker,
            note=note.strip(),
            author=user,
        )


def edit_draft(
    user,
    plan: MatchPlan,
    weights: dict[str, int],
    cap_per_headcount: int,
    per_seeker: int,
    note: str,
) -> MatchPlan:
    """Change a draft; what was tried before no longer counts. Raises Refused."""
    _check_writer(user)
    weights = _checked(weights, cap_per_headcount, per_seeker, note)
    with transaction.atomic():
        plan = _locked_draft(plan)
        before = mark_of(plan)
        plan.weights = weights
        plan.cap_per_headcount = cap_per_headcount
        plan.per_seeker = per_seeker
        plan.note = note.strip()
        if mark_of(plan) != before:
            plan.trial = plan.tried_at = None
        plan.save()
    return plan


def drop_draft(user, plan: MatchPlan) -> None:
    """Throw a draft away; its history stays. Raises Refused when it is none any more."""
    _check_writer(user)
    with transaction.atomic():
        _locked_draft(plan).delete()


def why_not_yet(plan: MatchPlan) -> str:
    """What keeps a draft from being switched on and what to do about it; "" when nothing does."""
    if plan.state != MatchPlanState.DRAFT:
        return "只有草案可以启用。"
    used = plan_in_use() or default_plan()
    if mark_of(plan) == mark_of(used):
        return f"这份草案和现在使用的 {used.version} 一样，不用启用。要换，请先改权重或上限。"
    if plan.tried_at is None or plan.trial is None or plan.trial.get("mark") != mark_of(plan):
        return "请先试算：启用前要看过这份草案会带来什么变化。"
    if plan.trial["against"]["version"] != used.version:
        return (
            f"试算是和 {plan.trial['against']['version']} 比的，后来启用了 {used.version}。"
            "请按“再试算”，看过和它比的结果再启用。"
        )
    newest = MatchGeneration.objects.filter(state=GenerationState.CURRENT).first()
    if newest is not None and newest.created_at > plan.tried_at:
        return (
            "试算以后岗位和求职者又匹配过一次，结果可能不同了。请按“再试算”，看过新的结果再启用。"
        )
    return ""


def switch_on(user, plan: MatchPlan) -> MatchPlan:
    """Put a tried draft in use from the next night on, in the user's name.

    The plan in use so far is retired and kept. Raises Refused when the draft was not tried as it
    is now, or not on current data.
    """
    _check_writer(user)
    with transaction.atomic():
        plan = _locked_draft(plan)
        if refusal := why_not_yet(plan):
            raise Refused(refusal)
        MatchPlan.objects.filter(state=MatchPlanState.IN_USE).update(state=MatchPlanState.RETIRED)
        plan.state = MatchPlanState.IN_USE
        plan.switched_by, plan.switched_at = user, timezone.now()
        plan.save()
    return plan


def _check_writer(user):
    if user.role not in WRITING_ROLES:
        raise Refused("匹配方案由市级工作人员起草和启用。")


def _locked_draft(plan):
    # All plans, in one order: switching retires another row than the one it puts in use.
    rows = {row.pk: row for row in MatchPlan.objects.select_for_update().order_by("pk")}
    found = rows.get(plan.pk)
    if found is None or found.state != MatchPlanState.DRAFT:
        raise Refused("这份方案已经不是草案，不能再改。请另起一份。")
    return found


def _checked(weights, cap, per_seeker, note):
    if set(weights) != set(PARTS):
        raise Refused("每一项都要填权重，不看的填 0。")
    weights = {part: weights[part] for part in PARTS}
    for part, weight in weights.items():
        if not 0 <= weight <= WHOLE:
            raise Refused(f"“{PART_LABELS[part]}”的权重要在 0 到 1,000 之间。")
    total = sum(weights.values())
    if total != WHOLE:
        wrong = f"少 {WHOLE - total:,}" if total < WHOLE else f"多 {total - WHOLE:,}"
        raise Refused(f"各项权重合计要是 1,000，现在是 {total:,}，{wrong}。")
    if cap not in CAPS:
        raise Refused(f"每招 1 人最多推荐给 {CAPS[0]} 到 {CAPS[-1]} 人。")
    if per_seeker not in LISTS:
        raise Refused(f"每人最多推荐 {LISTS[0]} 到 {LISTS[-1]} 个岗位。")
    if not note.strip():
        raise Refused("请写明为什么改，以后查得到。")
    return weights


def _fields(plan):
    names = ("state", "weights", "cap_per_headcount", "per_seeker", "note")
    return {name: getattr(plan, name) for name in names}


def _next_version(versions):
    year = timezone.localdate().year
    taken = [
        int(number)
        for head, _, number in (version.partition("-") for version in versions)
        if head == str(year) and number.isdigit()
    ]
    return f"{year}-{max(taken, default=0) + 1}"
