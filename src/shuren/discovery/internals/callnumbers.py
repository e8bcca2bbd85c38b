"""Call numbers in the order of the shelves, by the Chinese Library Classification.

Class numbers are compared sign by sign as decimals (TP31 < TP311 < TP32), with the auxiliary marks
in the schedule's order: bare number, a, -, ( ), " ", =, 〈 〉, +, :, then longer numbers. Book
numbers of digits are whole numbers (9 < 10), author numbers letters and decimals (L62 < L623 < L7).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from shuren.discovery.definitions import Shelving

# Signs of a class number behind its letters, in shelf order; what ends comes before them all.
_ORDER = 'a-()"=<>+:0123456789'
_RANK = {sign: place + 1 for place, sign in enumerate(_ORDER)}
_MARKS_ALIKE = str.maketrans("（）〈〉《》“”＝－：＋／；", '()<><>""=-:+/;')
_CLASS_SIGNS, _BASE = 8, len(_ORDER) + 1
_CLASS = re.compile(r"([A-Za-z]{1,2})(.*)")
_PLAIN = re.compile(r"(\d+)(.*)")
_AUTHOR = re.compile(r"([A-Za-z]+)(\d*)(.*)")
_BOOK_BITS = 19  # of the 64 of a rank; the class number has the others


@dataclass(frozen=True, order=True)
class CallNumber:
    """Parts in the order they are compared by; marks are kept as written in `tail`."""

    class_key: str
    letters: str
    number: int
    decimals: str
    edition: str
    translation: str
    volume: int
    volume_text: str
    copy: str
    tail: str


def parse(text: str, shelving: Shelving) -> CallNumber | None:
    """None for what does not begin as a class number does."""
    text = re.sub(r"\s+", "", text).translate(_MARKS_ALIKE)
    class_part, _divider, book = text.partition(shelving.divider)
    key = class_order(class_part)
    if not key:
        return None
    parts = _parted(book, shelving)
    letters, number, decimals, rest = _book_number(parts["book"], shelving)
    digits = re.match(r"\D*(\d{1,9})", parts["volume"])
    return CallNumber(
        key, letters, number, decimals, parts["edition"], parts["translation"],
        int(digits[1]) if digits else 0, parts["volume"], parts["copy"], rest,
    )  # fmt: skip


@lru_cache(maxsize=50_000)
def class_order(number: str) -> str:
    """A text that sorts as class numbers stand on the shelf; "" for what is none."""
    found = _CLASS.fullmatch(number.translate(_MARKS_ALIKE))
    if not found:
        return ""
    signs = re.sub(r"[.\[\]/]", "", found[2].lower())
    ranks = [_RANK[sign] for sign in signs if sign in _RANK]
    return f"{found[1].upper():<2}" + "".join(chr(64 + rank) for rank in ranks)


def rank(number: CallNumber) -> int:
    """64 bits in shelf order. Beyond eight signs of class or four of an author number two may be
    equal; those are told apart by the whole number."""
    return _class_rank(number.class_key) << _BOOK_BITS | _book_rank(number)


@lru_cache(maxsize=50_000)
def _class_rank(key: str) -> int:
    letters = key[:2]
    value = (ord(letters[0]) - 64) * 27 + (ord(letters[1]) - 64 if letters[1] != " " else 0)
    for place in range(_CLASS_SIGNS):
        sign = key[2 + place : 3 + place]
        value = value * _BASE + (ord(sign) - 64 if sign else 0)
    return value


def _book_rank(number: CallNumber) -> int:
    most = (1 << _BOOK_BITS) - 1
    if not number.letters:
        plain = number.number or int(f"{number.decimals:0<5}"[:5] or 0)
        return min(plain, most >> 1)
    first = ord(number.letters[0]) - 64
    return min(
        (most >> 1) + 1 + first * 9_600 + int(f"{number.decimals[:4]:0<4}") * 96 // 100, most
    )


def _parted(book: str, shelving: Shelving) -> dict[str, str]:
    """The book number and what stands behind each mark."""
    parts = {"book": "", "volume": "", "edition": "", "copy": "", "translation": ""}
    part, at = "book", 0
    if not any(mark in book for mark, _part in shelving.marks):
        parts["book"], at = book, len(book)
    while at < len(book):
        # A mark at the very beginning is no mark: there is nothing yet to be marked.
        found = next(((m, p) for m, p in shelving.marks if at and book.startswith(m, at)), None)
        if found:
            at, part = at + len(found[0]), found[1]
        else:
            parts[part] += book[at]
            at += 1
    return {name: value.rstrip(")") for name, value in parts.items()}


def _book_number(text: str, shelving: Shelving) -> tuple[str, int, str, str]:
    """(letters, whole number, decimals, what is left)"""
    if found := _PLAIN.fullmatch(text):
        if shelving.running_numbers:
            return "", int(found[1][:15]), "", found[2]
        return "", 0, found[1], found[2]
    if found := _AUTHOR.fullmatch(text):
        return found[1].upper(), 0, found[2], found[3]
    return "", 0, "", text
