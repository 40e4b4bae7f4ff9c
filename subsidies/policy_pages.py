"""What the staff's policy pages show of a version, made ready to print."""

import difflib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from portal.ui.formatting import cn_datetime, full_date
from portal.ui.parts import Step
from subsidies.enums import PolicyState
from subsidies.models import LocalParameter, PolicyVersion
from subsidies.policy import CaseFileError, LoadedPolicy
from subsidies.policy.cases import read_cases
from subsidies.policy.diff import SECTIONS, diff
from subsidies.policy.diff_cases import CaseChange, changed_cases
from subsidies.policy.show import show_policy, show_provision
from subsidies.services.local_parameters import last_day as last_day_of
from subsidies.services.parameter_kinds import ParameterKind, parameter_kinds
from subsidies.services.policy_check import CASES, POLICY, PolicyCheck
from subsidies.services.publishing import last_day


@dataclass(frozen=True)
class CodeLine:
    """One line of a text with what is wrong in it."""

    number: int
    text: str
    faults: tuple[str, ...] = ()


def code_lines(text: str, check: PolicyCheck, part: str) -> list[CodeLine]:
    """A text line by line. part: POLICY or CASES."""
    wrong = defaultdict(list)
    for fault in check.faults:
        if fault.part == part and fault.line:
            wrong[fault.line].append(f"{fault.key}：{fault.text}" if fault.key else fault.text)
    return [
        CodeLine(number, line, tuple(wrong[number]))
        for number, line in enumerate(text.splitlines(), 1)
    ]


def both_texts(version: PolicyVersion, check: PolicyCheck):
    """[(heading, anchor prefix, lines)] of the policy and its cases."""
    return [
        ("政策（YAML）", "p", code_lines(version.source_text, check, POLICY)),
        ("用例（YAML）", "c", code_lines(version.cases_text, check, CASES)),
    ]


def fault_lines(check: PolicyCheck) -> list[tuple[str, str]]:
    """[(anchor of the line, sentence)] of every fault."""
    prefix = {POLICY: "p", CASES: "c"}
    return [
        (f"{prefix[fault.part]}{fault.line}" if fault.line else "", str(fault))
        for fault in check.faults
    ]


def plain_text(policy: LoadedPolicy) -> str:
    """The whole policy in words, every provision after the head."""
    parts = [show_policy(policy)]
    parts += [show_provision(policy, key) for key in policy.file.provisions]
    return "\n".join(parts)


def compared_with(version: PolicyVersion) -> PolicyVersion | None:
    """What a version is held against: of the same policy the one published before it."""
    others = PolicyVersion.objects.published().filter(policy_id=version.policy_id)
    if version.published_at is not None:
        others = others.filter(published_at__lt=version.published_at)
    return others.exclude(pk=version.pk).order_by("-published_at", "-pk").first()


@dataclass(frozen=True)
class ChangeLine:
    """One difference of content: where in the policy, what, before, after, its clause."""

    where: str
    label: str
    old: str
    new: str
    cite: str


def content_changes(old: LoadedPolicy, new: LoadedPolicy) -> list[ChangeLine]:
    """What differs in content between two versions, the provision by its title."""
    found = []
    for change in diff(old, new):
        provision = new.file.provisions.get(change.provision) or old.file.provisions.get(
            change.provision
        )
        where = f"{provision.title}：" if provision else ""
        found.append(
            ChangeLine(
                f"{where}{SECTIONS[change.section]}",
                change.label,
                "没有" if change.old is None else change.old,
                "删去" if change.new is None else change.new,
                change.cite,
            )
        )
    return found


def case_changes(old: LoadedPolicy, new: LoadedPolicy, cases_text: str) -> list[CaseChange]:
    """The new version's cases that the old one answers otherwise; [] where they cannot be read."""
    try:
        return changed_cases(old, new, read_cases(cases_text, CASES))
    except CaseFileError:
        return []


@dataclass(frozen=True)
class DiffLine:
    """One line of a difference. kind: add, remove, same or place."""

    kind: str
    text: str


_MARKS = {"+": "add", "-": "remove", "@": "place", " ": "same"}


