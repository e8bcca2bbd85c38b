"""A file's rows as they stand in it, for who works on them and loads nothing: a list of papers, a
list of gifts. Text, sheets and Parquet; records of MARC and the like by their contract."""

from dataclasses import dataclass
from pathlib import Path

from shuren.data.contract_shapes import Mapping
from shuren.data.definitions import contracts
from shuren.data.errors import UnknownName
from shuren.data.internals.block import TableFile
from shuren.data.internals.reading.opening import open_table
from shuren.data.internals.registry import TABLE, source_for
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site

MARC = "marc"


@dataclass(frozen=True)
class FileRows:
    """heads: names of the columns; every row has as many cells, "" where the file has none.

    left     rows behind `most`, which were not read
    refused  records that are no row of the table: (line, as they stand, at most 200 signs)
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: bool = False
    refused: tuple[tuple[int, str], ...] = ()


def rows_of_file(site: Site, path: Path, *, contract: str = "", most: int = 10_000) -> FileRows:
    """Rows of a file whose columns have names.

    contract  of MARC records, which become rows of this contract: columns are named by its fields
    raises    FileProblem when it cannot be read, or is no table and no contract was named
    """
    name, source = source_for(path)
    mapping = Mapping(id="", contract=contract, short_rows="fill")
    table: TableFile
    fields: dict[str, str] = {}
    if name == TABLE:
        table = open_table(path, mapping)
    elif contract and name == MARC:
        known = contracts(site)
        if contract not in known:
            raise UnknownName(_("contract"), contract, list(known))
        table, found = source.open(
            site, path, known[contract], Mapping(id="", contract=contract), no_progress
        )
        fields = {
            str(name): field for field, column in found.columns.items() for name in column.names
        }
    else:
        table = open_table(path, mapping)  # says what the file is, and that it holds no table
    names = table.header or [str(at + 1) for at in range(table.width)]
    heads = tuple(fields.get(name, name) for name in names)
    rows: list[tuple[str, ...]] = []
    refused: list[tuple[int, str]] = []
    for block in table.blocks():
        refused += [(one.line, one.text[:200]) for one in block.refused]
        columns = [column.to_pylist() for column in block.table.columns]
        for cells in zip(*columns, strict=True):
            if len(rows) >= most:
                return FileRows(heads, tuple(rows), True, tuple(refused))
            rows.append(tuple("" if cell is None else str(cell) for cell in cells))
    return FileRows(heads, tuple(rows), False, tuple(refused))
