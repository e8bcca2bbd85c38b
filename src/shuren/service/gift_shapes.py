"""A gift of books as others take it."""

from collections.abc import Mapping
from dataclasses import dataclass

# What is decided about a volume that was offered.
OPEN, ACCEPTED, DECLINED, PASSED_ON = "", "accepted", "declined", "passed_on"
DECISIONS = (ACCEPTED, DECLINED, PASSED_ON)
# How a title was found in the catalogue.
BY_ISBN, BY_TITLE = "isbn", "title"


@dataclass(frozen=True)
class GiftLine:
    """One line of the list.

    known     title_id of the catalogue, "" where it has none; by: of BY_ISBN, BY_TITLE
    decision  of DECISIONS, "" while open; reason: said by who decided
    """

    number: int
    title: str
    author: str
    publisher: str
    year: str
    isbn: str
    copies: int
    known: str = ""
    by: str = ""
    decision: str = ""
    reason: str = ""


@dataclass(frozen=True)
class GiftSum:
    """Volumes and titles of a gift, all in all and by what is known and decided.

    volumes    copies of all lines; titles: lines
    duplicates lines the catalogue has already
    decided    {decision: (lines, volumes)}, "" for what is open
    refused    lines of the file that were no row, (line, as they stand)
    """

    volumes: int
    titles: int
    duplicates: int
    decided: Mapping[str, tuple[int, int]]
    refused: tuple[tuple[int, str], ...] = ()


# How far a copy is: without all of barcode, call number and branch, or with them.
TO_DO, READY = "todo", "ready"


@dataclass(frozen=True)
class StockLine:
    """One accepted copy as the cataloguer has it.

    known     the catalogue had the title: it is a further copy
    is_ready  readers may have it, from the next build on
    """

    copy: str
    gift: str
    title: str
    author: str
    publisher: str
    year: str
    isbn: str
    known: bool
    barcode: str
    call_number: str
    campus: str
    location: str
    is_ready: bool


@dataclass(frozen=True)
class Stocked:
    """What came of a sheet or a page that was sent in.

    changed   copies that are otherwise than before
    problems  (line of the file, or the copy's number; what is wrong), in order; nothing of such a
              line was taken
    """

    changed: int
    problems: tuple[tuple[str, str], ...] = ()
