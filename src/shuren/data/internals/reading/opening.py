"""The way in: any file of tables, or single records, as a TableFile."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shuren.data import shapes
from shuren.data.internals.block import TableFile
from shuren.data.internals.reading.replay import Record, ReplayedRecords
from shuren.data.internals.reading.sources import PARQUET, SHEET, find_source
from shuren.data.internals.reading.text import TextFile
from shuren.kernel.shapes import Progress, no_progress


def open_table(
    path: Path,
    mapping: shapes.Mapping,
    *,
    width: int | None = None,
    progress: Progress = no_progress,
) -> TableFile:
    """Find out what the file is and read its start.

    width     columns every record must have; None: as many as the header, else
              mapping.columns_expected, else the commonest number in the first 500 lines
    progress  bytes of the file, or rows of a sheet or Parquet file
    raises    FileProblem, here or while blocks are read: then nothing of it may be kept
    """
    source = find_source(path, mapping.sheet)
    if source.kind == SHEET:
        from shuren.data.internals.reading.sheets import SheetFile

        return SheetFile(source, mapping, width, progress)
    if source.kind == PARQUET:
        from shuren.data.internals.reading.parquet import ParquetTable

        return ParquetTable(source, mapping, width, progress)
    return TextFile(source, mapping, width, progress)


def replay_table(
    records: Sequence[Record], like: dict[str, Any], mapping: shapes.Mapping
) -> TableFile:
    """Records that were refused, each judged alone.

    records  (line, raw bytes), or (line, bytes, encoding) for one that was corrected
    like     `dialect` of the file they came from; its rows as CSV for sheets and Parquet
    """
    return ReplayedRecords(records, like, mapping)
