"""The terms of one value of a record, as (field, text); the texts split at spaces and no more.

Names of authors, publishers and subjects come again and again: what was worked out is kept.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b

from shuren.discovery.definitions import Shelving
from shuren.discovery.internals import callnumbers
from shuren.discovery.internals.analysis import pinyin, words
from shuren.discovery.internals.analysis.folding import fold, tokens
from shuren.discovery.internals.analysis.numbers import CALL, CLASS, call_key, class_key

Terms = tuple[tuple[str, str], ...]

SEPARATOR = "\x1f"  # between the parts of a completion
LONGEST_WHOLE = 200
_KEPT = 50_000
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|:.*|/.*")


def without_brackets(title: str) -> str:
    """The title as it is spoken of: without brackets and what follows a colon or a slash."""
    plain = title.translate(str.maketrans("（）［］：／", "()[]:/"))
    return " ".join(_BRACKETS.sub(" ", plain).split())


def title(text: str) -> Terms:
    folded = fold(text)
    runs = tokens(folded)
    made = [*_words("title", folded, runs), *_characters("title", runs), *_read("title", runs)]
    short = _BRACKETS.sub(" ", folded)
    wholes = ["".join(runs)]
    short_runs = runs
    if short != folded:
        short_runs = tokens(short)
        wholes.append("".join(short_runs))
    if numbered := words.numbered(folded):
        wholes.append("".join(tokens(numbered)))
    made += [("title_whole", whole[:LONGEST_WHOLE]) for whole in dict.fromkeys(wholes) if whole]
    read = "".join(pinyin.syllables_of(short_runs))
    made.append(("title_letters", " ".join(pinyin.triples(read))))
    made.append(("title_pinyin", read[:LONGEST_WHOLE]))
    return tuple(made)


@lru_cache(maxsize=_KEPT)
def author(name: str) -> Terms:
    folded = fold(name)
    runs = tokens(folded)
    return (
        *_words("author", folded, runs),
        *_characters("author", runs),
        *_read("author", runs),
        ("author_whole", "".join(runs)[:LONGEST_WHOLE]),
        *completions("author", name),
    )


@lru_cache(maxsize=_KEPT)
def subject(value: str) -> Terms:
    return named("subject", value)


@lru_cache(maxsize=_KEPT)
def publisher(value: str) -> Terms:
    return named("publisher", value)


def named(field: str, value: str) -> Terms:
    """Words, pairs and syllables."""
    folded = fold(value)
    runs = tokens(folded)
    syllables = " ".join(pinyin.syllables_of(runs))
    return (*_words(field, folded, runs), (f"{field}_syllables", syllables))


def plain(field: str, value: str) -> Iterator[tuple[str, str]]:
    """Words and pairs."""
    folded = fold(value)
    return _words(field, folded, tokens(folded))


@lru_cache(maxsize=_KEPT)
def completions(kind: str, shown_as: str) -> Terms:
    """Terms that a beginning, typed in characters or in pinyin, leads to: what it is, and how it
    is shown."""
    if SEPARATOR in shown_as:
        return ()
    runs = tokens(fold(shown_as))
    letters = pinyin.syllables_of(runs)
    forms = dict.fromkeys(("".join(runs), "".join(letters), pinyin.initials(letters)))
    return tuple(
        ("complete", SEPARATOR.join((kind, form[:40], shown_as[:120]))) for form in forms if form
    )


@lru_cache(maxsize=_KEPT)
def class_number(number: str) -> Terms:
    """The class and all above it."""
    key = class_key(number)
    return tuple(("class", f"{CLASS}:{key[:end]}") for end in range(1, len(key) + 1))


def call_number(call: str) -> Terms:
    key = call_key(call)
    return ("number", f"{CALL}:{key}"), ("call", key)


@lru_cache(maxsize=_KEPT)
def facet_name(value: str) -> tuple[int, str]:
    """A number of 52 bits, which the engine's answers hold exactly, and the term that leads from it
    to the value."""
    number = int.from_bytes(blake2b(value.encode(), digest_size=7).digest(), "big") >> 4
    return number, f"{facet_number(number)}{value}"


def facet_number(number: int) -> str:
    """What the term of a number begins with."""
    return f"{number:013x}{SEPARATOR}"


def shelf(call: str, how: Shelving) -> int | None:
    """64 bits in the order of the shelf; None for what is no call number."""
    place = callnumbers.parse(call, how)
    return callnumbers.rank(place) if place else None


def _words(field: str, folded: str, runs: Sequence[str]) -> Iterator[tuple[str, str]]:
    if runs:
        yield field, " ".join(words.words_of(runs))
        yield f"{field}_pairs", " ".join(words.pairs_of_all(runs))
    if numbered := words.numbered(folded):
        others = tokens(numbered)
        yield field, " ".join(words.words_of(others))
        yield f"{field}_pairs", " ".join(words.pairs_of_all(others))


def _characters(field: str, runs: Sequence[str]) -> Terms:
    return ((f"{field}_characters", " ".join(words.characters_of(runs))),)


def _read(field: str, runs: Sequence[str]) -> Iterator[tuple[str, str]]:
    usual = pinyin.syllables_of(runs)
    for read in (usual, *pinyin.other_readings_of(runs, usual)):
        if read:
            yield f"{field}_syllables", " ".join([words.beginning(read[0]), *read])
    yield f"{field}_initials", " ".join(pinyin.triples(pinyin.initials(usual)))
