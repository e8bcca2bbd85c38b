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
from shuren.discovery.internals.asked import Asked, Occur
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


def breadth(reader: Reader, asked: Asked) -> Breadth | None:
    """How broad a query is that may find more than MOST_COUNTED; None where all that it finds can
    be counted."""
    views = reader.views
    if views is None:
        return None
    front = _count(views.front, asked)
    for sample in views.samples:
        found = _count(sample, asked)
        if found >= ENOUGH:
            break
    hits = front + round(found / sample.share)
    return Breadth(hits, sample, found, front) if hits > MOST_COUNTED else None


def _count(view: View, asked: Asked) -> int:
    found: Any = view.searcher.search(bare(asked).native, limit=1)
    return int(found.count)


def most(searcher: tantivy.Searcher, asked: Asked) -> float:
    """What a query finds is not more than this; without asking it."""
    inner = [(occur, most(searcher, one)) for occur, one in asked.clauses]
    match asked.kind:
        case "term":
            if asked.name == "key":
                return 1
            return searcher.doc_freq(asked.name, str(asked.values[0]))
        case "phrase":
            return min(searcher.doc_freq(asked.name, str(one)) for one in asked.values)
        case "among":
            return sum(searcher.doc_freq(asked.name, str(one)) for one in asked.values)
        case "nothing":
            return 0
        case "boost" | "constant":
            return inner[0][1]
        case "best":
            return sum(count for _occur, count in inner)
        case "boolean":
            must = [count for occur, count in inner if occur is Occur.Must]
            return min(must) if must else sum(n for occur, n in inner if occur is Occur.Should)
    return math.inf


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
    narrowed = counting.narrow(asked, chosen).native
    wanted = offset + limit
    found: Any = front.search(
        narrowed, limit=wanted + _BESIDE, count=False, weight_by_field="weight"
    )
    if len(found.hits) < wanted:
        return None
    alike = [
        part.asked.native
        for part in parts
        if part.kind in _WHOLE and _count(reader.views.front, part.asked) < wanted
    ]
    return _of_these(reader, narrowed, [*_by_key(front, found.hits), *alike], offset, limit)


def likeliest(
    reader: Reader, asked: Asked, offset: int, limit: int
) -> tuple[int, list[tuple[float, tantivy.DocAddress]]] | None:
    """How many hits there are, and one page of them: candidates are chosen by points that are about
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
        for key in _by_key(searcher, [hit for hit in found.hits if hit[0] >= least])
    ]
    count = sum(int(found.count) for _at, found in told)
    return count, _of_these(reader, asked.native, these, offset, limit) if these else []


def _by_key(searcher: tantivy.Searcher, hits: Sequence[Any]) -> list[tantivy.Query]:
    keys: Any = searcher.fast_field_values("key", [place for _score, place in hits])
    return [tantivy.Query.term_query(schema.schema(), "key", key) for key in keys]


def _of_these(
    reader: Reader, narrowed: tantivy.Query, these: Sequence[tantivy.Query], offset: int, limit: int
) -> list[tuple[float, tantivy.DocAddress]]:
    """One page of what is asked for, among these alone, with the points the whole index gives."""
    make = tantivy.Query
    any_of = make.boolean_query([(tantivy.Occur.Should, one) for one in these])
    both = (make.const_score_query(any_of, 0.0), narrowed)
    page: Any = reader.searcher.search(
        make.boolean_query([(tantivy.Occur.Must, one) for one in both]),
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
    sample = counting.buckets(wide.sample.searcher, asked, names, _SAMPLED_VALUES)
    front: dict[str, list[Any]] = {name: [] for name in names}
    share = wide.sample.share
    if wide.is_behind:
        share = wide.found / wide.hits
    else:
        front = counting.buckets(reader.views.front.searcher, asked, names, _SAMPLED_VALUES)
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
