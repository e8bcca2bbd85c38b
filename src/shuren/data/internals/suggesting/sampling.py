"""The first rows of a file of tables, and how each column looks."""

import dataclasses
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from shuren.data.internals.block import TableFile
from shuren.data.internals.reading.opening import open_table
from shuren.data.internals.suggesting.dates import best_formats
from shuren.data.internals.trying import FirstRows
from shuren.data.shapes import Mapping

ROWS = 2_000
_LOOKED_AT = 200
_PLAIN = re.compile(r"[\d\s./:年月日+-]+")
_NOTHING = frozenset(Mapping(id="", contract="").null_values)


@dataclass(frozen=True)
class Column:
    """place  from 1; name  "" where the file names none; cells  as they stand, trimmed"""

    place: int
    name: str
    cells: tuple[str, ...]

    @cached_property
    def values(self) -> list[str]:
        return [cell for cell in self.cells if cell not in _NOTHING]

    @cached_property
    def few(self) -> list[str]:
        """Some values from all over the sample."""
        step = max(1, len(self.values) // _LOOKED_AT)
        return self.values[::step][:_LOOKED_AT]

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(self.values)

    @cached_property
    def fill(self) -> float:
        return len(self.values) / len(self.cells) if self.cells else 0.0

    @cached_property
    def distinct(self) -> float:
        return len(self.counts) / len(self.values) if self.values else 0.0

    @cached_property
    def dates(self) -> tuple[tuple[str, ...], float]:
        return best_formats(self.few)

    @cached_property
    def looks(self) -> dict[object, float]:
        """What was found out by tests of its values."""
        return {}

    def share(self, pattern: re.Pattern[str]) -> float:
        """Of the values, those that match whole."""
        return sum(bool(pattern.fullmatch(v)) for v in self.few) / len(self.few or [""])


@dataclass(frozen=True)
class Sample:
    """mapping  how the file is opened; its columns are not said yet"""

    mapping: Mapping
    encoding: str
    dialect: dict[str, object]
    columns: tuple[Column, ...]


def take_sample(path: Path, mapping: Mapping, rows: int = ROWS) -> Sample:
    """raises  FileProblem"""
    table = open_table(path, mapping)
    header = _header_row(table)
    if header is None:
        mapping = dataclasses.replace(mapping, header=False)
    elif header:
        mapping = dataclasses.replace(mapping, skip_lines=header)
    if header != 0:
        table = open_table(path, mapping)
    first = FirstRows(table, rows)
    cells: list[list[str]] = [[] for _ in range(table.width)]
    for block in first.blocks():
        for place in range(table.width):
            column = block.table.column(place).to_pylist()
            cells[place] += [(value or "").strip() for value in column]
    names = table.header or [""] * table.width
    columns = [
        Column(place, name, tuple(found))
        for place, (name, found) in enumerate(zip(names, cells, strict=True), 1)
    ]
    return Sample(mapping, table.encoding, table.dialect, tuple(columns))


def _header_row(table: TableFile) -> int | None:
    """How many rows stand above the column names; None where there are no names."""
    rows = [[cell.strip() for cell in row] for row in table.beginning]
    if not rows:
        return 0  # Parquet: the names stand apart
    widths = Counter(_used(row) for row in rows[1:] or rows)
    usual = max(widths, key=lambda width: (widths[width], width))
    first = next((n for n, row in enumerate(rows) if _used(row) >= max(2, usual - 1)), 0)
    names = [cell for cell in rows[first] if cell]
    if _looks_like_names(names, rows[first + 1 :]):
        return first
    return None if first == 0 else 0


def _used(row: Sequence[str]) -> int:
    return max((place for place, cell in enumerate(row, 1) if cell), default=0)


def _looks_like_names(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Names hold no plain numbers or days, and come once."""
    if not cells or len(set(cells)) < len(cells):
        return False
    if not any(_PLAIN.fullmatch(cell) for cell in cells):
        return True
    plain = sum(bool(_PLAIN.fullmatch(cell)) for cell in cells)
    other = [sum(bool(_PLAIN.fullmatch(c)) for c in row if c) for row in below[:20]]
    return bool(other) and plain < 0.5 * sum(other) / len(other)
