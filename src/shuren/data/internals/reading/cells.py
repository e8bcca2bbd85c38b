"""Records that come as cells, not as bytes: sheets, Parquet rows, single records of a replay."""

from collections.abc import Callable, Sequence

import numpy as np

from shuren.data.internals.block import Block, Refused
from shuren.data.internals.reading.arrow import table_of_rows
from shuren.data.internals.reading.records import render_record

ROWS = 50_000


def csv_line(cells: Sequence[str | None]) -> bytes:
    """What stands for the original bytes of a row that never was a line."""
    return render_record(list(cells), ",", '"').encode()


class BlockBuilder:
    """Collects rows until there are enough of them for a block."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._clear()

    def _clear(self) -> None:
        self._rows: list[Sequence[str | None]] = []
        self._lines: list[int] = []
        self._raws: list[bytes | None] = []
        self._refused: list[Refused] = []
        self._blank = 0

    @property
    def full(self) -> bool:
        return len(self._rows) + len(self._refused) >= ROWS

    @property
    def empty(self) -> bool:
        return not (self._rows or self._refused or self._blank)

    def row(self, line: int, cells: Sequence[str | None], raw: bytes | None = None) -> None:
        self._rows.append(cells)
        self._lines.append(line)
        self._raws.append(raw)

    def refuse(self, refused: Refused) -> None:
        self._refused.append(refused)

    def blank(self, lines: int = 1) -> None:
        self._blank += lines

    def block(self) -> Block:
        block = Block(
            table=table_of_rows(self._rows, self._width),
            lines=np.array(self._lines, dtype=np.int64),
            refused=self._refused,
            blank=self._blank,
            raw_of=_raw_of(self._rows, self._raws),
        )
        self._clear()
        return block


def _raw_of(
    rows: list[Sequence[str | None]], raws: list[bytes | None]
) -> Callable[[Sequence[int]], list[bytes]]:
    def raw_of(indices: Sequence[int]) -> list[bytes]:
        return [csv_line(rows[i]) if raws[i] is None else raws[i] or b"" for i in indices]

    return raw_of
