"""The files of an offline run: written beside their place and put there whole, or not at all."""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np

from ..score import PARTS, ScoreModel
from .csvrows import Rejects
from .sides import Side

_ROWS = 100_000
EDGE_HEADER = "seeker_id,vacancy_id,score,parts\n"


class Outputs:
    """Files that appear together at the end: ``with Outputs() as out: out.open(path) …``.

    Each is written under another name in the folder it belongs to. On an error all of them go,
    and what stood under the names before stays.
    """

    def __init__(self):
        self._files: list[tuple[TextIO, Path, Path]] = []

    def __enter__(self) -> "Outputs":
        return self

    def open(self, path: Path) -> TextIO:
        """A text file to write, UTF-8; raises OSError when the folder cannot be written to."""
        folder = path.absolute().parent
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.", suffix=".part")
        handle = os.fdopen(descriptor, "w", encoding="utf-8", newline="", buffering=1 << 20)
        self._files.append((handle, Path(name), path))
        return handle

    def __exit__(self, kind, error, trace) -> None:
        try:
            if kind is None:
                for handle, _, _ in self._files:
                    handle.flush()
                    os.fsync(handle.fileno())
                    os.fchmod(handle.fileno(), 0o644)
                for _, written, path in self._files:
                    written.replace(path)
        finally:
            for handle, written, _ in self._files:
                with contextlib.suppress(OSError):
                    handle.close()
                written.unlink(missing_ok=True)


def quoted(text: str) -> str:
    """A CSV cell."""
    if any(sign in text for sign in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def edge_lines(seekers: Side, vacancies: Side, result, model: ScoreModel) -> Iterator[str]:
    """E as text, many rows at a time: the best posts of each seeker first.

    parts: what every part adds to the score (points × weight), so they add up to it.
    """
    pattern = ",".join(f'""{name}"": %d' for name in PARTS)
    line = '%s,%s,%d,"{' + pattern.replace(",", ", ") + '}"\n'
    weights = np.array(list(model.weights.values()), dtype=np.int64)
    seeker_ids = [quoted(ident) for ident in seekers.ids]
    vacancy_ids = [quoted(ident) for ident in vacancies.ids]
    for start in range(0, len(result), _ROWS):
        piece = slice(start, start + _ROWS)
        rows = zip(
            map(seeker_ids.__getitem__, result.seeker_index[piece].tolist()),
            map(vacancy_ids.__getitem__, result.vacancy_index[piece].tolist()),
            result.score[piece].tolist(),
            *(result.parts[piece] * weights).T.tolist(),
            strict=True,
        )
        yield "".join([line % row for row in rows])


def reject_lines(files: dict[str, Rejects]) -> Iterator[str]:
    """The rejects file: file, line, column, reason; the reason as it is shown to people."""
    yield "file,line,column,reason\n"
    for name, rejects in files.items():
        for row in rejects.rows:
            yield f"{quoted(name)},{row.line},{row.column},{quoted(row.reason)}\n"


def figures_text(figures: dict) -> str:
    """M as text."""
    return json.dumps(figures, ensure_ascii=False, indent=2) + "\n"
