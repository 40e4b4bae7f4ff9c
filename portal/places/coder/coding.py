"""Score the words of a title and decide, or abstain.

A Chinese title is head-final: "医疗器械销售经理" is a salesperson, "数控编程讲师" a teacher. So the
last job word of a part counts fully and earlier ones little; words such as "机械" mean an engineer
before "工程师" and a worker before "工"; the first part of "仓管/叉车司机" counts most and what stands
in brackets least.

What staff corrected goes before all this: a title whose key (see ``Coder.key``) was corrected is
what they said it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp

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
_DUTY_LIMIT = 0.7
_DUTY_SCALE = 1.2
# Under a title that is itself clear the duties say little.
_DUTY_UNDER_TITLE = 0.6
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
_DIGITS = frozenset("0123456789")
_NOT_AFTER_WORKER = frozenset("程艺作具装业况会资序")
_ASCII_RUN = re.compile(r"[a-z0-9]+")
# "8000元/月", "5k", "01"; and the numbers firms give their posts: "mj000789".
_PAY = re.compile(
    r"[0-9]+(?:\.[0-9]+)?[kwh]?(?![a-z0-9])(?:元|块|千|万)?(?:[/每]?(?:个?月|小时|天))?"
)
_POST_NUMBER = re.compile(r"[a-z]{1,3}[0-9]{3,}(?![a-z0-9])")
_PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Coded:
    """The result for one title.

    ``candidates`` are at most three (minor code, name, confidence), best first; ``minor_code`` is
    the first of them, or None when its confidence is below the threshold. ``corrected`` is the
    code staff chose for this title, of the minor class or finer, else ""; then the confidence is 1.
    """

    minor_code: str | None
    confidence: float
    candidates: tuple[tuple[str, str, float], ...]
    corrected: str = ""


_NO_KIN: frozenset[str] = frozenset()
_NOTHING = Coded(None, 0.0, ())


def normalise_title(title: str) -> str:
    """Half-width, lower case, programming languages spelled in letters."""
    text = title.translate(_WIDE).lower()
    if "+" in text or "#" in text or "." in text:
        text = _SPECIAL.sub(lambda match: _SPELLED.get(match[0], "ui"), text)
    return text


class Coder:
    """Codes titles with one lexicon; holds no other state, so it can be shared by threads.

    ``corrections``: key of a title → code of a minor class or finer.
    """

    def __init__(
        self,
        lexicon: Lexicon | None = None,
        threshold: float = THRESHOLD,
        corrections: Mapping[str, str] | None = None,
    ):
        self.lexicon = lexicon or load_lexicon()
        self.threshold = threshold
        self.corrections = corrections or {}

    def key(self, title: str) -> str:
        """What two titles share that differ only in spelling, punctuation, numbers and noise.

        "【急聘】理货（包吃住）5k" and "理货" have the same key; a title that is nothing but noise
        keeps its letters. Never longer than the normalised title.
        """
        text = normalise_title(title)
        lexicon = self.lexicon
        table, lengths, stops = lexicon.words, lexicon.lengths, lexicon.noise_starts
        kept, position, end = [], 0, len(text)
        after_run = False
        while position < end:
            char = text[position]
            if not after_run and (char in _DIGITS or char in _ASCII):
                number = (_PAY if char in _DIGITS else _POST_NUMBER).match(text, position)
                if number:
                    position = number.end()
                    continue
            stop, noise = position + 1, False
            if char in stops and not (after_run and char in _ASCII):
                for length in lengths[char]:
                    word = table.get(text[position : position + length])
                    if word is not None:
                        stop, noise = min(position + length, end), word.noise
                        break
            if not noise:
                kept.append(text[position:stop])
            position = stop
            after_run = text[stop - 1] in _DIGITS or text[stop - 1] in _ASCII
        return _PUNCTUATION.sub("", "".join(kept)) or _PUNCTUATION.sub("", text)

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
        """One word says little, three that agree say much, thirty no more than that."""
        support: dict[str, float] = {}
        for part in _PARTS.findall(normalise_title(duties)):
            for word in self.words(part):
                reading = word.job or word.eng
                if reading and not word.noise and reading[0][0] != GENERIC:
                    _add(support, reading, 1.0)
        named = max((value for code, value in scores.items() if code != GENERIC), default=0.0)
        most = _DUTY_LIMIT * (1.0 - _DUTY_UNDER_TITLE * min(named, 1.0))
        for code, value in support.items():
            scores[code] = scores.get(code, 0.0) + most * (1.0 - exp(-value / _DUTY_SCALE))

    def code(self, title: str, duties: str = "") -> Coded:
        """The minor class of a title. Blank titles abstain.

        ``duties`` decide where the title is silent and tip the balance where it is unclear; a clear
        title stands.
        """
        if self.corrections:
            corrected = self.corrections.get(self.key(title))
            if corrected:
                return self._corrected(corrected, self._coded(title, duties))
        return self._coded(title, duties)

    def _corrected(self, code: str, read: Coded) -> Coded:
        minor = code[:7]
        others = [one for one in read.candidates if one[0] != minor][: _CANDIDATES - 1]
        first = (minor, self.lexicon.minor_names[minor], 1.0)
        return Coded(minor, 1.0, (first, *others), code)

    def _coded(self, title: str, duties: str) -> Coded:
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
    """Minor class, confidence (0–0.98) and up to three candidates, without staff's corrections."""
    return default_coder().code(title, duties)
