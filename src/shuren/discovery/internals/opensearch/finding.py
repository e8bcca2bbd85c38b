"""Answers from a search server: hits, facets and reasons, what is being typed, the shelf."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shuren.discovery.definitions import Shelving
from shuren.discovery.errors import NoIndex
from shuren.discovery.internals import (
    asking,
    completing,
    counting,
    nearing,
    searching,
    shelving,
    syntax,
)
from shuren.discovery.internals.asked import Asked
from shuren.discovery.internals.asking import Part
from shuren.discovery.internals.opensearch import dsl, form, records
from shuren.discovery.internals.opensearch.server import Server
from shuren.discovery.internals.terms import SEPARATOR
from shuren.discovery.search_shapes import (
    NEWEST,
    OLDEST,
    SHELF,
    Answer,
    Facet,
    Hit,
    Item,
    Matched,
    Query,
    Reason,
    ShelfPage,
    Suggestion,
)
from shuren.kernel.i18n import gettext as _

# Names each part of an index puts forward for the most frequent ones.
_COUNTED = 20_000
_SHOWN = ["shown"]
# What stands on one line is told apart by its key, so that pages neither overlap nor leave a gap.
_BY_KEY = {"key": {"order": "asc"}}
_SORTS = {NEWEST: ("year", "desc"), OLDEST: ("year", "asc"), SHELF: ("shelf", "asc")}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" + SEPARATOR)
# A server takes 1,024 clauses in one query unless it is told otherwise.
_MOST_CLAUSES = 1_000


@dataclass(frozen=True)
class _Page:
    """total: with the filters; unfiltered: without; hits as the server gives them."""

    total: int
    unfiltered: int
    hits: list[dict[str, Any]]
    facets: tuple[Facet, ...]


class ServerEngine:
    """The port of `engines` over a server."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def answer(self, query: Query) -> Answer:
        """One page of hits with facets. raises  NotSearchable"""
        name, manifest = form.live(self.server)
        parsed = syntax.parse(query.text)
        nothing = Answer(query, 0, remarks=parsed.remarks, snapshot=manifest.snapshot, version=name)
        if parsed.node is None:
            return nothing
        chosen = counting.known(query.chosen)
        asked, parts = asking.strict(parsed)
        if _size(asked) > _MOST_CLAUSES:
            too_long = _("This is too much to search for at once: leave some words out.")
            return Answer(query, 0, remarks=(*parsed.remarks, too_long),
                          snapshot=manifest.snapshot, version=name)  # fmt: skip
        page, near = self._page(asked, chosen, query), False
        if not page.unfiltered and not syntax.excludes(parsed.node):
            nearest = nearing.near(parsed.plain)
            if nearest is not None and _size(nearest[0]) <= _MOST_CLAUSES:
                asked, parts = nearest
                page = self._page(asked, chosen, query)
                near = bool(page.total)
        hits = tuple(
            Hit(records.item(hit), float(hit["_score"] or 0.0), why)
            for hit, why in zip(page.hits, self._reasons(page.hits, parts), strict=True)
        )
        meant = searching.meant(parsed.plain, hits) if near else ""
        return Answer(
            query, page.total, hits, page.facets if page.total else (), near, parsed.remarks, meant,
            manifest.snapshot, name,
        )  # fmt: skip

    def _page(self, asked: Asked, chosen: Mapping[str, Sequence[str]], query: Query) -> _Page:
        told = self._search(page_body(asked, chosen, query))
        counted = told["aggregations"]
        facets = tuple(
            counting.facet(name, _buckets(counted[name]["counted"]), chosen.get(name, ()))
            for name in counting.FACETS
        )
        total = int(told["hits"]["total"]["value"])
        return _Page(total, int(counted["unfiltered"]["doc_count"]), told["hits"]["hits"], facets)

    def _reasons(
        self, hits: Sequence[dict[str, Any]], parts: Sequence[Part]
    ) -> list[tuple[Reason, ...]]:
        """What each part of the query gives each of these records: one small search a part."""
        ids = [hit["_id"] for hit in hits]
        bodies = [points_body(part.asked, ids) for part in parts] if ids else []
        found = self.server.read_many(self.server.settings.index, bodies)
        points = [{hit["_id"]: float(hit["_score"]) for hit in one["hits"]["hits"]}
                  for one in found] or [{} for _part in parts]  # fmt: skip
        return [
            searching.told(
                (part, given.get(id, 0.0)) for part, given in zip(parts, points, strict=True)
            )
            for id in ids
        ]

    def item(self, id: str) -> Item | None:
        """A work by its own id, else by that of a record in it."""
        for name in ("id", "member"):
            found = self._hits({"query": dsl.clause(asking.term(name, id)), "size": 1})
            if found:
                return records.item(found[0])
        return None

    def suggest(self, typed: str, limit: int) -> list[Suggestion]:
        asked = completing.read(typed)
        if asked is None:
            return []
        titles = [title_body(one, limit * completing.DEEP) for one in asked.titles]
        names = [names_body(prefix) for prefix in asked.beginnings.values()]
        found = self.server.read_many(self.server.settings.index, [*titles, *names])
        if not found:
            raise NoIndex
        items = [[records.item(hit) for hit in one["hits"]["hits"]] for one in found[: len(titles)]]
        counts = {
            kind: [(one["key"], int(one["doc_count"]))
                   for one in told["aggregations"]["names"]["buckets"]]
            for kind, told in zip(asked.beginnings, found[len(titles) :], strict=True)
        }  # fmt: skip
        return completing.together(items, counts, limit)

    def shelf(
        self, how: Shelving, call_number: str, size: int, campus: str, backwards: bool
    ) -> ShelfPage:
        def side(asked: Asked, limit: int, backwards: bool) -> Iterable[Item]:
            order = {"shelf": {"order": "desc" if backwards else "asc"}}
            body = {"query": dsl.clause(asked), "size": limit, "sort": [order, _BY_KEY]}
            return [records.item(hit) for hit in self._hits(body)]

        return shelving.page_of(side, how, call_number, size, campus, backwards)

    def matching(self, query: Query, limit: int) -> Matched:
        """All that has what is asked, by key; keys are cut at `limit`, the total is not."""
        parsed = syntax.parse(query.text)
        if parsed.node is None:
            return Matched(0, (), self.version())
        asked, _parts = asking.strict(parsed)
        if _size(asked) > _MOST_CLAUSES:
            return Matched(0, (), self.version())
        narrowed = counting.narrow(asked, counting.known(query.chosen))
        body = {"query": {"bool": {"filter": [dsl.clause(narrowed)]}}, "sort": [_BY_KEY],
                "size": limit, "_source": False, "track_total_hits": True}  # fmt: skip
        told = self._search(body)["hits"]
        keys = tuple(int(hit["_id"], 16) for hit in told["hits"])
        return Matched(int(told["total"]["value"]), keys, self.version())

    def items_of(self, keys: Sequence[int]) -> list[Item]:
        """The items that still have these keys, in their order."""
        ids = [dsl.hexed(key) for key in keys]
        hits = self._hits({"query": {"ids": {"values": ids}}, "size": len(ids)}) if ids else []
        found = {hit["_id"]: records.item(hit) for hit in hits}
        return [found[id] for id in ids if id in found]

    def version(self) -> str:
        name, manifest = form.live(self.server)
        return f"{name}@{manifest.made_at}"

    def _hits(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        return list(self._search({"_source": _SHOWN} | body)["hits"]["hits"])

    def _search(self, body: dict[str, Any]) -> dict[str, Any]:
        """Of all parts of the index or not at all. raises  NotSearchable"""
        index = self.server.settings.index
        told = self.server.read(f"{index}/_search?allow_partial_search_results=false", body)
        if told is None:
            raise NoIndex
        return told


def page_body(asked: Asked, chosen: Mapping[str, Sequence[str]], query: Query) -> dict[str, Any]:
    """One page of hits and all counts, in one request.

    A choice narrows the hits after counting; each facet is counted with the choices of all others,
    so that its own other values can be chosen too.
    """
    filters = {name: dsl.clause(asking.chosen_values(name, values))
               for name, values in chosen.items()}  # fmt: skip
    body: dict[str, Any] = {
        "query": dsl.clause(asked),
        "from": max(0, min(query.offset, searching.DEEPEST)),
        "size": query.limit,
        "track_total_hits": True,
        "_source": _SHOWN,
        "aggs": {"unfiltered": {"filter": {"match_all": {}}}},
    }
    if query.sort in _SORTS:
        name, order = _SORTS[query.sort]
        body["sort"] = [{name: {"order": order, "missing": "_last"}}, _BY_KEY]
    else:
        body |= {"query": dsl.weighed(body["query"]), "sort": [{"_score": "desc"}, _BY_KEY]}
    if filters:
        body["post_filter"] = {"bool": {"filter": list(filters.values())}}
    for name in counting.FACETS:
        others = [one for other, one in filters.items() if other != name]
        only = {"bool": {"filter": others}} if others else {"match_all": {}}
        body["aggs"][name] = {"filter": only, "aggs": {"counted": _counting(name)}}
    return body


def _counting(name: str) -> dict[str, Any]:
    if name == "year":
        return {"histogram": {"field": "year", "interval": 1, "min_doc_count": 1}}
    size = counting.SIZES.get(name, counting.SIZE)
    field = f"facet_{name}"
    return {"terms": {"field": field, "size": size, "shard_size": max(size, _COUNTED)}}


def points_body(part: Asked, ids: Sequence[str]) -> dict[str, Any]:
    """What one part of a query gives these records."""
    query = {"bool": {"must": [dsl.clause(part)], "filter": [{"ids": {"values": list(ids)}}]}}
    return {"query": query, "size": len(ids), "_source": False}


def title_body(asked: Asked, limit: int) -> dict[str, Any]:
    query = dsl.weighed(dsl.clause(asked))
    return {"query": query, "size": limit, "_source": _SHOWN,
            "sort": [{"_score": "desc"}, _BY_KEY]}  # fmt: skip


def names_body(prefix: str) -> dict[str, Any]:
    """Terms with this beginning, those with most records first."""
    terms = {"field": "complete", "include": f"{_escaped(prefix)}.*", "size": completing.SCANNED,
             "shard_size": _COUNTED}  # fmt: skip
    query = {"constant_score": {"filter": {"prefix": {"complete": {"value": prefix}}}}}
    return {"size": 0, "query": query, "aggs": {"names": {"terms": terms}}}


def _escaped(text: str) -> str:
    """For Lucene's regular expressions, in which any sign may follow a backslash."""
    return "".join(sign if sign in _PLAIN or ord(sign) > 127 else f"\\{sign}" for sign in text)


def _buckets(counted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Names without the number that may stand before them."""
    return [
        one | {"key": one["key"].rsplit(SEPARATOR, 1)[-1]} if isinstance(one["key"], str) else one
        for one in counted["buckets"]
    ]


def _size(asked: Asked) -> int:
    """How many leaves a query has."""
    return sum(_size(one) for _occur, one in asked.clauses) or 1
