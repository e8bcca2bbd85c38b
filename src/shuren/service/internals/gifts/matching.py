"""Which lines of a gift the catalogue has already: by ISBN, then by title and author."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from shuren.data.queries import current_snapshot, read
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.gift_shapes import BY_ISBN, BY_TITLE
from shuren.service.internals.gift_rows import GiftItem

PUBLIC, TITLES = "public_information", "conformed.title"
_AT_ONCE = 1_000
_ISBN = re.compile(r"(?:97[89][- ]?)?(?:[0-9][- ]?){9}[0-9Xx](?![0-9])")


def isbn13(text: str) -> str:
    """Thirteen digits of an ISBN in either length, "" where none is or its check digit is wrong."""
    found = _ISBN.search(text)
    if not found:
        return ""
    digits = re.sub(r"[- ]", "", found[0]).upper()
    if len(digits) == 10:
        total = sum(int(d) * w for d, w in zip(digits[:9], range(10, 1, -1), strict=True))
        if "0123456789X"[-total % 11] != digits[9]:
            return ""
        digits = f"978{digits[:9]}" + _check(f"978{digits[:9]}")
    return digits if digits[12] == _check(digits[:12]) else ""


def _check(stem: str) -> str:
    return str(-(sum(map(int, stem[::2])) + 3 * sum(map(int, stem[1::2]))) % 10)


def mark_known(site: Site, items: Sequence[GiftItem], actor: Actor) -> int:
    """Write into each line which title of the catalogue it is; how many are known."""
    snapshot = current_snapshot(site)
    if snapshot is None or TITLES not in snapshot.tables:
        return 0
    # The catalogue writes an ISBN with hyphens or without; both are asked for.
    by_isbn = {
        isbn13(isbn): id
        for id, _title, _author, isbn in _rows(
            site, actor, "isbn", (form for one in items for form in _forms(one.isbn))
        )
    }
    left = [one for one in items if not (one.isbn and one.isbn in by_isbn)]
    by_title: dict[str, list[tuple[str, str]]] = {}
    for id, title, author, _isbn in _rows(site, actor, "title", (one.title for one in left)):
        by_title.setdefault(folded(title), []).append((id, folded(author or "")))
    known = 0
    for one in items:
        one.known, one.by = by_isbn.get(one.isbn, "") if one.isbn else "", ""
        if one.known:
            one.by = BY_ISBN
        elif found := _same(one, by_title.get(folded(one.title), [])):
            one.known, one.by = found, BY_TITLE
        known += bool(one.known)
    return known


def _same(one: GiftItem, candidates: list[tuple[str, str]]) -> str:
    """The title with the same author; a catalogue's `刘慈欣著` has the line's `刘慈欣` in it."""
    author = folded(one.author)
    for id, known in candidates:
        if author and known and (author in known or known in author):
            return id
    return ""


def _rows(
    site: Site, actor: Actor, column: str, values: Iterable[str]
) -> Iterator[tuple[str, str, str, str]]:
    wanted = sorted({one for one in values if one})
    for start in range(0, len(wanted), _AT_ONCE):
        table = read(
            site, TITLES, purpose=PUBLIC, actor=actor,
            columns=["title_id", "title", "author", "isbn"],
            where=[(column, "in", wanted[start : start + _AT_ONCE])], order_by=["title_id"],
        )  # fmt: skip
        yield from table.rows


def _forms(isbn: str) -> list[str]:
    if not isbn:
        return []
    forms = [isbn]
    if isbn.startswith("978"):
        total = sum(int(d) * w for d, w in zip(isbn[3:12], range(10, 1, -1), strict=True))
        forms.append(isbn[3:12] + "0123456789X"[-total % 11])
    return forms


def folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())
