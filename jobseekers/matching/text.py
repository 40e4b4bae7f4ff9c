"""Words of titles, duties and work histories as weighted tokens: what two texts have in common.

A text is cut into words by the segmenter the search uses, too. How much two texts are alike is the
cosine of their words' weights, times in the text × √rarity on either side, so that a shared word
counts by its rarity once (TF-IDF).

Only the WORDS most telling words of a row are kept. Telling is not rare here: a word that stands
in one other text hardly ever meets it. Kept first is what stands often in this text and in many
others (times ÷ √rarity); on texts of a campus job fair 32 words chosen so tell as much as all
words, 32 words by TF-IDF hardly more than a coin.
"""

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
import rjieba

from .columns import Lists, in_rows
from .kernel import TEXT_BITS, TEXT_ONE_BITS

WORDS = 32
MOST_WORDS = 96  # of one row before the telling ones are chosen
MOST_LETTERS = 3000  # of one text; what comes after is passed over
TIMES_BITS = 4
_MOST_TIMES = 2**TIMES_BITS - 1
_WORD = re.compile(r"[^\W_][\w+#.]*[\w+#]")


def words_of(text: str) -> list[str]:
    """The words of a text of at least two letters, in order, small letters."""
    cut = rjieba.cut(text[:MOST_LETTERS].lower())
    return [word for word in cut if len(word) > 1 and _WORD.fullmatch(word)]


class TextVocabulary:
    """Words as ids, the same for both sides; a new word gets the next id."""

    def __init__(self):
        self._ids: dict[str, int] = {}
        self._phrases: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def row(self, text: str) -> tuple[int, ...]:
        """A text as it stands in a text column: word × 2^TIMES_BITS + times, for each word."""
        if not text:
            return ()
        ids = self._ids
        return tuple(
            ids.setdefault(word, len(ids)) << TIMES_BITS | min(times, _MOST_TIMES)
            for word, times in Counter(words_of(text)).most_common(MOST_WORDS)
        )

    def phrases(self, phrases: Iterable[str]) -> tuple[int, ...]:
        """The words of short phrases that come again and again, such as skills, as one row."""
        times: dict[int, int] = {}
        for phrase in phrases:
            if phrase not in self._phrases:
                self._phrases[phrase] = self.row(phrase)
            for value in self._phrases[phrase]:
                word = value >> TIMES_BITS
                times[word] = times.get(word, 0) + (value & _MOST_TIMES)
        return tuple(word << TIMES_BITS | min(n, _MOST_TIMES) for word, n in times.items())

    def rows(self, texts: Iterable[str]) -> Lists:
        """One row for each text; equal texts are cut once."""
        known: dict[str, tuple[int, ...]] = {}
        rows = []
        for text in texts:
            if text not in known:
                known[text] = self.row(text)
            rows.append(known[text])
        return Lists.of(rows)


def merged(one: Lists, other: Lists) -> Lists:
    """Two text columns as one, such as titles and duties: the times of each word added up."""
    owners = np.concatenate([one.owners(), other.owners()])
    owners, values = in_rows(owners, np.concatenate([one.values, other.values]))
    word, times = values >> TIMES_BITS, values & _MOST_TIMES
    first = np.ones(word.size, dtype=bool)
    first[1:] = (owners[1:] != owners[:-1]) | (word[1:] != word[:-1])
    begins = np.flatnonzero(first)
    total = np.add.reduceat(times, begins) if begins.size else times
    values = word[begins] << TIMES_BITS | np.minimum(total, _MOST_TIMES)
    return Lists.by_owner(owners[begins], values, len(one))


def rarity_of(texts: list[Lists]) -> np.ndarray:
    """100 × ln((1 + rows with text) / (1 + rows with the word)) + 1 for every word, int64."""
    words = np.concatenate([rows.values >> TIMES_BITS for rows in texts])
    rows = sum(int((np.diff(rows.indptr) > 0).sum()) for rows in texts)
    seen = np.bincount(words) if words.size else np.zeros(0, dtype=np.int64)
    return np.rint(100.0 * np.log((1.0 + rows) / (1.0 + seen))).clip(0).astype(np.int64) + 1


def weighed(rows: Lists, rarity: np.ndarray) -> Lists:
    """The telling words of each row: word << TEXT_BITS | weight, by word.

    The squares of a row's weights add up to about 2^(2 × TEXT_ONE_BITS).
    """
    owners, word = rows.owners(), rows.values >> TIMES_BITS
    times = (rows.values & _MOST_TIMES).astype(np.float64)
    root = np.sqrt(rarity[word].astype(np.float64))
    lengths = np.diff(rows.indptr)
    keep = np.ones(word.size, dtype=bool)
    of_long = np.flatnonzero((lengths > WORDS)[owners])  # few rows have to choose
    if of_long.size:
        told = times[of_long] / root[of_long]
        order = of_long[np.lexsort((word[of_long], -told, owners[of_long]))]
        ahead = np.concatenate([[0], np.cumsum(np.where(lengths > WORDS, lengths, 0))])
        keep[order[np.arange(order.size) - ahead[owners[order]] >= WORDS]] = False
    kept = np.flatnonzero(keep)
    owners, word = owners[kept], word[kept]
    weight = times[kept] * root[kept]
    square = np.bincount(owners, weights=weight * weight, minlength=len(rows))
    weight = np.rint(weight / np.sqrt(square)[owners] * 2**TEXT_ONE_BITS).astype(np.int64)
    return Lists.by_owner(*in_rows(owners, word << TEXT_BITS | weight), len(rows))


def shared(one: Lists, other: Lists) -> tuple[Lists, Lists, int]:
    """Both sides' weighed rows without words the other side has nowhere, words numbered anew.

    The third is how many words are left.
    """
    both = np.intersect1d(one.values >> TEXT_BITS, other.values >> TEXT_BITS)

    def renumbered(rows: Lists) -> Lists:
        word = rows.values >> TEXT_BITS
        at = np.searchsorted(both, word)
        keep = np.zeros(word.size, dtype=bool)
        if both.size:
            keep = both[np.minimum(at, both.size - 1)] == word
        left = np.concatenate([[0], np.cumsum(keep)])
        values = at << TEXT_BITS | rows.values & (2**TEXT_BITS - 1)
        return Lists(left[rows.indptr], values[keep])

    return renumbered(one), renumbered(other), int(both.size)
