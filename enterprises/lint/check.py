"""Run the rules over the fields of a vacancy."""

import re
from collections.abc import Iterator

from enterprises.lint.findings import Finding, Innocent
from enterprises.lint.normalise import Normalised, normalise
from enterprises.lint.rules import InnocentRule, Rule, rule_book

_CLAUSE_BREAK = re.compile(r"[,;:!?()\n ]|(?<!\d)\.(?!\d)")
_SENTENCE_BREAK = re.compile(r"[;!?\n]|(?<!\d)\.(?!\d)")
_NUMERALS = "零一二三四五六七八九十"
_TRIM = " ,.;:、!?\n"
# Pay more than this many times the lower end tells a seeker nothing.
_WIDEST_RANGE = 5


def _count_in_words(count: int) -> str:
    return _NUMERALS[count] if count <= 10 else str(count)


def _yuan(fen: int) -> str:
    yuan, rest = divmod(fen, 100)
    return f"{yuan:,}.{rest:02d}" if rest else f"{yuan:,}"


def _surroundings(text: str, start: int, end: int, breaks: re.Pattern) -> tuple[int, int]:
    """The clause or sentence around ``text[start:end]``."""
    left = 0
    for match in breaks.finditer(text, 0, start):
        left = match.end()
    right = breaks.search(text, end)
    return left, right.start() if right else len(text)


def _innocent_spans(text: str) -> list[tuple[int, int, InnocentRule]]:
    spans = []
    for rule in rule_book().innocents:
        for pattern in rule.patterns:
            spans.extend((m.start(), m.end(), rule) for m in pattern.finditer(text))
    return spans


def _masked(text: str, kind: str, spans: list[tuple[int, int, InnocentRule]]) -> str:
    """``text`` with the look-alikes of this kind blanked, so that no rule can see them."""
    chars = list(text)
    for start, end, rule in spans:
        if rule.kind == kind:
            chars[start:end] = "□" * (end - start)
    return "".join(chars)


def _allowed(rule: Rule, text: str, original: str, start: int, end: int) -> bool:
    if rule.before:
        clause, _ = _surroundings(text, start, end, _CLAUSE_BREAK)
        if rule.before.search(text[clause:start]):
            return True
    if rule.after and rule.after.match(text, end):
        return True
    if rule.sentence:
        left, right = _surroundings(original, start, end, _SENTENCE_BREAK)
        return bool(rule.sentence.search(original[left:right]))
    return False


def _below(rule: Rule, match: re.Match, minimum_wage_fen: int | None) -> bool:
    """Is the amount in the text under the local minimum wage (unknown: not said)."""
    if minimum_wage_fen is None:
        return False
    amount = match.groupdict().get("amount")
    return amount is None or int(amount) * 100 < minimum_wage_fen


def _hits(
    rule: Rule, text: str, original: str, minimum_wage_fen: int | None
) -> Iterator[tuple[int, int]]:
    for pattern in rule.patterns:
        for match in pattern.finditer(text):
            start, end = match.span("q") if "q" in pattern.groupindex else match.span()
            while start < end and text[start] in _TRIM:
                start += 1
            while end > start and text[end - 1] in _TRIM:
                end -= 1
            if start == end or _allowed(rule, text, original, start, end):
                continue
            if rule.number and not _below(rule, match, minimum_wage_fen):
                continue
            yield start, end


def _finding(rule: Rule, field: str, typed: str, span: tuple[int, int]) -> Finding:
    quoted = typed[span[0] : span[1]]
    advice = rule.advice
    if not advice and rule.replacement == "":
        letters = len(re.sub(r"[^\w]", "", quoted))
        advice = f"删去这{_count_in_words(letters)}个字"
    elif not advice:
        advice = f"改为“{rule.replacement}”"
    return Finding(
        field,
        span[0],
        span[1],
        quoted,
        rule.kind,
        rule.severity,
        rule.id,
        rule.reason,
        rule.legal_ground,
        advice,
        rule.replacement,
    )


