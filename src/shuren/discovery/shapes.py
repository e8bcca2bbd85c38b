"""What the discovery room hands to others."""

from collections.abc import Iterable
from dataclasses import dataclass


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
class Found:
    """One page of titles and how many there are in all."""

    text: str
    total: int
    titles: tuple[FoundTitle, ...]


def _added(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
