"""From a record to what the index holds of it."""

import hashlib
import math
import re
from collections.abc import Iterable
from dataclasses import asdict

import orjson
import tantivy

from shuren.discovery.definitions import Shelving
from shuren.discovery.internals import callnumbers, schema
from shuren.discovery.internals.analysis import pinyin, words
from shuren.discovery.internals.analysis.folding import fold, squeezed
from shuren.discovery.internals.analysis.numbers import (
    CALL,
    CLASS,
    DOI,
    ISBN,
    ISSN,
    call_key,
    class_key,
)
from shuren.discovery.internals.records import CATALOGUE, Record
from shuren.discovery.search_shapes import Edition, Item, Online

SEPARATOR = "\x1f"  # between the parts of a completion
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|:.*|/.*")
_LONGEST_WHOLE, _MOST_FACET = 200, 40
# How far popularity, recency and being in raise a score: gentle, and the last only parts ties.
POPULAR, RECENT, IN_NOW = 0.12, 0.05, 0.002
_MANY_COPIES, _FIRST_YEAR, _YEARS = 60, 1975, 50
_UNKNOWN_YEARS = range(1000, 2100)


def document(record: Record, shelving: Shelving) -> tantivy.Document:
    """All fields of one record."""
    made = tantivy.Document()
    made.add_text("id", record.id)
    for one in record.editions:
        made.add_text("member", one.id)
    made.add_unsigned("key", number_of(record.id))
    made.add_unsigned("print", fingerprint(record))
    made.add_float("weight", 2 ** _raise(record) - 2)
    made.add_bytes("shown", orjson.dumps(shown(record)))
    _add_titles(made, record)
    _add_names(made, record)
    for name, values in (("subject", record.subjects), ("publisher", record.publishers)):
        _add_text(made, name, values)
        for value in values:
            read = pinyin.syllables(fold(value))
            made.add_text(f"{name}_syllables", " ".join(read))
    _add_text(made, "series", record.series)
    _add_text(made, "rest", [record.title_rest, *record.other_names])
    _add_text(made, "text", [record.contents, record.summary, record.notes])
    _add_numbers(made, record, shelving)
    _add_facets(made, record)
    return made


def without_brackets(title: str) -> str:
    """The title as it is spoken of: without brackets and what follows a colon or a slash."""
    plain = title.translate(str.maketrans("（）［］：／", "()[]:/"))
    return " ".join(_BRACKETS.sub(" ", plain).split())


def number_of(id: str) -> int:
    """A number of 64 bits that stands for an id."""
    return int.from_bytes(hashlib.blake2b(id.encode(), digest_size=8).digest(), "big")


def fingerprint(record: Record) -> int:
    """Changes when anything of the record does, or the way it is analysed."""
    content = orjson.dumps(record) + bytes([schema.VERSION])
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big")


def _raise(record: Record) -> float:
    """1 for a record nobody asks for, up to 1.17 for a recent one with many copies."""
    wanted = math.log1p(record.copies + record.on_loan) / math.log1p(_MANY_COPIES)
    newest = max(record.years, default=_FIRST_YEAR)
    recent = min(1.0, max(0.0, (newest - _FIRST_YEAR) / _YEARS))
    is_in = bool(record.available or record.online)
    return 1 + POPULAR * min(1.0, wanted) + RECENT * recent + IN_NOW * is_in


def _add_titles(made: tantivy.Document, record: Record) -> None:
    wholes: dict[str, None] = {}
    for title in record.titles:
        folded = fold(title)
        _add_folded(made, "title", folded)
        made.add_text("title_characters", " ".join(words.characters(folded)))
        _add_pinyin(made, "title", folded)
        short = _BRACKETS.sub(" ", folded)
        for form in (folded, short, words.numbered(folded)):
            if whole := squeezed(form)[:_LONGEST_WHOLE]:
                wholes[whole] = None
        read = "".join(pinyin.syllables(short))
        made.add_text("title_letters", " ".join(pinyin.triples(read)))
        made.add_text("title_pinyin", read[:_LONGEST_WHOLE])
    for whole in wholes:
        made.add_text("title_whole", whole)


