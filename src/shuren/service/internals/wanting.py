"""What a reader found, as something they may want: a work of the index, or an article that an
OpenURL names."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from shuren.discovery.queries import is_same_book
from shuren.discovery.search_shapes import Item
from shuren.discovery.shapes import Citation, FullText, NamedBook, Resolution
from shuren.kernel.i18n import gettext as _
from shuren.service.offer_shapes import EMBARGO, OUTSIDE, PART, YES, PlaceOnline, Wanted

_FORMS = {"book": "book", "journal": "journal", "article": "article"}
_LONGEST = 300


def of_item(item: Item) -> Wanted:
    """A work of the index. Its case is about the first of its titles on the shelf, so that a copy
    can be found by it, else about the work."""
    id = item.title_ids[0] if item.title_ids else item.id
    kind = "article" if item.kind == "article" else "title"
    known = {
        "title": item.title,
        "author": item.author,
        "publisher": item.publisher,
        "year": str(item.year or ""),
        "isbn": next(iter(item.isbns), ""),
        "issn": next(iter(item.issns), ""),
        "doi": next(iter(item.dois), ""),
    }
    if item.kind == "journal":
        known["journal"] = item.title
    places = tuple(
        PlaceOnline(one.provider, one.package, one.url, one.free)
        for one in item.online
        if one.url or not one.free
    )
    return Wanted(
        item.id,
        {"kind": kind, "id": id, "title": item.title[:_LONGEST]},
        _FORMS.get(item.kind, "other"),
        item.title_ids,
        places,
        {name: value for name, value in known.items() if value},
    )


def of_resolution(found: Resolution, address: str) -> Wanted:
    """The article, journal or book that an OpenURL names; `address` is its query.

    A place that holds abstracts only is none where it can be read.
    """
    cited = found.citation
    names_article = bool(cited.item) or cited.genre == "article"
    is_book = bool(cited.isbns) or cited.genre in ("book", "bookitem")
    form = "article" if names_article else "book" if is_book else "journal"
    title = cited.item or cited.title or cited.doi or _("An article")
    known = {
        "title": title,
        "journal": cited.title if names_article else "",
        "author": cited.author,
        "year": cited.date[:4],
        "volume": cited.volume,
        "issue": cited.issue,
        "pages": cited.page,
        "doi": cited.doi,
        "issn": next(iter(cited.issns), ""),
        "isbn": next(iter(cited.isbns), ""),
    }
    return Wanted(
        address,
        {"kind": "article" if names_article else "title", "id": _article_id(cited),
         "title": title[:_LONGEST]},
        form,
        (),
        tuple(_place(one) for one in _readable(found.places)),
        {name: value for name, value in known.items() if value},
    )  # fmt: skip


def with_work(wanted: Wanted, item: Item) -> Wanted:
    """The same, now that the catalogue is known to have it: its copies count, and its case is about
    the title they belong to."""
    known = of_item(item)
    places = (*wanted.places, *(one for one in known.places if one.url))
    return replace(wanted, subject=known.subject, title_ids=known.title_ids, places=places)


def is_named_by(cited: Citation, item: Item) -> bool:
    """Whether a work of the index is the book whose title, and author, an address names."""
    asked = NamedBook(cited.title, cited.author)
    titles = (item.title, f"{item.title}: {item.title_rest}" if item.title_rest else "")
    return any(is_same_book(asked, NamedBook(one, item.author)) for one in titles)


def _readable(places: Sequence[FullText]) -> list[FullText]:
    return [one for one in places if one.depth != "abstracts"]


def _place(one: FullText) -> PlaceOnline:
    holds = YES if one.holds else PART if one.holds is None else OUTSIDE
    return PlaceOnline(
        one.provider, one.package, one.url, one.free,
        EMBARGO if one.embargoed else holds, one.first, one.last,
    )  # fmt: skip


def _article_id(cited: Citation) -> str:
    """Its DOI, else what tells it from others: the same article asked for twice is one case."""
    if cited.doi:
        return cited.doi
    parts = (*cited.issns, *cited.isbns, cited.title, cited.item, cited.date[:4], cited.volume,
             cited.issue, cited.page)  # fmt: skip
    said = "|".join(part.casefold() for part in parts)
    return f"a{hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()}"
