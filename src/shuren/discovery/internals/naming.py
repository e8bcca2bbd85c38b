"""The book that a search names, as keys of an OpenURL, so that it can be asked for."""

import re
from collections.abc import Iterator
from functools import lru_cache

from shuren.discovery.internals import syntax
from shuren.discovery.internals.analysis import numbers
from shuren.discovery.internals.analysis.folding import fold, is_chinese, squeezed, tokens
from shuren.discovery.shapes import NamedBook

_KEYS = {syntax.TITLE: "rft.btitle", "": "rft.btitle", syntax.AUTHOR: "rft.au"}

# Where a title ends and what goes with it begins.
_REST = re.compile(r":|\s[=/]\s|——|\(")
_ROLES = frozenset(("主编", "编著", "编译", "翻译", "译著", "校注", "ed", "eds", "and", "by"))


def is_same_book(one: NamedBook, other: NamedBook) -> bool:
    """By ISBN where both have one, else by title and, where both name one, by author.

    A subtitle that one alone gives makes no difference; two different ones do. Words that are only
    a part of a title are not that title.
    """
    mine, theirs = _isbns(one), _isbns(other)
    if mine and theirs:
        return bool(mine & theirs)
    (whole, proper), (its_whole, its_proper) = _title(one.title), _title(other.title)
    if not whole or not (whole in (its_whole, its_proper) or proper == its_whole):
        return False
    return _share_author(fold(one.author), fold(other.author))


def book_keys(book: NamedBook) -> frozenset[str]:
    """Two that are the same book have one of these in common: to find those worth comparing."""
    whole, proper = _title(book.title)
    return frozenset(one for one in (*_isbns(book), whole, proper) if one)


def _isbns(book: NamedBook) -> set[str]:
    return {found for text in book.isbns if len(found := numbers.isbn13(text)) == len("978") + 10}


@lru_cache(maxsize=10_000)
def _title(text: str) -> tuple[str, str]:
    folded = fold(text)
    return squeezed(folded), squeezed(_REST.split(folded, maxsplit=1)[0])


def _share_author(one: str, other: str) -> bool:
    """余华 and 余华著, Knuth, D. E. and Donald E. Knuth; who is not named may be anybody."""
    if not squeezed(one) or not squeezed(other):
        return True
    return any(
        name in tokens(its) or (is_chinese(name) and name in squeezed(its))
        for said, its in ((one, other), (other, one))
        for name in tokens(said)
        if len(name) > 1 and name not in _ROLES
    )


def named_book(text: str) -> dict[str, str]:
    """{} where the words name nothing a book could be asked for by: a class, a year, what should
    not be there, an ISSN or a DOI."""
    parsed = syntax.parse(text)
    if parsed.node is None:
        return {}
    number = numbers.recognise(parsed.plain) if parsed.simple else None
    if number is not None and number.sure:
        return _book({"rft.isbn": number.value}) if number.kind == numbers.ISBN else {}
    found: dict[str, list[str]] = {}
    years = []
    for node in _nodes(parsed.node):
        if isinstance(node, syntax.Years):
            years.append(node)
        elif node.field == syntax.ISBN:
            found.setdefault("rft.isbn", []).append(numbers.isbn13(node.text))
        elif node.field in _KEYS:
            found.setdefault(_KEYS[node.field], []).append(node.text)
    said = {key: " ".join(texts) for key, texts in found.items()}
    if len(years) == 1 and years[0].first == years[0].last:
        said["rft.date"] = str(years[0].first)
    return _book(said) if "rft.btitle" in said or "rft.isbn" in said else {}


def _book(said: dict[str, str]) -> dict[str, str]:
    return {"rft.genre": "book"} | said


def _nodes(node: syntax.Node) -> Iterator[syntax.Text | syntax.Years]:
    """What is wanted, in the order it was written; of several ways to have it the first."""
    if not isinstance(node, syntax.Group):
        yield node
    elif node.kind == "or":
        yield from _nodes(node.parts[0])
    elif node.kind == "and":
        for part in node.parts:
            yield from _nodes(part)
