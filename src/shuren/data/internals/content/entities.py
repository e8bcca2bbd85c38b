"""Names and numbers in passages, by rules that can be told: no model guesses here.

isbn, doi   their form; an ISBN only with a right check digit
year        1000 to 2099 followed by 年, or standing alone in Latin text; Chinese numerals before 年
heading     a heading or a form not used of an authority record, word for word
author      a name of the bibliographic records; title: a title the library holds, inside 《》
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

ISBN, DOI, YEAR, HEADING, AUTHOR, TITLE = "isbn", "doi", "year", "heading", "author", "title"
_ISBN = re.compile(r"(?<![\d-])(?:97[89][- ]?)?\d(?:[- ]?\d){8}[- ]?[\dXx](?![\d-])")
_DOI = re.compile(r"\b10\.\d{4,9}/[-._;()/:A-Za-z0-9]*[A-Za-z0-9]")
_YEAR = re.compile(r"(?<![\d.,/-])(1\d{3}|20\d{2})(?=\s*年|(?![\d.,/-]|\s*[㐀-鿿]))")
_NUMERALS = "〇一二三四五六七八九"
_CHINESE_YEAR = re.compile(rf"[一二][{_NUMERALS}○零]{{3}}(?=年)")
_TITLE = re.compile(r"《([^《》]{1,80})》")
_LEAST = {True: 2, False: 5}  # signs of a name in Chinese, in letters


@dataclass(frozen=True)
class Entity:
    """`start` and `end` in the text; `normal` the form by which it is the same elsewhere; `ref`
    the authority record or title it stands for, or ''."""

    kind: str
    text: str
    start: int
    end: int
    normal: str
    ref: str = ""


class Names:
    """Names to be found word for word, the longest first.

    known  {name: (kind, normal form, ref)}
    """

    def __init__(self, known: Mapping[str, tuple[str, str, str]]) -> None:
        self._known = {name: said for name, said in known.items() if _long_enough(name)}
        self._by_start: dict[str, list[str]] = {}
        for name in sorted(self._known, key=lambda one: (-len(one), one)):
            self._by_start.setdefault(name[:2], []).append(name)

    def find(self, text: str) -> Iterator[Entity]:
        place = 0
        while place < len(text) - 1:
            name = next(
                (n for n in self._by_start.get(text[place : place + 2], ())
                 if text.startswith(n, place) and _whole(text, place, place + len(n))),
                None,
            )  # fmt: skip
            if name is None:
                place += 1
                continue
            kind, normal, ref = self._known[name]
            yield Entity(kind, name, place, place + len(name), normal, ref)
            place += len(name)


def find(text: str, names: Names, titles: Mapping[str, str]) -> list[Entity]:
    """All entities of a passage, in order of place.

    titles  {title: id of the title held}
    """
    found = [*_numbers(text), *_years(text), *names.find(text)]
    for quoted in _TITLE.finditer(text):
        title = quoted[1]
        if title in titles:
            found.append(Entity(TITLE, title, *quoted.span(1), title, titles[title]))
    return sorted(found, key=lambda one: (one.start, one.kind))


def valid_isbn(digits: str) -> bool:
    """ISO 2108: 10 digits modulo 11, 13 digits modulo 10."""
    if len(digits) == 10:
        values = [10 if sign == "X" else int(sign) for sign in digits]
        return sum((10 - place) * value for place, value in enumerate(values)) % 11 == 0
    if len(digits) != 13 or not digits.isdigit():
        return False
    return sum(int(sign) * (3 if n % 2 else 1) for n, sign in enumerate(digits)) % 10 == 0


def isbn_13(digits: str) -> str:
    if len(digits) == 13:
        return digits
    body = "978" + digits[:9]
    rest = sum(int(sign) * (3 if n % 2 else 1) for n, sign in enumerate(body)) % 10
    return f"{body}{(10 - rest) % 10}"


def _numbers(text: str) -> Iterator[Entity]:
    for found in _ISBN.finditer(text):
        digits = re.sub(r"[- ]", "", found[0]).upper()
        if valid_isbn(digits):
            yield Entity(ISBN, found[0], found.start(), found.end(), isbn_13(digits))
    for found in _DOI.finditer(text):
        yield Entity(DOI, found[0], found.start(), found.end(), found[0].lower())


def _years(text: str) -> Iterator[Entity]:
    for found in _YEAR.finditer(text):
        yield Entity(YEAR, found[0], found.start(), found.end(), found[0])
    for found in _CHINESE_YEAR.finditer(text):
        digits = "".join(str(max(0, _NUMERALS.find(sign))) for sign in found[0])
        yield Entity(YEAR, found[0], found.start(), found.end(), digits)


def known_names(
    authorities: Iterable[tuple[str, str, str]], authors: Iterable[str]
) -> dict[str, tuple[str, str, str]]:
    """Names by what says them; an authority record goes before a name of a title.

    authorities  (id, heading, other forms parted by ‖); authors  parted by ‖
    """
    known: dict[str, tuple[str, str, str]] = {}
    for value in authors:
        for name in value.split("‖"):
            known[name.strip()] = (AUTHOR, name.strip(), "")
    for id, heading, others in authorities:
        for form in (*others.split("‖"), heading):
            known[form.strip()] = (HEADING, heading, id)
    return known


def _long_enough(name: str) -> bool:
    return len(name) >= _LEAST[bool(name) and ord(name[0]) > 0x2E7F]


def _whole(text: str, start: int, end: int) -> bool:
    """Not a part of a longer Latin word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (
        (text[start].isascii() and before.isascii() and before.isalnum())
        or (text[end - 1].isascii() and after.isascii() and after.isalnum())
    )
