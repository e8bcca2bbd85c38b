"""From a record to what the index holds of it."""

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import orjson
import tantivy

from shuren.discovery.definitions import Shelving
from shuren.discovery.internals import schema, terms
from shuren.discovery.internals.analysis.numbers import DOI, ISBN, ISSN, class_key
from shuren.discovery.internals.records import CATALOGUE, Record
from shuren.discovery.internals.spilling import number_of
from shuren.discovery.search_shapes import Edition, Item, Online

_MOST_FACET = 40
# How far popularity, recency and being in raise a score: gentle, and the last only parts ties.
POPULAR, RECENT, IN_NOW = 0.12, 0.05, 0.002
_MANY_COPIES, _FIRST_YEAR, _YEARS = 60, 1975, 50
_UNKNOWN_YEARS = range(1000, 2100)
_FACETS = {name: schema.facet_field(name) for name in schema.FACETS}
_NUMBERS = {name: schema.number_field(name) for name in schema.NUMBERED}


def document(record: Record, shelving: Shelving) -> tantivy.Document:
    """All fields of one record."""
    made = tantivy.Document()
    add = made.add_text
    add("id", record.id)
    for member in members(record):
        add("member", member)
    made.add_unsigned("key", number_of(record.id))
    made.add_unsigned("print", fingerprint(record))
    made.add_float("weight", 2 ** raised(record) - 2)
    made.add_bytes("shown", orjson.dumps(shown(record)))
    for found in _terms(record):
        for field, text in found:
            add(field, text)
    for kind, values in ((ISBN, record.isbns), (ISSN, record.issns), (DOI, record.dois)):
        for value in values:
            add("number", f"{kind}:{value}")
    if record.title_ids and record.call_numbers:
        place = terms.shelf(record.call_numbers[0], shelving)
        if place is not None:
            made.add_unsigned("shelf", place)
    _add_facets(made, record)
    return made


def members(record: Record) -> list[str]:
    """Ids of all rows the record is made of."""
    return list(dict.fromkeys([*(one.id for one in record.editions), *record.holding_ids]))


def _terms(record: Record) -> Iterator[Iterable[tuple[str, str]]]:
    yield from map(terms.title, record.titles)
    yield from map(terms.author, record.authors)
    yield from map(terms.subject, record.subjects)
    for value in record.subjects[:_MOST_FACET]:
        yield terms.completions("subject", value)
    yield from map(terms.publisher, record.publishers)
    for value in record.series:
        yield terms.plain("series", value)
    for value in (record.title_rest, *record.other_names):
        if value:
            yield terms.plain("rest", value)
    for value in (record.contents, record.summary, record.notes):
        if value:
            yield terms.plain("text", value)
    yield from map(terms.call_number, record.call_numbers)
    yield from map(terms.class_number, record.class_numbers)


def fingerprint(record: Record) -> int:
    """Changes when anything of the record does, or the way it is analysed; never 0."""
    content = orjson.dumps(record) + bytes([schema.VERSION])
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big") or 1


def raised(record: Record) -> float:
    """1 for a record nobody asks for, up to 1.17 for a recent one with many copies."""
    wanted = math.log1p(record.copies + record.on_loan) / math.log1p(_MANY_COPIES)
    newest = max(record.years, default=_FIRST_YEAR)
    recent = min(1.0, max(0.0, (newest - _FIRST_YEAR) / _YEARS))
    is_in = bool(record.available or record.online)
    return 1 + POPULAR * min(1.0, wanted) + RECENT * recent + IN_NOW * is_in


def _add_facets(made: tantivy.Document, record: Record) -> None:
    classes = [code for number in record.class_numbers for code in _codes(number)]
    _add_facet(made, "kind", (record.kind,))
    _add_facet(made, "clc", classes)
    _add_facet(made, "language", (record.language,))
    _add_facet(made, "campus", record.campuses)
    _add_facet(made, "availability", availability(record))
    _add_facet(made, "indexed", record.indexes)
    sources = [one for one in record.sources if one != CATALOGUE] or [CATALOGUE]
    _add_numbered(made, "subject", record.subjects[:_MOST_FACET])
    _add_numbered(made, "author", record.authors[:_MOST_FACET])
    _add_numbered(made, "publisher", record.publishers[:3])
    _add_numbered(made, "source", sources)
    for year in record.years:
        if year in _UNKNOWN_YEARS:
            made.add_integer("year", year)


