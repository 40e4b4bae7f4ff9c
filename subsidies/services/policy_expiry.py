"""A policy about to end is told to its owner, once. Nothing ever extends it by itself."""

from datetime import date, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from portal.outbox.services import post
from portal.runs.services import running
from portal.ui.formatting import full_date
from subsidies.models import PolicyVersion

from .publishing import last_day, standing_on


def ending_versions(today: date) -> list[PolicyVersion]:
    """Versions in force today that end within POLICY_ENDING_DAYS days and have no successor yet.

    The first is the one that ends first.
    """
    latest = today + timedelta(days=settings.POLICY_ENDING_DAYS)
    found = []
    for standing in standing_on(today, with_texts=False):
        version = standing.in_force
        if version is None or version.effective_until is None or last_day(version) > latest:
            continue
        after = standing_on(version.effective_until, with_texts=False)
        if not any(s.in_force and s.in_force.policy_id == version.policy_id for s in after):
            found.append(version)
    return sorted(found, key=lambda version: (version.effective_until, version.policy_id))


def tell_owners_of_ending(report=None) -> int:
    """One message for each policy that is about to end: to its author, or to the person who
    approved it where the author's account is closed. Returns how many were new.

    Runs once a day; a version is told of once in its life.
    """
    today = timezone.localdate()
    key = f"policies_ending:{today.isoformat()}"
    with running("policies_ending", key, report, again=True) as log:
        told = sum(_tell(version, today) for version in ending_versions(today))
        log.count(told=told)
    return told


def _tell(version, today):
    owner = version.author
    if owner is not None and not owner.is_active:
        owner = version.approver
    if owner is None:
        return False
    day = last_day(version)
    left = (day - today).days
    message = post(
        owner,
        kind="policy",
        key=f"policy:{version.public_id}:ending",
        subject=f"《{version.title}》施行到 {full_date(day)}，{f'还有 {left} 天' if left else '今天最后一天'}",
        body="到期后不会自动延长，也不再按它筛查。要继续施行，请起草新的版本，由另一人批准发布。",
        path=reverse("subsidies:policy", args=[version.public_id]),
    )
    return message is not None
