"""The dirt of real exports, planted on purpose and counted.

A row gets one fault at most. Every kind but `null_word` makes the row unfit to be taken
in: a reader of these files must refuse exactly the other ones.
"""

from dataclasses import dataclass

import numpy as np

REFUSED = (
    "broken_quote",
    "missing_columns",
    "trailing_delimiter",
    "full_width_digits",
    "impossible_date",
    "date_centuries_ahead",
    "blank_id",
    "repeated_line",
    "stray_byte",
    "footer",
)
ACCEPTED = ("null_word",)
SHARE, NULLS = 0.01, 0.1
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True)
class Places:
    """Positions of cells that faults are put into; None where a file has no such cell.

    text     words, for stray bytes and quotes
    number   digits that must be a number
    id       what a row cannot do without
    optional may be empty
    """

    text: int
    number: int | None
    date: int
    id: int
    optional: int
    quotes: bool = True


def soil(
    rows: list[list[str]],
    places: Places,
    delimiter: str,
    encoding: str,
    footer: str,
    rng: np.random.Generator,
) -> tuple[bytes, dict[str, int], list[int]]:
    """The file's lines below the header, faults by kind, and the rows that must be refused.

    About SHARE of the rows get a fault, and NULLS of the empty cells the word NULL. A
    repeated line leaves its row good: only the second one is to be refused.
    """
    kinds = _kinds(places)
    chosen = rng.choice(len(rows), size=round(SHARE * len(rows)), replace=False)
    faults = {int(row): kinds[number % len(kinds)] for number, row in enumerate(chosen)}
    text = "\n".join(delimiter.join(cells) for cells in rows)
    # No byte of a GB18030 or UTF-8 character is a line feed, so lines may be cut as bytes.
    lines = text.encode(encoding).split(b"\n")
    counts: dict[str, int] = {}
    lost = []
    for row in _empty(rows, places.optional, rng):
        faults.setdefault(row, "null_word")
    for row, kind in faults.items():
        lines[row] = _spoil(rows[row], kind, places, delimiter, encoding)
        counts[kind] = counts.get(kind, 0) + 1
        if kind not in (*ACCEPTED, "repeated_line"):
            lost.append(row)
    if footer:
        lines.append(footer.encode(encoding))
        counts["footer"] = 1
    return b"\r\n".join(lines) + b"\r\n", dict(sorted(counts.items())), sorted(lost)


def _kinds(places: Places) -> list[str]:
    """Commoner kinds stand twice."""
    kinds = [kind for kind in (*REFUSED, "missing_columns", "blank_id") if kind != "footer"]
    if not places.quotes:
        kinds.remove("broken_quote")
    if places.number is None:
        kinds.remove("full_width_digits")
    return kinds


def _empty(rows: list[list[str]], place: int, rng: np.random.Generator) -> list[int]:
    """Some of the rows whose optional cell is empty."""
    empty = [index for index, cells in enumerate(rows) if not cells[place]]
    return [row for row, drawn in zip(empty, rng.random(len(empty)), strict=True) if drawn < NULLS]


def _spoil(cells: list[str], kind: str, places: Places, delimiter: str, encoding: str) -> bytes:
    row = list(cells)
    if kind == "broken_quote":
        row[places.text] = '"' + row[places.text].strip('"')
    elif kind == "missing_columns":
        row = row[: len(row) // 2]
    elif kind == "trailing_delimiter":
        row.append("")
    elif kind == "full_width_digits" and places.number is not None:
        row[places.number] = (row[places.number] or "1").translate(_FULL_WIDTH) + "。"
    elif kind == "impossible_date":
        row[places.date] = "2025-02-30"
    elif kind == "date_centuries_ahead":
        row[places.date] = "2925-03-07"
    elif kind == "blank_id":
        row[places.id] = ""
    elif kind == "null_word":
        row[places.optional] = "NULL"
    line = delimiter.join(row).encode(encoding)
    if kind == "repeated_line":
        return line + b"\r\n" + line
    if kind == "stray_byte":
        # 0xFF is the beginning of nothing, in GB18030 as in UTF-8.
        word = row[places.text].encode(encoding)
        return line.replace(word, word[:2] + b"\xff" + word[2:], 1)
    return line
