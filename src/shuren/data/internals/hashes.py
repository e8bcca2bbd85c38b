"""A set of content hashes on disk that is asked without being read: eight bytes of each, sorted.

Whoever finds one there looks the whole hash up elsewhere: eight bytes may agree by chance.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

_NUMBER = np.dtype(">u8")


def content(known: Iterable[str]) -> bytes:
    """What to write for these hexadecimal hashes."""
    return np.sort(np.array([_number(one) for one in known], _NUMBER)).tobytes()


def has(path: Path, wanted: str) -> bool:
    """False for sure, or true perhaps; true where the file is missing."""
    try:
        numbers = np.memmap(path, _NUMBER, mode="r")
    except (OSError, ValueError):
        return True
    number = _number(wanted)
    place = int(np.searchsorted(numbers, np.array(number, _NUMBER)))
    return place < len(numbers) and int(numbers[place]) == number


def _number(hexadecimal: str) -> int:
    return int(hexadecimal[:16], 16)
