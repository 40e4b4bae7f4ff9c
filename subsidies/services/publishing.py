"""Published policies as they are read: which one is in force where and when.

Screening works from the published text, never from a file: a file that changes later, or goes,
does not change what was in force. How a text comes to be published is in ``policy_drafts``.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from subsidies.models import PolicyVersion
from subsidies.policy import LoadedPolicy

_ONE_DAY = timedelta(days=1)


def region_prefix(code: str) -> str:
    """A six-digit division code as the prefix that all codes below it share: 320400 → 3204."""
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


@lru_cache(maxsize=64)
def _compiled(sha256, policy_id, text):
    return LoadedPolicy(text, policy_id)


def compiled(version: PolicyVersion) -> LoadedPolicy:
    """The policy of a stored version, ready to evaluate."""
    return _compiled(version.sha256, version.policy_id, version.source_text)


def last_day(version: PolicyVersion) -> date | None:
    """The last day on which a version is in force; None: until further notice."""
    return version.effective_until and version.effective_until - _ONE_DAY


@dataclass(frozen=True)
class Standing:
    """One policy on one day: the version in force, or the one that expired without a successor."""

    in_force: PolicyVersion | None
    expired: PolicyVersion | None = None


def standing_on(day: date, *, with_texts: bool = True) -> list[Standing]:
    """Every policy that had begun by a day, by policy id. with_texts: whether they will be read.

    A version published later stands before an earlier one from its first day on. When it has
    ended, the earlier one does not come back: nobody extended it.
    """
    versions = defaultdict(list)
    found = PolicyVersion.objects.published().order_by("policy_id", "-published_at", "-pk")
    for version in found.defer("cases_text", *(() if with_texts else ("source_text",))):
        if (version.effective_from or date.min) <= day:
            versions[version.policy_id].append(version)
    return [_standing(newest_first, day) for newest_first in versions.values()]


def _standing(newest_first, day):
    ended, expired = date.min, None
    for version in newest_first:
        until = version.effective_until
        if until is not None and until <= day:
            if until > ended:
                ended, expired = until, version
        elif (version.effective_from or date.min) >= ended:
            return Standing(version)
    return Standing(None, expired)


def current_versions(day: date) -> list[PolicyVersion]:
    """The published versions in force on a day, one of each policy at most."""
    return [standing.in_force for standing in standing_on(day) if standing.in_force]


def versions_in_force(region: str, day: date) -> list[PolicyVersion]:
    """Those of the policies in force that hold for a region (a code prefix such as 3204)."""
    return [v for v in current_versions(day) if region.startswith(v.region_code)]


def expired_versions(region: str, day: date) -> list[PolicyVersion]:
    """Policies that held for a region, had ended by a day, and have no version after that."""
    return [
        standing.expired
        for standing in standing_on(day)
        if standing.expired and region.startswith(standing.expired.region_code)
    ]
