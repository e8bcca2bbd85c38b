"""Completes what is being typed: titles, names and subjects, in characters, pinyin or initials."""

from collections.abc import Iterator

from shuren.discovery.internals import asking, documents
from shuren.discovery.internals.analysis import pinyin, words
from shuren.discovery.internals.analysis.folding import fold, is_chinese, squeezed
from shuren.discovery.internals.asked import Asked
from shuren.discovery.internals.store import Reader
from shuren.discovery.internals.terms import SEPARATOR
from shuren.discovery.search_shapes import Suggestion

_LONGEST, _SCANNED, _NAMES, _WHOLE = 60, 400, 3, 2


def complete(reader: Reader, typed: str, limit: int) -> list[Suggestion]:
    """Titles that begin with it, most asked for first, then names and subjects; [] for nothing."""
    folded = fold(typed[:_LONGEST])
    letters = squeezed(folded)
    if not letters:
        return []
    people = list(_listed(reader, "author", letters))[:_NAMES]
    topics = list(_listed(reader, "subject", letters))[:_NAMES]
    titles = list(_titles(reader, folded, letters, limit))
    room = max(limit - len(people) - len(topics), limit // 2)
    return [*titles[:room], *people, *topics][:limit]


def _titles(reader: Reader, folded: str, letters: str, limit: int) -> Iterator[Suggestion]:
    seen: set[str] = set()
    for asked in (_beginning(folded, letters), _inside(folded)):
        if asked is None or len(seen) >= limit:
            continue
        found = reader.searcher.search(
            asked.native, limit=limit * 3, count=False, weight_by_field="weight"
        )
        for _score, place in found.hits:
            item = documents.item(bytes(reader.searcher.doc(place).get_first("shown")))  # type: ignore[arg-type]
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


def _listed(reader: Reader, kind: str, letters: str) -> Iterator[Suggestion]:
    """Names or subjects with this beginning, those with most records first.

    The engine looks at all terms of a beginning. Of one or two letters there are too many: those
    are taken as initials, whole.
    """
    prefix = SEPARATOR.join((kind, letters))
    if letters.isascii() and len(letters) <= _WHOLE:
        prefix += SEPARATOR
    counts: dict[str, int] = {}
    for term, count in reader.searcher.terms_with_prefix("complete", prefix, limit=_SCANNED):
        shown_as = term.rsplit(SEPARATOR, 1)[-1]
        counts[shown_as] = max(counts.get(shown_as, 0), count)
    for shown_as in sorted(counts, key=lambda one: (-counts[one], one)):
        yield Suggestion(kind, shown_as, str(counts[shown_as]))
