"""ISBN and ISSN, checked by their check digit; years and codes: each told from what stands
around it."""

import re
from collections.abc import Callable
from functools import lru_cache

_ISBN = re.compile(r"(?:97[89][- ]?)?(?:[0-9][- ]?){9}[0-9Xx](?![0-9])")
_ISSN = re.compile(r"([0-9]{4})[-‐–]?([0-9]{3}[0-9Xx])(?![0-9])")
_SIGNS = str.maketrans("", "", "- ")


@lru_cache(maxsize=65_536)
def isbn13(text: str) -> str:
    """Thirteen digits, or '' where none are or the check digit is wrong."""
    found = _ISBN.search(text)
    if not found:
        return ""
    digits = found[0].translate(_SIGNS).upper()
    if len(digits) == 13:
        return digits if digits.isdigit() and digits[12] == _check13(digits[:12]) else ""
    total = sum(int(d) * w for d, w in zip(digits[:9], range(10, 1, -1), strict=True))
    if "0123456789X"[-total % 11] != digits[9]:
        return ""
    stem = f"978{digits[:9]}"
    return stem + _check13(stem)


def _check13(stem: str) -> str:
    return str(-(sum(map(int, stem[::2])) + 3 * sum(map(int, stem[1::2]))) % 10)


@lru_cache(maxsize=65_536)
def issn(text: str) -> str:
    """As 1234-567X, or '' where none is or the check digit is wrong."""
    found = _ISSN.search(text)
    if not found:
        return ""
    digits = (found[1] + found[2]).upper()
    total = sum(int(d) * w for d, w in zip(digits[:7], range(8, 1, -1), strict=True))
    return f"{digits[:4]}-{digits[4:]}" if "0123456789X"[-total % 11] == digits[7] else ""


_YEAR = re.compile("(?:1[0-9]|20)[0-9]{2}")


def year(text: str) -> str:
    """The first four digits that can be a year of publication, or ''."""
    found = _YEAR.search(text)
    return found[0] if found else ""


def letters(text: str) -> str:
    """A code of letters only, or ''."""
    text = text.strip(" #|^-")
    return text if text.isalpha() else ""


CONVERT: dict[str, Callable[[str], str]] = {
    "isbn": isbn13,
    "issn": issn,
    "year": year,
    "letters": letters,
}
