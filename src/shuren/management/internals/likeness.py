"""How alike two opinions are: pairs of characters, weighed by how rare they are among the rest.

Pure counting without a model: pairs stand in for words, so Chinese needs no dictionary.
"""

import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

_FEW, _UNSEEN = 50, 4.0
_RUN = re.compile(r"[一-鿿]+|[a-z0-9]+")


def folded(text: str) -> str:
    """What two writings of the same words have in common: width, case, spaces and marks gone."""
    return "".join(_RUN.findall(unicodedata.normalize("NFKC", text).casefold()))


def fingerprint(text: str) -> str:
    """Of the folded text, 64 hexadecimal digits."""
    return hashlib.sha256(folded(text).encode()).hexdigest()


def pairs(text: str) -> Counter[str]:
    """{pair of Chinese characters, or a Latin word: how often}"""
    found: Counter[str] = Counter()
    for run in _RUN.findall(unicodedata.normalize("NFKC", text).casefold()):
        if run[0].isascii():
            found[run] += 1
        else:
            found.update(run[at : at + 2] for at in range(max(1, len(run) - 1)))
    return found


def rarity(texts: Sequence[Counter[str]]) -> dict[str, float]:
    """{pair: ln((50 + texts) / (1 + texts with it))}: among few texts all pairs weigh about alike,
    for few texts do not show what is rare."""
    seen: Counter[str] = Counter()
    for one in texts:
        seen.update(one.keys())
    return {pair: math.log((_FEW + len(texts)) / (1 + count)) for pair, count in seen.items()}


def cosine(one: Counter[str], other: Counter[str], weights: Mapping[str, float]) -> float:
    """0..1 over weighed pairs, each counted by its square root; 0 where either is empty."""
    first, second = _weighed(one, weights), _weighed(other, weights)
    dot = sum(value * second.get(pair, 0.0) for pair, value in first.items())
    length = math.hypot(*first.values()) * math.hypot(*second.values())
    return dot / length if length else 0.0


def shared(one: Counter[str], other: Counter[str], weights: Mapping[str, float]) -> list[str]:
    """The three rarest pairs that both have, for the sentence that says why."""
    common = sorted(one.keys() & other.keys(), key=lambda pair: (-weights.get(pair, _UNSEEN), pair))
    return common[:3]


def _weighed(text: Counter[str], weights: Mapping[str, float]) -> dict[str, float]:
    return {pair: math.sqrt(count) * weights.get(pair, _UNSEEN) for pair, count in text.items()}
