"""The source `kbart`: lists of what a package holds, tables with the package in the file's name.

`{Provider}_{Region}_{Package}_{YYYY-MM-DD}.txt` (NISO RP-9-2014). A list is read by `table`;
four columns are added to it, and stand in the dialect so that a replay has them too.
"""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuren.data.internals.block import Block, TableFile
from shuren.data.internals.reading.arrow import column_names
from shuren.data.internals.table_source import TableSource
from shuren.data.shapes import Contract, Mapping
from shuren.data.source import FilesOnly, Record
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site

ADDED = ("provider", "region", "package", "listed_on")
FEWEST = 12  # up to title_id
_NAME = re.compile(
    r"(?P<provider>[^_]+)_(?:(?P<region>[^_]+)_)?(?P<package>.+?)_(?P<date>\d{4}-?\d{2}-?\d{2})"
)
_FIRST = (b"publication_title\tprint_identifier", b"publication_title,print_identifier")


class KbartSource(FilesOnly):
    """See source.Source."""

    def recognises(self, path: Path, start: bytes) -> bool:
        head = start[:4096].replace(b"\x00", b"").replace(b'"', b"").lower()
        return any(names in head for names in _FIRST)

    def open(
        self,
        site: Site | None,
        path: Path,
        contract: Contract,
        mapping: Mapping,
        progress: Progress,
    ) -> tuple[TableFile, Mapping]:
        table, mapping = TableSource().open(site, path, contract, _filling(mapping), progress)
        return ListedTable(table, list_of(path.name)), mapping

    def replay(
        self,
        site: Site | None,
        records: Sequence[Record],
        like: dict[str, Any],
        contract: Contract,
        mapping: Mapping,
    ) -> TableFile:
        table = TableSource().replay(site, records, like["inner"], contract, _filling(mapping))
        return ListedTable(table, dict(like["list"]))


class ListedTable:
    """A table with the same four cells added to every row; see block.TableFile."""

    def __init__(self, table: TableFile, list_: dict[str, str]) -> None:
        self._table, self._list = table, list_
        self.encoding, self.beginning = table.encoding, table.beginning
        self.header = [*table.header, *ADDED]
        self.width = table.width + len(ADDED)
        undated = _("The file's name has no date; lists of one package are told apart by it.")
        self.remarks = (*table.remarks, *(() if list_["listed_on"] else (undated,)))

    @property
    def dialect(self) -> dict[str, Any]:
        inner = self._table.dialect
        return {**inner, "inner": inner, "list": self._list}

    def blocks(self) -> Iterator[Block]:
        for block in map(_without_empty, self._table.blocks()):
            rows = block.table.num_rows
            added = [pa.repeat(pa.scalar(self._list[n], pa.string()), rows) for n in ADDED]
            columns = [*block.table.columns, *added]
            table = pa.Table.from_arrays(columns, names=column_names(self.width))
            yield Block(table, block.lines, block.refused, block.blank, block.raw_of)


def _filling(mapping: Mapping) -> Mapping:
    """Empty columns at the end of a row are often left out."""
    if mapping.short_rows != "refuse":
        return mapping
    return dataclasses.replace(mapping, short_rows="fill", minimum_columns=FEWEST)


def _without_empty(block: Block) -> Block:
    """Rows of nothing but delimiters, as spreadsheets leave below a list, are blank lines."""
    used = np.zeros(block.table.num_rows, bool)
    for column in block.table.columns:
        filled = pc.not_equal(pc.utf8_trim_whitespace(column), "")
        used |= np.asarray(pc.fill_null(filled, False))
    if used.all():
        return block
    kept = np.flatnonzero(used)

    def raw_of(places: Sequence[int]) -> list[bytes]:
        return block.raw([int(kept[place]) for place in places])

    blank = block.blank + len(used) - len(kept)
    return Block(block.table.take(kept), block.lines[kept], block.refused, blank, raw_of)


def list_of(name: str) -> dict[str, str]:
    """Provider, region, package and date (ISO or "") by a file's name; where it is not of that
    form the name itself is the package."""
    stem = re.sub(r"(\.(txt|tsv|csv|xlsx|gz|zip|xz))+$", "", name, flags=re.IGNORECASE)
    found = _NAME.fullmatch(stem)
    if not found:
        return {"provider": "", "region": "", "package": stem, "listed_on": ""}
    try:
        day = date.fromisoformat(found["date"])
    except ValueError:
        return {"provider": "", "region": "", "package": stem, "listed_on": ""}
    return {
        "provider": found["provider"],
        "region": found["region"] or "",
        "package": found["package"],
        "listed_on": day.isoformat(),
    }
