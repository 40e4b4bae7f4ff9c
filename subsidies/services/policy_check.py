"""What stands against publishing a policy text: its faults by line, and its worked cases."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from subsidies.models import PolicyVersion
from subsidies.policy import LoadedPolicy, PolicyError, PolicyFileError, PolicySet
from subsidies.policy.cases import read_cases, run_case
from subsidies.policy.coverage import missing_cases
from subsidies.policy.source import Source

POLICY, CASES = "政策", "用例"
# "name:line: key: what is wrong"; the key is missing where the whole text is meant.
_FAULT = re.compile(
    rf"(?P<part>{POLICY}|{CASES}):(?P<line>\d+): (?:(?P<key>[\w.\[\]-]+): )?(?P<text>.+)", re.S
)
_NEXT = re.compile(rf"；(?={CASES}:\d+: )")
_RESULT_WORDS = {
    "outcome": "结论",
    "amount_fen": "金额（分）",
    "potential_fen": "可能的金额（分）",
    "failed": "不符合的条件",
    "unknown": "不详的事实",
}
_OUTCOME_WORDS = {
    "grant": "予以发放",
    "deny": "不予发放",
    "review": "待核实",
    "excluded": "不重复享受",
}
_VERSION = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Fault:
    """One thing to put right. part: POLICY or CASES; line counts from 1, None for all of it."""

    part: str
    text: str
    line: int | None = None
    key: str = ""

    @classmethod
    def of(cls, message: str, part: str = POLICY) -> "Fault":
        """From a message of the policy language."""
        found = _FAULT.fullmatch(message)
        if found is None:
            return cls(part, message)
        return cls(found["part"], found["text"], int(found["line"]), found["key"] or "")

    def __str__(self):
        place = f"第 {self.line} 行" if self.line else ""
        return f"{self.part}{place}{f' {self.key}' if self.key else ''}：{self.text}"


@dataclass(frozen=True)
class CaseResult:
    """One worked case and where the policy answers otherwise; nothing in there: passed."""

    name: str
    what: str
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the policy answers as the case says."""
        return not self.differences


@dataclass(frozen=True)
class PolicyCheck:
    """The result of looking at one pair of texts. policy: None while the text has faults."""

    policy: LoadedPolicy | None
    faults: tuple[Fault, ...] = ()
    cases: tuple[CaseResult, ...] = ()
    failing: tuple[CaseResult, ...] = field(init=False)

    def __post_init__(self):
        failing = tuple(case for case in self.cases if not case.passed)
        object.__setattr__(self, "failing", failing)

    @property
    def ok(self) -> bool:
        """Whether it may be submitted."""
        return not self.faults and not self.failing

    def with_faults(self, faults) -> "PolicyCheck":
        """The same with more faults, first those of the policy, by line."""
        found = {*self.faults, *faults}
        return PolicyCheck(self.policy, in_order(found), self.cases)


def in_order(faults) -> tuple[Fault, ...]:
    """The policy's faults by line, then those of the cases."""
    return tuple(sorted(faults, key=lambda f: (f.part == CASES, f.line or 0, f.key, f.text)))


@lru_cache(maxsize=64)
def check_texts(source_text: str, cases_text: str) -> PolicyCheck:
    """Faults of a policy and its cases, and how every case comes out. Touches no database.

    The cases are run only on a policy without faults.
    """
    try:
        policy = LoadedPolicy(source_text, POLICY)
    except PolicyFileError as error:
        return PolicyCheck(None, in_order({Fault.of(text) for text in error.faults}))
    except RecursionError:
        return PolicyCheck(None, (Fault(POLICY, "层次太深，读不了。"),))
    faults = _column_faults(policy)
    if not cases_text.strip():
        return PolicyCheck(policy, (*faults, Fault(CASES, "还没有写用例。")))
    try:
        cases = read_cases(cases_text, CASES)
        gaps = missing_cases(policy, cases)
    except PolicyError as error:
        parts = _NEXT.split(str(error))
        return PolicyCheck(policy, (*faults, *(Fault.of(part, CASES) for part in parts)))
    except RecursionError:
        return PolicyCheck(policy, (*faults, Fault(CASES, "层次太深，读不了。")))
    policies = PolicySet([policy])
    results = tuple(
        CaseResult(case.name, _what(policy, case), tuple(map(_plain, run_case(policies, case))))
        for case in cases
    )
    return PolicyCheck(policy, (*faults, *(Fault(CASES, gap) for gap in gaps)), results)


def _what(policy, case):
    """The title of the provision a case tries; a group's name where it tries a choice."""
    provision = policy.file.provisions.get((case.provision or "").partition("/")[2])
    return provision.title if provision else (case.provision or case.group or "")


def _plain(difference):
    """A difference in the words of whoever reads it on a page, without the steps' whole list."""
    for name, words in _RESULT_WORDS.items():
        difference = difference.replace(f"{name} 应为", f"{words}应为")
    for name, words in _OUTCOME_WORDS.items():
        difference = re.sub(rf"\b{name}\b", words, difference)
    return re.sub(r"：\[.*\]$", "", difference, flags=re.S)


def _column_faults(policy):
    """What the language allows and a published version cannot have."""
    file, found = policy.file, []

    def fault(path, text):
        found.append(Fault.of(policy.source.fault(path, text)))

    if file.template:
        fault(("jurisdiction",), "这是样本，在哪里都不施行。采用时请写明适用地区，去掉 template。")
    if not _VERSION.fullmatch(file.version):
        fault(("version",), "版本号只能有文字、数字、点、短横和下划线")
    document = next(iter(file.documents))
    for path, value, column in (
        (("id",), file.id, "policy_id"),
        (("version",), file.version, "version"),
        (("title",), file.title, "title"),
        (("documents", document, "number"), file.documents[document].number, "document_number"),
    ):
        most = PolicyVersion._meta.get_field(column).max_length
        if len(value) > most:
            fault(path, f"太长，最多 {most} 个字")
    return found


def head_of(source_text: str) -> dict:
    """What a text says of itself, also while it is faulty: id, version, title as far as they are
    readable texts, cut to the columns they are kept in."""
    try:
        data = Source(source_text, POLICY).data
    except (PolicyFileError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    columns = {
        "policy_id": data.get("id"),
        "version": data.get("version"),
        "title": data.get("title"),
    }
    return {
        name: str(value)[: PolicyVersion._meta.get_field(name).max_length]
        for name, value in columns.items()
        if isinstance(value, str | int)
    }
