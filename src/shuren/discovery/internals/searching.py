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
    guessing,
    kept,
    nearing,
    syntax,
    terms,
)
from shuren.discovery.internals.among import among, any_of, by_key
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
# How alike a title must be to be what was meant; two characters sound like many others.
_LATIN_MEANT, _MEANT, _SHORT_MEANT = 0.75, 0.65, 0.75
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
    is_narrowed = bool(chosen) and not found.page.count and _finds(reader, asked)
    if not found.page.count and not is_narrowed and not syntax.excludes(parsed.node):
        nearest = nearing.near(parsed.plain)
        if nearest is not None:
            asked, parts = nearest
            found = _search(reader, asked, parts, chosen, query, (key, "near"))
            near = bool(found.page.count)
    why = _reasons(reader, [place for _score, place in found.page.hits], parts, found.is_dear)
    hits = tuple(
        Hit(stored(reader, place), float(score) if isinstance(score, float) else 0.0, told)
        for (score, place), told in zip(found.page.hits, why, strict=True)
    )
    return Answer(
        query,
        found.page.count,
        hits,
        found.facets() if found.page.count else (),
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
    """page: of hits; facets: waits for them; is_dear: what was asked for may have many records;
    wide: where that is said of a very large index, whose count may be about right only."""

    page: broad.Page
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
    is_dear = guessing.most(reader.searcher, narrowed) > broad.MOST_COUNTED
    told = broad.breadth(reader, narrowed) if is_dear else None
    wide = told if told and told.hits > broad.MOST_COUNTED else None

    def facets(them: tantivy.Query | None = None) -> tuple[Facet, ...]:
        return kept.kept(key, lambda: _facets(reader, asked, chosen, wide, them))

    # What is dear and has many hits is counted while it is ranked.
    expected = told.hits if told else guessing.surely(reader.searcher, narrowed)
    counted = beside(facets) if is_dear and expected > broad.FEW else None
    page, is_about = None, False
    if wide and wide.hits > broad.MOST_RANKED and query.sort not in _SORTS:
        hits = broad.ranked(reader, asked, parts, chosen, offset, query.limit)
        if hits is not None:
            page, is_about = broad.Page(broad.about(wide.hits), hits), True
    if page is None and is_dear and query.sort not in _SORTS:
        page = broad.likeliest(reader, narrowed, offset, query.limit)
    if page is None:
        page = _page(reader, narrowed, offset, query)
    them = page.them
    return _Found(page, counted or (lambda: facets(them)), is_dear, wide, is_about)


def _page(reader: Reader, narrowed: Asked, offset: int, query: Query) -> broad.Page:
    order: dict[str, Any] = {"weight_by_field": "weight"}
    if query.sort in _SORTS:
        order = dict(zip(("order_by_field", "order"), _SORTS[query.sort], strict=True))
    first, last = offset, offset + query.limit
    if last <= broad.FEW:
        first, last = 0, broad.FEW
    found: Any = reader.searcher.search(narrowed.native, limit=last - first, offset=first, **order)
    them = None
    if first == 0 and found.hits and len(found.hits) == found.count:
        places = [place for _points, place in found.hits]
        them = any_of(by_key(reader.searcher, places))
    start = offset - first
    return broad.Page(found.count, found.hits[start : start + query.limit], them)


def _facets(
    reader: Reader,
    asked: Asked,
    chosen: Mapping[str, Sequence[str]],
    wide: broad.Breadth | None,
    them: tantivy.Query | None,
) -> tuple[Facet, ...]:
    if wide is not None:
        return broad.facets(reader, asked, chosen, wide)
    return counting.facets(reader, asked, chosen, them)


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
    these = by_key(reader.searcher, places)

    def given_by(some: Sequence[Part]) -> list[list[float]]:
        return [_points(reader, places, part, these) for part in some]

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
    reader: Reader,
    places: Sequence[tantivy.DocAddress],
    part: Part,
    these: Sequence[tantivy.Query],
) -> list[float]:
    """these: the records at the places"""
    asked = among(reader.searcher, these, part.asked)
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
    best, likeness = "", _SHORT_MEANT if len(asked) < 3 else _MEANT
    if folded.isascii():
        likeness = _LATIN_MEANT
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
