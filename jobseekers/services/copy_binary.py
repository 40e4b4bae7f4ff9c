"""COPY in PostgreSQL's binary format, between tables and NumPy arrays.

Reading asks the server for whole columns (``array_agg`` of a stretch of rows), writing hands it
records of fixed width; so neither way makes a Python object of a row.
"""

import io
import struct

import numpy as np

_SIGNATURE = b"PGCOPY\n\xff\r\n\x00"
_HEADER = _SIGNATURE + struct.pack(">ii", 0, 0)
_TRAILER = struct.pack(">h", -1)
_STRETCH_BITS = 17  # rows whose keys share all higher bits travel together: at most 131,072
_STRETCHES = "SELECT {columns} FROM ({inner}) numbered GROUP BY {first} >> {bits}"
_ROWS_AT_ONCE = 500_000
_WIRE = {np.dtype(np.int16): ">i2", np.dtype(np.int32): ">i4", np.dtype(np.int64): ">i8"}
_READ_SIZE = 1 << 20


class FormatError(ValueError):
    """The server sent something that this reader did not ask for."""


def read_columns(cursor, select: str, params: dict, types: dict[str, type]) -> dict:
    """The columns of a query as arrays, in no particular order of rows.

    select: a query whose columns are called as the keys of `types`; the first is a bigint that
    numbers the rows of its table, by which they are cut into stretches. types: name → np.int32 or
    np.int64, which the query's own types must be; no value may be NULL (FormatError).
    """
    first = next(iter(types))
    columns = ", ".join(f"array_agg({name})" for name in types)
    inner = cursor.mogrify(select, params).decode()
    query = _STRETCHES.format(columns=columns, inner=inner, first=first, bits=_STRETCH_BITS)
    sent = io.BytesIO()
    cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", sent, _READ_SIZE)
    wire = [np.dtype(kind).newbyteorder(">") for kind in types.values()]
    pieces = [[] for _ in types]
    for row in _rows(sent.getbuffer()):
        for at, field in enumerate(row):
            pieces[at].append(_elements(field, wire[at]))
    return {
        name: np.concatenate(found).astype(kind) if found else np.zeros(0, kind)
        for (name, kind), found in zip(types.items(), pieces, strict=True)
    }


def read_bytes(cursor, select: str, params: dict) -> list[list[memoryview]]:
    """The rows of a query of bytea columns, each field as the bytes it holds."""
    sent = io.BytesIO()
    query = cursor.mogrify(select, params).decode()
    cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", sent, _READ_SIZE)
    return list(_rows(sent.getbuffer()))


def _rows(sent):
    """The fields of every row, as views of the bytes received."""
    if bytes(sent[: len(_SIGNATURE)]) != _SIGNATURE:
        raise FormatError("not the binary format of COPY")
    at = len(_HEADER)
    while True:
        (fields,) = struct.unpack_from(">h", sent, at)
        at += 2
        if fields == -1:
            return
        row = []
        for _ in range(fields):
            (length,) = struct.unpack_from(">i", sent, at)
            if length < 0:
                raise FormatError("a column of NULL")
            row.append(sent[at + 4 : at + 4 + length])
            at += 4 + length
        yield row


def _elements(field, wire):
    """The values of an array of integers: after its head each comes with its length."""
    dimensions, nulls, _ = struct.unpack_from(">iiI", field, 0)
    if dimensions != 1 or nulls:
        raise FormatError("an array with NULL in it, or of other than one dimension")
    entries = np.frombuffer(field, np.dtype([("length", ">i4"), ("value", wire)]), offset=20)
    if entries.size and entries["length"][0] != wire.itemsize:
        raise FormatError(f"values of {entries['length'][0]} bytes, not {wire.itemsize}")
    return entries["value"]


def write_columns(cursor, table: str, columns: dict[str, np.ndarray], *, freeze=False) -> int:
    """COPY arrays into a table; returns how many rows.

    columns: quoted column name → int16, int32 or int64 of exactly the column's width, or a
    two-dimensional uint8 array, whose rows become bytea. freeze: the rows count as old at once;
    the table must have been made in the same transaction.
    """
    rows = len(next(iter(columns.values())))
    record = np.dtype([("fields", ">i2")] + [
        entry
        for name, values in columns.items()
        for entry in ((f"{name} length", ">i4"), (name, *_wire(values)))
    ])  # fmt: skip
    options = "FORMAT binary, FREEZE" if freeze else "FORMAT binary"
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN ({options})"
    for start in range(0, rows, _ROWS_AT_ONCE):
        piece = slice(start, min(start + _ROWS_AT_ONCE, rows))
        records = np.empty(piece.stop - piece.start, dtype=record)
        records["fields"] = len(columns)
        for name, values in columns.items():
            records[f"{name} length"] = record[name].itemsize
            records[name] = values[piece]
        cursor.copy_expert(statement, _Sent(records), _READ_SIZE)
    return rows


def _wire(values):
    """The type of one column's bytes on the wire, with its shape if it has one."""
    if values.ndim == 2:
        return (np.uint8, (values.shape[1],))
    return (_WIRE[values.dtype],)


class _Sent:
    """A readable file of the records between head and trailer."""

    def __init__(self, records):
        self._parts = [memoryview(_HEADER), memoryview(records).cast("B"), memoryview(_TRAILER)]

    def read(self, size):
        """Up to `size` bytes, none at the end."""
        while self._parts and not self._parts[0]:
            self._parts.pop(0)
        if not self._parts:
            return b""
        found, self._parts[0] = self._parts[0][:size], self._parts[0][size:]
        return bytes(found)
