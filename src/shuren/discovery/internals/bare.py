"""A query without what only adds points: it finds the same records, with half the work.

A word is looked for as the segmenter cuts it and as its characters side by side, for both rank in
ways of their own. To find a record one of them does: whoever has the word has its pairs too, and
whoever has an English word has its stem.
"""

from collections.abc import Iterable

from shuren.discovery.internals import weighing
from shuren.discovery.internals.analysis import words
from shuren.discovery.internals.analysis.folding import is_chinese
from shuren.discovery.internals.asked import (
    BEST,
    BOOLEAN,
    BOOST,
    CONSTANT,
    PHRASE,
    TERM,
    Asked,
    Occur,
)

_PAIRS = "_pairs"


def bare(asked: Asked) -> Asked:
    """The same records, whose points mean nothing; for counting."""
    if asked.kind in (BOOST, CONSTANT):
        return bare(asked.clauses[0][1])
    if asked.kind == BEST:
        return _any_of(bare(one) for _occur, one in asked.clauses)
    if asked.kind != BOOLEAN or asked.number:
        return asked
    clauses = [(occur, bare(one)) for occur, one in asked.clauses]
    if all(occur is Occur.Should for occur, _one in clauses):
        return _any_of(one for _occur, one in clauses)
    if any(occur is Occur.Must for occur, _one in clauses):
        clauses = [(occur, one) for occur, one in clauses if occur is not Occur.Should]
        if len(clauses) == 1:
            return clauses[0][1]
    return Asked.boolean_query(clauses)


def _any_of(found: Iterable[Asked]) -> Asked:
    """Unions in unions as one, without those that another of them holds."""
    flat: list[Asked] = []
    for one in found:
        is_union = one.kind == BOOLEAN and not one.number
        if is_union and all(occur is Occur.Should for occur, _inner in one.clauses):
            flat += [inner for _occur, inner in one.clauses]
        else:
            flat.append(one)
    there = {_key(one) for one in flat}
    kept = {_key(one): one for one in flat if not (_holders(one) & there)}
    if len(kept) == 1:
        return next(iter(kept.values()))
    return Asked.boolean_query([(Occur.Should, one) for one in kept.values()])


def _key(asked: Asked) -> tuple[object, ...]:
    """Equal for leaves that ask the same."""
    if asked.kind in (TERM, PHRASE):
        return (asked.name, asked.values)
    return (id(asked),)


def _holders(asked: Asked) -> set[tuple[object, ...]]:
    """Keys of what has every record that this one has."""
    if asked.kind != TERM:
        return set()
    word = str(asked.values[0])
    if asked.name in weighing.WORDS and is_chinese(word) and len(word) > 1:
        return {(asked.name + _PAIRS, tuple(words.pairs_of(word)))}
    place = asked.name.removesuffix(_PAIRS)
    if place in weighing.WORDS and place != asked.name and not is_chinese(word):
        return {(place, (words.stem(word),))}
    return set()
