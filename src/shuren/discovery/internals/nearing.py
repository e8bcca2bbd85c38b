"""What comes near where no record has everything: other characters of the same sound, a sign too
few, too many, swapped or mistaken, in characters, in pinyin and in words of other scripts."""

import re
from itertools import chain, groupby

from shuren.discovery.internals import weighing
from shuren.discovery.internals.analysis import numbers, pinyin, words
from shuren.discovery.internals.analysis.folding import fold, is_chinese, squeezed, tokens
from shuren.discovery.internals.asked import Asked, Occur
from shuren.discovery.internals.asking import (
    Build,
    Part,
    any_of,
    at_least,
    boost,
    const,
    sequence,
    term,
)

_PARTS = re.compile(r"[a-z]+|[0-9]+")
_LEAST_FUZZY, _LONG, _MOST_LETTERS = 4, 8, 60


def near(plain: str) -> tuple[Asked, list[Part]] | None:
    """None where the text has nothing to compare by."""
    folded = pinyin.typed(plain) or fold(plain)
    build = Build()
    runs = tokens(folded)
    for begun in numbers.call_begun(plain):
        found = const(Asked.starts_query("call", begun), weighing.NUMBER_IS)
        build.part("number", plain, found)
    if any(is_chinese(run) for run in runs):
        _characters(folded, runs, build)
    _sounds(plain, folded, build)
    _spellings(plain, folded, runs, build)
    if not build.parts:
        return None
    clauses = [(Occur.Should, part.asked) for part in build.parts]
    return Asked.boolean_query(clauses), build.parts


def _characters(folded: str, runs: list[str], build: Build) -> None:
    """Most characters and pairs of them in title or author together."""
    found: list[Asked] = []
    for run in runs:
        if is_chinese(run):
            for pair in words.pairs_of(run) if len(run) > 1 else ():
                found.append(any_of([boost(term("title_pairs", pair), 3.0),
                                     boost(term("author_pairs", pair), 3.0)]))  # fmt: skip
        else:
            found.append(any_of([boost(term("title_pairs", run), 3.0),
                                 boost(term("author_pairs", run), 3.0)]))  # fmt: skip
    for sign in words.characters(folded):
        found.append(any_of([term("title_characters", sign), term("author_characters", sign)]))
    if found:
        build.part("near_characters", "", at_least(found, weighing.NEAR_CHARACTERS))


def _sounds(plain: str, folded: str, build: Build) -> None:
    """The query read aloud, as titles and names are read."""
    for read in _readings(folded):
        if len(read) < 2:
            continue
        for place in weighing.READ:
            asked = boost(sequence(f"{place}_syllables", read), 4.0)
            build.part("same_sound", plain, asked)
        whole = "".join(read)
        build.part("same_sound", plain, const(term("title_pinyin", whole), weighing.SAME_SOUND))
        if any(pinyin.alike(one) for one in read if one.isalpha()):
            places = [(one, *(pinyin.alike(one) if one.isalpha() else ())) for one in read]
            asked = Asked.phrase_of_any_query("title_syllables", places)
            build.part("alike_sound", plain, const(asked, weighing.ALIKE_SOUND))


def _readings(folded: str) -> list[list[str]]:
    runs = tokens(folded)
    if any(is_chinese(run) for run in runs):
        return [pinyin.syllables(folded)]
    # A number may stand against a word: 99zhongguo.
    parts = [part for run in runs for part in _PARTS.findall(run)]
    groups = [list(group) for _digits, group in groupby(parts, str.isdigit)]
    read = [[tuple(one)] if one[0].isdigit() else pinyin.readings(one) for one in groups]
    if not all(read):
        return []
    return [list(chain(*(ways[min(nth, len(ways) - 1)] for ways in read)))
            for nth in range(max(map(len, read), default=0))]  # fmt: skip


def _spellings(plain: str, folded: str, runs: list[str], build: Build) -> None:
    whole = squeezed(folded)[:_MOST_LETTERS]
    if len(whole) >= 3:
        far = 2 if len(whole) >= 12 else 1
        for name in ("title_whole", "title_pinyin"):
            asked = Asked.fuzzy_term_query(name, whole, far)
            build.part("one_sign_off", plain, const(asked, weighing.ONE_SIGN_OFF))
    latin = [run for run in runs if run.isascii()]
    if not latin:
        return
    found = [_word(run) for run in latin]
    build.part("near_words", plain, at_least(found, weighing.NEAR_WORDS))
    letters = "".join(runs)
    triples = dict.fromkeys(pinyin.triples(letters[:_MOST_LETTERS]))
    if letters.isascii() and len(triples) >= 3:
        bag = [term("title_letters", triple) for triple in triples]
        build.part("near_letters", plain, at_least(bag, weighing.NEAR_LETTERS))


def _word(word: str) -> Asked:
    """The word, or one that differs in a letter (two of eight), in any of the main fields."""
    found = []
    for place in (weighing.TITLE, weighing.AUTHOR, weighing.SUBJECT):
        name = f"{place}_pairs"
        found.append(boost(term(name, word), 6.0))
        if len(word) >= _LEAST_FUZZY and word.isalpha():
            far = 2 if len(word) >= _LONG else 1
            asked = Asked.fuzzy_term_query(name, word, far)
            found.append(boost(asked, 4.0))
    return any_of(found)
