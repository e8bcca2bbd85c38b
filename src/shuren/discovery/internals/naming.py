"""The book that a search names, as keys of an OpenURL, so that it can be asked for."""

from collections.abc import Iterator

from shuren.discovery.internals import syntax
from shuren.discovery.internals.analysis import numbers

_KEYS = {syntax.TITLE: "rft.btitle", "": "rft.btitle", syntax.AUTHOR: "rft.au"}


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
