"""The repository's policy files on their way to being published: they become drafts.

A file by itself is in force nowhere. It becomes somebody's draft, and another person publishes it.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.db import transaction

from portal.refused import Refused
from subsidies.enums import PolicyState
from subsidies.models import PolicyVersion
from subsidies.policy import POLICIES, PolicyFileError, load_policy
from subsidies.policy.cases import cases_path
from subsidies.policy.policyset import policy_files

from .policy_drafts import create_draft, submit
from .publishing import region_prefix


@dataclass(frozen=True)
class RepositoryFile:
    """One policy of the repository with its cases. key: its path below the folder of policies."""

    key: str
    policy_id: str
    version: str
    title: str
    place: str
    region_code: str  # "" for a template, which holds nowhere until a place adopts it
    source_text: str
    cases_text: str

    @property
    def is_template(self) -> bool:
        """Whether it has to be given a place before it can be published."""
        return not self.region_code


def repository_files() -> list[RepositoryFile]:
    """Every policy file that can be read, in a fixed order. A faulty one is left out here:
    ``policy lint`` names it."""
    found = []
    for path in policy_files(POLICIES):
        cases = cases_path(path)
        stamps = tuple(p.stat().st_mtime_ns if p.is_file() else 0 for p in (path, cases))
        file = _read(path, cases, stamps)
        if file is not None:
            found.append(file)
    return found


@lru_cache(maxsize=64)
def _read(path: Path, cases: Path, stamps):
    try:
        policy = load_policy(path, POLICIES)
    except PolicyFileError:
        return None
    file = policy.file
    code = file.jurisdiction.code
    return RepositoryFile(
        key=path.relative_to(POLICIES).as_posix(),
        policy_id=file.id,
        version=file.version,
        title=file.title,
        place=file.jurisdiction.name,
        region_code=region_prefix(code) if code is not None else "",
        source_text=policy.text,
        cases_text=cases.read_text(encoding="utf-8") if stamps[1] else "",
    )


def repository_file(key: str) -> RepositoryFile | None:
    """One of them by its key."""
    return next((file for file in repository_files() if file.key == key), None)


def import_files(user, files: list[RepositoryFile] | None = None) -> list[PolicyVersion]:
    """Draft and submit files in a user's name: those given, or all that hold for the user's place.

    What is published or waits already with the same texts is left alone, so that a second call
    changes nothing. Returns the new versions that wait for another person. Raises Refused when a
    version is published with another text, or when a file has faults; nothing is stored then.
    """
    if files is None:
        scope = user.region_scope
        files = [f for f in repository_files() if f.region_code and scope.startswith(f.region_code)]
    with transaction.atomic():
        return [
            submit(create_draft(user, file.source_text, file.cases_text), user)
            for file in files
            if not _is_there(file)
        ]


def _is_there(file):
    versions = PolicyVersion.objects.filter(policy_id=file.policy_id, version=file.version)
    published = versions.published().first()
    if published is not None:
        if published.source_text != file.source_text:
            raise Refused(
                f"政策 {file.policy_id} 的 {file.version} 版已经发布，内容与文件不同。"
                "已发布的版本不能改，请在文件里写新的版本号。"
            )
        return True
    return versions.filter(
        state=PolicyState.SUBMITTED, source_text=file.source_text, cases_text=file.cases_text
    ).exists()
