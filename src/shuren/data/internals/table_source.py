"""The source `table`: text with delimiters, sheets and Parquet, in the columns of a contract."""

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shuren.data.errors import WrongColumns
from shuren.data.internals.block import TableFile
from shuren.data.internals.columns import match_columns
from shuren.data.internals.reading.opening import open_table, replay_table
from shuren.data.internals.reading.sources import unsupported
from shuren.data.shapes import Contract, Mapping
from shuren.data.source import FilesOnly, Record
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site


class TableSource(FilesOnly):
    """See source.Source."""

    def recognises(self, path: Path, start: bytes) -> bool:
        return False  # it is asked last and takes everything

    def open(
        self,
        site: Site | None,
        path: Path,
        contract: Contract,
        mapping: Mapping,
        progress: Progress,
    ) -> tuple[TableFile, Mapping]:
        """The mapping comes back with as many lines skipped as stand above the column names.

        Lists made for people begin with a title and the day of the export. They are passed over
        only if the first row has no name the contract asks for and a later one has them all.
        """
        _refuse_json(path)
        table = open_table(path, mapping, progress=progress)
        if not mapping.header or mapping.skip_lines or _is_header(contract, mapping, table.header):
            return table, mapping
        rows = enumerate(table.beginning)
        above = next((n for n, row in rows if n and _is_header(contract, mapping, row)), 0)
        if not above:
            return table, mapping
        said = _("The column names are in line %(line)s; what stands above was passed over.",
                 line=above + 1)  # fmt: skip
        mapping = dataclasses.replace(mapping, skip_lines=above)
        below = open_table(path, mapping, progress=progress)
        return _Remarked(below, (*table.remarks, said)), mapping

    def replay(
        self,
        site: Site | None,
        records: Sequence[Record],
        like: dict[str, Any],
        contract: Contract,
        mapping: Mapping,
    ) -> TableFile:
        return replay_table(records, like, mapping)


class _Remarked:
    """A table with other remarks."""

    def __init__(self, table: TableFile, remarks: Sequence[str]) -> None:
        self._table, self.remarks = table, remarks

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)


def _refuse_json(path: Path) -> None:
    """JSON that no other source knows; read as text it would look like one odd column."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        start = file.read(64).removeprefix(b"\xef\xbb\xbf")
    if re.match(rb"\s*(\{\s*[\"}]|\[\s*[{\[])", start):
        raise unsupported(path, "JSON")


def _is_header(contract: Contract, mapping: Mapping, row: Sequence[str]) -> bool:
    try:
        match_columns(contract, mapping, row, len(row))
    except WrongColumns:
        return False
    return True
