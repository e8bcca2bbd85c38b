"""Waiting entries get their places in the tree, one process at a time.

An entry is written in its caller's transaction, with place null, and so is lost or kept with it.
Sealing takes every waiting entry that is committed, in the order of their numbers, under the lock
of the tree's one row (on SQLite under the lock of writing): places, tiles, counts and the signed
head are one transaction. A kill in between leaves them waiting; whoever seals next takes them.
Numbers that a rolled-back transaction used up are simply never seen. See decision 0031.
"""

import time
from collections import defaultdict
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F

from shuren.kernel.clock import now
from shuren.trust.internals import merkle, signing
from shuren.trust.internals.aliases import ALIAS
from shuren.trust.internals.ledger_rows import (
    LedgerCount,
    LedgerEntry,
    LedgerHead,
    LedgerTree,
)
from shuren.trust.internals.tiles import Tiles

BATCH, ROWS = 5_000, 2_000  # sealed in one transaction; in one statement
_EVERY = 1.0  # seconds between two sealings of one process on its own account
_PATIENCE = 20_000  # ms a writer waits on SQLite, as the settings say
_NEEDED = ("id", "leaf", "kind", "table", "actor", "role", "purpose", "rows", "at")
_last = 0.0


def seal_soon() -> None:
    """After a commit: seal what waits, unless this process did within the last second or another
    is at it. What is left waits for the next commit, or for the next who asks for the head."""
    global _last
    if time.monotonic() - _last >= _EVERY:
        _last = time.monotonic()
        if connection.vendor == "sqlite":
            _seal_unless_busy()
        else:
            seal(wait=False)


def _seal_unless_busy() -> None:
    """SQLite knows no lock that can be left out: so it is asked for without patience."""
    _pragma("busy_timeout=0")
    try:
        seal()
    except OperationalError as error:
        if "locked" not in str(error):
            raise
    finally:
        _pragma(f"busy_timeout={_PATIENCE}")


def seal(wait: bool = True) -> LedgerTree | None:
    """Bring every waiting entry into the tree; returns its newest head.

    Not inside a transaction (RuntimeError): a head that is rolled back must not have been seen.
    wait  False: None when another process is sealing just now
    """
    while True:
        with transaction.atomic(durable=True):
            tree = _locked(wait)
            if tree is None:
                return None
            waiting = LedgerEntry.objects.filter(place=None).order_by("id").values(*_NEEDED)
            batch: list[dict[str, Any]] = list(waiting[:BATCH])
            if batch or tree.public_key != signing.public_key(settings.SITE):
                _give_places([entry["id"] for entry in batch], tree.size)
                _take_in(tree, batch)
        if len(batch) < BATCH:
            return tree


def write_sealed(rows: list[LedgerEntry]) -> None:
    """Insert many entries with their places at once, for who writes them outside a transaction:
    it spares each row the second writing. All or none."""
    with transaction.atomic(durable=True):
        tree = _locked(wait=True)
        assert tree is not None
        for place, row in enumerate(rows, start=tree.size):
            row.place = place
        LedgerEntry.objects.bulk_create(rows, batch_size=ROWS)
        _take_in(tree, [{name: getattr(row, name) for name in _NEEDED} for row in rows])


def publish(tree: LedgerTree) -> None:
    """Remember a head before it leaves the house, so that no power cut can take back what somebody
    holds: on SQLite with a flush to disk, which other commits do without."""
    if LedgerHead.objects.filter(size=tree.size, root=tree.root).exists():
        return
    flush = connection.vendor == "sqlite" and not connection.in_atomic_block
    if flush:
        _pragma("synchronous=FULL")
    try:
        LedgerHead.objects.get_or_create(
            size=tree.size,
            root=tree.root,
            defaults={
                "moment": tree.moment,
                "signature": tree.signature,
                "public_key": tree.public_key,
            },
        )
    finally:
        if flush:
            _pragma("synchronous=NORMAL")


def _pragma(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {what}")


def _locked(wait: bool) -> LedgerTree | None:
    LedgerTree.objects.get_or_create(
        pk=1, defaults={"size": 0, "moment": 0, "root": merkle.EMPTY.hex()}
    )
    # On SQLite the transaction itself is the lock: it begins IMMEDIATE.
    return LedgerTree.objects.select_for_update(skip_locked=not wait).filter(pk=1).first()


def _take_in(tree: LedgerTree, batch: list[dict[str, Any]]) -> None:
    """Hash entries that have the next places, in their order, and sign the head over them."""
    tiles = Tiles(tree.size)
    for entry in batch:
        tiles.add(merkle.leaf_hash(entry["leaf"].encode()))
    tiles.save()
    _count(batch)
    tree.size = tiles.size
    tree.root = merkle.root(tiles.size, tiles.node).hex()
    # Heads of one log are never of the same moment, also when the clock stands or goes back.
    tree.moment = max(int(now().timestamp() * 1000), tree.moment + 1)
    tree.signature, tree.public_key = signing.sign(settings.SITE, tree.size, tree.moment, tree.root)
    tree.save()


def _give_places(numbers: list[int], first: int) -> None:
    if not numbers:
        return
    table = connection.ops.quote_name(LedgerEntry._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"UPDATE {table} SET place = given.place FROM unnest(%s::bigint[], %s::bigint[])"
                f" AS given(id, place) WHERE {table}.id = given.id",
                [numbers, list(range(first, first + len(numbers)))],
            )
        else:
            cursor.executemany(
                f"UPDATE {table} SET place = %s WHERE id = %s",
                [(first + at, number) for at, number in enumerate(numbers)],
            )


def _count(batch: list[dict[str, Any]]) -> None:
    """Keep how often each table was used, so that a question about it never reads all entries."""
    found: dict[tuple[str, str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for entry in batch:
        if entry["kind"] == "use":
            actor = "" if ALIAS.fullmatch(entry["actor"]) else entry["actor"]
            found[entry["table"], actor, entry["role"], entry["purpose"]].append(entry)
    for (table, actor, role, purpose), uses in found.items():
        rows, last = sum(u["rows"] for u in uses), max(u["at"] for u in uses)
        same = LedgerCount.objects.filter(table=table, actor=actor, role=role, purpose=purpose)
        if not same.update(uses=F("uses") + len(uses), rows=F("rows") + rows, last_at=last):
            LedgerCount.objects.create(
                table=table, actor=actor, role=role, purpose=purpose,
                uses=len(uses), rows=rows, last_at=last,
            )  # fmt: skip
