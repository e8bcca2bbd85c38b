"""The terms of one value of a record, as (field, text); the texts split at spaces and no more.

Names of authors, publishers and subjects come again and again: what was worked out is kept.
"""

import re
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from shuren.discovery.definitions import Shelving
from shuren.discovery.internals import callnumbers
from shuren.discovery.internals.analysis import pinyin, words
from shuren.discovery.internals.analysis.folding import fold, is_chinese, is_han, tokens
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


class Apart(NamedTuple):
    """A text taken apart once: what every field of it is made from."""

    runs: list[str]
    words: list[str]
    pairs: list[str]
    read: list[str]  # syllables
    characters: str


def taken_apart(runs: list[str]) -> Apart:
    """What words.words_of, words.pairs_of_all and pinyin.syllables_of give, in one go."""
    cut: list[str] = []
    pairs: list[str] = []
    read: list[str] = []
    characters = ""
    for run in runs:
        if not is_chinese(run):
            cut.append(words.stem(run))
            pairs.append(run[: words.LONGEST])
            read.append(run)
            continue
        found = words.segment(run)
        cut += found
        pairs += words.pairs_of(run)
        characters += run
        if is_han(run[0]):
            for word in found:
                read += pinyin.of_word(word)
        else:
            read.append(run)
    if pairs:
        pairs.insert(0, words.beginning(pairs[0]))
    return Apart(runs, cut, pairs, read, characters)


def title(text: str) -> Terms:
    folded = fold(text)
    runs = tokens(folded)
    apart = taken_apart(runs)
    numbered = words.numbered(folded)
    made = _words("title", apart, numbered)
    made.append(("title_characters", " ".join(dict.fromkeys(apart.characters))))
    made += _read("title", apart)
    wholes = ["".join(runs)]
    letters = "".join(apart.read)
    short = _BRACKETS.sub(" ", folded)
    if short != folded:
        short_runs = tokens(short)
        wholes.append("".join(short_runs))
        letters = "".join(pinyin.syllables_of(short_runs))
    if numbered:
        wholes.append("".join(tokens(numbered)))
    made += [("title_whole", whole[:LONGEST_WHOLE]) for whole in dict.fromkeys(wholes) if whole]
    made.append(("title_letters", " ".join(pinyin.triples(letters))))
    made.append(("title_pinyin", letters[:LONGEST_WHOLE]))
    return tuple(made)


@lru_cache(maxsize=_KEPT)
def author(name: str) -> Terms:
    folded = fold(name)
    apart = taken_apart(tokens(folded))
    return (
        *_words("author", apart, words.numbered(folded)),
        ("author_characters", " ".join(dict.fromkeys(apart.characters))),
        *_read("author", apart),
        ("author_whole", "".join(apart.runs)[:LONGEST_WHOLE]),
        *_completions("author", name, apart),
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
    apart = taken_apart(tokens(folded))
    made = _words(field, apart, words.numbered(folded))
    return (*made, (f"{field}_syllables", " ".join(apart.read)))


def plain(field: str, value: str) -> list[tuple[str, str]]:
    """Words and pairs."""
    folded = fold(value)
    return _words(field, taken_apart(tokens(folded)), words.numbered(folded))


@lru_cache(maxsize=_KEPT)
def completions(kind: str, shown_as: str) -> Terms:
    """Terms that a beginning, typed in characters or in pinyin, leads to: what it is, and how it
    is shown."""
    return _completions(kind, shown_as, taken_apart(tokens(fold(shown_as))))


def _completions(kind: str, shown_as: str, apart: Apart) -> Terms:
    if SEPARATOR in shown_as:
        return ()
    read = apart.read
    forms = dict.fromkeys(("".join(apart.runs), "".join(read), pinyin.initials(read)))
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


def _words(field: str, apart: Apart, numbered: str) -> list[tuple[str, str]]:
    """numbered  the text with counting numerals as digits, "" without any"""
    made = []
    if apart.runs:
        made = [(field, " ".join(apart.words)), (f"{field}_pairs", " ".join(apart.pairs))]
    if numbered:
        others = tokens(numbered)
        made.append((field, " ".join(words.words_of(others))))
        made.append((f"{field}_pairs", " ".join(words.pairs_of_all(others))))
    return made


def _read(field: str, apart: Apart) -> list[tuple[str, str]]:
    usual = apart.read
    name = f"{field}_syllables"
    made = [
        (name, f"{words.beginning(read[0])} {' '.join(read)}")
        for read in (usual, *pinyin.other_readings_of(apart.runs, usual))
        if read
    ]
    made.append((f"{field}_initials", " ".join(pinyin.triples(pinyin.initials(usual)))))
    return made
