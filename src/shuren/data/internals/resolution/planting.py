"""Records spoilt as cataloguers and old systems spoil them, so that what is found can be counted.

Each planted record is a copy of a real one under a ref of its own, with one of the kinds of damage
below; and for some, a neighbour that only looks like it: another volume, another work by the same
author. The truth is known because we made it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shuren.data.internals.resolution import text
from shuren.data.internals.resolution.records import Book
from shuren.data.internals.resolution.works import Groups

MARK = "planted"
SAME = ("no_isbn", "edition", "slip", "order", "house", "no_author", "short_title")
OTHER = ("volume", "namesake", "set_number")


@dataclass(frozen=True)
class Planted:
    """`record` is of the work of `origin`, or, if not `same`, only looks so."""

    record: Book
    origin: str
    kind: str
    same: bool


def plant(books: Sequence[Book], number: int, seed: int) -> list[Planted]:
    """So many of each kind, or fewer where no record has what the damage needs."""
    chance = random.Random(seed)
    usable = [book for book in books if len(book.key) >= 4 and book.authors]
    found: list[Planted] = []
    for kind in (*SAME, *OTHER):
        wanted = number if usable else 0
        for origin in chance.sample(usable, min(len(usable), wanted * 4)):
            spoilt = _spoil(kind, origin, chance)
            if spoilt is None or wanted == 0:
                continue
            wanted -= 1
            ref = f"{MARK}:{seed}-{kind}-{wanted}"
            found.append(Planted(replace(spoilt, ref=ref), origin.ref, kind, kind in SAME))
    return found


def _spoil(kind: str, book: Book, chance: random.Random) -> Book | None:
    bare = replace(book, isbns=(), same="")
    year = book.year or 2010
    if kind == "no_isbn":
        return bare
    if kind == "edition":
        return replace(bare, year=year + chance.randint(2, 12))
    if kind == "slip":
        return replace(bare, key=_slip(book.key, chance)) if len(book.key) >= 8 else None
    if kind == "order":
        return replace(bare, authors=("某人", *reversed(book.authors)))
    if kind == "house":
        return replace(bare, publisher=book.publisher[:-1], year=year + chance.randint(0, 1))
    if kind == "no_author":
        return replace(bare, authors=())
    if kind == "short_title":
        if not book.isbns:
            return None
        return replace(
            book, key=book.key + (" 教程" if text.is_han(book.key) else " study"), same=""
        )
    if kind == "volume":
        return replace(bare, volume=f"{book.volume} 下".strip())
    if kind == "namesake":
        return replace(bare, authors=("另一位作者",), publisher="另一家", year=year - 9)
    return replace(book, volume=f"{book.volume} 3".strip(), same="") if book.isbns else None


def _slip(key: str, chance: random.Random) -> str:
    """One sign changed, lost, doubled or swapped with its neighbour."""
    place = chance.randrange(1, len(key) - 2)
    return chance.choice(
        [
            key[:place] + ("的" if text.is_han(key) else "x") + key[place + 1 :],
            key[:place] + key[place + 1 :],
            key[:place] + key[place] + key[place:],
            key[:place] + key[place + 1] + key[place] + key[place + 2 :],
        ]
    )


def score(groups: Groups, planted: Sequence[Planted]) -> dict[str, float]:
    """precision, recall; `recall_<kind>` of each kind of damage, `apart_<kind>` of each neighbour.

    A pair is a planted record and the record it was made from.
    """
    joined = {p.record.ref: groups.root(p.record.ref) == groups.root(p.origin) for p in planted}
    right = sum(joined[p.record.ref] for p in planted if p.same)
    wrong = sum(joined[p.record.ref] for p in planted if not p.same)
    real = sum(p.same for p in planted)
    found = {
        "precision": right / (right + wrong) if right + wrong else 1.0,
        "recall": right / real if real else 1.0,
    }
    for kind in dict.fromkeys(p.kind for p in planted):
        own = [p for p in planted if p.kind == kind]
        share = sum(joined[p.record.ref] for p in own) / len(own)
        name = "recall" if kind in SAME else "apart"
        found[f"{name}_{kind}"] = share if kind in SAME else 1 - share
    return {name: round(value, 4) for name, value in found.items()}
