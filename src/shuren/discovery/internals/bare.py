"""A query without what only adds points: it finds the same records, with half the work.

A word is looked for as the segmenter cuts it and as its characters side by side, for both rank in
ways of their own. To find a record one of them does: whoever has the word has its pairs too, and
whoever has an English word has its stem. That pairs stand side by side is dear to see: it is looked
at only where a record has all of them and not the word that they make.
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
    there = {key_of(one): one for one in flat}
    for one in flat:
        holder = there.get(holder_of(one))
        if holder is None or key_of(one) not in there:
            continue
        if holder.kind == PHRASE:
            there[key_of(holder)] = _beside(holder, one)
        else:
            del there[key_of(one)]
    if len(there) == 1:
        return next(iter(there.values()))
    return Asked.boolean_query([(Occur.Should, one) for one in there.values()])


def _beside(pairs: Asked, word: Asked) -> Asked:
    return Asked.boolean_query([(Occur.Must, beside_without(pairs, word)), (Occur.Must, pairs)])


def beside_without(pairs: Asked, word: Asked) -> Asked:
    """Records that have all the pairs, side by side or not, but not the word."""
    every = [(Occur.Must, Asked.term_query(pairs.name, str(one))) for one in pairs.values]
    return Asked.boolean_query([*every, (Occur.MustNot, word)])


def key_of(asked: Asked) -> tuple[object, ...]:
    """Equal for leaves that ask the same."""
    if asked.kind in (TERM, PHRASE):
        return (asked.name, asked.values)
    return (id(asked),)


def holder_of(asked: Asked) -> tuple[object, ...]:
    """Key of what has every record that this one has; of nothing where nothing is known to."""
    if asked.kind == TERM:
        word = str(asked.values[0])
        if asked.name in weighing.WORDS and is_chinese(word) and len(word) > 1:
            return (asked.name + _PAIRS, tuple(words.pairs_of(word)))
        place = asked.name.removesuffix(_PAIRS)
        if place in weighing.WORDS and place != asked.name and not is_chinese(word):
            return (place, (words.stem(word),))
    return ()
