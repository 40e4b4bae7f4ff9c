"""Columns of NumPy arrays as PostgreSQL's binary COPY format: no text in between.

A row is a 16-bit count of fields and, for each, a 32-bit length and the value, all big-endian; a
NULL is the length −1 and nothing else. So rows with the same NULLs have the same length, and each
group of them is one structured array.
"""

from collections.abc import Iterable, Iterator

import numpy as np

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
# Type of a column → NumPy dtype of its value in the stream; dates are days since 2000-01-01.
TYPES = {"int2": ">i2", "int4": ">i4", "int8": ">i8", "date": ">i4", "uuid": "V16", "bool": "u1"}
_POSTGRES_EPOCH = np.datetime64("2000-01-01", "D")


def postgres_days(dates: np.ndarray) -> np.ndarray:
    """datetime64[D] as days since 2000-01-01, NaT as the smallest number."""
    return (dates - _POSTGRES_EPOCH).astype(np.int64)


def rows(columns: Iterable[tuple[str, np.ndarray, np.ndarray | None]]) -> Iterator[bytes]:
    """The rows of some columns of one length, without header and trailer.

    columns: (type of TYPES, values, mask of what is known or None when all is). The order of the
    rows is kept only among those with the same NULLs.
    """
    columns = list(columns)
    size = len(columns[0][1])
    pattern = np.zeros(size, dtype=np.int64)
    for place, (_, _, known) in enumerate(columns):
        if known is not None:
            pattern |= np.where(known, 0, 1 << place)
    for nulls in np.unique(pattern) if pattern.any() else (0,) * bool(size):
        chosen = pattern == nulls if pattern.any() else slice(None)
        yield _group(columns, int(nulls), chosen)


def _group(columns, nulls, chosen):
    fields = [("count", ">i2")]
    for place, (kind, _, _) in enumerate(columns):
        fields.append((f"length{place}", ">i4"))
        if not nulls >> place & 1:
            fields.append((f"value{place}", TYPES[kind]))
    size = len(columns[0][1][chosen])
    table = np.empty(size, dtype=np.dtype(fields))
    table["count"] = len(columns)
    for place, (kind, values, _) in enumerate(columns):
        if nulls >> place & 1:
            table[f"length{place}"] = -1
        else:
            table[f"length{place}"] = np.dtype(TYPES[kind]).itemsize
            table[f"value{place}"] = values[chosen]
    return table.tobytes()


class Stream:
    """A readable file for ``cursor.copy_expert``: header, pieces as they come, trailer."""

    def __init__(self, pieces: Iterable[bytes]):
        self._pieces = self._all(pieces)
        self._left = memoryview(b"")
        self.error: Exception | None = None

    @staticmethod
    def _all(pieces):
        yield HEADER
        yield from pieces
        yield TRAILER

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes, b"" at the end."""
        while not self._left:
            try:
                piece = next(self._pieces, None)
            except Exception as error:
                self.error = error
                raise
            if piece is None:
                return b""
            self._left = memoryview(piece)
        given, self._left = self._left[:size], self._left[size:]
        return bytes(given)


def copy_binary(cursor, table: str, columns: Iterable[str], pieces: Iterable[bytes]) -> int:
    """COPY pieces of rows into a table; returns how many rows. Names must be safe to write out.

    An error in making a piece breaks the COPY off and comes out as itself.
    """
    stream = Stream(pieces)
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)"
    try:
        cursor.copy_expert(statement, stream, size=1 << 18)
    except Exception:
        if stream.error is not None:
            raise stream.error from None  # psycopg wraps it in an error of its own
        raise
    return cursor.rowcount
