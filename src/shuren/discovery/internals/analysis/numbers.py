"""Numbers a reader may type into the box: ISBN, ISSN, DOI, call number, class number."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

ISBN, ISSN, DOI, CALL, CLASS = "isbn", "issn", "doi", "call", "class"

_DOI = re.compile(r"(?:doi:\s*|(?:https?://)?(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.I)
_CALL = re.compile(r"([A-Z]{1,2}\s?[0-9A-Z.\-=()\":+]*)\s*/\s*([0-9A-Z][0-9A-Z.:=;\-()/]*)", re.I)
_CLASS = re.compile(r"[A-KN-VXZ][A-Z]?(?:-?\d[0-9.\-=()]*)", re.I)
# Some libraries part the class from the book number by a space: H319.4:I M172-2, I247.5 37 V1.
_IN_CLASS = r"[A-KN-VXZ][A-Z]?-?\d[0-9A-Z.\-=():\"+]*"
_SPACED = re.compile(rf"({_IN_CLASS}) +([A-Z]?\d[0-9A-Z.:=;\-()/ ]*)", re.I)
_CALL_BEGUN = re.compile(rf"{_IN_CLASS}[0-9A-Z.:=;\-()/ ]*", re.I)
# What readers copy along with a number.
_NAMED = re.compile(r"^(?:(?:isbn|issn)(?:-1[03])?|doi|索[书書取]号|索書號)\s*:?\s*(?=\w)", re.I)


@dataclass(frozen=True)
class Number:
    """kind: isbn, issn, doi, call or class; value in the form that is indexed.

    sure   whether the text can hardly be anything else (a check digit fits, or a DOI's form)
    """

    kind: str
    value: str
    sure: bool


def recognise(text: str) -> Number | None:
    """The number that the whole text is; None for anything else."""
    text = _bare(text)
    if found := _DOI.fullmatch(text):
        return Number(DOI, found[1].lower().rstrip(".,;"), True)
    bare = re.sub(r"[\s\-\u2010-\u2015\u2212]", "", text).upper()
    if re.fullmatch(r"\d{9}[\dX]|\d{13}", bare):
        return Number(ISBN, isbn13(bare), _isbn_fits(bare))
    if re.fullmatch(r"\d{7}[\dX]", bare):
        fits = _issn_fits(bare)
        return Number(ISSN, bare, fits and "-" in text)
    if (found := _CALL.fullmatch(text)) and any(sign.isdigit() for sign in text):
        # OS/2 and TCP/IP4 may be words: a class has a digit before the stroke.
        return Number(CALL, call_key(text), any(sign.isdigit() for sign in found[1]))
    if found := _SPACED.fullmatch(text):
        return Number(CALL, call_key(f"{found[1]}/{found[2]}"), False)
    if _CLASS.fullmatch(text):
        return Number(CLASS, class_key(text), False)
    return None


def call_begun(text: str) -> list[str]:
    """The keys that a call number may begin with, where the text is the beginning of one: TP312/7,
    TP312/, TP312 7; [] for anything else."""
    text = _bare(text)
    if not _CALL_BEGUN.fullmatch(text):
        return []
    forms = [text, text.replace(" ", "/", 1)]
    if not text.endswith("/"):
        forms.append(text.replace("/", "", 1))
    return list(dict.fromkeys(map(call_key, forms)))


def _bare(text: str) -> str:
    """In one width, without what stands before and behind a number that was copied."""
    text = unicodedata.normalize("NFKC", text).strip()
    return _NAMED.sub("", text).rstrip(" .,;")


@lru_cache(maxsize=4096)
def isbn13(bare: str) -> str:
    """Thirteen digits of an ISBN in either length, the check digit as it must be; other text as
    it is. Two ISBNs of one book come out alike."""
    bare = re.sub(r"[^0-9Xx]", "", bare).upper()
    if len(bare) == 10:
        bare = "978" + bare[:9] + "0"
    if len(bare) != 13 or not bare.isdigit():
        return bare
    total = sum(map(int, bare[:12:2])) + 3 * sum(map(int, bare[1:12:2]))
    return f"{bare[:12]}{-total % 10}"


def issn8(text: str) -> str:
    """Eight characters without hyphen, or ""."""
    bare = re.sub(r"[^0-9Xx]", "", text).upper()
    return bare if len(bare) == 8 else ""


def call_key(text: str) -> str:
    """A call number as it is compared: capitals, no spaces."""
    return re.sub(r"\s+", "", text).upper()


def class_key(text: str) -> str:
    """A class number without the dots that are only for reading: TP391.41 → TP39141."""
    return re.sub(r"[\s.]", "", text).upper()


def _isbn_fits(bare: str) -> bool:
    if len(bare) == 13:
        return bare == isbn13(bare)
    values = [10 if d == "X" else int(d) for d in bare]
    return sum(v * w for v, w in zip(values, range(10, 0, -1), strict=True)) % 11 == 0


def _issn_fits(bare: str) -> bool:
    values = [10 if d == "X" else int(d) for d in bare]
    return sum(v * w for v, w in zip(values, range(8, 0, -1), strict=True)) % 11 == 0
