"""What an engine is asked, whichever engine it is.

A tree of few kinds of questions. The embedded engine is asked its own form of it (`native`); a
search server is asked the form that `opensearch.dsl` writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import tantivy

from shuren.discovery.internals import schema

TERM, PHRASE, OPENING, ALIKE, STARTS, FUZZY = (
    "term", "phrase", "opening", "alike", "starts", "fuzzy",
)  # fmt: skip
AMONG, BETWEEN, EVERYTHING, NOTHING = "among", "between", "everything", "nothing"
BOOST, CONSTANT, BEST, BOOLEAN = "boost", "constant", "best", "boolean"
_SIGNS = frozenset(r"\.+*?()|[]{}^$#&-~")


class Occur(Enum):
    Must = "must"
    Should = "should"
    MustNot = "must_not"


@dataclass(frozen=True, eq=False)
class Asked:
    """One question; made by the functions below.

    values   terms of the field; for `alike` the alternatives of each place, joined by "|"; for
             `between` the first and last number
    number   of boost and constant the points, of best what the lesser give, of fuzzy how many signs
             may differ, of boolean how many `should` must hold at least (0: as usual)
    """

    kind: str
    name: str = ""
    values: tuple[str | int, ...] = ()
    number: float = 0.0
    clauses: tuple[tuple[Occur, "Asked"], ...] = ()

    @cached_property
    def native(self) -> tantivy.Query:
        """The form of the embedded engine."""
        return native_of(self, [one.native for _occur, one in self.clauses])

    @staticmethod
    def term_query(name: str, text: str) -> "Asked":
        return Asked(TERM, name, (text,))

    @staticmethod
    def phrase_query(name: str, terms: Sequence[str]) -> "Asked":
        """Two terms or more, one after another."""
        return Asked(PHRASE, name, tuple(terms))

    @staticmethod
    def phrase_prefix_query(name: str, terms: Sequence[str]) -> "Asked":
        """The terms in order, of the last only the beginning."""
        return Asked(OPENING, name, tuple(terms))

    @staticmethod
    def phrase_of_any_query(name: str, places: Sequence[Sequence[str]]) -> "Asked":
        """In each place one of its alternatives, one place after another."""
        return Asked(ALIKE, name, tuple("|".join(one) for one in places))

    @staticmethod
    def starts_query(name: str, beginning: str) -> "Asked":
        """A term that begins so; gives one point."""
        return Asked(STARTS, name, (beginning,))

    @staticmethod
    def fuzzy_term_query(name: str, text: str, distance: int) -> "Asked":
        """A term that differs in so many signs at most; gives one point."""
        return Asked(FUZZY, name, (text,), distance)

    @staticmethod
    def term_set_query(name: str, texts: Sequence[str]) -> "Asked":
        return Asked(AMONG, name, tuple(texts))

    @staticmethod
    def range_query(name: str, low: int, high: int) -> "Asked":
        """A number from low to high, both included."""
        return Asked(BETWEEN, name, (low, high))

    @staticmethod
    def all_query() -> "Asked":
        return Asked(EVERYTHING)

    @staticmethod
    def empty_query() -> "Asked":
        return Asked(NOTHING)

    @staticmethod
    def boost_query(asked: "Asked", by: float) -> "Asked":
        return Asked(BOOST, number=by, clauses=((Occur.Must, asked),))

    @staticmethod
    def const_score_query(asked: "Asked", points: float) -> "Asked":
        return Asked(CONSTANT, number=points, clauses=((Occur.Must, asked),))

    @staticmethod
    def disjunction_max_query(found: Sequence["Asked"], tie_breaker: float = 0.0) -> "Asked":
        """The best of them, and a share of what the others give."""
        clauses = tuple((Occur.Should, one) for one in found)
        return Asked(BEST, number=tie_breaker, clauses=clauses)

    @staticmethod
    def boolean_query(
        clauses: Sequence[tuple[Occur, "Asked"]], minimum_number_should_match: int = 0
    ) -> "Asked":
        return Asked(BOOLEAN, number=minimum_number_should_match, clauses=tuple(clauses))


_OCCURS = {Occur.Must: tantivy.Occur.Must, Occur.Should: tantivy.Occur.Should,
           Occur.MustNot: tantivy.Occur.MustNot}  # fmt: skip


def native_of(asked: Asked, inner: Sequence[tantivy.Query]) -> tantivy.Query:
    """The form of the embedded engine, with these in place of the clauses."""
    make = tantivy.Query
    match asked.kind:
        case "boolean":
            occurs = (_OCCURS[occur] for occur, _one in asked.clauses)
            clauses = list(zip(occurs, inner, strict=True))
            if asked.number:
                return make.boolean_query(clauses, minimum_number_should_match=int(asked.number))
            return make.boolean_query(clauses)
        case "best":
            return make.disjunction_max_query(list(inner), tie_breaker=asked.number)
        case "boost":
            return make.boost_query(inner[0], asked.number)
        case "constant":
            return make.const_score_query(inner[0], asked.number)
        case "everything":
            return make.all_query()
        case "nothing":
            return make.empty_query()
    return _native_leaf(asked)


def _native_leaf(asked: Asked) -> tantivy.Query:
    make, fields, name = tantivy.Query, schema.schema(), asked.name
    texts = [str(value) for value in asked.values]
    match asked.kind:
        case "term":
            return make.term_query(fields, name, texts[0], index_option=_option(name))
        case "phrase":
            return make.phrase_query(fields, name, list(texts))
        case "opening":
            return make.phrase_prefix_query(fields, name, list(texts))
        case "alike":
            patterns: list[str | tuple[int, str]] = [_any_of(text.split("|")) for text in texts]
            return make.regex_phrase_query(fields, name, patterns)
        case "starts":
            return make.regex_query(fields, name, f"{_escaped(texts[0])}.*")
        case "fuzzy":
            return make.fuzzy_term_query(fields, name, texts[0], distance=int(asked.number))
        case "among":
            return make.term_set_query(fields, name, list(texts))
    low, high = (int(value) for value in asked.values)
    signed = tantivy.FieldType.Integer if name == "year" else tantivy.FieldType.Unsigned
    return make.range_query(fields, name, signed, low, high)


def _option(name: str) -> str:
    """As the field was written."""
    if name in schema.WHOLE or name.startswith("facet_"):
        return "basic"
    return "freq" if name in schema.BAGS else "position"


def _any_of(alternatives: Sequence[str]) -> str:
    found = [_escaped(one) for one in alternatives]
    return f"({'|'.join(found)})" if len(found) > 1 else found[0]


def _escaped(text: str) -> str:
    """The text inside a regular expression; all but its own signs stand for themselves."""
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in text)
