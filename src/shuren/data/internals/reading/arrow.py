"""Rows as Arrow tables of text."""

from collections.abc import Sequence

import pyarrow as pa
from pyarrow import csv

NULL = "\x00"  # no accepted cell has a NUL, so it can stand for a missing one
_BOM = b"\xef\xbb\xbf"


def column_names(width: int) -> list[str]:
    return [f"c{number}" for number in range(1, width + 1)]


def table_of_rows(rows: Sequence[Sequence[str | None]], width: int) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * width
    arrays = [pa.array(list(column), pa.string()) for column in columns]
    return pa.Table.from_arrays(arrays, names=column_names(width))


def table_of_csv(
    data: bytes, rows: int, delimiter: str, quote: str, width: int, nulls: bool
) -> pa.Table | None:
    """Clean records in UTF-8, every cell as it stands; None if Arrow sees other than `rows`.

    nulls  whether NULL may stand for a missing cell
    """
    if not rows:
        return table_of_rows([], width)
    if data.startswith(_BOM):
        data = _BOM + data  # Arrow takes the first one away
    names = column_names(width)
    try:
        table = csv.read_csv(
            pa.BufferReader(data),
            read_options=csv.ReadOptions(column_names=names, block_size=len(data) + 1),
            parse_options=csv.ParseOptions(
                delimiter=delimiter,
                quote_char=quote or False,
                newlines_in_values=True,
                ignore_empty_lines=False,
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[NULL],
                strings_can_be_null=nulls,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table if table.num_rows == rows else None
