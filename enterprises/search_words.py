"""Which words a text is found by, and which words a typed query asks for.

The segmenter cuts a title and a query alike, but not always at the same places: what stands around
a word decides. So a text is filed under more than its cut (the words inside longer words, each
character of a title), and a long word of a query is also found by the words it is made of.
"""

import re
import unicodedata
from dataclasses import dataclass

import rjieba

MOST_WORDS = 8

# What people write differently and mean alike; both sides of a search are rewritten.
SAME = (
    (re.compile(r"(?<![\d.])2(?=班)"), "两"),
    (re.compile(r"(?<![\d.])3(?=班)"), "三"),
    (re.compile(r"(?<![\d.])4班3"), "四班三"),
    (re.compile(r"二(?=班倒)"), "两"),
    (re.compile(r"包食宿|管吃管?住|包住宿?包吃|包吃包住"), "包吃住"),
    (re.compile(r"(?:不限|不要|不需要?|没有?|无)学历(?:要求)?|学历不限制"), "学历不限"),
    (re.compile(r"(?:不限|不要|不需要?|没有?|无需?)经验(?:要求)?"), "经验不限"),
    (re.compile(r"c/c\+\+"), " c++ "),
    (re.compile(r"\bhr\b"), " 人事 "),
    (re.compile(r"经开区"), "经济开发区"),
)
# Words of a query that narrow nothing: left out as long as another word is left.
EMPTY_WORDS = frozenset("的了和与及或我想要找做开在去有个招工员岗类") | {
    "招聘", "招工", "招人", "急招", "急聘", "诚聘", "高薪", "工作", "岗位", "职位", "附近", "相关",
    "人员", "一名", "常州", "常州市",
}  # fmt: skip
# Latin words, figures and what belongs to them: c++, c#, node.js, 5g, b2b, iso9001.
_LATIN = re.compile(r"[a-z0-9]+(?:[.+\-&][a-z0-9]+)*[+#]*")
# What a word for a job may end with: 仓管员 is also found by 仓管.
_OF_A_PERSON = "员工师手岗"
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]+")


def normalised(text):
    """Half width, lower case, one writing for what means the same."""
    text = unicodedata.normalize("NFKC", text or "").replace("\x00", "").lower()
    for pattern, plain in SAME:
        text = pattern.sub(plain, text)
    return text


def _pieces(text):
    """(text, is Chinese) of the runs of Chinese characters and the Latin words, in order."""
    spans = [(m.start(), m.group(), True) for m in _HAN.finditer(text)]
    spans += [(m.start(), m.group(), False) for m in _LATIN.finditer(text)]
    return [(piece, chinese) for _, piece, chinese in sorted(spans)]


def index_words(text, characters=False):
    """The words a text is filed under, in order; with `characters` each single one as well."""
    words = []
    for piece, chinese in _pieces(normalised(text)):
        if not chinese:
            words.append(piece)
            words += [part for part in re.split(r"[.+\-&#]+", piece) if part and part != piece]
            continue
        found = rjieba.cut_for_search(piece)
        words += found
        words += [word[:-1] for word in found if len(word) == 3 and word[-1] in _OF_A_PERSON]
        if characters:
            words += list(piece)  # one after the other, so that characters are found in a row
    return words


@dataclass(frozen=True)
class Term:
    """One thing a query asks for: the word itself, or all its parts (in a row: one directly after
    the other, for characters the segmenter knows no word for)."""

    word: str
    parts: tuple[str, ...] = ()
    in_a_row: bool = False


def query_terms(text):
    """What a typed query asks for: at most eight terms, in order, none twice, no empty words."""
    terms = []
    for piece, chinese in _pieces(normalised(text)):
        terms += _chinese_terms(piece) if chinese else [Term(piece)]
    terms = list(dict.fromkeys(terms))
    return ([term for term in terms if term.word not in EMPTY_WORDS] or terms)[:MOST_WORDS]


def query_words(text):
    """The words of query_terms."""
    return [term.word for term in query_terms(text)]


def _chinese_terms(piece):
    terms, loose = [], []

    def close():
        kept = "".join(loose)
        loose.clear()
        if len(kept) > 1:
            terms.append(Term(kept, tuple(kept), in_a_row=True))
        elif kept:
            terms.append(Term(kept))

    for word in rjieba.cut(piece):
        if word in EMPTY_WORDS:
            close()
            terms.append(Term(word))
        elif len(word) == 1:
            loose.append(word)
        else:
            close()
            terms.append(Term(word, _parts(word)))
    close()
    return terms


def _parts(word):
    """The words inside a word when they cover it: 机修钳工 → 机修, 钳工; else nothing."""
    if len(word) < 4 or not _HAN.fullmatch(word):
        return ()
    parts = [part for part in rjieba.cut_for_search(word) if part != word]
    covered = set()
    at = 0
    for part in parts:
        at = word.find(part, max(0, at - 1))
        if at < 0:
            return ()
        covered.update(range(at, at + len(part)))
    return tuple(dict.fromkeys(parts)) if covered == set(range(len(word))) else ()


def shown_words(text):
    """What of a hit is marked: the words of the query and their parts."""
    return [
        word
        for term in query_terms(text)
        for word in (term.word, *(() if term.in_a_row else term.parts))
    ]
