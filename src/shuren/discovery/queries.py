"""Reads of the discovery room: searching, one item, the shelf, completing what is typed, and where
the library holds online what an OpenURL asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot
from shuren.discovery.definitions import shelving
from shuren.discovery.errors import NoSuchItem
from shuren.discovery.internals import citing, engines, naming, newest, watching
from shuren.discovery.internals.openurl import read_openurl
from shuren.discovery.internals.records import PURPOSE, READ
from shuren.discovery.internals.resolving import full_texts
from shuren.discovery.search_shapes import Answer, Item, Matched, Query, ShelfPage, Suggestion
from shuren.discovery.shapes import FoundTitle, Holding, Resolution
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import queries as trust

AVAILABILITY = "mart.title_availability"
MOST_EXPORTED = 500
FORMATS = citing.FORMATS
# What the search index is made from, {table: columns}.
INDEXED = READ


def search(site: Site, query: Query | str, *, actor: Actor) -> Answer:
    """One page of records for what is asked, with facets and the copies that are in now.

    Whatever is typed is answered: what could not be read stands in `remarks`.
    raises  NotSearchable, trust's NotAllowed
    """
    asked = Query(query) if isinstance(query, str) else query
    trust.require_purpose(actor, PURPOSE)
    answer = engines.engine(site).answer(asked)
    items = with_holdings(site, [hit.item for hit in answer.hits], actor)
    hits = tuple(replace(hit, item=item) for hit, item in zip(answer.hits, items, strict=True))
    return replace(answer, hits=hits)


def with_holdings(site: Site, items: Sequence[Item], actor: Actor) -> list[Item]:
    """The same items with their copies on each campus, as the live snapshot has them."""
    ids = [id for item in items for id in item.title_ids]
    if not ids:
        return list(items)
    try:
        rows = data.read(
            site,
            AVAILABILITY,
            columns=["title_id", "campus", "copies", "on_loan", "available"],
            where=[("title_id", "in", ids)],
            order_by=["campus"],
            purpose=PURPOSE,
            actor=actor,
        ).rows
    except NoSnapshot:
        return list(items)
    held: dict[str, dict[str, list[int | None]]] = {}
    for id, campus, *counts in rows:
        held.setdefault(id, {})[campus] = counts
    return [replace(item, holdings=_added(item, held)) for item in items]


def _added(
    item: Item, held: Mapping[str, Mapping[str, Sequence[int | None]]]
) -> tuple[Holding, ...]:
    """The copies of all titles of a work, campus by campus."""
    sums: dict[str, list[int | None]] = {}
    for id in item.title_ids:
        for campus, counts in held.get(id, {}).items():
            before = sums.get(campus, [None, None, None])
            sums[campus] = [
                one if other is None else other + (one or 0)
                for one, other in zip(counts, before, strict=True)
            ]
    return tuple(Holding(campus, *counts) for campus, counts in sums.items())


def item(site: Site, id: str, *, actor: Actor) -> Item:
    """A work by its id, or by the id of any record in it.

    raises  NoSuchItem, NotSearchable, trust's NotAllowed
    """
    trust.require_purpose(actor, PURPOSE)
    found = engines.engine(site).item(id)
    if found is None:
        raise NoSuchItem(id)
    return with_holdings(site, [found], actor)[0]


def matching(site: Site, query: Query, *, actor: Actor, limit: int) -> Matched:
    """All records that have what is asked, to be compared with those of another day.

    raises  NotSearchable, trust's NotAllowed
    """
    trust.require_purpose(actor, PURPOSE)
    return engines.engine(site).matching(query, limit)


def items_of(site: Site, keys: Sequence[int], *, actor: Actor) -> list[Item]:
    """The items with these keys of `matching` that are still there, without their copies.

    raises  NotSearchable, trust's NotAllowed
    """
    trust.require_purpose(actor, PURPOSE)
    return engines.engine(site).items_of(keys)


def index_version(site: Site) -> str:
    """The state of the index, another one whenever it changed; raises NotSearchable."""
    return engines.engine(site).version()


is_number_of_a_work = watching.is_number_of_a_work
named_book = naming.named_book
is_same_book = naming.is_same_book
book_keys = naming.book_keys


def suggest(site: Site, typed: str, *, actor: Actor, limit: int = 8) -> list[Suggestion]:
    """What may be being typed: titles, then names and subjects.

    raises  NotSearchable, trust's NotAllowed
    """
    trust.require_purpose(actor, PURPOSE)
    return engines.engine(site).suggest(typed, limit)


def shelf(
    site: Site,
    call_number: str,
    *,
    actor: Actor,
    size: int = 12,
    campus: str = "",
    backwards: bool = False,
) -> ShelfPage:
    """What stands on the shelf from a call number on, or just before it.

    raises  NotSearchable, trust's NotAllowed
    """
    trust.require_purpose(actor, PURPOSE)
    how = shelving(site)
    found = engines.engine(site).shelf(how, call_number, size, campus, backwards)
    return replace(found, items=tuple(with_holdings(site, found.items, actor)))


def newest_titles(site: Site, subject: str, *, actor: Actor, limit: int) -> tuple[FoundTitle, ...]:
    """The newest titles of a class of the second level, by year of publication, then title.

    raises  NoSnapshot, trust's NotAllowed
    """
    return newest.newest_titles(site, subject, actor, limit)


def export(items: Sequence[Item], form: str, address: str = "") -> str:
    """Items as text: ris, bibtex, csl, gbt7714 or csv; `address` + id is each one's permanent link.

    raises  UnknownFormat
    """
    return citing.export(items[:MOST_EXPORTED], form, address)


def cite(item: Item, address: str = "") -> str:
    """The item as GB/T 7714-2015 writes it, without a number."""
    return citing.gbt7714(item, address)


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
