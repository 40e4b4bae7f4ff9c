"""Loading policy files and finding provisions in them."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from .checks import Checker
from .errors import PolicyFileError, UnknownProvision
from .evaluator import Evaluator
from .parameters import check_local
from .rules import Scope
from .schema import Exclusivity, PolicyFile
from .source import Source

POLICIES = Path(__file__).resolve().parent.parent / "policies"
CASES_SUFFIX = ".cases.yaml"
_LINE = re.compile(r":(\d+): ")

# pydantic's own messages, in the words of whoever writes a policy file.
_MESSAGES = {
    "extra_forbidden": "不认识这个键",
    "missing": "缺少这个键",
    "string_type": "要写文字（数字代码请加引号）",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "写法不对",
    "int_type": "要写整数",
    "bool_type": "要写 true 或 false",
    "date_type": "要写 2020-03-25 这样的日期",
    "dict_type": "要写成键和值",
    "list_type": "要写成列表",
    "model_type": "要写成键和值",
    "too_short": "写得太少",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
}


@dataclass(frozen=True)
class Group:
    """An exclusivity group: its rule, and full provision ids with their titles, in order."""

    name: str
    rule: Exclusivity
    titles: dict[str, str]
    entry: dict


class LoadedPolicy:
    """One valid policy file: its content, hash and compiled parts."""

    def __init__(self, text: str, name: str, source: Source | None = None):
        """Raises ``PolicyFileError`` with every fault found.

        ``source`` is the text already read, for whoever builds many variants of one policy.
        """
        self.name = name
        self.text = text
        self.sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.source = source or Source(text, name)
        self.file = _typed(self.source)
        faults = Checker(self.source, self.file).run()
        if faults:
            raise PolicyFileError(_by_line(faults))
        self.scope = Scope(self.file)
        self.groups = {
            name: self._group(name, rule) for name, rule in self.file.exclusivity.items()
        }

    def _group(self, name, rule):
        titles = {f"{self.file.id}/{m}": self.file.provisions[m].title for m in rule.members}
        entry = self.scope.entry(
            f"exclusivity_{name}", "只享受一种", rule.cite, "exclusivity", rule.winner
        )
        return Group(name, rule, titles, entry)

    @property
    def provision_ids(self) -> list[str]:
        """Full ids (``policy/provision``) in the order of the file."""
        return [f"{self.file.id}/{key}" for key in self.file.provisions]


def _typed(source: Source) -> PolicyFile:
    if not isinstance(source.data, dict):
        raise PolicyFileError([source.fault((), "要写成键和值")])
    try:
        return PolicyFile.model_validate(source.data)
    except ValidationError as error:
        faults = []
        for item in error.errors():
            path = _existing_path(source, item["loc"], item["type"])
            text = _MESSAGES.get(item["type"])
            if item["type"] in ("value_error", "literal_error") or text is None:
                text = item["msg"].removeprefix("Value error, ")
            if item["type"] == "literal_error":
                text = f"只能写 {item['ctx']['expected'].replace(' or ', ', ')}"
            faults.append(source.fault(path, text))
        raise PolicyFileError(_by_line(dict.fromkeys(faults))) from None


def _by_line(faults):
    """From the top of the file down, as they are mended."""

    def line(fault):
        found = _LINE.search(fault)
        return int(found[1]) if found else 0

    return sorted(faults, key=line)


def _existing_path(source, location, kind):
    """The key a pydantic location means: names of union members are no keys of the file."""
    path = ()
    for position, part in enumerate(location):
        if source.knows((*path, part)) or (kind == "missing" and position == len(location) - 1):
            path = (*path, part)
    return path


class PolicySet:
    """Policies by id. ``evaluator`` is the fast path, ``evaluate`` the convenient one."""

    def __init__(self, policies: Iterable[LoadedPolicy]):
        self.policies: dict[str, LoadedPolicy] = {}
        for policy in policies:
            other = self.policies.get(policy.file.id)
            if other is not None:
                text = f"政策编号“{policy.file.id}”在 {other.name} 里已经有了"
                raise PolicyFileError([policy.source.fault(("id",), text)])
            self.policies[policy.file.id] = policy

    def find(self, provision_id: str) -> tuple[LoadedPolicy, str]:
        """The policy and the key of the provision in it. Raises ``UnknownProvision``."""
        policy_id, _, key = provision_id.partition("/")
        policy = self.policies.get(policy_id)
        if policy is None or key not in policy.file.provisions:
            raise UnknownProvision(f"没有编号为“{provision_id}”的政策条款")
        return policy, key

    def evaluator(
        self, provision_id: str, parameters: Mapping | None = None, as_of: date | None = None
    ) -> Evaluator:
        """Fill in local parameters and the day of the decision; call the result with facts."""
        policy, key = self.find(provision_id)
        return Evaluator(policy, key, check_local(policy.file, parameters or {}), as_of)

    def group(self, policy_id: str, name: str) -> Group:
        """An exclusivity group for ``decision.choose_winner``."""
        policy = self.policies.get(policy_id)
        if policy is None or name not in policy.groups:
            raise UnknownProvision(f"没有“{policy_id}”的互斥组“{name}”")
        return policy.groups[name]

    @property
    def provision_ids(self) -> list[str]:
        """Every provision, by policy."""
        return [name for policy in self.policies.values() for name in policy.provision_ids]


def policy_files(root: Path) -> list[Path]:
    """Policy files below a folder, without the files of cases, in a fixed order."""
    return sorted(p for p in root.rglob("*.yaml") if not p.name.endswith(CASES_SUFFIX))


def load_policy(path: Path, root: Path | None = None) -> LoadedPolicy:
    """Read one policy file. Raises ``PolicyFileError``."""
    name = str(path.relative_to(root)) if root and path.is_relative_to(root) else str(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise PolicyFileError([f"{name}:1: 文件不是 UTF-8 编码"]) from None
    return LoadedPolicy(text, name)


def load_policy_set(root: Path = POLICIES, templates: bool = False) -> PolicySet:
    """All policies below ``root``. Raises ``PolicyFileError`` with the faults of all files.

    Templates are in force nowhere and so stay out unless asked for: what is published, screened
    and shown to enterprises never meets one.
    """
    policies, faults = [], []
    for path in policy_files(root):
        try:
            policies.append(load_policy(path, root))
        except PolicyFileError as error:
            faults.extend(error.faults)
    if faults:
        raise PolicyFileError(faults)
    return PolicySet(p for p in policies if templates or not p.file.template)
