"""What every file reader hands on: blocks of text columns, and the records it refused.

The way in is `reading.opening`: `open_table(path, mapping, …)` and `replay_table(…)`;
what is wrong with a whole file is `reading.problems.FileProblem`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from shuren.kernel.site import Site


@dataclass(slots=True)
class Refused:
    """One physical record that is no row of the table.

    line    its first physical line, from 1
    rule    S01 undecodable, S02 broken quote, S03 wrong number of columns, S04 NUL, S05 too long
    raw     its original bytes, without the line end
    text    the same for reading: undecodable bytes replaced, cut after 65,536 characters
    detail  values for the sentence of the rule:
            S01 {encoding, byte: offset in the record, from 0}   S02 {column: from 1}
            S03 {expected, found}   S04 {byte}   S05 {length, limit} in bytes
            S17, S18, S19 {place: file and page}   S20 {place, size}
    """

    line: int
    rule: str
    raw: bytes
    text: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Block:
    """Some records of a file, in file order.

    table    columns c1…cn, all text as it stands in the file without its quotes;
             null only where a short row has no cell (mapping.short_rows) or a sheet or
             Parquet column has none
    lines    int64, first physical line of each row, from 1; the row for sheets and Parquet
    refused  records of this block that are no row, in file order
    blank    lines of nothing but white space, counted nowhere else
    raw_of   see raw()
    """

    table: pa.Table
    lines: np.ndarray
    refused: list[Refused]
    blank: int
    raw_of: Callable[[Sequence[int]], list[bytes]]

    def raw(self, indices: Sequence[int]) -> list[bytes]:
        """The original bytes, without the line end, of the rows at these places of `table`.

        Sheets and Parquet files have no lines: their rows come as CSV lines in UTF-8.
        """
        return self.raw_of(indices)


class TableFile(Protocol):
    """A file of tables, opened: what it is, then its blocks, once.

    encoding  Python codec name, or "" for sheets and Parquet
    dialect   {kind: text|sheet|parquet, delimiter, quote, header: list, width, skip_lines,
              line_end, compression, member, sheet}: those that apply; replay_table takes it back
    header    column names made unique, or [] when there are none
    width     number of columns of every block
    beginning  the first rows as text, the header among them; none where names stand apart
    remarks    what its receipt should say, such as the sheets left alone
    """

    encoding: str
    header: list[str]
    width: int

    @property
    def beginning(self) -> Sequence[Sequence[str]]: ...

    @property
    def remarks(self) -> Sequence[str]: ...

    @property
    def dialect(self) -> dict[str, Any]: ...

    def blocks(self) -> Iterator[Block]: ...


@runtime_checkable
class KeepsOriginals(Protocol):
    """A file of tables whose rows point to something that is kept beside them."""

    def keep(self, site: Site) -> None:
        """Keep it, flushed to disk; called when all rows are read, before the receipt."""


def keep_originals(site: Site, table: TableFile) -> None:
    if isinstance(table, KeepsOriginals):
        table.keep(site)
