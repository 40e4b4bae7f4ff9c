"""The words of titles, wishes and skills as the kernel's text columns.

Millions of people use some ten thousand phrases: a phrase is cut into words once, and the rows are
put together from their phrases in NumPy. Duties and work histories, which hardly ever repeat, would
have to be cut every night; they are left to the search.
"""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from jobseekers.matching import Lists
from jobseekers.matching.text import MOST_WORDS, TIMES_BITS, merged, words_of

_MOST_TIMES = 2**TIMES_BITS - 1


class Phrases:
    """Phrases by their hashes, each as words with how often they stand in it.

    words: every word by its id, in order; those of an earlier reading are kept and others left out.
    """

    def __init__(self, phrases: Iterable[tuple[str, int]], words: list[str] | None = None):
        ids = {word: at for at, word in enumerate(words or ())}
        rows = {}
        for phrase, token in sorted(phrases):  # so that the numbers of words are always the same
            rows[token] = [
                ids.setdefault(word, len(ids)) << TIMES_BITS | min(times, _MOST_TIMES)
                for word, times in Counter(words_of(phrase)).most_common(MOST_WORDS)
                if words is None or word in ids
            ]
        self.words = list(ids)
        self._tokens = np.array(sorted(rows), np.int64)
        self._rows = Lists.of(rows[token] for token in self._tokens.tolist())

    def text(self, one: Lists, other: Lists) -> Lists:
        """A text column from two columns of hashes of phrases."""
        return merged(self._spelt(one), self._spelt(other))

    def _spelt(self, hashes: Lists) -> Lists:
        if not self._tokens.size:
            return Lists.empty(len(hashes))
        at = np.minimum(np.searchsorted(self._tokens, hashes.values), self._tokens.size - 1)
        known = self._tokens[at] == hashes.values
        spelt = self._rows.take(at[known])
        before = np.concatenate([[0], np.cumsum(known)])
        return Lists(spelt.indptr[before[hashes.indptr]], spelt.values)