def _lint_text(field: str, typed: str, minimum_wage_fen: int | None) -> list[Finding]:
    normalised: Normalised = normalise(typed)
    text = normalised.text
    innocent = _innocent_spans(text)
    masks: dict[str, str] = {}
    found: list[tuple[int, int, int, Rule]] = []
    for order, rule in enumerate(rule_book().rules):
        masked = masks.setdefault(rule.kind, _masked(text, rule.kind, innocent))
        found.extend(
            (start, end, order, rule) for start, end in _hits(rule, masked, text, minimum_wage_fen)
        )
    # One passage is reported once: the graver, then the longer, then the earlier rule wins.
    found.sort(key=lambda hit: (hit[3].severity != "must", hit[0] - hit[1], hit[2]))
    taken: list[tuple[int, int]] = []
    kept = []
    for start, end, _, rule in found:
        if all(end <= left or start >= right for left, right in taken):
            taken.append((start, end))
            kept.append(_finding(rule, field, typed, normalised.span(start, end)))
    return sorted(kept, key=lambda finding: finding.start)


def _lint_pay(
    pay_min_fen: int | None, pay_max_fen: int | None, minimum_wage_fen: int | None
) -> list[Finding]:
    findings = []
    if minimum_wage_fen is not None:
        for field, label, pay in (
            ("pay_min", "最低工资", pay_min_fen),
            ("pay_max", "最高工资", pay_max_fen),
        ):
            if pay is None or pay >= minimum_wage_fen:
                continue
            limit = _yuan(minimum_wage_fen)
            findings.append(
                Finding(
                    field,
                    0,
                    0,
                    f"{label} {_yuan(pay)} 元",
                    "minimum_wage",
                    "must",
                    "pay-below-minimum",
                    f"低于当地月最低工资标准 {limit} 元",
                    "《劳动法》第四十八条；《最低工资规定》第十二条",
                    f"把{label}改为 {limit} 元或以上",
                    None,
                )
            )
    if pay_min_fen and pay_max_fen and pay_max_fen > _WIDEST_RANGE * pay_min_fen:
        findings.append(
            Finding(
                "pay_max",
                0,
                0,
                f"{_yuan(pay_min_fen)}–{_yuan(pay_max_fen)} 元",
                "fake_pay",
                "advice",
                "pay-range-wide",
                f"最高超过最低的 {_WIDEST_RANGE} 倍，求职者看不出能拿多少",
                "《人力资源市场暂行条例》第二十四条",
                "把工资范围写窄一些",
                None,
            )
        )
    return findings


def lint(
    fields: dict[str, str],
    *,
    pay_min_fen: int | None = None,
    pay_max_fen: int | None = None,
    minimum_wage_fen: int | None = None,
) -> list[Finding]:
    """Findings for a vacancy: those about pay first, then in the order of ``fields`` and text.

    ``fields`` maps field names to the text as typed. Pay is monthly, in fen; the minimum wage is
    the local monthly standard in force, ``None`` when it is not known (then nothing is said
    about it: missing is not false).
    """
    findings = _lint_pay(pay_min_fen, pay_max_fen, minimum_wage_fen)
    for field, typed in fields.items():
        if typed:
            findings.extend(_lint_text(field, typed, minimum_wage_fen))
    return findings


def innocents(fields: dict[str, str]) -> list[Innocent]:
    """Look-alikes, each wording once over all fields, so that nobody wonders about them."""
    named: dict[str, Innocent] = {}
    for field, typed in fields.items():
        normalised = normalise(typed or "")
        spans = sorted(
            _innocent_spans(normalised.text), key=lambda span: (span[0], span[0] - span[1])
        )
        reach = -1
        for start, end, rule in spans:
            if start < reach or not rule.says:
                continue
            reach = end
            left, right = normalised.span(start, end)
            quoted = typed[left:right]
            named.setdefault(quoted, Innocent(field, quoted, rule.kind, rule.says))
    return list(named.values())


def apply_fix(text: str, finding: Finding) -> str:
    """``text`` with the finding's replacement in place; a comma left over goes with it.

    Raises ValueError when the finding has no replacement or the text is not the checked one.
    """
    if finding.replacement is None:
        raise ValueError("这一处要由您来改，不能自动替换。")
    if text[finding.start : finding.end] != finding.quoted:
        raise ValueError("文字已经改过，请重新检查。")
    head, tail = text[: finding.start], text[finding.end :]
    if not finding.replacement:
        if head == "" or head[-1] in "；;：:。.\n（(":
            tail = re.sub(r"^\s*[，,、；;。]\s*", "", tail)
        if head and head[-1] in "，,、；;" and (tail == "" or tail[0] in "。.；;！!\n）)"):
            head = head[:-1]
        if head and head[-1] in "（(" and tail[:1] in ("）", ")"):
            head, tail = head[:-1], tail[1:]
    return head + finding.replacement + tail
