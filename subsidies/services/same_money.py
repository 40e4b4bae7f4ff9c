"""Policies that pay the same money, which an enterprise gets once a year.

Inside one policy a rule says which of several grants stands. Between two documents nobody has
written such a rule, so two of them are never in force for one place and day: the second is not
published, a screening refuses both, and a trial puts the one in the place of the other.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from subsidies.models import PolicyVersion
from subsidies.policy import LoadedPolicy

from .bundles import exclusivity_group, screened_keys
from .publishing import compiled, region_prefix, standing_on


def kinds_of(policy: LoadedPolicy) -> frozenset[str]:
    """Exclusivity groups of what a screening decides by a policy, as claims name them."""
    return frozenset(exclusivity_group(policy, key) for key in screened_keys(policy))


def first_clash(versions: Iterable[PolicyVersion]) -> tuple[PolicyVersion, PolicyVersion] | None:
    """The first two of some versions, all in force in one place, that pay the same money."""
    holder: dict[str, PolicyVersion] = {}
    for version in versions:
        for kind in sorted(kinds_of(compiled(version))):
            if kind in holder:
                return holder[kind], version
            holder[kind] = version
    return None


def published_beside(policy: LoadedPolicy) -> PolicyVersion | None:
    """A published version of another policy that pays the same money there on a day of a policy's
    period; None when there is none, or when the policy holds nowhere (a template)."""
    file, kinds = policy.file, kinds_of(policy)
    if file.jurisdiction.code is None or not kinds:
        return None
    place = region_prefix(file.jurisdiction.code)
    first = file.effective.start or date.min
    after = date.max if file.effective.to is None else file.effective.to + timedelta(days=1)
    begins = PolicyVersion.objects.published().exclude(policy_id=file.id)
    later = begins.filter(effective_from__gt=first, effective_from__lt=after)
    # What is in force changes to more only on a first day.
    days = {first, *later.values_list("effective_from", flat=True)}
    for day in sorted(days):
        for standing in standing_on(day):
            other = standing.in_force
            if other is None or other.policy_id == file.id:
                continue
            near = place.startswith(other.region_code) or other.region_code.startswith(place)
            if near and kinds & kinds_of(compiled(other)):
                return other
    return None
