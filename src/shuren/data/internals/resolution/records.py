"""What is matched: bibliographic records and the titles of the holdings, in comparable form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shuren.data.internals import asking
from shuren.data.internals.door import open_table
from shuren.data.internals.resolution import text
from shuren.data.resolution import BIB, TITLE
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

PURPOSE = "data_quality"
BIB_COLUMNS = (
    "bib_id", "title_id", "title", "title_rest", "title_part", "authors", "author_bodies",
    "responsibility", "publisher", "published_year", "isbn",
)  # fmt: skip
TITLE_COLUMNS = ("title_id", "title", "author", "publisher", "published_year", "isbn")


@dataclass(frozen=True)
class Book:
    """One record. `ref` is kind and id; `same` the ref of a record it is known to describe too."""

    ref: str
    key: str
    rest: str
    volume: str
    authors: tuple[str, ...]
    publisher: str
    year: int | None
    isbns: tuple[str, ...]
    same: str = ""


def books(site: Site, actor: Actor) -> list[Book]:
    """All of the live snapshot, in the order of their refs."""
    found = [bib_book(row) for row in _rows(site, "conformed.bib_record", BIB_COLUMNS, actor)]
    found += [title_book(row) for row in _rows(site, "conformed.title", TITLE_COLUMNS, actor)]
    return sorted(found, key=lambda book: book.ref)


def bib_book(row: Mapping[str, Any]) -> Book:
    whole = row["title"]
    if row.get("title_rest"):
        whole += f" : {row['title_rest']}"
    key, rest, volume = text.title_parts(whole)
    if row.get("title_part"):
        name, _rest, number = text.title_parts(row["title_part"])
        volume = f"{volume} {number or name}".strip()
    said = row.get("authors") or row.get("author_bodies") or row.get("responsibility") or ""
    return _book(f"{BIB}:{row['bib_id']}", key, rest, volume, said, row, row.get("title_id", ""))


def title_book(row: Mapping[str, Any]) -> Book:
    key, rest, volume = text.title_parts(row["title"])
    ref = f"{TITLE}:{row['title_id']}"
    return _book(ref, key, rest, volume, row.get("author") or "", row, "")


def _book(
    ref: str, key: str, rest: str, volume: str, said: str, row: Mapping[str, Any], same: str
) -> Book:
    year = row.get("published_year")
    return Book(
        ref,
        key,
        rest,
        volume,
        text.names(said)[:6],
        text.house(row.get("publisher") or ""),
        int(year) if year else None,
        text.isbns(row.get("isbn") or ""),
        f"{TITLE}:{same}" if same else "",
    )


def _rows(site: Site, table: str, columns: Iterable[str], actor: Actor) -> list[dict[str, Any]]:
    opening = open_table(site, table, PURPOSE, actor)
    return asking.rows(opening, tuple(columns), (), (), None, 0, None).dicts()
