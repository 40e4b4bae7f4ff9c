"""What the reasons of “不合适” say about the wishes, and changing them with one tap.

A dismissed pair is left out of the next night by itself. A reason said more: too far, too little
pay, the wrong work. The person is told which wish would have to change for that to count, what it
would bring, and decides; nothing is changed behind their back.
"""

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from jobseekers.enums import DismissalReason, MatchSide
from jobseekers.models import Dismissal, JobSeeker
from portal.refused import Refused

from .match_now import ask
from .recommending import wanted_posts

FAR_TWICE = 2  # so many posts of one district that are too far
PAY_STEP = 500  # yuan a month


@dataclass(frozen=True)
class Suggestion:
    """kind: "pay", "district" or "work"; text: why, in a sentence or two; button: what one tap
    does, "" when the person has to write something; value: what is written by the tap (yuan a
    month, a division code); field: the field of the profile it is about."""

    kind: str
    text: str
    field: str
    button: str = ""
    value: str = ""


def suggestions_for(seeker):
    """What was said since the wishes were last changed, as suggestions; one query, and one more
    when pay is among them."""
    said = list(
        Dismissal.objects.filter(seeker=seeker, created_at__gt=seeker.updated_at)
        .select_related("vacancy__region__parent")
        .order_by("created_at", "pk")
    )
    found = [_pay(seeker, said), *_districts(seeker, said), _work(said)]
    return [one for one in found if one is not None]


def take(seeker, kind, value):
    """Change the wish as a suggestion says; returns what was done, as a sentence.

    Raises Refused when it is not suggested (any more): only what was offered can be taken.
    """
    with transaction.atomic():
        seeker = JobSeeker.objects.select_for_update().get(pk=seeker.pk)
        offered = {(one.kind, one.value) for one in suggestions_for(seeker) if one.button}
        if (kind, value) not in offered:
            raise Refused("这条建议已经不适用了，意向没有改。")
        if kind == "pay":
            seeker.pay_expected = int(value)
            done = f"期望工资改成 {seeker.pay_expected:,} 元了，现在就按新的配。"
        else:
            seeker.accepted_regions = [code for code in seeker.accepted_regions if code != value]
            done = "改好了，不再推荐那里的岗位。"
        seeker.updated_at = timezone.now()
        seeker.save(update_fields=["pay_expected", "accepted_regions", "updated_at"])
        ask(MatchSide.SEEKER, seeker.pk)
    return done


def _pay(seeker, said):
    """The smallest raise that keeps away a post of which the pay was too low: the kernel lets a
    post pass when its upper end reaches what is expected."""
    now = seeker.pay_expected or 0
    refused = [
        one.vacancy.pay_max
        for one in said
        if one.reason == DismissalReason.PAY_LOW and one.vacancy.pay_max >= now
    ]
    if not refused:
        return None
    wanted = (min(refused) // PAY_STEP + 1) * PAY_STEP
    left = wanted_posts(seeker, pay=wanted).count()
    reach = f"您想做的岗位里有 {left:,} 个够这个数" if left else "现在没有您想做的岗位够这个数"
    held = f"现在写的是 {now:,} 元。" if now else "您还没有写期望工资。"
    return Suggestion(
        "pay",
        f"您说最高 {min(refused):,} 元的工资低。{held}改成 {wanted:,} 元，{reach}。",
        "pay_expected",
        f"期望工资改成 {wanted:,} 元",
        str(wanted),
    )


def _districts(seeker, said):
    far = Counter(
        one.vacancy.region_id[:6] for one in said if one.reason == DismissalReason.TOO_FAR
    )
    names = {
        one.vacancy.region_id[:6]: _district_name(one.vacancy.region)
        for one in said
        if one.reason == DismissalReason.TOO_FAR
    }
    for code, times in far.items():
        if times < FAR_TWICE:
            continue
        why = f"您说{names[code]}的 {times} 个岗位太远。"
        if code in seeker.accepted_regions and len(seeker.accepted_regions) > 1:
            yield Suggestion(
                "district", why, "accepted_regions", f"不再推荐{names[code]}的岗位", code
            )
        elif not seeker.accepted_regions or len(seeker.accepted_regions[0]) < 6:
            yield Suggestion(
                "district", f"{why}您现在选的是全市，可以只选近的区县。", "accepted_regions"
            )


def _work(said):
    if not any(one.reason == DismissalReason.WRONG_WORK for one in said):
        return None
    return Suggestion(
        "work", "您说有的岗位工种不对。把想做的工作写准，保存后就按新的配。", "wish_1"
    )


def _district_name(region):
    """Of a district or of a street in it; region.parent must be loaded."""
    return region.parent.name if len(region.code) > 6 and region.parent else region.name
