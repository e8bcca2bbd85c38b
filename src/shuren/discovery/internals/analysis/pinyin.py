"""Pinyin without tones, for texts and for what readers type: syllables, initials, polyphones."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import product

from pypinyin import Style, lazy_pinyin, pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

from shuren.discovery.internals.analysis.folding import fold, is_han, tokens
from shuren.discovery.internals.analysis.words import segment

_MOST_READINGS, _MOST_SIGNS = 4, 12
_MOST_SPLITS = 4
_MOST_BEGUN = 6
_LONGEST_SYLLABLE = 6
_LATIN = re.compile(r"[a-z]+")
_TONED = re.compile(r"(?<![a-z])(?:[a-z]{1,12}[1-5])+[a-z]*(?![a-z0-9])")
_UMLAUT = re.compile("(?<=[nlNL])[üǖǘǚǜÜǕǗǙǛ]")
# What speakers of many regions do not tell apart, and v or u for ü.
_CONFUSED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


@cache
def syllables_known() -> frozenset[str]:
    """All syllables of standard Chinese, ü as v."""
    readings = (to_normal(one, v_to_u=False)
                for entry in PINYIN_DICT.values() for one in entry.split(","))  # fmt: skip
    known = {one.replace("ü", "v") for one in readings}
    return frozenset(one for one in known if one.isascii() and one.isalpha()) - _NO_SYLLABLES


_NO_SYLLABLES = {"m", "n", "ng", "hm", "hng", "fiao", "cei", "nun", "o"}


@lru_cache(maxsize=65_536)
def of_word(word: str) -> tuple[str, ...]:
    """Syllables of a word of Chinese characters. Where no part of it is in the list of phrases,
    each sign is read for itself, which is what pypinyin does at ten times the cost."""
    signs = len(word)
    parts = (word[at:end] for at in range(signs - 1) for end in range(at + 2, signs + 1))
    if any(part in PHRASES_DICT for part in parts):
        return tuple(lazy_pinyin(word, errors="ignore"))
    return tuple([read for sign in word for read in _of_sign(sign)])


@lru_cache(maxsize=16_384)
def _of_sign(sign: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(sign, errors="ignore"))


@lru_cache(maxsize=16_384)
def _readings(sign: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pinyin(sign, heteronym=True, style=Style.NORMAL)[0]))


def syllables(folded: str) -> list[str]:
    """A syllable for each Chinese character, other words as they are: c语言 → [c, yu, yan]."""
    return syllables_of(tokens(folded))


def syllables_of(runs: Sequence[str]) -> list[str]:
    """As `syllables`, of the tokens of a text."""
    found: list[str] = []
    for token in runs:
        if is_han(token[0]):
            for word in segment(token):
                found.extend(of_word(word))
        else:
            found.append(token)
    return found


def other_readings(folded: str) -> list[list[str]]:
    """Further spellings where a character is read in several ways: 重庆 → [[zhong, qing]].

    Few, and only of short texts: what an author's or a place's name may be typed as.
    """
    runs = tokens(folded)
    return other_readings_of(runs, syllables_of(runs))


def other_readings_of(runs: Sequence[str], usual: list[str]) -> list[list[str]]:
    """As `other_readings`, of the tokens of a text and its usual syllables."""
    if len(usual) > _MOST_SIGNS:
        return []
    signs = [s for t in runs for s in (t if is_han(t[0]) else (t,))]
    if len(usual) != len(signs):
        return []
    found: list[list[str]] = []
    for place, (sign, read) in enumerate(zip(signs, usual, strict=True)):
        for other in _readings(sign) if is_han(sign[0]) else ():
            if other != read:
                if len(found) == _MOST_READINGS:
                    return found
                found.append([*usual[:place], other, *usual[place + 1 :]])
    return found


def initials(syllable_list: list[str]) -> str:
    """三国演义 → sgyy."""
    return "".join(one[0] for one in syllable_list if one)


def triples(letters: str) -> list[str]:
    """Three letters at a time, with a mark before the first: sgyy → [^sg, sgy, gyy]."""
    if len(letters) < 2:
        return []
    marked = f"^{letters}"
    return [marked[at : at + 3] for at in range(len(marked) - 2)]


@lru_cache(maxsize=8192)
def splits(letters: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read letters as whole syllables, fewest syllables first: xian → xian, xi an."""
    if not _LATIN.fullmatch(letters) or len(letters) > 80:
        return ()
    return tuple(tuple(one) for one in _best(letters, syllables_known())[:_MOST_SPLITS])


def readings(runs: Sequence[str]) -> list[tuple[str, ...]]:
    """Two ways at most to read words of letters aloud; as the spaces say, where they part
    syllables: fang an."""
    known = syllables_known()
    typed = [tuple(runs)] if all(run in known for run in runs) else []
    return list(dict.fromkeys((*typed, *splits("".join(runs)))))[:2]


def typed(text: str) -> str:
    """The text, folded, without the digits of tones and with v for ü: san1 guo2 → san guo, nǚ → nv;
    "" where it has neither. Digits behind what is no syllable stay (mp3)."""
    changed = _TONED.sub(_toneless, fold(_UMLAUT.sub("v", text)))
    return changed if changed != fold(text) else ""


def _toneless(found: re.Match[str]) -> str:
    pieces = re.findall(r"([a-z]+)[1-5]", found[0])
    whole = re.sub(r"[1-5]", "", found[0])
    return whole if all(map(splits, pieces)) else found[0]


def begun(letters: str) -> list[tuple[tuple[str, ...], str]]:
    """Syllables, and the beginning of another behind them, or "": sang → ((sang), ""), ((san), g),
    ((), sang)."""
    found: list[tuple[tuple[str, ...], str]] = []
    for cut in range(len(letters), max(0, len(letters) - _LONGEST_SYLLABLE) - 1, -1):
        rest = letters[cut:]
        if rest and not any(known.startswith(rest) for known in syllables_known()):
            continue
        ways = splits(letters[:cut])[:2] if cut else ((),)
        found.extend((way, rest) for way in ways)
    return found[:_MOST_BEGUN]


def _best(letters: str, known: frozenset[str]) -> list[list[str]]:
    """Up to a few splits of every beginning, built up from the left."""
    ways: list[list[list[str]]] = [[] for _ in f"^{letters}"]
    ways[0] = [[]]
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            piece = letters[start:end]
            if ways[start] and piece in known:
                ways[end].extend([*way, piece] for way in ways[start])
        ways[end] = sorted(ways[end], key=len)[:_MOST_SPLITS]
    return ways[-1]


@lru_cache(maxsize=4096)
def alike(syllable: str) -> tuple[str, ...]:
    """Syllables that are easily taken for it: zang → zhang, zan, zhan."""
    starts = {syllable}
    for long, short in _CONFUSED[:3]:
        if syllable.startswith(long):
            starts.add(short + syllable[len(long) :])
        elif syllable.startswith(short):
            starts.add(long + syllable[len(short) :])
    ends = set(starts)
    for one, (long, short) in product(starts, _CONFUSED[3:]):
        if one.endswith(long):
            ends.add(one[: -len(long)] + short)
        elif one.endswith(short):
            ends.add(one[: -len(short)] + long)
    for one in list(ends):
        if one[:1] in "ln":
            ends.add({"l": "n", "n": "l"}[one[0]] + one[1:])
    return tuple(sorted((ends & syllables_known()) - {syllable}))
