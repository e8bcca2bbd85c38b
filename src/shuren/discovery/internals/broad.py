"""Very broad queries to a very large index: what they find is counted in a part that chance has
picked, and ranked among the records most asked for.

Counting millions of hits by eleven filters takes seconds, ranking them tenths of one, and nobody
looks at more than a few. Numbers got so are about right and are said to be; whoever narrows the
search comes to exact ones. What the query names as a whole (a title, an author) is always ranked.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tantivy

from shuren.discovery.internals import counting, schema
from shuren.discovery.internals.among import among, any_of, by_key
from shuren.discovery.internals.asked import Asked
from shuren.discovery.internals.asking import Part
from shuren.discovery.internals.bare import bare
from shuren.discovery.internals.beside import beside
from shuren.discovery.internals.layout import View
from shuren.discovery.internals.likely import likely
from shuren.discovery.internals.store import Reader
from shuren.discovery.search_shapes import Facet

# Hits up to which all of them are counted, and up to which all are ranked.
MOST_COUNTED, MOST_RANKED = 30_000, 300_000
# Hits in a sample that are enough of them; with 2,000 a tenth of all is told to one part in 15.
ENOUGH = 2_000
# A value of thousands, such as an author, counts less than this in a sample by chance alone.
_TOLD = 10
_SAMPLED_VALUES = 200
_LITTLE = 1 / 20
_BESIDE = 50  # candidates for the first places beyond those on the page
_FIRST_PAGES = 60  # hits that candidates are chosen for
# So few hits are all looked up when the first page is, so that filters are counted among them.
FEW = 100
_WHOLE = ("title_is", "author_is", "pinyin_is", "number")


@dataclass(frozen=True)
class Breadth:
    """hits: about so many; sample: where they are counted; found: how many are there, and ahead in
    the front."""

    hits: int
    sample: View
    found: int
    ahead: int

    @property
    def is_behind(self) -> bool:
        """Whether so little stands in front that the sample can speak for it."""
        return self.ahead < _LITTLE * self.hits


@dataclass(frozen=True)
class Page:
    """One page of `count` hits, each with its points. them: all that was found, where these are so
    few that they are known: counting among them costs nothing, finding them again may."""

    count: int
    hits: list[tuple[Any, tantivy.DocAddress]]
    them: tantivy.Query | None = None


def breadth(reader: Reader, asked: Asked) -> Breadth | None:
    """How broad a query is that may find more than MOST_COUNTED; None where the index is not so
    large that this is asked."""
    views = reader.views
    if views is None:
        return None
    front = _count(views.front, asked)
    for sample in views.samples:
        found = _count(sample, asked)
        if found >= ENOUGH:
            break
    return Breadth(front + round(found / sample.share), sample, found, front)


def _count(view: View, asked: Asked) -> int:
    found: Any = view.searcher.search(bare(asked).native, limit=1)
    return int(found.count)


def ranked(
    reader: Reader,
    asked: Asked,
    parts: Sequence[Part],
    chosen: Mapping[str, Sequence[str]],
    offset: int,
    limit: int,
) -> list[tuple[float, tantivy.DocAddress]] | None:
    """One page of hits, the best of the front and of those the query names as a whole; None where
    the front has too few of them. Where the front has a page of those named, the rest of them
    would stand behind it and are not looked at: a title can be that of a hundred thousand."""
    assert reader.views is not None
    front = reader.views.front.searcher
    narrowed = counting.narrow(asked, chosen)
    wanted = offset + limit
    found: Any = front.search(
        narrowed.native, limit=wanted + _BESIDE, count=False, weight_by_field="weight"
    )
    if len(found.hits) < wanted:
        return None
    alike = [
        part.asked.native
        for part in parts
        if part.kind in _WHOLE and _count(reader.views.front, part.asked) < wanted
    ]
    these = by_key(front, [place for _score, place in found.hits])
    return _of_these(reader, narrowed, [*these, *alike], offset, limit)


def likeliest(reader: Reader, asked: Asked, offset: int, limit: int) -> Page | None:
    """One page of hits: candidates are chosen by points that are about
    right, in a very large index by two halves side by side, and are then given their points by the
    whole. A half gives a record the points of the whole within a thousandth, for words are as
    frequent in it. None where that would be no gain, as beyond the first pages."""
    if offset + limit > _FIRST_PAGES:
        return None
    candidates = likely(asked, reader.searcher)
    if reader.views is None and candidates is asked:
        return None
    wanted, native = _FIRST_PAGES + _BESIDE, candidates.native

    def best(searcher: tantivy.Searcher) -> tuple[tantivy.Searcher, Any]:
        return searcher, searcher.search(native, limit=wanted, weight_by_field="weight")

    if reader.views is None:
        told = [best(reader.searcher)]
    else:
        one, other = (half.searcher for half in reader.views.halves)
        waited_for = beside(lambda: best(one))
        told = [best(other), waited_for()]
    points = sorted((score for _at, found in told for score, _hit in found.hits), reverse=True)
    least = points[:wanted][-1] if points else 0.0
    these = [
        key
        for searcher, found in told
        for key in by_key(searcher, [at for points, at in found.hits if points >= least])
    ]
    count = sum(int(found.count) for _at, found in told)
    hits = _of_these(reader, asked, these, offset, limit) if these else []
    return Page(count, hits, any_of(these) if len(these) == count else None)


def _of_these(
    reader: Reader, asked: Asked, these: Sequence[tantivy.Query], offset: int, limit: int
) -> list[tuple[float, tantivy.DocAddress]]:
    """One page of what is asked for, among these alone."""
    page: Any = reader.searcher.search(
        among(reader.searcher, these, asked),
        limit=limit, offset=offset, count=False, weight_by_field="weight",
    )  # fmt: skip
    return list(page.hits)


def facets(
    reader: Reader, asked: Asked, chosen: Mapping[str, Sequence[str]], wide: Breadth
) -> tuple[Facet, ...]:
    """As `counting.facets`, with numbers that are about right."""
    counted = _counts(reader, counting.narrow(asked, chosen), counting.FACETS, wide)
    for name in chosen:
        counted |= _counts(reader, counting.narrow(asked, chosen, name), (name,), wide)
    return tuple(
        counting.facet(name, counted[name], chosen.get(name, ())) for name in counting.FACETS
    )


def _counts(
    reader: Reader, asked: Asked, names: Sequence[str], wide: Breadth
) -> dict[str, list[Any]]:
    assert reader.views is not None
    native = bare(asked).native
    sample = counting.buckets(wide.sample.searcher, native, names, _SAMPLED_VALUES)
    front: dict[str, list[Any]] = {name: [] for name in names}
    share = wide.sample.share
    if wide.is_behind:
        share = wide.found / wide.hits
    else:
        front = counting.buckets(reader.views.front.searcher, native, names, _SAMPLED_VALUES)
    return {
        name: counting.named(reader, name, _added(name, front[name], sample[name], share))
        for name in names
    }


def _added(name: str, front: list[Any], sample: list[Any], share: float) -> list[Any]:
    """Buckets of the front and of the sample as those of the whole."""
    ahead = {one["key"]: int(one["doc_count"]) for one in front}
    least = _TOLD if name in schema.NUMBERED else 1
    made = [
        {"key": one["key"],
         "doc_count": about(ahead.get(one["key"], 0) + int(one["doc_count"]) / share)}
        for one in sample
        if one["doc_count"] >= least
    ]  # fmt: skip
    if name not in schema.NUMBERED:
        seen = {one["key"] for one in made}
        made += [one for one in front if one["key"] not in seen and one["doc_count"]]
    if name == "year":
        return sorted(made, key=lambda one: one["key"])
    made.sort(key=lambda one: (-one["doc_count"], str(one["key"])))
    return made[: counting.SIZES.get(name, counting.SIZE)]


def about(number: float) -> int:
    """The number to two figures: 1,234,567 is about 1,200,000."""
    if number < 100:
        return round(number)
    step = 10 ** (math.floor(math.log10(number)) - 1)
    return round(number / step) * step
