"""Books that somebody has suggested and that the library has not got yet.

The same book is suggested from a hit, a search in vain, an OpenURL or on the bare form: it is known
again by what its case is about, by ISBN, else by title and author.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shuren.discovery.queries import book_keys, is_same_book
from shuren.discovery.shapes import NamedBook
from shuren.service.internals.case_rows import Case
from shuren.service.offer_shapes import Wanted

PURCHASE_FLOW = "purchase"
# States of the flow in which the library has ordered the book or has it.
ORDERED = ("ordered", "received", "ready")
BOOK = "book"


@dataclass(frozen=True)
class Suggested:
    """about: id of what the case is about, or ""."""

    about: str
    book: NamedBook
    is_ordered: bool

    def is_of(self, about: str, book: NamedBook) -> bool:
        return (bool(about) and self.about == about) or is_same_book(self.book, book)


def waiting(but: str = "") -> list[Suggested]:
    """All that is suggested and not over, by whomever; who it was is not looked at. but: a case."""
    found = Case.objects.filter(flow=PURCHASE_FLOW, is_open=True).exclude(pk=but)
    return [
        Suggested(about, book_of(fields), state in ORDERED)
        for about, fields, state in found.values_list("subject_id", "fields", "state")
    ]


def about(wanted: Sequence[Wanted]) -> list[tuple[bool, bool]]:
    """Of each: whether it is suggested, and whether it is ordered already."""
    known = waiting() if any(one.form == BOOK for one in wanted) else []
    by_key: dict[str, list[Suggested]] = {}
    for two in known:
        for key in {two.about, *book_keys(two.book)} - {""}:
            by_key.setdefault(key, []).append(two)
    found = []
    for one in wanted:
        book, id = _named(one), one.subject["id"]
        near = [two for key in {id, *book_keys(book)} for two in by_key.get(key, ())]
        mine = [two for two in near if two.is_of(id, book)]
        found.append((bool(mine), any(two.is_ordered for two in mine)))
    return found


def book_of(fields: Mapping[str, Any]) -> NamedBook:
    """What a form of suggestions names."""
    isbn = str(fields.get("isbn") or "")
    return NamedBook(
        str(fields.get("book_title") or ""),
        str(fields.get("author") or ""),
        (isbn,) if isbn else (),
    )


def _named(wanted: Wanted) -> NamedBook:
    known = wanted.known
    isbn = known.get("isbn", "")
    title = known.get("title", "") if wanted.form == BOOK else ""
    return NamedBook(title, known.get("author", ""), (isbn,) if isbn else ())
