"""CSV, TSV and other text files, block by block."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from shuren.data import shapes
from shuren.data.internals.block import Block, Refused
from shuren.data.internals.reading.arrow import NULL, table_of_csv, table_of_rows
from shuren.data.internals.reading.careful import CarefulReader, Cells, Findings, refusal
from shuren.data.internals.reading.dialect import Dialect, first_rows, read_dialect
from shuren.data.internals.reading.encoding import (
    Encoding,
    declared_encoding,
    detect_encoding,
    to_utf8,
)
from shuren.data.internals.reading.lines import Lines, skip_bytes
from shuren.data.internals.reading.problems import no_rows
from shuren.data.internals.reading.records import render_record, split_record
from shuren.data.internals.reading.scan import CR, LF, Scan, line_bounds, scan
from shuren.data.internals.reading.sources import CHUNK, Source
from shuren.kernel.shapes import Progress

_SAMPLE = 1 << 20


class TextFile:
    """A text file that has a dialect; see block.TableFile."""

    def __init__(
        self, source: Source, mapping: shapes.Mapping, width: int | None, progress: Progress
    ) -> None:
        self._source, self._progress = source, progress
        head = source.head(_SAMPLE)
        if mapping.encoding == "auto":
            found = detect_encoding(head, lambda: source.chunks(size=_SAMPLE))
        else:
            found = declared_encoding(mapping.encoding, head)
        self._encoding: Encoding = found
        sample, whole = self._sample(head)
        self._codec = "utf-8" if found.is_utf8 else found.name
        self._dialect, self._start = read_dialect(sample, self._codec, whole, mapping, width)
        if whole and not sample[self._start.size :].strip():
            raise no_rows(source.path, self._dialect.header)
        self.encoding = found.name
        self.header = self._dialect.header
        self.width = self._dialect.width
        self.beginning = first_rows(sample, self._codec, self._dialect)
        self.remarks: Sequence[str] = ()

    def _sample(self, head: bytes) -> tuple[bytes, bool]:
        """The first bytes of the stream, and whether they are all of it."""
        stream = self._encoding.stream([head], self._source.path)
        if len(head) < _SAMPLE:
            return b"".join(stream), True
        return next(stream, b""), False

    @property
    def dialect(self) -> dict[str, Any]:
        return {
            "kind": "text",
            "encoding": self.encoding,
            "delimiter": self._dialect.delimiter,
            "quote": self._dialect.quote,
            "header": self._dialect.header,
            "width": self._dialect.width,
            "skip_lines": self._start.skipped,
            "line_end": "cr" if self._dialect.lone_cr else "lf",
            "compression": self._source.compression,
            "member": self._source.member,
        }

    def blocks(self, size: int = CHUNK) -> Iterator[Block]:
        """size: bytes unpacked at a time. Raises FileProblem at a broken archive, a line
        beyond all bounds, or when there is no record at all."""
        chunks = self._encoding.stream(self._source.chunks(self._progress, size), self._source.path)
        end = b"\r" if self._dialect.lone_cr else b"\n"
        lines = Lines(skip_bytes(chunks, self._start.size), end, self._source.path)
        line, records, blank = self._start.lines + 1, 0, self._start.blank
        for data, final in lines:
            if not data and not blank:
                break
            part = _Part(data, self._dialect, self._encoding, self._codec, line, final)
            block, left = part.block(blank)
            lines.push_back(left)
            line, blank = line + part.found.upto, 0
            records += block.table.num_rows + len(block.refused)
            yield block
        if not records:
            raise no_rows(self._source.path, self.header)


class _Part:
    """One stretch of whole lines on its way to a Block."""

    def __init__(
        self, data: bytes, dialect: Dialect, encoding: Encoding, codec: str, line: int, final: bool
    ) -> None:
        self.original, self.dialect, self.encoding = data, dialect, encoding
        self.first, self.codec, self._same = line, codec, codec in {"utf-8", "ascii"}
        if dialect.lone_cr:
            data = data.replace(b"\r", b"\n")
        if data and not data.endswith(b"\n"):
            data += b"\n"
        self.data, bad = to_utf8(data, codec)
        self.scan: Scan = scan(self.data, dialect, bad)
        undecodable = {number: self._where(number) for number in bad}
        reader = CarefulReader(self.data, self.scan, undecodable, dialect, final)
        self.found: Findings = reader.read()

    def block(self, blank_before: int) -> tuple[Block, bytes]:
        """The block, and the bytes of lines left for the next one."""
        found, upto = self.found, self.found.upto
        clean = self.scan.clean[:upto]
        kept = clean.copy()
        kept[list(found.rows)] = True
        rows = np.flatnonzero(kept)
        joined = {line: span for line, (_cells, span) in found.rows.items() if span > 1}
        empty = int(self.scan.empty[:upto].sum())
        empty -= sum(
            int(self.scan.empty[line : line + span].sum()) for line, span in joined.items()
        )
        block = Block(
            table=self._table(clean, rows),
            lines=rows + self.first,
            refused=self._refused(),
            blank=found.blank + empty + blank_before,
            raw_of=lambda indices: [
                self._raw(line, joined.get(line, 1)) for line in rows[list(indices)].tolist()
            ],
        )
        if upto == len(self.scan.starts):
            return block, b""
        return block, self.original[int(self._bounds[0][upto]) :]

    def _refused(self) -> list[Refused]:
        starts, ends = self._bounds
        lines = [line for line, _rule, _detail in self.found.refused]
        places = zip(starts[lines].tolist(), ends[lines].tolist(), strict=True)
        return [
            refusal(
                self.first + line,
                rule,
                detail,
                self.encoding.original(self.original[start:end]),
                self._decode,
            )
            for (line, rule, detail), (start, end) in zip(self.found.refused, places, strict=True)
        ]

    def _table(self, clean: np.ndarray, rows: np.ndarray) -> pa.Table:
        """Stretches of clean lines as they are, the other rows rendered anew between them."""
        scan_, dialect, found = self.scan, self.dialect, self.found
        pieces: dict[int, bytes | memoryview] = {
            line: render_record(cells, dialect.delimiter, dialect.quote, NULL).encode() + b"\n"
            for line, (cells, _span) in found.rows.items()
        }
        short = np.flatnonzero(clean & (scan_.columns[: len(clean)] < dialect.width))
        for line in short.tolist():
            missing = dialect.width - int(scan_.columns[line])
            fill = (dialect.delimiter + NULL) * missing + "\n"
            pieces[line] = self.data[scan_.starts[line] : scan_.ends[line]] + fill.encode()
        whole = clean.copy()
        whole[short] = False
        content: bytes | memoryview = memoryview(self.data)
        edges = np.flatnonzero(np.diff(whole.view(np.int8), prepend=0, append=0))
        begins, stops = edges[0::2], edges[1::2]
        after = np.append(scan_.starts, len(self.data))
        for line, start, end in zip(
            begins.tolist(), scan_.starts[begins].tolist(), after[stops].tolist(), strict=True
        ):
            pieces[line] = content[start:end]
        ordered = b"".join([pieces[line] for line in sorted(pieces)])
        plain = bool(dialect.quote) or not found.rows
        nulls = bool(len(short)) or any(None in cells for cells, _ in found.rows.values())
        table = plain and table_of_csv(
            ordered, len(rows), dialect.delimiter, dialect.quote, dialect.width, nulls
        )
        return table or table_of_rows([self._cells(line) for line in rows.tolist()], dialect.width)

    def _cells(self, line: int) -> Cells:
        """The same by hand, for what Arrow reads in another way."""
        if line in self.found.rows:
            return self.found.rows[line][0]
        content = self.data[self.scan.starts[line] : self.scan.ends[line]].decode()
        record = split_record(content, self.dialect.delimiter, self.dialect.quote)
        assert isinstance(record, list)
        return [*record, *[None] * (self.dialect.width - len(record))]

    @cached_property
    def _bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Where lines start and end in the bytes as they came."""
        if self._same:
            return self.scan.starts, self.scan.ends
        closed = self.original + (b"\r" if self.dialect.lone_cr else b"\n")
        return line_bounds(closed, CR if self.dialect.lone_cr else LF)

    def _raw(self, line: int, span: int) -> bytes:
        starts, ends = self._bounds
        piece = self.original[int(starts[line]) : int(ends[line + span - 1])]
        return self.encoding.original(piece)

    def _decode(self, raw: bytes) -> str:
        return raw.decode(self.encoding.name, "replace")

    def _where(self, line: int) -> dict[str, Any]:
        starts, ends = self._bounds
        piece = self.original[int(starts[line]) : int(ends[line])]
        return {"encoding": self.encoding.name, "byte": self._bad_byte(piece)}

    def _bad_byte(self, piece: bytes) -> int:
        try:
            piece.decode(self.codec)
        except UnicodeDecodeError as error:
            return len(self.encoding.original(piece[: error.start]))
        return 0
