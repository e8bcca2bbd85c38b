"""Completes what is being typed: titles, names and subjects, in characters, pinyin or initials."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import tantivy

from shuren.discovery.internals import asking, documents
from shuren.discovery.internals.analysis import pinyin, words
from shuren.discovery.internals.analysis.folding import fold, is_chinese, squeezed
from shuren.discovery.internals.asked import Asked
from shuren.discovery.internals.store import Reader
from shuren.discovery.internals.terms import SEPARATOR
from shuren.discovery.search_shapes import Item, Suggestion

_LONGEST, _NAMES, _WHOLE = 60, 3, 2
SCANNED = 400  # names with a beginning that are looked at
_ENOUGH_NAMES = 12  # each may stand there in characters, in pinyin and by its initials
DEEP = 3  # times as many titles are looked at as are shown: of one title there are many editions


@dataclass(frozen=True)
class Typed:
    """What is asked to complete a text.

    whole     a title that is what was typed
    titles    one after another, until there are enough
    beginnings  {kind: what terms of the field `complete` begin with}
    """

    whole: Asked
    titles: tuple[Asked, ...]
    beginnings: dict[str, str]


def read(typed: str) -> Typed | None:
    """None where nothing was typed that could be completed."""
    folded = fold(typed[:_LONGEST])
    letters = squeezed(folded)
    if not letters:
        return None
    titles = (_beginning(folded, letters), _inside(folded))
    kinds = ("author", "subject")
    return Typed(
        asking.term("title_whole", letters),
        tuple(one for one in titles if one is not None),
        {kind: _starting(kind, letters) for kind in kinds},
    )


def complete(reader: Reader, typed: str, limit: int) -> list[Suggestion]:
    """Titles that begin with it, most asked for first, then names and subjects; [] for nothing."""
    asked = read(typed)
    if asked is None:
        return []
    names = {kind: _names(reader, prefix) for kind, prefix in asked.beginnings.items()}
    titles = (_found(reader, one, limit) for one in asked.titles)
    whole = _items(reader.searcher, asked.whole, limit) if reader.views is not None else ()
    return together((whole, *titles), names, limit)


def _names(reader: Reader, prefix: str) -> list[tuple[str, int]]:
    """(term, number of records) of names with this beginning; of a very large index those that
    its front has, where these are enough."""
    if reader.views is not None:
        found = reader.views.front.searcher.terms_with_prefix("complete", prefix, limit=SCANNED)
        if len(found) >= _ENOUGH_NAMES:
            found.sort(key=lambda one: (-one[1], one[0]))
            terms = [term for term, _count in found[:_ENOUGH_NAMES]]
            return [(term, reader.searcher.doc_freq("complete", term)) for term in terms]
    return reader.searcher.terms_with_prefix("complete", prefix, limit=SCANNED)


def _found(reader: Reader, asked: Asked, limit: int) -> Iterator[Item]:
    """Titles, most asked for first; of a very large index those of its front, where these are
    enough."""
    wanted = limit * DEEP
    if reader.views is not None:
        front = reader.views.front.searcher
        found = front.search(asked.native, limit=wanted, count=False, weight_by_field="weight")
        if len(found.hits) == wanted:
            for _score, place in found.hits:
                yield _item(front, place)
            return
    yield from _items(reader.searcher, asked, wanted)


def _items(searcher: tantivy.Searcher, asked: Asked, limit: int) -> Iterator[Item]:
    found = searcher.search(asked.native, limit=limit, count=False, weight_by_field="weight")
    for _score, place in found.hits:
        yield _item(searcher, place)


def _item(searcher: tantivy.Searcher, place: tantivy.DocAddress) -> Item:
    return documents.item(bytes(searcher.doc(place).get_first("shown")))  # type: ignore[arg-type]


def together(
    titles: Iterable[Iterable[Item]], names: dict[str, list[tuple[str, int]]], limit: int
) -> list[Suggestion]:
    """What is shown of what was found.

    titles  for each question of `Typed.titles`; the next is looked at only where there is room
    names   {kind: (term, number of records)}
    """
    people, topics = (list(_listed(kind, names[kind]))[:_NAMES] for kind in ("author", "subject"))
    shown = list(_titles(titles, limit))
    room = max(limit - len(people) - len(topics), limit // 2)
    return [*shown[:room], *people, *topics][:limit]


def _titles(found: Iterable[Iterable[Item]], limit: int) -> Iterator[Suggestion]:
    seen: set[str] = set()
    for items in found:
        for item in items if len(seen) < limit else ():
            key = squeezed(fold(item.title))
            if key not in seen and len(seen) < limit:
                seen.add(key)
                yield Suggestion("title", item.title, item.author, item.id)


def _beginning(folded: str, letters: str) -> Asked:
    found = [asking.const(asking.term("title_whole", letters), 3.0), _begun(words.pairs(folded))]
    if letters.isascii() and letters.isalpha():
        found += [_read(whole, rest) for whole, rest in pinyin.begun(letters)]
        if len(letters) > 1:
            triples = pinyin.triples(letters)
            found.append(asking.const(asking.sequence("title_initials", triples), 1.5))
    return Asked.disjunction_max_query(found)


def _read(whole: tuple[str, ...], rest: str) -> Asked:
    """Titles whose reading begins with these syllables, and goes on with the beginning of one."""
    if not whole:
        return _starts("title_syllables", words.beginning(rest))
    marked = [words.beginning(whole[0]), *whole]
    if rest:
        return _opening("title_syllables", [*marked, rest])
    return asking.const(asking.sequence("title_syllables", marked), 2.0)


def _begun(pairs: list[str]) -> Asked:
    """Titles that begin with these tokens, the last of which may go on."""
    mark, *rest = pairs
    if len(rest) == 1:
        only = rest[0]
        if not is_chinese(only):
            return _starts("title_pairs", mark)
        return asking.const(asking.sequence("title_pairs", [mark, only][: len(only)]), 2.0)
    return _opening("title_pairs", pairs)


def _opening(name: str, terms: list[str]) -> Asked:
    """The terms in order, of the last only the beginning."""
    if len(terms) == 2 and terms[0] == words.beginning(terms[1]):
        return _starts(name, terms[0])
    return asking.const(Asked.phrase_prefix_query(name, terms), 2.0)


def _starts(name: str, beginning: str) -> Asked:
    return asking.const(Asked.starts_query(name, beginning), 1.0)


def _inside(folded: str) -> Asked | None:
    """Titles that have it further on, characters only."""
    pairs = words.pairs(folded)[1:]
    if not pairs or len(pairs[0]) < 2 or not is_chinese(pairs[0]):
        return None
    return asking.const(asking.sequence("title_pairs", pairs), 1.0)


def _starting(kind: str, letters: str) -> str:
    """What the terms of names or subjects with this beginning begin with.

    The engine looks at all terms of a beginning. Of one or two letters there are too many: those
    are taken as initials, whole.
    """
    prefix = SEPARATOR.join((kind, letters))
    return prefix + SEPARATOR if letters.isascii() and len(letters) <= _WHOLE else prefix


def _listed(kind: str, found: Iterable[tuple[str, int]]) -> Iterator[Suggestion]:
    """Names or subjects, those with most records first."""
    counts: dict[str, int] = {}
    for term, count in found:
        shown_as = term.rsplit(SEPARATOR, 1)[-1]
        counts[shown_as] = max(counts.get(shown_as, 0), count)
    for shown_as in sorted(counts, key=lambda one: (-counts[one], one)):
        yield Suggestion(kind, shown_as, str(counts[shown_as]))
