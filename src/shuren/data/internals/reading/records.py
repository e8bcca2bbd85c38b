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


@dataclass(slots=True)
class Broken:
    """cells: those before the bad one; rest: of an open one, what follows its quote."""

    fault: Fault
    cells: list[str]
    rest: str = ""

    @property
    def column(self) -> int:
        return len(self.cells) + 1


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
                return Broken(Fault.OPEN, cells, text[at + 1 :])
            if end + 1 < size and text[end + 1] != delimiter:
                return Broken(Fault.BROKEN, cells)
            cells.append(text[at + 1 : end].replace(quote + quote, quote))
            at = end + 1
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


def continue_record(
    open_record: Broken, more: str, delimiter: str, quote: str
) -> list[str] | Broken:
    """split_record of a record whose text goes on with `more`, without starting anew."""
    end = _closing(more, quote, 0)
    if end < 0:
        return Broken(Fault.OPEN, open_record.cells, open_record.rest + more)
    if more[end + 1 : end + 2] not in ("", delimiter):
        return Broken(Fault.BROKEN, open_record.cells)
    value = (open_record.rest + more[:end]).replace(quote + quote, quote)
    cells = [*open_record.cells, value]
    if end + 1 == len(more):
        return cells
    others = split_record(more[end + 2 :], delimiter, quote)
    if isinstance(others, list):
        return cells + others
    return Broken(others.fault, cells + others.cells, others.rest)


def render_record(cells: list[str | None], delimiter: str, quote: str, null: str = "") -> str:
    """A record that split_record reads back alike; None becomes `null`, unquoted."""
    return delimiter.join(
        null if cell is None else quote + cell.replace(quote, quote + quote) + quote
        for cell in cells
    )
