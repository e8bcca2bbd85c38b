"""Refused rows on disk: sealed chunks, so that a page of a million rows opens one of them.

The original bytes hold readers' ids, so nothing of a row lies in clear anywhere. A file is
MAGIC, the chunks, a list of them as JSON, its length in 8 bytes, MAGIC. The list says how
many rows of which rule each chunk has, and nothing else.
"""

import io
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from shuren.data.errors import QuarantineBroken
from shuren.kernel.files import sync_folder
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.trust.actions import seal, unseal
from shuren.trust.errors import SealBroken

MAGIC = b"SHURENQ1"
ERASED = "erased"  # in `also` of a row that an erasure emptied: it keeps its number, nothing else
CHUNK_ROWS = 5_000
_ALL = 2**62
_SCHEMA = pa.schema(
    [
        ("line", pa.int64()),
        ("rule", pa.string()),
        ("field", pa.string()),
        ("also", pa.string()),
        ("detail", pa.string()),
        ("encoding", pa.string()),
        ("raw", pa.binary()),
    ]
)


@dataclass(frozen=True)
class Kept:
    """One refused row as it lies in quarantine.

    row       its number in the load's quarantine, from 1; 0 before it is written
    also      codes of all rules it breaks, the first one included
    encoding  of `raw` where that is not the file's: a corrected row
    """

    line: int
    rule: str
    field: str
    also: tuple[str, ...]
    detail: dict[str, Any]
    raw: bytes
    encoding: str = ""
    row: int = 0


class QuarantineWriter:
    """Gathers refused rows and seals them chunk by chunk."""

    def __init__(self, site: Site, path: Path, load: str) -> None:
        self._site, self._path, self._load = site, path, load
        self._rows: list[Kept] = []
        self._chunks: list[dict[str, Any]] = []
        self._file: io.BufferedWriter | None = None
        self.rules: Counter[str] = Counter()

    def add(self, rows: Sequence[Kept]) -> None:
        self.rules.update(row.rule for row in rows)
        self._rows.extend(rows)
        while len(self._rows) >= CHUNK_ROWS:
            self._write(self._rows[:CHUNK_ROWS])
            del self._rows[:CHUNK_ROWS]

    def close(self) -> None:
        """Write what is left and flush to disk; no file for a load without refused rows."""
        if self._rows:
            self._write(self._rows)
            self._rows = []
        if self._file is not None:
            index = json.dumps(self._chunks).encode()
            self._file.write(index + len(index).to_bytes(8, "big") + MAGIC)
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def abandon(self) -> None:
        if self._file is not None:
            self._file.close()

    def _write(self, rows: Sequence[Kept]) -> None:
        if self._file is None:
            self._file = open(self._path, "wb")  # noqa: SIM115 - closed by close or abandon
            self._file.write(MAGIC)
        data = seal(self._site, _pack(rows), _context(self._load, len(self._chunks)))
        self._chunks.append(
            {
                "offset": self._file.tell(),
                "bytes": len(data),
                "rows": len(rows),
                "rules": Counter(row.rule for row in rows),
                "erased": [place for place, row in enumerate(rows) if ERASED in row.also],
            }
        )
        self._file.write(data)


