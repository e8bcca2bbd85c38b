"""What searching hands to others: a query, its answer, one hit, one item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shuren.discovery.shapes import Holding

RELEVANCE, NEWEST, OLDEST, TITLE, SHELF = "relevance", "newest", "oldest", "title", "shelf"
SORTS = (RELEVANCE, NEWEST, OLDEST, SHELF)


@dataclass(frozen=True)
class Online:
    """One place where it is read online. free: by anybody."""

    title: str
    provider: str
    package: str
    url: str
    free: bool
    coverage: str = ""


@dataclass(frozen=True)
class Edition:
    """One record of a work. record: title (of the holdings), bib, online, document or oai."""

    record: str
    id: str
    title: str
    author: str
    publisher: str
    year: int | None
    isbn: str = ""
    call_number: str = ""


@dataclass(frozen=True)
class Item:
    """A work with all its editions and forms, as the index keeps it for showing.

    id          stays while any of its records does
    kind        book, journal, document, thesis, audio, video, map, score or other
    call_number of the first holding, "" where nothing stands on a shelf
    title_ids   of the holdings, to ask how many copies are in
    indexes     index databases that cover the journal now: SCIE, EI, CSSCI …
    """

    id: str
    kind: str
    title: str
    title_rest: str
    authors: tuple[str, ...]
    publisher: str
    year: int | None
    language: str
    isbns: tuple[str, ...]
    issns: tuple[str, ...]
    dois: tuple[str, ...]
    call_number: str
    class_number: str
    subjects: tuple[str, ...]
    series: tuple[str, ...]
    summary: str
    contents: str
    place: str
    extent: str
    title_ids: tuple[str, ...]
    online: tuple[Online, ...]
    editions: tuple[Edition, ...]
    sources: tuple[str, ...]
    indexes: tuple[str, ...] = ()
    holdings: tuple[Holding, ...] = ()

    @property
    def author(self) -> str:
        return "; ".join(self.authors)

    @property
    def copies(self) -> int:
        return sum(one.copies or 0 for one in self.holdings)

    @property
    def available(self) -> int:
        return sum(one.available or 0 for one in self.holdings)

    @property
    def free(self) -> bool:
        return any(one.free for one in self.online)


@dataclass(frozen=True)
class Reason:
    """One part of a score. kind is a code; points are what it adds, in score points."""

    kind: str
    words: str
    points: float


@dataclass(frozen=True)
class Hit:
    """One item on a page of results."""

    item: Item
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class FacetValue:
    value: str
    count: int
    chosen: bool = False


@dataclass(frozen=True)
class Facet:
    """values: those chosen, then the most frequent; years: one per year, oldest first."""

    id: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True)
class Query:
    """What is asked for.

    chosen  {facet: values}, any value of one facet and all facets; years as 2010 or 2010-2019
    """

    text: str
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = RELEVANCE
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True)
class Answer:
    """One page of hits.

    near        no record has all that was asked; these come near
    remarks     sentences about what in the query could not be understood
    suggestion  what may have been meant, or ""
    snapshot    whose records these are; version of the index
    is_about    the total is about right, to two figures; are_about: the counts of the facets are
    """

    query: Query
    total: int
    hits: tuple[Hit, ...] = ()
    facets: tuple[Facet, ...] = ()
    near: bool = False
    remarks: tuple[str, ...] = ()
    suggestion: str = ""
    snapshot: str = ""
    version: str = ""
    is_about: bool = False
    are_about: bool = False


@dataclass(frozen=True)
class Matched:
    """What has all that was asked.

    keys     numbers that stand for the records, at most as many as were wanted
    version  the state of the index they were found in
    """

    total: int
    keys: tuple[int, ...]
    version: str


@dataclass(frozen=True)
class Suggestion:
    """kind: title, author or subject. id of the item, for a title."""

    kind: str
    text: str
    note: str = ""
    id: str = ""


@dataclass(frozen=True)
class Indexed:
    """What making or renewing the index did."""

    version: str
    snapshot: str
    records: int
    written: int
    removed: int
    seconds: float
    rebuilt: bool


@dataclass(frozen=True)
class ShelfPage:
    """Items in shelf order around a call number; earlier and later are call numbers to go on from,
    "" at an end."""

    items: tuple[Item, ...]
    at: str
    earlier: str = ""
    later: str = ""


Stored = dict[str, Any]
