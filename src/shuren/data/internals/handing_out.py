"""Tables on their way out, as files other programs read. The same rows in each form."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shuren.data.shapes import SnapshotInfo, Table

_ARROW = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}


def classes(snapshot: SnapshotInfo | None, table: str, names: Sequence[str]) -> dict[str, int]:
    """{column: class} of those names that are columns of a published table; measures are none."""
    found = snapshot.tables.get(table) if snapshot else None
    columns = {c.name: c.classification for c in found.columns} if found else {}
    return {name: columns[name] for name in names if name in columns}


def csv_bytes(table: Table) -> bytes:
    """RFC 4180 in UTF-8, with a header. An empty value is nothing, an empty text is `""`.

    Python's csv module writes an empty text and no value alike; here they can be told apart.
    """
    out = io.StringIO()
    out.write(",".join(_cell(name) for name in table.columns) + "\r\n")
    for row in table.rows:
        out.write(",".join(_cell(value) for value in row) + "\r\n")
    return out.getvalue().encode("utf-8", "replace")


def parquet_bytes(table: Table, types: Sequence[str]) -> bytes:
    """One Parquet file; `types` are the SQL types of the columns, in their order.

    Columns of a type that is not known here are left to the engine's reader to infer.
    """
    columns = list(zip(*table.rows, strict=True)) or [() for _name in table.columns]
    arrays = [pa.array(list(c), type=_ARROW.get(t)) for c, t in zip(columns, types, strict=True)]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays, names=list(table.columns)), sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def plain(value: Any) -> Any:
    """A value as JSON and CSV write it: days and moments in ISO 8601, without a time zone."""
    if isinstance(value, datetime):
        return value.isoformat(sep="T")
    return value.isoformat() if isinstance(value, date) else value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(plain(value))
    if text == "" or any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