class Quarantine:
    """The refused rows of one load, read chunk by chunk.

    before, count  of a file that holds those of several loads only these rows: so many come
                   before them, so many there are; the first of them is number 1
    """

    def __init__(
        self, site: Site, path: Path, load: str, before: int = 0, count: int = _ALL
    ) -> None:
        self._site, self._path, self._load = site, path, load
        self._before, self._own = before, range(1, count + 1)
        self._chunks: list[dict[str, Any]] = _read_index(path) if path.exists() else []

    def rows(
        self, wanted: Callable[[int], bool] = lambda row: True, rule: str | None = None
    ) -> Iterator[Kept]:
        """The rows whose number is wanted and whose rule fits, in order; other chunks stay shut."""
        first = 1 - self._before
        for number, chunk in enumerate(self._chunks):
            numbers = range(first, first + chunk["rows"])
            first += chunk["rows"]
            if rule is not None and rule not in chunk["rules"]:
                continue
            if any(row in self._own and wanted(row) for row in numbers):
                for row, kept in zip(numbers, self._open(number), strict=True):
                    if row in self._own and wanted(row) and rule in (None, kept["rule"]):
                        yield _kept(row, kept)

    def erased(self) -> set[int]:
        """Numbers of the rows that an erasure emptied."""
        first = 1 - self._before
        found: set[int] = set()
        for chunk in self._chunks:
            found.update(first + place for place in chunk.get("erased", ()))
            first += chunk["rows"]
        return {row for row in found if row in self._own}

    def check(self) -> int:
        """Open every chunk; returns how many rows there are. raises QuarantineBroken"""
        return sum(self._table(number).num_rows for number in range(len(self._chunks)))

    def _open(self, number: int) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._table(number).to_pylist()
        return rows

    def _table(self, number: int) -> pa.Table:
        try:
            plain = self._unsealed(number)
        except SealBroken:
            # An erasure may have replaced the file since its list of chunks was read.
            self._chunks = _read_index(self._path)
            try:
                plain = self._unsealed(number)
            except SealBroken:
                raise _broken(self._path) from None
        with pa.ipc.open_stream(plain) as stream:
            return stream.read_all()

    def _unsealed(self, number: int) -> bytes:
        chunk = self._chunks[number]
        with open(self._path, "rb") as file:
            file.seek(chunk["offset"])
            data = file.read(chunk["bytes"])
        return unseal(self._site, data, _context(self._load, number))


def rewrite(
    site: Site, path: Path, load: str, target: Path, change: Callable[[Kept], Kept]
) -> None:
    """Write the file anew, each row as `change` gives it, and put it in the place of the file.

    target  a name on the same disk that nobody else uses
    """
    writer = QuarantineWriter(site, target, load)
    try:
        for row in Quarantine(site, path, load).rows():
            writer.add([change(row)])
        writer.close()
    finally:
        writer.abandon()
    target.replace(path)
    sync_folder(path.parent)


def key_versions(path: Path) -> set[int]:
    """The versions of the vault's key that its chunks are under."""
    found = set()
    with open(path, "rb") as file:
        for chunk in _read_index(path):
            file.seek(chunk["offset"])
            found.add(file.read(1)[0])
    return found


def emptied(row: Kept) -> Kept:
    """A row of which only the place and the rule are left."""
    return Kept(row.line, row.rule, "", (ERASED,), {}, b"", row=row.row)


def _pack(rows: Sequence[Kept]) -> bytes:
    columns = {
        "line": [row.line for row in rows],
        "rule": [row.rule for row in rows],
        "field": [row.field for row in rows],
        "also": [" ".join(row.also) for row in rows],
        "detail": [json.dumps(row.detail) if row.detail else "{}" for row in rows],
        "encoding": [row.encoding for row in rows],
        "raw": [row.raw for row in rows],
    }
    sink = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, _SCHEMA, options=options) as stream:
        stream.write_table(pa.table(columns, schema=_SCHEMA))
    return sink.getvalue()


def _kept(row: int, values: dict[str, Any]) -> Kept:
    return Kept(
        line=values["line"],
        rule=values["rule"],
        field=values["field"],
        also=tuple(values["also"].split()),
        detail=json.loads(values["detail"]),
        raw=values["raw"],
        encoding=values["encoding"],
        row=row,
    )


def _read_index(path: Path) -> list[dict[str, Any]]:
    length = path.stat().st_size
    with open(path, "rb") as file:
        file.seek(max(0, length - 16))
        tail = file.read(16)
        size = int.from_bytes(tail[:8], "big")
        if tail[8:] != MAGIC or size > length - 16:
            raise _broken(path)
        file.seek(-16 - size, os.SEEK_END)
        try:
            chunks: list[dict[str, Any]] = json.loads(file.read(size))
        except ValueError:
            raise _broken(path) from None
    return chunks


def _context(load: str, number: int) -> str:
    return f"quarantine:{load}:{number}"


def _broken(path: Path) -> QuarantineBroken:
    return QuarantineBroken(
        _("The quarantine file %(name)s cannot be opened.", name=path.name),
        fix=_("Bring it and data/secrets back from the same backup."),
    )
