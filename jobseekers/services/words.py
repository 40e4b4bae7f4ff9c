"""How telling each word is, as the night found it: what comes in by day is scored by the same."""

import io
from dataclasses import dataclass

import numpy as np

from jobseekers.models import MatchGeneration, MatchWords

from .match_columns import Words


@dataclass(frozen=True)
class KnownWords:
    """words: what the ids of a reading mean; vocabulary: what they weigh (matching.prepare)."""

    words: Words
    vocabulary: tuple


def packed_words(words: Words, vocabulary) -> bytes:
    """A few bytes for each word."""
    content = io.BytesIO()
    used = words.texts[: vocabulary.rarity.size]  # the last may stand in no row
    texts = np.frombuffer("\n".join(used).encode(), np.uint8)
    np.savez_compressed(content, skills=words.skills, texts=texts, **vocabulary._asdict())
    return content.getvalue()


def unpacked_words(content) -> KnownWords | None:
    """What was packed; None when a version of the kernel did that knew other things of a word."""
    from jobseekers.matching.prepare import Vocabulary  # loads numba

    with np.load(io.BytesIO(bytes(content)), allow_pickle=False) as stored:
        if set(stored.files) != {"skills", "texts", *Vocabulary._fields}:
            return None
        texts = stored["texts"].tobytes().decode()
        words = Words(stored["skills"], texts.split("\n") if texts else [])
        return KnownWords(words, Vocabulary(*(stored[f] for f in Vocabulary._fields)))


def keep_words(generation: MatchGeneration, words: Words, vocabulary) -> None:
    """Store a generation's words."""
    MatchWords.objects.update_or_create(
        generation=generation, defaults={"content": packed_words(words, vocabulary)}
    )


def known_words(generation: MatchGeneration) -> KnownWords | None:
    """A generation's words; None for one from before they were kept, or kept otherwise."""
    row = MatchWords.objects.filter(generation=generation).first()
    return unpacked_words(row.content) if row else None
