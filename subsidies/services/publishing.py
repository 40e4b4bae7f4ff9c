"""Policy files become published versions by their hash, and are read back from there.

Screening works from the published text, never from the file: a file that changes later, or goes,
does not change what was in force.
"""

from datetime import date, timedelta
from functools import lru_cache

from django.db import models, transaction
from django.utils import timezone

from portal.refused import Refused
from subsidies.enums import PolicyState
from subsidies.models import PolicyVersion
from subsidies.policy import LoadedPolicy, PolicySet, load_policy_set


def publish_policies(policies: PolicySet | None = None) -> list[PolicyVersion]:
    """Store every policy file that is not stored yet. Returns the new versions.

    Raises Refused when a version was published with another text: a change needs a new version.
    Raises PolicyFileError for a faulty file; nothing is stored then.
    """
    policies = policies or load_policy_set()
    loaded = list(policies.policies.values())
    with transaction.atomic():
        known = {
            (version.policy_id, version.version): version
            for version in PolicyVersion.objects.filter(policy_id__in=[p.file.id for p in loaded])
        }
        return [
            _publish(policy)
            for policy in loaded
            if not _is_known(policy, known.get((policy.file.id, policy.file.version)))
        ]


def _is_known(policy, version):
    if version is None:
        return False
    if version.sha256 != policy.sha256:
        raise Refused(
            f"政策 {policy.file.id} 的 {policy.file.version} 版已经发布，内容与文件不同。"
            "已发布的版本不能改，请在文件里写新的版本号。"
        )
    return True


def _publish(policy):
    file = policy.file
    document = next(iter(file.documents.values()))
    return PolicyVersion.objects.create(
        policy_id=file.id,
        version=file.version,
        sha256=policy.sha256,
        title=file.title,
        document_number=document.number,
        region_code=region_prefix(file.jurisdiction.code),
        source_text=policy.text,
        effective_from=file.effective.start,
        effective_until=file.effective.to and file.effective.to + timedelta(days=1),
        state=PolicyState.PUBLISHED,
        published_at=timezone.now(),
    )


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


def current_versions(day: date):
    """The published versions in force on a day, the last published of each policy."""
    return (
        PolicyVersion.objects.filter(state=PolicyState.PUBLISHED)
        .filter(models.Q(effective_from__isnull=True) | models.Q(effective_from__lte=day))
        .filter(models.Q(effective_until__isnull=True) | models.Q(effective_until__gt=day))
        .order_by("policy_id", "-published_at", "-pk")
        .distinct("policy_id")
    )


def versions_in_force(region: str, day: date) -> list[PolicyVersion]:
    """Those of the policies in force that hold for a region (a code prefix such as 3204)."""
    return [v for v in current_versions(day) if region.startswith(v.region_code)]
