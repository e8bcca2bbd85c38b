"""Which records a query finds, as numbers that can be kept and compared with those found later."""

from collections.abc import Sequence
from typing import Any

import tantivy

from shuren.discovery.internals import asking, counting, schema, searching, syntax
from shuren.discovery.internals.analysis import numbers
from shuren.discovery.internals.store import Reader
from shuren.discovery.search_shapes import Item, Matched, Query


def matching(reader: Reader, query: Query, limit: int) -> Matched:
    """All that has what is asked, without order; keys are cut at `limit`, the total is not."""
    parsed = syntax.parse(query.text)
    if parsed.node is None:
        return Matched(0, (), version(reader))
    asked, _parts = asking.strict(parsed)
    narrowed = counting.narrow(asked, counting.known(query.chosen)).native
    found: Any = reader.searcher.search(narrowed, limit=limit, count=True)
    keys: Any = reader.searcher.fast_field_values("key", [place for _score, place in found.hits])
    return Matched(found.count or 0, tuple(keys), version(reader))


def items_of(reader: Reader, keys: Sequence[int]) -> list[Item]:
    """The items that still have these keys, in their order."""
    found = []
    for key in keys:
        asked = tantivy.Query.term_query(schema.schema(), "key", key)
        hits = reader.searcher.search(asked, limit=1, count=False).hits
        found += [searching.stored(reader, place) for _score, place in hits]
    return found


def version(reader: Reader) -> str:
    """Another one for every state of the index."""
    return f"{reader.name}@{reader.manifest.made_at}"


def is_number_of_a_work(text: str) -> bool:
    """Whether the whole text is an ISBN, an ISSN or a DOI, its check digit right."""
    found = numbers.recognise(text)
    return bool(found and found.sure and found.kind in (numbers.ISBN, numbers.ISSN, numbers.DOI))
