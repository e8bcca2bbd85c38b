"""Answers a query from one state of the index: hits, facets, and why each hit stands there."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import tantivy
from tantivy import Order

from shuren.discovery.internals import (
    asking,
    broad,
    counting,
    documents,
    kept,
    nearing,
    schema,
    syntax,
    terms,
)
from shuren.discovery.internals.analysis import pinyin
from shuren.discovery.internals.analysis.folding import fold, squeezed, tokens
from shuren.discovery.internals.asked import Asked
from shuren.discovery.internals.asking import Part
from shuren.discovery.internals.beside import beside
from shuren.discovery.internals.store import Reader
from shuren.discovery.search_shapes import (
    NEWEST,
    OLDEST,
    SHELF,
    Answer,
    Facet,
    Hit,
    Item,
    Query,
    Reason,
)

DEEPEST = 10_000  # the last hit that can be paged to
_OTHER_NEAR = 5
_WORD_MEANT = 0.74  # … and a word of it
_LATIN_MEANT, _MEANT = 0.75, 0.65  # how alike a title must be to be what was meant
_SORTS = {NEWEST: ("year", Order.Desc), OLDEST: ("year", Order.Asc), SHELF: ("shelf", Order.Asc)}


def answer(reader: Reader, query: Query) -> Answer:
    """One page of hits with facets. Never raises for what was typed."""
    parsed = syntax.parse(query.text)
    if parsed.node is None:
        return Answer(query, 0, remarks=parsed.remarks, snapshot=reader.manifest.snapshot,
                      version=reader.name)  # fmt: skip
    chosen = counting.known(query.chosen)
    asked, parts = asking.strict(parsed)
    key = (reader.state, query.text, tuple(sorted((n, tuple(v)) for n, v in chosen.items())))
    found = _search(reader, asked, parts, chosen, query, (key, "all of it"))
    near = False
    # Where the filters alone leave nothing, other records are no answer.
    is_narrowed = bool(chosen) and not found.count and _finds(reader, asked)
    if not found.count and not is_narrowed and not syntax.excludes(parsed.node):
        nearest = nearing.near(parsed.plain)
        if nearest is not None:
            asked, parts = nearest
            found = _search(reader, asked, parts, chosen, query, (key, "near"))
            near = bool(found.count)
    why = _reasons(reader, [place for _score, place in found.hits], parts, found.is_dear)
    hits = tuple(
        Hit(stored(reader, place), float(score) if isinstance(score, float) else 0.0, told)
        for (score, place), told in zip(found.hits, why, strict=True)
    )
    return Answer(
        query,
        found.count,
        hits,
        found.facets() if found.count else (),
        near,
        parsed.remarks,
        meant(parsed.plain, hits) if near else "",
        reader.manifest.snapshot,
        reader.name,
        found.is_about,
        found.wide is not None,
    )


def _finds(reader: Reader, asked: Asked) -> bool:
    return bool(reader.searcher.search(asked.native, limit=1, count=False).hits)


def by_id(reader: Reader, id: str) -> Item | None:
    """A work by its own id, else by that of a record in it."""
    for name in ("id", "member"):
        found = reader.searcher.search(asking.term(name, id).native, limit=1, count=False)
        if found.hits:
            return stored(reader, found.hits[0][1])
    return None


@dataclass(frozen=True)
class _Found:
    """count and hits of one page; facets: waits for them; is_dear: what was asked for may have
    many records; wide: where that is said of a very large index, whose count may be about right
    only."""

    count: int
    hits: list[tuple[Any, tantivy.DocAddress]]
    facets: Callable[[], tuple[Facet, ...]]
    is_dear: bool
    wide: broad.Breadth | None = None
    is_about: bool = False


def _search(
    reader: Reader,
    asked: Asked,
    parts: Sequence[Part],
    chosen: Mapping[str, Sequence[str]],
    query: Query,
    key: Hashable,
) -> _Found:
    """key: what its facets are kept under"""
    offset = max(0, min(query.offset, DEEPEST))
    narrowed = counting.narrow(asked, chosen)
    is_dear = broad.most(reader.searcher, narrowed) > broad.MOST_COUNTED
    wide = broad.breadth(reader, narrowed) if is_dear else None

    def facets() -> tuple[Facet, ...]:
        return kept.kept(key, lambda: _facets(reader, asked, chosen, wide))

    # What is dear is counted while it is ranked.
    counted = beside(facets) if is_dear else facets
    if wide and wide.hits > broad.MOST_RANKED and query.sort not in _SORTS:
        page = broad.ranked(reader, asked, parts, chosen, offset, query.limit)
        if page is not None:
            return _Found(broad.about(wide.hits), page, counted, is_dear, wide, True)
    if is_dear and query.sort not in _SORTS:
        told = broad.likeliest(reader, narrowed, offset, query.limit)
        if told is not None:
            return _Found(*told, counted, is_dear, wide)
    native = narrowed.native
    if query.sort in _SORTS:
        name, order = _SORTS[query.sort]
        found: Any = reader.searcher.search(
            native, limit=query.limit, offset=offset, order_by_field=name, order=order
        )
    else:
        found = reader.searcher.search(
            native, limit=query.limit, offset=offset, weight_by_field="weight"
        )
    return _Found(found.count, found.hits, counted, is_dear, wide)


def _facets(
    reader: Reader, asked: Asked, chosen: Mapping[str, Sequence[str]], wide: broad.Breadth | None
) -> tuple[Facet, ...]:
    if wide is not None:
        return broad.facets(reader, asked, chosen, wide)
    return counting.facets(reader, asked, chosen)


def stored(reader: Reader, place: tantivy.DocAddress) -> Item:
    """The item that is kept there."""
    shown: Any = reader.searcher.doc(place).get_first("shown")
    return documents.item(bytes(shown))


def _reasons(
    reader: Reader, places: Sequence[tantivy.DocAddress], parts: Sequence[Part], is_dear: bool
) -> list[tuple[Reason, ...]]:
    """What each part of the query gives each of these records, most first. A part is asked once
    for all of them: to have each record explained costs three times as much."""
    if not places:
        return []
    keys: Any = reader.searcher.fast_field_values("key", list(places))
    make = tantivy.Query
    these = [make.term_query(schema.schema(), "key", key) for key in keys]
    found = make.boolean_query([(tantivy.Occur.Should, one) for one in these])
    only = make.const_score_query(found, 0.0)

    def given_by(some: Sequence[Part]) -> list[list[float]]:
        return [_points(reader, places, part, only) for part in some]

    half = len(parts) // 2 if is_dear else len(parts)
    others = beside(lambda: given_by(parts[half:])) if is_dear else list
    points = [*given_by(parts[:half]), *others()]
    return [
        told(zip(parts, (given[at] for given in points), strict=True)) for at in range(len(places))
    ]


def told(given: Iterable[tuple[Part, float]]) -> tuple[Reason, ...]:
    best: dict[tuple[str, str], float] = {}
    for part, points in given:
        key = (part.kind, part.words)
        best[key] = max(best.get(key, 0.0), points)
    told = [Reason(kind, text, round(points, 1)) for (kind, text), points in best.items()
            if points > 0.05]  # fmt: skip
    return tuple(sorted(told, key=lambda one: -one.points))


def _points(
    reader: Reader, places: Sequence[tantivy.DocAddress], part: Part, only: tantivy.Query
) -> list[float]:
    """only: these records, for no points"""
    both = (only, part.asked.native)
    asked = tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in both])
    found = reader.searcher.search(asked, limit=len(places), count=False)
    given = {(at.segment_ord, at.doc): float(score) for score, at in found.hits}
    return [given.get((place.segment_ord, place.doc), 0.0) for place in places]


def meant(plain: str, hits: Sequence[Hit]) -> str:
    """What may have been meant: the query with its slips mended word by word, else the nearest
    title or name, where it is close enough."""
    folded = fold(plain)
    if folded.isascii() and (mended := _mended(folded, hits)):
        return mended
    asked, sound = squeezed(folded), "".join(pinyin.syllables(folded))
    best, likeness = "", _LATIN_MEANT if folded.isascii() else _MEANT
    for hit in hits[:_OTHER_NEAR]:
        titles = (hit.item.title, terms.without_brackets(hit.item.title))
        for text in (*titles, *hit.item.authors[:2]):
            other = fold(text)
            read = "".join(pinyin.syllables(other))
            alike = max(_alike(asked, squeezed(other)), _alike(sound, read))
            if alike > likeness and squeezed(other) != asked:
                best, likeness = text, alike
    return best


def _mended(folded: str, hits: Sequence[Hit]) -> str:
    """Each word that no near title has, by the one of theirs most like it; "" if one has none."""
    known = {t for hit in hits[:_OTHER_NEAR] for t in tokens(fold(hit.item.title)) if t.isascii()}
    words = []
    for word in tokens(folded):
        likest = max(known, key=lambda one: _alike(word, one), default="")
        if word not in known and _alike(word, likest) < _WORD_MEANT:
            return ""
        words.append(word if word in known else likest)
    mended = " ".join(words)
    return mended if mended != " ".join(tokens(folded)) else ""


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
