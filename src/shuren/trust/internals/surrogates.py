"""Cards become pseudonyms drawn by chance, remembered in the database by a keyed hash of the card.

The same card has the same pseudonym at every load. Once its row is removed nothing ties the old
pseudonym to the card, and the card has a new one when it comes again. A site that was made when
pseudonyms were keyed hashes keeps those its lake and vault know; see `legacy`.
"""

import hmac
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, transaction

from shuren.kernel.keyfiles import key_bytes
from shuren.kernel.site import Site
from shuren.trust.internals import legacy
from shuren.trust.internals.pseudonyms import LENGTH, base32
from shuren.trust.internals.surrogate_rows import Surrogate

KEY_FILE = "surrogate.key"
_BATCH = 50_000


def blinds(site: Site, values: Sequence[str]) -> list[str]:
    """The keyed hash of each value, 26 letters."""
    key = key_bytes(site, KEY_FILE)
    digests = b"".join(hmac.digest(key, v.encode(), "sha256")[:LENGTH] for v in values)
    return base32(digests)


def pseudonyms(site: Site, values: Sequence[str | None], keep: bool = True) -> list[str]:
    """`r_` and 26 letters for each value; "" for an empty one, and, not `keep`, for a stranger.

    Spaces around a value do not count.
    """
    trimmed = [(value or "").strip() for value in values]
    distinct = [value for value in dict.fromkeys(trimmed) if value]
    known = {"": ""}
    for start in range(0, len(distinct), _BATCH):
        batch = distinct[start : start + _BATCH]
        hashed = dict(zip(batch, blinds(site, batch), strict=True))
        found = stored(hashed.values())
        missing = [value for value in batch if hashed[value] not in found]
        if missing and keep:
            found |= _added(site, [(value, hashed[value]) for value in missing])
        known.update((value, found.get(hashed[value], "")) for value in batch)
    return [known[value] for value in trimmed]


def stored(hashed: Iterable[str]) -> dict[str, str]:
    """{blind: pseudonym} of those there are."""
    return {blind: name for name, blind in _among("blind", hashed).items()}


def blind_of(pseudonym: str) -> str:
    """The keyed hash of the card behind a pseudonym; "" for a stranger."""
    found = Surrogate.objects.filter(pseudonym=pseudonym).values_list("blind", flat=True).first()
    return found or ""


def strangers(pseudonyms: Iterable[str]) -> set[str]:
    """Those that no card has, or has any more."""
    asked = set(pseudonyms) - {""}
    return asked - _among("pseudonym", asked).keys()


def known_blinds(hashed: Iterable[str]) -> set[str]:
    """Those that are somebody's card."""
    return set(stored(hashed))


def draw(count: int) -> list[str]:
    """New pseudonyms: 128 random bits each."""
    return [f"r_{text}" for text in base32(os.urandom(LENGTH * count))]


def _among(column: str, asked: Iterable[str]) -> dict[str, str]:
    """{pseudonym: blind} of rows whose column is among the asked, in one question."""
    asked = list(asked)
    if not asked:
        return {}
    test, value = f"{column} IN (SELECT value FROM json_each(%s))", json.dumps(asked)
    if connection.vendor == "postgresql":
        test = f"{column} IN (SELECT json_array_elements_text(%s::json))"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pseudonym, blind FROM trust_surrogate WHERE {test}", [value])
        return dict(cursor.fetchall())


def _added(site: Site, fresh: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Give each (value, blind) a pseudonym, unless another process has been faster: {blind: it}."""
    names = legacy.taken_over(site, [value for value, _blind in fresh], draw(len(fresh)))
    # In one order, so that two loads of the same readers never wait for each other in a ring.
    rows = sorted((blind, name) for (_value, blind), name in zip(fresh, names, strict=True))
    with _through_to_disk(), transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO trust_surrogate (blind, pseudonym) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            rows,
        )
        mine = cursor.rowcount == len(rows)
        legacy.met(names)
    return dict(rows) if mine else stored(blind for blind, _name in rows)


@contextmanager
def _through_to_disk() -> Iterator[None]:
    """What a load writes next names these pseudonyms, and it reaches the disk: they must, too."""
    loose = connection.vendor == "sqlite" and not connection.in_atomic_block
    if loose:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = FULL")
    try:
        yield
    finally:
        if loose:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous = NORMAL")