def text_difference(old: PolicyVersion, new: PolicyVersion) -> list[DiffLine]:
    """The texts' difference with three lines around each change."""
    found = difflib.unified_diff(
        old.source_text.splitlines(), new.source_text.splitlines(), lineterm=""
    )
    return [
        DiffLine(_MARKS[line[:1] or " "], line[1:] if line[:1] != "@" else "…")
        for line in list(found)[2:]
    ]


def period_words(version: PolicyVersion) -> str:
    """From when to when, the last day included."""
    start = full_date(version.effective_from) if version.effective_from else "印发之日"
    end = last_day(version)
    return f"{start}至{full_date(end)}" if end else f"{start}起，到另行通知为止"


def policy_steps(version: PolicyVersion, viewer) -> list[Step]:
    """起草 → 提交 → 批准发布, with who and when."""
    today = timezone.localdate()
    state = PolicyState(version.state)
    drafting = state in (PolicyState.DRAFT, PolicyState.RETURNED)
    steps = [
        Step(
            "起草",
            "current" if drafting else "done",
            str(version.author or "没有记录"),
            cn_datetime(version.drafted_at, today),
        )
    ]
    if state == PolicyState.RETURNED:
        when = cn_datetime(version.returned_at, today)
        steps.append(
            Step("退回修改", "returned", str(version.returned_by), when, version.returned_reason)
        )
    submitted = version.submitted_at
    steps.append(
        Step(
            "提交",
            "done" if submitted or state == PolicyState.PUBLISHED else "todo",
            when=cn_datetime(submitted, today) if submitted else "",
            note="" if submitted else "没有错误、用例全部通过才能提交",
        )
    )
    if state == PolicyState.PUBLISHED:
        who = str(version.approver or "没有记录")
        steps.append(Step("批准发布", "done", who, cn_datetime(version.published_at, today)))
    else:
        own = version.author_id == viewer.pk
        note = "要由另一人批准" if own or state != PolicyState.SUBMITTED else f"您（{viewer}）"
        waits = state == PolicyState.SUBMITTED
        steps.append(Step("批准发布", "current" if waits else "todo", note=note))
    return steps


@dataclass(frozen=True)
class ValueLine:
    """One value of a figure. state: the words of its label."""

    row: LocalParameter
    value: str
    first: date
    last: date | None
    state: str


@dataclass(frozen=True)
class ParameterTimeline:
    """One figure with its proposals and its values, newest first."""

    name: str
    label: str
    empty: str
    waiting: list[ValueLine]
    values: list[ValueLine]


def parameter_timelines(user) -> list[ParameterTimeline]:
    """Every figure that may be set where the user works, or that has a value there."""
    kinds = parameter_kinds(user.region_scope[:4])
    lines = {name: ([], []) for name in kinds}
    rows = LocalParameter.objects.visible_to(user).select_related(
        "region", "author", "approver", "rejected_by"
    )
    today = timezone.localdate()
    for row in rows:
        waiting, values = lines.setdefault(row.name, ([], []))
        line = _value_line(row, kinds.get(row.name), today)
        (waiting if line.state == "待批准" else values).append(line)
    return [
        ParameterTimeline(
            name,
            kinds[name].label if name in kinds else name,
            _when_empty(kinds.get(name)),
            waiting,
            values,
        )
        for name, (waiting, values) in lines.items()
    ]


def _when_empty(kind):
    if kind is not None and kind.has_own_figure:
        return "没有另填，按文件写明的计算。"
    if kind is not None and kind.versions:
        return "还没有填写。要用到它的先转待核实。"
    return "还没有填写。"


def _value_line(row, kind: ParameterKind | None, today):
    value = kind.shown(row.value) if kind else row.value
    return ValueLine(row, value, row.valid_from, last_day_of(row), _state_of(row, today))


def _state_of(row, today):
    if row.rejected_at:
        return "已退回"
    if not row.approver_id:
        return "待批准"
    if row.valid_until is not None and row.valid_until <= row.valid_from:
        return "已被更正"
    if row.valid_from > today:
        return "尚未施行"
    if row.valid_until is not None and row.valid_until <= today:
        return "已停止"
    return "执行中"
