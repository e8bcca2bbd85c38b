"""One record at a time, with care: what the vectorised scan could not vouch for."""

from dataclasses import dataclass
from enum import Enum

LINE_LIMIT = 1 << 20
JOIN_LIMIT = 200
TEXT_LIMIT = 65_536


class Fault(Enum):
    """open: a quote is never closed; broken: text goes on after a closing quote."""

    OPEN = "open"
    BROKEN = "broken"


@dataclass(frozen=True)
class Broken:
    fault: Fault
    column: int


def split_record(text: str, delimiter: str, quote: str) -> list[str] | Broken:
    """The cells of a record, or where its quotes fail.

    A quote counts only as the first character of a cell; elsewhere in an unquoted cell
    (5'10") it is a character like any other.
    """
    if not quote or quote not in text:
        return text.split(delimiter)
    cells: list[str] = []
    at, size = 0, len(text)
    while True:
        if text.startswith(quote, at):
            end = _closing(text, quote, at + 1)
            if end < 0:
                return Broken(Fault.OPEN, len(cells) + 1)
            cells.append(text[at + 1 : end].replace(quote + quote, quote))
            at = end + 1
            if at < size and text[at] != delimiter:
                return Broken(Fault.BROKEN, len(cells))
        else:
            end = text.find(delimiter, at)
            end = size if end < 0 else end
            cells.append(text[at:end])
            at = end
        if at >= size:
            return cells
        at += 1


def _closing(text: str, quote: str, at: int) -> int:
    while True:
        at = text.find(quote, at)
        if at < 0 or not text.startswith(quote, at + 1):
            return at
        at += 2


def render_record(cells: list[str | None], delimiter: str, quote: str, null: str = "") -> str:
    """A record that split_record reads back alike; None becomes `null`, unquoted."""
    return delimiter.join(
        null if cell is None else quote + cell.replace(quote, quote + quote) + quote
        for cell in cells
    )
