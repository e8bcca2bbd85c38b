"""What the reader tests share: read a file whole, with its accounts."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shuren.data.internals.block import Refused, TableFile
from shuren.data.internals.reading.opening import open_table
from shuren.data.shapes import Mapping


@dataclass
class Reading:
    file: TableFile
    rows: list[list[str | None]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    blank: int = 0

    @property
    def faults(self) -> list[tuple[int, str]]:
        return [(item.line, item.rule) for item in self.refused]


def collect(file: TableFile) -> Reading:
    found = Reading(file)
    for block in file.blocks():
        found.rows += map(list, zip(*block.table.to_pydict().values(), strict=True))
        found.lines += block.lines.tolist()
        found.raws += block.raw(range(len(block.lines)))
        found.refused += block.refused
        found.blank += block.blank
    return found


def read(path: Path, *, width: int | None = None, **mapping: Any) -> Reading:
    return collect(open_table(path, Mapping("m", "loans", **mapping), width=width))


def read_bytes(folder: Path, content: bytes, **mapping: Any) -> Reading:
    path = folder / "table.csv"
    path.write_bytes(content)
    return read(path, **mapping)
