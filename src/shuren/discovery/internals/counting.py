"""How many of the records found have each value of each filter."""

from collections.abc import Mapping, Sequence
from typing import Any

import tantivy

from shuren.discovery.internals import asking, schema, terms
from shuren.discovery.internals.asked import Asked, Occur
from shuren.discovery.internals.bare import bare
from shuren.discovery.internals.store import Reader
from shuren.discovery.search_shapes import Facet, FacetValue

FACETS = ("availability", "kind", "clc", "year", "campus", "language", "indexed", "author",
          "subject", "publisher", "source")  # fmt: skip
SIZES = {"clc": 300, "campus": 40, "kind": 20, "availability": 6, "language": 30}
SIZE = 12
# Values a segment of the index keeps count of; with more of them the least counts may be short.
_COUNTED = 20_000

# A number stands for the same name in any index.
_MOST_NAMES = 50_000
_names: dict[int, str] = {}


def known(chosen: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The facets there are, with values that are not empty, each once."""
    kept = {name: [v for v in dict.fromkeys(chosen.get(name, ())) if v] for name in FACETS}
    return {name: values for name, values in kept.items() if values}


def narrow(asked: Asked, chosen: Mapping[str, Sequence[str]], but: str = "") -> Asked:
    """Only records with a chosen value of every facet; but: leave this facet's choice out."""
    clauses = [
        (Occur.Must, asking.const(asking.chosen_values(name, values), 0.0))
        for name, values in chosen.items()
        if name != but
    ]
    return Asked.boolean_query([(Occur.Must, asked), *clauses]) if clauses else asked


def facets(
    reader: Reader,
    asked: Asked,
    chosen: Mapping[str, Sequence[str]],
    them: tantivy.Query | None = None,
) -> tuple[Facet, ...]:
    """All counts in one pass; a facet with a choice is counted once more as if it had none, so
    that its other values can be chosen too. them: what was found, where that is known."""
    counted = _counts(reader, them or bare(narrow(asked, chosen)).native, FACETS)
    for name in chosen:
        counted |= _counts(reader, bare(narrow(asked, chosen, name)).native, (name,))
    return tuple(facet(name, counted[name], chosen.get(name, ())) for name in FACETS)


def _counts(reader: Reader, asked: tantivy.Query, names: Sequence[str]) -> dict[str, list[Any]]:
    found = buckets(reader.searcher, asked, names)
    return {name: named(reader, name, found[name]) for name in names}


def buckets(
    searcher: tantivy.Searcher, asked: tantivy.Query, names: Sequence[str], size: int = 0
) -> dict[str, list[Any]]:
    """[{key, doc_count}] of each facet, the most frequent first; size: how many of those that are
    counted by numbers, if not as many as are shown"""
    wanted = {name: _aggregation(name, searcher.num_segments, size) for name in names}
    found = searcher.aggregate(asked, wanted)
    return {name: found[name]["buckets"] for name in names}


def named(reader: Reader, name: str, buckets: list[Any]) -> list[Any]:
    """Buckets of numbers by the names these stand for."""
    if name not in schema.NUMBERED:
        return buckets
    return [{**one, "key": _name(reader, int(one["key"]))} for one in buckets]


def _name(reader: Reader, number: int) -> str:
    if number not in _names:
        prefix = terms.facet_number(number)
        [(term, _count)] = reader.searcher.terms_with_prefix("facet_name", prefix, limit=1)
        if len(_names) >= _MOST_NAMES:
            _names.clear()
        _names[number] = term.removeprefix(prefix)
    return _names[number]


def _aggregation(name: str, segments: int, numbered: int) -> dict[str, Any]:
    """segments: of the index; the most of one alone are the most of all"""
    if name == "year":
        return {"histogram": {"field": "year", "interval": 1, "min_doc_count": 1}}
    size = SIZES.get(name, SIZE)
    if name in schema.NUMBERED:
        size = numbered or size
        field = schema.number_field(name)
        return {
            "terms": {
                "field": field,
                "size": size,
                "segment_size": _COUNTED if segments > 1 else size,
            }
        }
    return {"terms": {"field": schema.facet_field(name), "size": size}}


def facet(name: str, buckets: list[Any], chosen: Sequence[str]) -> Facet:
    counts = {_value(one["key"]): int(one["doc_count"]) for one in buckets}
    if name == "year":
        return Facet(name, tuple(
            FacetValue(year, count, year in chosen) for year, count in counts.items() if count
        ))  # fmt: skip
    order = [*chosen, *(value for value in counts if value not in chosen)]
    return Facet(
        name, tuple(FacetValue(value, counts.get(value, 0), value in chosen) for value in order)
    )


def _value(key: Any) -> str:
    return str(int(key)) if isinstance(key, float) else str(key)
