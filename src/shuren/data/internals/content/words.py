"""Words of Chinese and Latin text for an index: pairs of Chinese signs, words of letters."""

import re
import unicodedata
import zlib
from collections.abc import Iterator

_RUN = re.compile(r"[㐀-䶿一-鿿豈-﫿]+|[a-z0-9]+")
_HAN = "㐀"


def folded(text: str) -> str:
    """As it is compared: full-width forms narrow, small letters, accents away."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def terms(text: str) -> Iterator[str]:
    """Pairs of neighbouring Chinese signs (one alone stands for itself), and whole words."""
    for found in _RUN.finditer(folded(text)):
        run = found[0]
        if run[0] < _HAN or len(run) == 1:
            yield run
        else:
            yield from (run[place : place + 2] for place in range(len(run) - 1))


def features(text: str, size: int) -> Iterator[int]:
    """Hashed pieces for a dense vector: Chinese signs and pairs, three letters of words."""
    for found in _RUN.finditer(folded(text)):
        run = found[0]
        if run[0] >= _HAN:
            pieces = [*run, *(run[place : place + 2] for place in range(len(run) - 1))]
        else:
            edged = f"^{run}$"
            pieces = [edged[place : place + 3] for place in range(len(edged) - 2)]
        for piece in pieces:
            yield zlib.crc32(piece.encode()) % size
