"""A query that finds the same records and gives them about the same points, for less work: to
choose candidates by, which are given their points afterwards.

Dear is to look whether pairs of characters stand side by side. Where the segmenter's word is there
they do; then one pair has the points of all, times what the others are rarer or more frequent. And
what is looked for as a word of the query and again as the whole of it is looked for once, for the
points of both.
"""

import math

import tantivy

from shuren.discovery.internals import weighing
from shuren.discovery.internals.analysis import words
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
from shuren.discovery.internals.bare import beside_without, holder_of, key_of
from shuren.discovery.internals.guessing import surely

# Words of fewer records cost nothing either way.
LEAST = 20_000


def likely(asked: Asked, searcher: tantivy.Searcher) -> Asked:
    """The query itself where it has no such word, or more than one: what has both is seldom much.
    searcher: says how frequent words are."""
    if surely(searcher, asked) < LEAST or _cheaper(asked, searcher) is asked:
        return asked
    return _cheaper(_once(asked), searcher)


def _once(asked: Asked) -> Asked:
    """Without the phrases that raise what must hold too: that is raised by as much more. Where
    something else of it gives more points, what the phrase adds is missed."""
    if asked.kind != BOOLEAN or asked.number:
        return asked
    must = [one for occur, one in asked.clauses if occur is Occur.Must]
    more: dict[tuple[object, ...], float] = {}
    kept = []
    for occur, given in asked.clauses:
        told = _leaf(given) if occur is Occur.Should else []
        if told and told[0][0].kind == PHRASE and any(_has(one, told[0][0]) for one in must):
            [(leaf, points)] = told
            more[key_of(leaf)] = points
        else:
            kept.append((occur, _shorter(given, must) if occur is Occur.Should else given))
    clauses = [(occur, _raised(one, more) if occur is Occur.Must else one) for occur, one in kept]
    return Asked(asked.kind, asked.name, asked.values, asked.number, tuple(clauses))


def _shorter(asked: Asked, must: list[Asked]) -> Asked:
    """What must have all the pairs side by side, and begins with the first of them, mostly has the
    others there."""
    inner = asked.clauses[0][1] if asked.kind == CONSTANT else asked
    if inner.kind != PHRASE or len(inner.values) < 4:
        return asked
    mark, first, *_others = (str(one) for one in inner.values)
    without = Asked.phrase_query(inner.name, [str(one) for one in inner.values[1:]])
    if mark != words.beginning(first[:1]) or not any(_has(one, without) for one in must):
        return asked
    return Asked.const_score_query(Asked.phrase_query(inner.name, (mark, first)), asked.number)


def _has(asked: Asked, leaf: Asked) -> bool:
    """Whether the phrase is one of the ways in which all of this holds."""
    if asked.kind == BEST:
        return any(
            key_of(found) == key_of(leaf)
            for _occur, one in asked.clauses
            for found, _points in _leaf(one)
        )
    must = [one for occur, one in asked.clauses if occur is Occur.Must]
    return asked.kind == BOOLEAN and len(must) == 1 and _has(must[0], leaf)


def _raised(asked: Asked, more: dict[tuple[object, ...], float]) -> Asked:
    if asked.kind == BOOST and (points := more.get(key_of(asked.clauses[0][1]))):
        return Asked.boost_query(asked.clauses[0][1], asked.number + points)
    if asked.kind not in (BEST, BOOLEAN):
        return asked
    clauses = tuple((occur, _raised(one, more)) for occur, one in asked.clauses)
    return Asked(asked.kind, asked.name, asked.values, asked.number, clauses)


def _cheaper(asked: Asked, searcher: tantivy.Searcher) -> Asked:
    inner = [(occur, _cheaper(one, searcher)) for occur, one in asked.clauses]
    if asked.kind == BEST:
        inner = [(Occur.Should, one) for one in _best([one for _o, one in inner], searcher)]
    if all(one is before for (_o, one), (_b, before) in zip(inner, asked.clauses, strict=True)):
        return asked
    return Asked(asked.kind, asked.name, asked.values, asked.number, tuple(inner))


def _best(clauses: list[Asked], searcher: tantivy.Searcher) -> list[Asked]:
    """A word and its pairs, which are two of the clauses, as one of both and one without it."""
    by_key = {key_of(leaf): (leaf, points, one) for one in clauses for leaf, points in _leaf(one)}
    given: dict[int, list[Asked]] = {id(one): [one] for one in clauses}
    for word, points, whole in by_key.values():
        pairs, more, other = by_key.get(holder_of(word), (None, 0.0, whole))
        if pairs is None or pairs.kind != PHRASE:
            continue
        if searcher.doc_freq(word.name, str(word.values[0])) < LEAST:
            continue
        given[id(whole)] = [_both(word, points, pairs, more, searcher)]
        given[id(other)] = [_rest(word, pairs, more)]
    return [one for found in given.values() for one in found]


def _leaf(asked: Asked) -> list[tuple[Asked, float]]:
    """A word or phrase, and what its points are multiplied by."""
    if asked.kind == BOOST and asked.clauses[0][1].kind in (TERM, PHRASE):
        return [(asked.clauses[0][1], asked.number)]
    return []


def _both(
    word: Asked, points: float, pairs: Asked, more: float, searcher: tantivy.Searcher
) -> Asked:
    """The better of the two is that of the pairs, which have the rarity of each of them."""
    rarities = {str(one): _rarity(searcher, pairs.name, str(one)) for one in pairs.values}
    rarest = max(rarities, key=lambda one: rarities[one])
    all_of_them = sum(rarities[str(one)] for one in pairs.values)
    pair = Asked.term_query(pairs.name, rarest)
    return Asked.boolean_query(
        [(Occur.Must, Asked.boost_query(word, points * weighing.TIE)),
         (Occur.Must, Asked.boost_query(pair, more * all_of_them / rarities[rarest]))]
    )  # fmt: skip


def _rest(word: Asked, pairs: Asked, more: float) -> Asked:
    """Without the word; the pairs alone give points."""
    without = Asked.const_score_query(beside_without(pairs, word), 0.0)
    return Asked.boolean_query(
        [(Occur.Must, without), (Occur.Must, Asked.boost_query(pairs, more))]
    )


def _rarity(searcher: tantivy.Searcher, name: str, text: str) -> float:
    """As BM25 has it."""
    count = searcher.doc_freq(name, text)
    return math.log(1 + (searcher.num_docs - count + 0.5) / (count + 0.5))
