"""Decisions in words: the clause, the main reason, the sentence of a message."""

import re

from portal.ui.formatting import yuan
from subsidies.enums import Outcome

_RATIO = re.compile(r"(\d+)/(\d+)")
_NUMERALS = frozenset("一二三四五六七八九十")


def clause(cite: str) -> str:
    """The clause of a citation as papers write it: “S0(十)” → “第（十）条”, “S0(附则)” → “附则”."""
    part = cite.partition("(")[2].removesuffix(")")
    if part and set(part) <= _NUMERALS:
        return f"第（{part}）条"
    return part


def clause_with_document(entry: dict) -> str:
    """Document and clause of a trace entry: “常人社发〔2020〕17号 第（十）条”."""
    return f"{entry['document']} {clause(entry['cite'])}"


def ratio_of(entry: dict) -> tuple[int, int] | None:
    """Numerator and denominator of a trace entry's figure when it is a ratio of persons."""
    found = _RATIO.fullmatch(entry["actual"]) if isinstance(entry["actual"], str) else None
    return (int(found[1]), int(found[2])) if found else None


def main_reason(outcome: str, trace: list[dict]) -> str:
    """One short phrase for a list: why this outcome. "" when the trace is empty."""
    wanted = {"deny": False, "excluded": False, "review": None, "grant": True}[outcome]
    entries = [entry for entry in trace if entry["result"] is wanted]
    if not entries:
        return ""
    if outcome == "excluded":
        return entries[-1]["text"]
    if outcome == "grant":
        return _why_granted(entries)
    entry = entries[0]
    if outcome == "deny" and ratio_of(entry):
        return f"{entry['label']}高于上限"
    return _short(entry["text"])


def _short(text):
    for tail in ("，要人工核实。", "，算不出金额。", "。"):
        if text.endswith(tail):
            return text.removesuffix(tail)
    return text


def _why_granted(entries):
    ratio = next((entry for entry in entries if ratio_of(entry)), None)
    if ratio is None:
        return _short(entries[-1]["text"])
    lost, start = ratio_of(ratio)
    if lost == 0:
        return "年末人数没有减少"
    on_limit = ratio["actual_text"] == ratio["limit_text"].rpartition(" ")[2]
    if on_limit:
        return "正好等于上限，符合"
    return f"减少 {lost} 人，{_short(ratio['text']).partition('。')[0]}"


def message_subject(base_year: int, title: str, outcome: str, amount_fen: int) -> str:
    """The subject of the message to an enterprise."""
    label = Outcome(outcome).label
    amount = f" {yuan(amount_fen)} 元" if amount_fen else ""
    return f"{base_year} 年度{title}：{label}{amount}"


def message_body(outcome: str, trace: list[dict]) -> str:
    """What the message says besides: every ground, each with its clause, and what comes next."""
    wanted = {"deny": False, "excluded": False, "review": None, "grant": True}[outcome]
    lines = [
        f"{entry['text']}（{clause_with_document(entry)}）"
        for entry in trace
        if entry["result"] is wanted
    ]
    lines.append(
        {
            "grant": "不用您申请。两级审核后公示，公示无异议即批准。",
            "deny": "对数据或结论有不同意见，可以在“我的政策”里提出异议。",
            "review": "不是拒绝。工作人员会核实，您也可以在“我的政策”里补充说明。",
            "excluded": "同一年度只享受一种。对结论有不同意见，可以在“我的政策”里提出异议。",
        }[outcome]
    )
    return "\n".join(lines)
