"""Looking up titles. A plain look-up so far: every word of the question must stand somewhere
in title, author, pinyin, ISBN or call number. Ranking and facets come with the search engine."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from shuren.data import queries as data
from shuren.discovery.internals.openurl import read_openurl
from shuren.discovery.internals.resolving import full_texts
from shuren.discovery.shapes import Found, FoundTitle, Holding, Resolution
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

TABLE = "mart.title_availability"
PURPOSE = "public_information"
MOST_WORDS = 8
_MOST_CAMPUSES = 8  # a title has a row on each
_DESCRIBED = (
    "title_id", "title", "title_pinyin", "author", "publisher", "published_year", "isbn",
    "call_number", "clc_main",
)  # fmt: skip


def find_titles(site: Site, text: str, *, actor: Actor, limit: int = 20, offset: int = 0) -> Found:
    """Titles with all words of the text, by title; nothing for an empty text.

    A word is what stands between spaces; letter case does not count. Pinyin may be written
    with spaces or without.
    raises  NoSnapshot, trust's NotAllowed
    """
    words = text.lower().split()[:MOST_WORDS]
    if not words:
        return Found(text, 0, ())
    where = [("search_text", "contains", word) for word in words]
    with data.same_snapshot(site):
        matches = data.read(
            site,
            TABLE,
            columns=["title_id", "title", "title_pinyin"],
            where=where,
            purpose=PURPOSE,
            actor=actor,
        )
        ids = list(dict.fromkeys(row[0] for row in sorted(matches.rows, key=_nearest(words))))
        page = ids[offset : offset + limit]
        return Found(text, len(ids), _titles(site, page, actor))


def newest_titles(site: Site, subject: str, *, actor: Actor, limit: int) -> tuple[FoundTitle, ...]:
    """The newest titles of a class of the second level, by year of publication, then title.

    raises  NoSnapshot, trust's NotAllowed
    """
    with data.same_snapshot(site):
        found = data.read(
            site,
            TABLE,
            columns=["title_id"],
            where=[("clc_second", "=", subject)],
            order_by=["-published_year", "title", "title_id", "campus"],
            limit=limit * _MOST_CAMPUSES,
            purpose=PURPOSE,
            actor=actor,
        )
        ids = list(dict.fromkeys(row[0] for row in found.rows))[:limit]
        return _titles(site, ids, actor)


def _nearest(words: Sequence[str]) -> Any:
    """Titles that are the question first, then those that begin with it, then by title; in
    characters or in pinyin."""
    whole = "".join(words)

    def place(row: tuple[Any, ...]) -> tuple[bool, bool, str, str]:
        title_id, title, pinyin = row
        spellings = [text.lower().replace(" ", "") for text in (title, pinyin)]
        return (
            whole not in spellings,
            not any(spelling.startswith(whole) for spelling in spellings),
            title,
            title_id,
        )

    return place


def _titles(site: Site, ids: Sequence[str], actor: Actor) -> tuple[FoundTitle, ...]:
    if not ids:
        return ()
    table = data.read(
        site,
        TABLE,
        columns=[*_DESCRIBED, "campus", "copies", "on_loan", "available"],
        where=[("title_id", "in", ids)],
        order_by=["campus"],
        purpose=PURPOSE,
        actor=actor,
    )
    rows = table.dicts()
    return tuple(_title([row for row in rows if row["title_id"] == id]) for id in ids)


def _title(rows: list[dict[str, Any]]) -> FoundTitle:
    first = rows[0]
    holdings = tuple(
        Holding(row["campus"], row["copies"], row["on_loan"], row["available"]) for row in rows
    )
    described = {name: first[name] for name in _DESCRIBED}
    return FoundTitle(**described, holdings=holdings)


def resolve(
    site: Site, query: Mapping[str, Iterable[str]], *, actor: Actor, today: date
) -> Resolution:
    """Where the library holds online what an OpenURL asks for.

    query   {key: values} of the address; keys that name a person are never read
    today   embargoes are counted from it
    raises  NoSnapshot, trust's NotAllowed
    """
    citation = read_openurl(query)
    return Resolution(citation, full_texts(site, citation, actor, today))
