"""Score the words of a title and decide, or abstain.

A Chinese title is head-final: "医疗器械销售经理" is a salesperson, "数控编程讲师" a teacher. So the
last job word of a part counts fully and earlier ones little; words such as "机械" mean an engineer
before "工程师" and a worker before "工"; the first part of "仓管/叉车司机" counts most and what stands
in brackets least.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from portal.places.coder.lexicon import Lexicon, Reading, Word, load_lexicon

THRESHOLD = 0.45
GENERIC = "8-00-00"
_CANDIDATES = 3
# Shares of a reading's weight for its first, second … code.
_SHARES = (1.0, 0.45, 0.3, 0.2)
_PART_FACTORS = (1.0, 0.55, 0.4, 0.3)
_BRACKET_FACTOR = 0.4
_EARLIER_JOB = 0.4
_EARLIER_DOMAIN = 0.5
# A job word before a field ("销售软件开发"), one that is a field itself, a general one.
_BEFORE_DOMAIN = 0.6
_JOB_AS_FIELD = 0.3
_YIELDING = 0.3
_GENERIC = 0.8
_SPECIFIC_WEIGHT = 0.75
_LOOSE_DOMAIN = 0.35
_NAMED_SHARE = 0.7
_DUTY_WEIGHT = 0.12
_DUTY_LIMIT = 0.45
# How a domain word counts under each class of head: (as engineer, as worker).
_UNDER_HEAD = {
    "eng": (1.0, 0.2),
    "work": (0.35, 1.0),
    "teach": (0.2, 0.2),
    "any": (0.65, 0.45),
    "": (0.62, 0.5),
}

_SPECIAL = re.compile(r"c\+\+|c#|\.net|node\.js|vue\.js|\bu\.?i\b")
_SPELLED = {"c++": "cpp", "c#": "csharp", ".net": "dotnet", "node.js": "nodejs", "vue.js": "vue"}
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDE.update(
    {
        0x3000: 0x20,
        ord("【"): ord("("),
        ord("】"): ord(")"),
        ord("["): ord("("),
        ord("]"): ord(")"),
        ord("「"): ord("("),
        ord("」"): ord(")"),
        ord("《"): ord("("),
        ord("》"): ord(")"),
        0x200B: None,
    }
)
_PARTS = re.compile(r"[()]|[^()/、,|+\s\-—–_·:;。&!?~*\"“”‘’…<>=.]+")
_ASCII = frozenset("abcdefghijklmnopqrstuvwxyz")
_NOT_AFTER_WORKER = frozenset("程艺作具装业况会资序")
_ASCII_RUN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Coded:
    """The result for one title.

    ``candidates`` are at most three (minor code, name, confidence), best first; ``minor_code`` is
    the first of them, or None when its confidence is below the threshold.
    """

    minor_code: str | None
    confidence: float
    candidates: tuple[tuple[str, str, float], ...]


_NO_KIN: frozenset[str] = frozenset()
_NOTHING = Coded(None, 0.0, ())


def normalise_title(title: str) -> str:
    """Half-width, lower case, programming languages spelled in letters."""
    text = title.translate(_WIDE).lower()
    if "+" in text or "#" in text or "." in text:
        text = _SPECIAL.sub(lambda match: _SPELLED.get(match[0], "ui"), text)
    return text


class Coder:
    """Codes titles with one lexicon; holds no other state, so it can be shared by threads."""

    def __init__(self, lexicon: Lexicon | None = None, threshold: float = THRESHOLD):
        self.lexicon = lexicon or load_lexicon()
        self.threshold = threshold

    def words(self, part: str) -> list[Word]:
        """Known words of a part, longest match from the left, in order."""
        table, lengths = self.lexicon.words, self.lexicon.lengths
        found = []
        position, end = 0, len(part)
        while position < end:
            char = part[position]
            step = 1
            for length in lengths.get(char, ()):
                stop = position + length
                if stop > end:
                    continue
                term = part[position:stop]
                if term in table and not (
                    term[-1] in _ASCII and stop < end and part[stop] in _ASCII
                ):
                    if term[-1] == "工" and part[stop : stop + 1] in _NOT_AFTER_WORKER:
                        # "合成工" is no word in "合成工程师".
                        continue
                    found.append(table[term])
                    step = length
                    break
            else:
                run = _ASCII_RUN.match(part, position)
                if run:
                    step = run.end() - position
            position += step
        return found

    def _part_scores(self, part: str) -> tuple[dict[str, float], bool]:
        """Scores of one part, and whether it names a job (not only a field of work)."""
        words = self.words(part)
        head = _head(words)
        as_engineer, as_worker = _UNDER_HEAD[head]
        scores: dict[str, float] = {}
        later_job = later_domain = False
        for place in range(len(words) - 1, -1, -1):
            word = words[place]
            if word.noise:
                continue
            share = _EARLIER_DOMAIN if later_domain else 1.0
            if later_job:
                share *= _EARLIER_JOB
            if word.eng:
                _add(scores, word.eng, share * as_engineer)
            if word.work:
                _add(scores, word.work, share * as_worker)
            domain_behind = later_domain
            later_domain = later_domain or bool(word.eng or word.work)
            if not word.job:
                continue
            factor = _EARLIER_JOB if later_job else 1.0
            if domain_behind and not later_job and not (word.eng or word.work):
                factor *= _BEFORE_DOMAIN
            if head == "eng" and word.eng:
                factor *= _JOB_AS_FIELD
            if word.head == "eng" and any(earlier.eng for earlier in words[:place]):
                # "道桥设计师" is an engineer; "平面设计师" stands in the table as a whole.
                factor *= _YIELDING
            elif word.head == "any" and any(_specific(earlier) for earlier in words[:place]):
                # "信贷客户经理" works in a bank: a general head yields to the job before it.
                factor *= _YIELDING
            elif word.job[0][0] == GENERIC:
                factor *= _GENERIC
            else:
                later_job = True
            _add(scores, word.job, factor)
        return scores, later_job or head in ("eng", "work") or GENERIC in scores

    def _scores(self, title: str) -> dict[str, float]:
        outside: list[tuple[dict[str, float], bool]] = []
        inside: list[dict[str, float]] = []
        depth = 0
        for part in _PARTS.findall(normalise_title(title)):
            if part == "(":
                depth += 1
            elif part == ")":
                depth = max(0, depth - 1)
            else:
                scores, named = self._part_scores(part)
                if scores and depth:
                    inside.append(scores)
                elif scores:
                    outside.append((scores, named))
        total: dict[str, float] = {}
        any_named = any(named for _, named in outside)
        number = 0
        for scores, named in outside:
            if any_named and not named:
                # "医疗器械 销售经理": the first part is only a field.
                _merge(total, scores, _LOOSE_DOMAIN)
                continue
            _merge(total, scores, _PART_FACTORS[min(number, len(_PART_FACTORS) - 1)])
            number += 1
        for scores in inside:
            _merge(total, scores, _BRACKET_FACTOR)
        return total

    def _add_duties(self, duties: str, scores: dict[str, float]) -> None:
        support: dict[str, float] = {}
        for part in _PARTS.findall(normalise_title(duties)):
            for word in self.words(part):
                reading = word.job or word.eng
                if reading and not word.noise and reading[0][0] != GENERIC:
                    _add(support, reading, _DUTY_WEIGHT)
        for code, value in support.items():
            scores[code] = scores.get(code, 0.0) + min(value, _DUTY_LIMIT)

    def code(self, title: str, duties: str = "") -> Coded:
        """The minor class of a title; ``duties`` only tips the balance. Blank titles abstain."""
        scores = self._scores(title)
        if duties:
            self._add_duties(duties, scores)
        if not scores:
            return _NOTHING
        generic = scores.get(GENERIC)
        if generic and len(scores) > 1:
            # "不便分类" gives way to whatever can be classified, unless that is a mere aside.
            named = max(value for code, value in scores.items() if code != GENERIC)
            if named >= _NAMED_SHARE * generic:
                scores[GENERIC] = generic * 0.3
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        best, top = ranked[0]
        kin = self.lexicon.kin.get(best, _NO_KIN)
        rival = 0.0
        if best != GENERIC:
            rival = next((value for code, value in ranked[1:] if code not in kin), 0.0)
        clarity = 0.6 + 0.4 * (top - rival) / top
        names = self.lexicon.minor_names
        candidates = tuple(
            (code, names[code], round(min(0.98, value * clarity), 2))
            for code, value in ranked[:_CANDIDATES]
        )
        confidence = candidates[0][2]
        chosen = candidates[0][0] if confidence >= self.threshold else None
        return Coded(chosen, confidence, candidates)


def _specific(word: Word) -> bool:
    """A job that says more than "manager" or "shop assistant"."""
    return (
        word.job is not None
        and word.head != "any"
        and word.job[0][0] != GENERIC
        and word.job[1] >= _SPECIFIC_WEIGHT
    )


def _head(words: list[Word]) -> str:
    """The class of the last head; "主管" and the like only when no other is there."""
    head = ""
    for word in reversed(words):
        if word.head:
            head = word.head
            if head != "any":
                break
    return head


def _merge(total: dict[str, float], scores: dict[str, float], factor: float) -> None:
    for code, value in scores.items():
        total[code] = total.get(code, 0.0) + value * factor


def _add(scores: dict[str, float], reading: Reading, factor: float) -> None:
    codes, weight = reading
    value = weight * factor
    for code, share in zip(codes, _SHARES, strict=False):
        scores[code] = scores.get(code, 0.0) + value * share


@lru_cache(maxsize=1)
def default_coder() -> Coder:
    """The coder with the product's own table, built once (some 50 ms)."""
    return Coder()


def code_title(title: str, duties: str = "") -> Coded:
    """Minor class, confidence (0–0.98) and up to three candidates for one title."""
    return default_coder().code(title, duties)


def code_titles(titles: list[str]) -> list[Coded]:
    """One result for each title, in order; equal titles are coded once."""
    coder = default_coder()
    known: dict[str, Coded] = {}
    for title in titles:
        if title not in known:
            known[title] = coder.code(title)
    return [known[title] for title in titles]
