"""Words of a text, and beside them pairs of neighbouring characters.

The segmenter gives words, which rank well; the pairs find what it missed: names, new terms, and a
fragment that cuts a word. Words of Latin script are stemmed in the first and kept in the second.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

import rjieba
import tantivy

from shuren.discovery.internals.analysis.folding import is_chinese, tokens
from shuren.discovery.internals.analysis.numerals import with_digits

# Particles and common words that a reader may leave out or add without meaning another book.
PARTICLES = frozenset("的之与和及其在了是于对等从到为有而以或也就都不上中下个论")
EMPTY = frozenset("的之与和及其了于等")
# The same of other scripts: a title is remembered with an article more, or without one.
SMALL = frozenset(("a", "an", "the", "of", "and", "in", "on", "for", "to", "with", "by", "from",
                   "der", "die", "das", "des", "den", "dem", "und", "von", "im", "zu",
                   "le", "la", "les", "de", "du", "et", "el", "los"))  # fmt: skip
# What is said behind a title of its edition or form, and no record need have.
_EDITION = re.compile(
    r"(?<![a-z0-9.一二三四五六七八九十百])第?(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})版"
    r"(?![画权图本式面块])"
)
FORMS = frozenset(("pdf", "epub", "mobi", "电子书", "电子版"))
# 上册 is also written 上.
VOLUMES = frozenset(part + of for part in "上中下" for of in "册卷部篇集")
LONGEST = 60


@cache
def _segmenter() -> rjieba.Jieba:
    return rjieba.Jieba()


@cache
def _stemmer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    return builder.filter(tantivy.Filter.stemmer("english")).build()


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of an English word; others pass unchanged."""
    if not word.isascii() or not word.isalpha() or len(word) < 4:
        return word[:LONGEST]
    return str(_stemmer().analyze(word)[0])[:LONGEST]


@lru_cache(maxsize=65_536)
def segment(run: str) -> tuple[str, ...]:
    """Words of a run of Chinese characters."""
    return tuple(_segmenter().cut(run))


def words(folded: str) -> list[str]:
    """Words in order, Latin ones stemmed."""
    return words_of(tokens(folded))


def words_of(runs: Sequence[str]) -> list[str]:
    """As `words`, of the tokens of a text."""
    found: list[str] = []
    for token in runs:
        found.extend(segment(token) if is_chinese(token) else (stem(token),))
    return found


def pairs(folded: str) -> list[str]:
    """Neighbouring characters in pairs, words of other scripts whole: 三国志 → [三国, 国志].

    The first is preceded by a mark of its beginning, `^三`, so that a phrase can ask for it.
    """
    return pairs_of_all(tokens(folded))


def pairs_of_all(runs: Sequence[str]) -> list[str]:
    """As `pairs`, of the tokens of a text."""
    found: list[str] = []
    for token in runs:
        if is_chinese(token):
            found.extend(pairs_of(token))
        else:
            found.append(token[:LONGEST])
    return [beginning(found[0]), *found] if found else []


def pairs_of(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def beginning(token: str) -> str:
    """The mark before a text that begins with this token."""
    return "^" + (token[0] if is_chinese(token) else token)


def characters(folded: str) -> list[str]:
    """Single Chinese characters, each once."""
    return characters_of(tokens(folded))


def characters_of(runs: Sequence[str]) -> list[str]:
    """As `characters`, of the tokens of a text."""
    return list(dict.fromkeys("".join([run for run in runs if is_chinese(run)])))


def editions(folded: str) -> tuple[str, list[str]]:
    """The text without what it says of an edition, and that; as it is where it says no more."""
    rest = _EDITION.sub(" ", folded)
    if not any(sign.isalnum() for sign in rest):
        return folded, []
    return rest, _EDITION.findall(folded)


def is_edition(folded: str) -> bool:
    return bool(_EDITION.fullmatch(folded))


def numbered(folded: str) -> str:
    """The text with counting numerals as digits, or "" where that changes nothing."""
    changed = with_digits(folded)
    return changed if changed != folded else ""
