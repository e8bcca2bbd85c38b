"""What the discovery room hands to others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Holding:
    """Copies of a title on one campus; counts are None when only loans tell of the title."""

    campus: str
    copies: int | None
    on_loan: int | None
    available: int | None


@dataclass(frozen=True)
class FoundTitle:
    """One title with where its copies are; empty strings where the source is silent."""

    title_id: str
    title: str
    title_pinyin: str
    author: str
    publisher: str
    published_year: int | None
    isbn: str
    call_number: str
    clc_main: str
    holdings: tuple[Holding, ...]

    @property
    def copies(self) -> int | None:
        return _added(h.copies for h in self.holdings)

    @property
    def available(self) -> int | None:
        return _added(h.available for h in self.holdings)


@dataclass(frozen=True)
class NamedBook:
    """A book as somebody writes it; "" or () for what is not known. isbns in either length."""

    title: str = ""
    author: str = ""
    isbns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Citation:
    """What is asked for; "" or () where the address is silent.

    date     year, year-month or day, as far as it is known
    issns    8 characters without hyphen; isbns: 13 digits, and 10 where they were given so
    dropped  whether the address had keys that were not read
    """

    genre: str = ""
    title: str = ""
    item: str = ""
    author: str = ""
    date: str = ""
    volume: str = ""
    issue: str = ""
    page: str = ""
    doi: str = ""
    issns: tuple[str, ...] = ()
    isbns: tuple[str, ...] = ()
    dropped: bool = False

    @property
    def names_a_work(self) -> bool:
        return bool(self.title or self.doi or self.issns or self.isbns)


@dataclass(frozen=True)
class FullText:
    """One place where the title is held online.

    holds    whether the issue asked for is there; None when nobody can say
    first, last  the stretch that may be read today, as dates; None for open
    free     open to everybody
    embargoed  it would hold it, were it not for the embargo
    """

    title: str
    package: str
    provider: str
    publisher: str
    url: str
    depth: str
    embargo: str
    notes: str
    free: bool
    holds: bool | None
    first: date | None = None
    last: date | None = None
    embargoed: bool = False


@dataclass(frozen=True)
class Resolution:
    """What an OpenURL asks for and where it is; places that hold it first."""

    citation: Citation
    places: tuple[FullText, ...] = ()

    @property
    def found(self) -> bool:
        return any(place.holds is not False for place in self.places)


def _added(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