def _add_names(made: tantivy.Document, record: Record) -> None:
    for name in record.authors:
        folded = fold(name)
        _add_folded(made, "author", folded)
        made.add_text("author_characters", " ".join(words.characters(folded)))
        _add_pinyin(made, "author", folded)
        made.add_text("author_whole", squeezed(folded)[:_LONGEST_WHOLE])
        _add_completion(made, "author", name, folded)
    for subject in record.subjects[:_MOST_FACET]:
        _add_completion(made, "subject", subject, fold(subject))


def _add_completion(made: tantivy.Document, kind: str, shown_as: str, folded: str) -> None:
    """Terms that a beginning, typed in characters or in pinyin, leads to: what it is, and how it
    is shown."""
    letters = pinyin.syllables(folded)
    forms = {squeezed(folded), "".join(letters), pinyin.initials(letters)}
    for form in forms:
        if form and SEPARATOR not in shown_as:
            made.add_text("complete", SEPARATOR.join((kind, form[:40], shown_as[:120])))


def _add_text(made: tantivy.Document, name: str, values: Iterable[str]) -> None:
    for value in values:
        if value:
            _add_folded(made, name, fold(value))


def _add_folded(made: tantivy.Document, name: str, folded: str) -> None:
    for form in (folded, words.numbered(folded)):
        if form:
            made.add_text(name, " ".join(words.words(form)))
            made.add_text(f"{name}_pairs", " ".join(words.pairs(form)))


def _add_pinyin(made: tantivy.Document, name: str, folded: str) -> None:
    usual = pinyin.syllables(folded)
    for read in (usual, *pinyin.other_readings(folded)):
        if read:
            made.add_text(f"{name}_syllables", " ".join([words.beginning(read[0]), *read]))
    made.add_text(f"{name}_initials", " ".join(pinyin.triples(pinyin.initials(usual))))


def _add_numbers(made: tantivy.Document, record: Record, shelving: Shelving) -> None:
    for kind, values in ((ISBN, record.isbns), (ISSN, record.issns), (DOI, record.dois)):
        for value in values:
            made.add_text("number", f"{kind}:{value}")
    for call in record.call_numbers:
        made.add_text("number", f"{CALL}:{call_key(call)}")
        made.add_text("call", call_key(call))
    for number in record.class_numbers:
        key = class_key(number)
        for end in range(1, len(key) + 1):
            made.add_text("class", f"{CLASS}:{key[:end]}")
    if record.title_ids and record.call_numbers:
        place = callnumbers.parse(record.call_numbers[0], shelving)
        if place:
            made.add_unsigned("shelf", callnumbers.rank(place))


def _add_facets(made: tantivy.Document, record: Record) -> None:
    values: dict[str, Iterable[str]] = {
        "kind": [record.kind],
        "clc": class_path(record.class_numbers),
        "language": [record.language],
        "campus": record.campuses,
        "availability": availability(record),
        "subject": record.subjects[:_MOST_FACET],
        "author": record.authors[:_MOST_FACET],
        "publisher": record.publishers[:3],
        "source": [one for one in record.sources if one != CATALOGUE] or [CATALOGUE],
    }
    for name, found in values.items():
        for value in dict.fromkeys(found):
            if value:
                made.add_text(schema.facet_field(name), value[:_LONGEST_WHOLE])
    for year in record.years:
        if year in _UNKNOWN_YEARS:
            made.add_integer("year", year)


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
    found: dict[str, None] = {}
    for number in numbers:
        key = class_key(number)
        if key[:1].isalpha() and key.isascii():
            for end in range(1, min(len(key), 4) + 1):
                if key[end - 1] not in "-=()":
                    found[key[:end]] = None
    return list(found)


def shown(record: Record) -> dict[str, object]:
    """What a page needs of it; `item` reads it back."""
    return {
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
        "online": [asdict(one) for one in record.online],
        "editions": [asdict(one) for one in record.editions],
        "sources": record.sources,
    }


def item(content: bytes) -> Item:
    """The item of a stored document."""
    fields = orjson.loads(content)
    lists = ("authors", "isbns", "issns", "dois", "subjects", "series", "title_ids", "sources")
    fields |= {name: tuple(fields[name]) for name in lists}
    fields["online"] = tuple(Online(**one) for one in fields["online"])
    fields["editions"] = tuple(Edition(**one) for one in fields["editions"])
    return Item(**fields)
