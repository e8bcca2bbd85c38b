"""Parquet files: every column as text, so that the same contract checks them."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuren.data import shapes
from shuren.data.internals.block import Block
from shuren.data.internals.reading.arrow import column_names
from shuren.data.internals.reading.cells import ROWS, csv_line
from shuren.data.internals.reading.dialect import unique_names
from shuren.data.internals.reading.problems import FileProblem, no_rows
from shuren.data.internals.reading.sources import Source
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress


class ParquetTable:
    """A Parquet file; see block.TableFile. Lines are rows, from 1; no row is ever refused here."""

    encoding = ""
    beginning: Sequence[Sequence[str]] = ()
    remarks: Sequence[str] = ()

    def __init__(
        self, source: Source, _mapping: shapes.Mapping, _width: int | None, progress: Progress
    ) -> None:
        self._source, self._progress = source, progress
        try:
            with pq.ParquetFile(source.path) as file:
                names, self._total = file.schema_arrow.names, file.metadata.num_rows
        except (pa.ArrowException, OSError) as error:
            raise self._broken() from error
        self.header = unique_names(list(names))
        self.width = len(self.header)
        if not self._total:
            raise no_rows(source.path, self.header)

    @property
    def dialect(self) -> dict[str, Any]:
        return {"kind": "parquet", "header": self.header, "width": self.width}

    def blocks(self) -> Iterator[Block]:
        done = 0
        try:
            with pq.ParquetFile(self._source.path) as file:
                for batch in file.iter_batches(batch_size=ROWS):
                    arrays = [as_text(column) for column in batch.columns]
                    table = pa.Table.from_arrays(arrays, names=column_names(self.width))
                    lines = np.arange(done + 1, done + 1 + len(batch), dtype=np.int64)
                    done += len(batch)
                    self._progress(done, self._total)
                    yield Block(table, lines, [], 0, _raw_of(table))
        except (pa.ArrowException, OSError) as error:
            raise self._broken() from error

    def _broken(self) -> FileProblem:
        return FileProblem(
            _("%(path)s is damaged: it is no complete Parquet file.", path=self._source.path),
            fix=_("Copy or export it again. Nothing was loaded from it."),
        )


def as_text(column: pa.Array) -> pa.Array:
    """Numbers without a trailing .0, times without empty fractions, lists and structs as JSON,
    bytes that are no text in hexadecimal."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_nested(kind):
        values = column.to_pylist()
        texts = [
            None if value is None else json.dumps(value, ensure_ascii=False, default=str)
            for value in values
        ]
        return pa.array(texts, pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array([_bytes_text(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_fixed_size_binary(kind) or pa.types.is_duration(kind):
        texts = [None if v is None else _bytes_text(v) for v in column.to_pylist()]
        return pa.array(texts, pa.string())
    text = pc.cast(column, pa.string())
    if pa.types.is_floating(kind):
        return _whole_numbers(column, text)
    if pa.types.is_timestamp(kind):
        return pc.replace_substring_regex(text, r"(:\d\d)\.0+", r"\1")
    return text


def _whole_numbers(column: pa.Array, text: pa.Array) -> pa.Array:
    """Barcodes that passed through floating point come out with all their digits."""
    numbers = pc.cast(column, pa.float64())
    whole = pc.and_(pc.equal(numbers, pc.floor(numbers)), pc.less(pc.abs(numbers), 2.0**53))
    whole = pc.fill_null(whole, False)
    digits = pc.cast(pc.cast(pc.if_else(whole, numbers, 0.0), pa.int64()), pa.string())
    return pc.if_else(whole, digits, text)


def _bytes_text(value: Any) -> str | None:
    if not isinstance(value, bytes):
        return None if value is None else str(value)
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()


def _raw_of(table: pa.Table) -> Any:
    def raw_of(indices: Sequence[int]) -> list[bytes]:
        rows = table.take(pa.array(indices, pa.int64()))
        columns = [column.to_pylist() for column in rows.columns]
        return [csv_line(cells) for cells in zip(*columns, strict=True)]

    return raw_of