def _add_facet(made: tantivy.Document, name: str, values: Sequence[str]) -> None:
    field = _FACETS[name]
    for value in values if len(values) < 2 else dict.fromkeys(values):
        if value:
            made.add_text(field, value[: terms.LONGEST_WHOLE])


def _add_numbered(made: tantivy.Document, name: str, values: Sequence[str]) -> None:
    field, counted = _FACETS[name], _NUMBERS[name]
    for value in values if len(values) < 2 else dict.fromkeys(values):
        if value:
            shown_as = value[: terms.LONGEST_WHOLE]
            number, named = terms.facet_name(shown_as)
            made.add_text(field, shown_as)
            made.add_text("facet_name", named)
            made.add_unsigned(counted, number)


def availability(record: Record) -> list[str]:
    """shelf: a copy is in; out: the library has it, none is in; online; free: to anybody."""
    found = []
    if record.available:
        found.append("shelf")
    elif record.copies:
        found.append("out")
    if record.online:
        found.append("online")
    if any(one.free for one in record.online):
        found.append("free")
    return found


def class_path(numbers: Iterable[str]) -> list[str]:
    """Codes from the main class down, three signs deep: TP312 → T, TP, TP3, TP31."""
    return list(dict.fromkeys(code for number in numbers for code in _codes(number)))


@lru_cache(maxsize=50_000)
def _codes(number: str) -> tuple[str, ...]:
    key = class_key(number)
    if not (key[:1].isalpha() and key.isascii()):
        return ()
    return tuple(key[:end] for end in range(1, min(len(key), 4) + 1) if key[end - 1] not in "-=()")


_LISTS = ("authors", "isbns", "issns", "dois", "subjects", "series", "title_ids", "sources",
          "indexes")  # fmt: skip
_TEXTS = ("kind", "title", "title_rest", "publisher", "language", "call_number", "class_number",
          "summary", "contents", "place", "extent")  # fmt: skip
_NOTHING: dict[str, object] = dict.fromkeys(_TEXTS, "") | dict.fromkeys(_LISTS, ())


def shown(record: Record) -> dict[str, object]:
    """What a page needs of it, without what is empty; `item` reads it back."""
    whole = {
        "id": record.id,
        "kind": record.kind,
        "title": record.titles[0],
        "title_rest": record.title_rest,
        "authors": record.authors,
        "publisher": next(iter(record.publishers), ""),
        "year": max(record.years, default=None),
        "language": record.language,
        "isbns": record.isbns,
        "issns": record.issns,
        "dois": record.dois,
        "call_number": next(iter(record.call_numbers), ""),
        "class_number": next(iter(record.class_numbers), ""),
        "subjects": record.subjects,
        "series": record.series,
        "summary": record.summary,
        "contents": record.contents,
        "place": record.place,
        "extent": record.extent,
        "title_ids": record.title_ids,
        "online": record.online,
        "editions": record.editions,
        "sources": record.sources,
        "indexes": record.indexes,
        "holdings": record.holding_ids,
    }
    return {name: value for name, value in whole.items() if value}


def item(content: bytes) -> Item:
    """The item of a stored document."""
    fields = {**_NOTHING, "year": None, **orjson.loads(content)}
    fields.pop("holdings", None)
    for name in _LISTS:
        fields[name] = tuple(fields[name])
    fields["online"] = tuple(Online(**one) for one in fields.get("online", ()))
    fields["editions"] = tuple(Edition(**one) for one in fields.get("editions", ()))
    return Item(**fields)


def made_of(content: bytes) -> tuple[str, list[tuple[str, str]]]:
    """The id of a stored document, and (kind as in Edition, id) of the rows it is made of."""
    fields = orjson.loads(content)
    rows = [(one["record"], one["id"]) for one in fields.get("editions", ())]
    return fields["id"], [*rows, *(("online", id) for id in fields.get("holdings", ()))]
