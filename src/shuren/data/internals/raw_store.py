"""Accepted rows on their way into the lake: one Parquet file per load, written as they come."""

import os
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

# Rows are gathered so that a row group is worth skipping and a dictionary worth having.
_GROUP = 200_000
_SAMPLE = 20_000


class RawWriter:
    """Nothing is written for a load without accepted rows. `close` flushes to disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[pa.Table] = []
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def __enter__(self) -> "RawWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()

    def add(self, rows: pa.Table) -> None:
        self.rows += rows.num_rows
        self._waiting.append(rows)
        if sum(table.num_rows for table in self._waiting) >= _GROUP:
            self._write()

    def close(self) -> None:
        self._write()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
            with open(self._path, "rb") as file:
                os.fsync(file.fileno())

    def _write(self) -> None:
        if not sum(table.num_rows for table in self._waiting):
            return
        rows = pa.concat_tables(self._waiting)
        self._waiting = []
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._path,
                rows.schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=_repetitive(rows),
                # The least and the greatest text of a row group help no question asked of it.
                write_statistics=[f.name for f in rows.schema if f.type != pa.string()],
            )
        self._writer.write_table(rows)


def _repetitive(rows: pa.Table) -> list[str]:
    """Columns for which a dictionary pays; trying it on the others costs more than the rest."""
    sample = rows.slice(0, _SAMPLE)
    return [
        name
        for name in rows.column_names
        if len(sample.column(name).unique()) < 0.6 * sample.num_rows
    ]
