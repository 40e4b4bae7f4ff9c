"""Bring a typed text into the form the rules are written for, keeping every offset.

People write "只 招 女 工", "限女-性" or "３５岁以下", by habit or to get round a check. The rules see
half-width lower-case text without the inserted separators; findings still point into the original.
"""

import re
import unicodedata
from dataclasses import dataclass

# Characters that separate words and are also put inside words to hide them.
_SOFT = set(" \t\r\u00a0\u3000-_*.·•|~^#+=`'…—–﹣￣")
_INVISIBLE = {"\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad"}
# Traditional forms that occur in the words of the rules.
_SIMPLIFIED = str.maketrans(
    "歲證戶費壓婦員籍薪資僅陽齡隻齊歷聘優擾關體殘肝廠聯繫離職別歡漢滿",
    "岁证户费压妇员籍薪资仅阳龄只齐历聘优扰关体残肝厂联系离职别欢汉满",
)
_PUNCTUATION = str.maketrans(
    {
        "。": ".",
        "、": "、",
        "“": '"',
        "”": '"',
        "【": "(",
        "】": ")",
        "「": "(",
        "」": ")",
        "〔": "(",
        "〕": ")",
        "[": "(",
        "]": ")",
    }
)
_CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Normalised:
    """``text`` and, for each of its characters, the offset in the original."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of the passage ``text[start:end]`` (not empty)."""
        return self.offsets[start], self.offsets[end - 1] + 1


def _is_cjk(char: str) -> bool:
    return bool(_CJK.match(char))


def _folded(text: str) -> list[tuple[str, int]]:
    pairs = []
    for offset, char in enumerate(text):
        if char in _INVISIBLE:
            continue
        # "…" and "—" would be unfolded to other characters; they are separators here.
        folded = char if char in _SOFT else unicodedata.normalize("NFKC", char)
        folded = folded.lower().translate(_SIMPLIFIED).translate(_PUNCTUATION)
        pairs.extend((piece, offset) for piece in folded)
    return pairs


def _run_length(pairs: list[tuple[str, int]], position: int, step: int) -> int:
    length = 0
    while 0 <= position < len(pairs) and _is_cjk(pairs[position][0]):
        length += 1
        position += step
    return length


def _hard_singles(pairs: list[tuple[str, int]]) -> set[int]:
    """Positions of separators in runs such as "只，招，女，工": at least three lone characters."""
    text = "".join(char for char, _ in pairs)
    found = set()
    lone = r"(?<![\u3400-\u9fff])[\u3400-\u9fff](?:[,、/;:!\"()&][\u3400-\u9fff]){2,}(?![\u3400-\u9fff])"
    for match in re.finditer(lone, text):
        found.update(range(match.start() + 1, match.end(), 2))
    return found


def normalise(text: str) -> Normalised:
    """Fold width, case and traditional forms; drop separators inside words.

    A run of soft separators between two Chinese words of two characters or more stays as one
    space (it parts words); next to a lone character it is dropped (it splits a word). Beside
    digits and letters white space is dropped and other marks stay.
    """
    pairs = _folded(text)
    dropped = _hard_singles(pairs)
    result: list[tuple[str, int]] = []
    position = 0
    while position < len(pairs):
        char, offset = pairs[position]
        if position in dropped:
            position += 1
            continue
        if char not in _SOFT:
            result.append((char, offset))
            position += 1
            continue
        end = position
        while end < len(pairs) and pairs[end][0] in _SOFT:
            end += 1
        before = _run_length(pairs, position - 1, -1)
        after = _run_length(pairs, end, 1)
        if before and after:
            if before > 1 and after > 1:
                result.append((" ", offset))
        elif not before and not after:
            result.extend(pairs[position:end])
        else:
            result.extend(pair for pair in pairs[position:end] if not pair[0].isspace())
        position = end
    return Normalised("".join(char for char, _ in result), tuple(at for _, at in result))
