"""COPY rows into PostgreSQL from an iterator, in constant memory."""

import datetime
import json
from collections.abc import Iterable, Iterator

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _array_item(item) -> str:
    if isinstance(item, str):
        escaped = item.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(item)


def copy_value(value) -> str:
    """One value in COPY's text format: None, bool, numbers, dates, text, lists, JSON objects."""
    if value is None:
        return "\\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return f"{{{','.join(_array_item(item) for item in value)}}}".translate(_ESCAPES)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    return str(value)


class RowStream:
    """A readable file of rows for ``cursor.copy_expert``; pulls rows only as they are sent."""

    def __init__(self, rows: Iterable[tuple]):
        self._lines: Iterator[str] = ("\t".join(map(copy_value, row)) + "\n" for row in rows)
        self._left = ""

    def read(self, size: int = -1) -> str:
        """Up to ``size`` characters, "" at the end."""
        parts, held = [self._left], len(self._left)
        while size < 0 or held < size:
            line = next(self._lines, None)
            if line is None:
                break
            parts.append(line)
            held += len(line)
        text = "".join(parts)
        if size < 0:
            self._left = ""
            return text
        self._left = text[size:]
        return text[:size]


def copy_rows(cursor, table: str, columns: Iterable[str], rows: Iterable[tuple]) -> int:
    """COPY rows into a table; returns how many. ``table`` and ``columns`` are quoted names."""
    cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", RowStream(rows))
    return cursor.rowcount
