"""The ledger: an append-only Merkle log (RFC 9162) of what was done with data and power over it.

An entry joins its caller's transaction: it is there if and only if the caller's work is. It gets
its place in the tree a moment later, when it is sealed (internals/sealing.py). Until then it is
known by its **number**, which `append` returns and every function here takes; numbers ascend and
may have gaps, places in the tree have none. The offline verifier (docs/how-to/verify-ledger.md)
knows places only; a proof holds both.

No entry names a reader: `subject` and a reader who acts are written as an alias, which one row ties
to the pseudonym until the reader is erased (`forget_alias`).

`head`, `inclusion`, `consistency`, `verify` and `export` seal first, so they cannot be called
inside a transaction (RuntimeError): call them after the commit of what they are to prove.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.trust.errors import NoSuchEntry
from shuren.trust.internals import (
    aliases,
    ledger_check,
    ledger_export,
    ledger_leaf,
    merkle,
    old_uses,
    sealing,
    signing,
)
from shuren.trust.internals.ledger_check import Fault as Fault
from shuren.trust.internals.ledger_check import Verification as Verification
from shuren.trust.internals.ledger_rows import LedgerEntry, LedgerHead, LedgerTree
from shuren.trust.internals.tiles import Tiles

KINDS = ledger_leaf.KINDS
# Before the name of an account: what `alias` takes for a reader whose account has no pseudonym.
ACCOUNT = aliases.ACCOUNT
PROOF_FORMAT = "shuren-ledger-proof-1"


@dataclass(frozen=True)
class NewEntry:
    """What `append_many` takes; see `append`. at: the moment it happened, else now."""

    kind: str
    body: Mapping[str, Any]
    actor: Actor | None = None
    subject: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One entry as it is shown.

    number  its name here; place: its index in the tree, or None while it waits to be sealed
    actor   account name, `cli:<user>`, `api:<key>`, the alias of a reader, or "" (the platform)
    subject alias of the reader it is about, or ""
    """

    number: int
    place: int | None
    at: datetime
    kind: str
    actor: str
    role: str
    subject: str
    body: dict[str, Any]
    leaf: str


@dataclass(frozen=True)
class Head:
    """A signed tree head. Hashes, key and signature are hexadecimal; moment is ms since 1970."""

    size: int
    moment: int
    root: str
    signature: str
    public_key: str

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.moment / 1000, UTC)


@dataclass(frozen=True)
class Inclusion:
    """Proof that an entry is in the tree of a head: all a verifier needs, offline."""

    number: int
    place: int
    leaf: str
    path: tuple[str, ...]
    head: Head
    format: str = PROOF_FORMAT

    def as_json(self) -> bytes:
        """The proof as a file: docs/how-to/verify_ledger.py takes it."""
        return orjson.dumps(self, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


@dataclass(frozen=True)
class Consistency:
    """Proof that the tree of `new` leaves goes on from that of `old`: nothing was changed."""

    old: int
    new: int
    old_root: str
    new_root: str
    path: tuple[str, ...] = field(default=())


def append(
    kind: str, body: Mapping[str, Any], *, actor: Actor | None = None, subject: str = ""
) -> int:
    """Write one entry; returns its number. Cheap: one INSERT in the caller's transaction.

    kind     one of KINDS
    body     names and numbers: str (at most 200 characters), int, float, bool, None, lists, dicts
    subject  pseudonym of the reader it is about (kept as alias), an alias, or ""
    raises   ValueError for anything that looks like a value about a person
    """
    entry = _row(NewEntry(kind, body, actor, subject))
    entry.save(force_insert=True)
    transaction.on_commit(sealing.seal_soon, robust=True)
    return entry.pk


def append_many(entries: Iterable[NewEntry]) -> list[int]:
    """Write many entries at once, all or none; returns their numbers in the same order.

    Inside a transaction they wait to be sealed like any other; outside they are sealed at once.
    """
    # Each name is looked up once, within this call and no longer: an alias may be forgotten.
    actor_name, subject_name = cache(aliases.actor_name), cache(aliases.subject_name)
    rows = [_row(entry, actor_name, subject_name) for entry in entries]
    if not rows:
        return []
    if not connection.in_atomic_block:
        sealing.write_sealed(rows)
        return [row.pk for row in rows]
    LedgerEntry.objects.bulk_create(rows, batch_size=sealing.ROWS)
    transaction.on_commit(sealing.seal_soon, robust=True)
    return [row.pk for row in rows]


def alias(pseudonym: str) -> str:
    """The name the ledger has for a reader: `s_` and 26 letters, chosen by chance on first use."""
    return aliases.alias(pseudonym)


def is_pseudonym(text: Any) -> bool:
    """Whether it has the form of a reader's pseudonym, so that it can be a subject."""
    return isinstance(text, str) and aliases.PSEUDONYM.fullmatch(text) is not None


def forget_alias(pseudonym: str) -> str:
    """Remove what ties a reader to their entries; returns the alias ("" if there was none).

    The entries stay and are nobody's any more. The alias stands in the certificate the reader
    holds, and nowhere else; a later use makes a new one.
    """
    return aliases.forget(pseudonym)


def entries_about(pseudonym: str, *, limit: int = 100) -> list[Entry]:
    """What was done with a reader's data or by them, newest first; [] after their alias is gone."""
    name = aliases.known_alias(pseudonym)
    if not name:
        return []
    return [shown(row) for row in LedgerEntry.objects.filter(subject=name).order_by("-id")[:limit]]


def head() -> Head:
    """The signed head over everything committed by now; it is remembered as handed out."""
    return _head(_published())


def waits() -> bool:
    """Whether any committed entry is not sealed yet."""
    return LedgerEntry.objects.filter(place=None).exists()


def seal() -> None:
    """Bring what waits into the tree, without handing out a head; not inside a transaction."""
    sealing.seal()


def inclusion(number: int) -> Inclusion:
    """Proof that the entry of this number is in the tree; raises NoSuchEntry."""
    tree = _published()
    row = LedgerEntry.objects.filter(pk=number).first()
    if row is None or row.place is None or row.place >= tree.size:
        raise no_such_entry(number)
    path = merkle.inclusion(row.place, tree.size, Tiles(tree.size).node)
    return Inclusion(number, row.place, row.leaf, tuple(step.hex() for step in path), _head(tree))


def consistency(old: int, new: int | None = None) -> Consistency:
    """Proof between two sizes of the tree, `new` being the newest if not given.

    raises  NoSuchEntry unless 0 <= old <= new <= the newest
    """
    tree = _published()
    new = tree.size if new is None else new
    if not 0 <= old <= new <= tree.size:
        raise NoSuchEntry(
            _("The ledger never had %(old)s and then %(new)s entries.", old=old, new=new),
            fix=_("It has %(size)s now.", size=tree.size),
        )
    tiles = Tiles(tree.size)
    path = merkle.consistency(old, new, tiles.node)
    old_root, new_root = (merkle.root(size, tiles.node).hex() for size in (old, new))
    return Consistency(old, new, old_root, new_root, tuple(step.hex() for step in path))


def verify(newest: int | None = None) -> Verification:
    """Check every entry, or about the `newest` ones, the tree and the signed heads.

    Changed or missing entries are named; what was exchanged together with its hashes is narrowed
    down between two heads that were handed out.
    """
    return ledger_check.verify(newest)


def export() -> Iterator[bytes]:
    """The ledger up to now as lines of one file, for docs/how-to/verify_ledger.py."""
    return ledger_export.lines(_published())


def heads_handed_out() -> list[Head]:
    """Every head that left the house, oldest first."""
    return [_head(row) for row in LedgerHead.objects.order_by("size", "moment")]


def adopt_old_uses(lines: Iterable[Mapping[str, Any]]) -> None:
    """Lines of a backup from before there was a tree become entries; see internals/old_uses."""
    rows = old_uses.rows_of(lines, aliases.alias, LedgerEntry)
    LedgerEntry.objects.bulk_create(rows, batch_size=2_000)


def public_key() -> str:
    """The key that signs the heads, hexadecimal. An auditor notes it once, from a second hand."""
    return signing.public_key(settings.SITE)


def no_such_entry(number: int) -> NoSuchEntry:
    return NoSuchEntry(
        _("The ledger has no entry of number %(number)s.", number=number),
        fix=_("See `shuren ledger head`, or the page of the ledger."),
    )


def _published() -> LedgerTree:
    tree = sealing.seal()
    assert tree is not None
    sealing.publish(tree)
    return tree


def _row(
    entry: NewEntry,
    actor_name: Callable[[Actor | None], str] = aliases.actor_name,
    subject_name: Callable[[str], str] = aliases.subject_name,
) -> LedgerEntry:
    actor = actor_name(entry.actor)
    is_own = entry.actor is not None and entry.subject == entry.actor.reader_key != ""
    leaf = ledger_leaf.encode(
        entry.kind,
        entry.body,
        at=entry.at or now(),
        actor=actor,
        role=entry.actor.role if entry.actor else "",
        subject=actor if is_own and aliases.is_alias(actor) else subject_name(entry.subject),
    )
    return LedgerEntry(leaf=leaf, **ledger_leaf.columns_of(leaf))


def shown(row: LedgerEntry) -> Entry:
    """A row as it is shown."""
    return Entry(
        number=row.pk,
        place=row.place,
        at=row.at,
        kind=row.kind,
        actor=row.actor,
        role=row.role,
        subject=row.subject,
        body=orjson.loads(row.leaf)["body"],
        leaf=row.leaf,
    )


def _head(row: LedgerTree | LedgerHead) -> Head:
    return Head(row.size, row.moment, row.root, row.signature, row.public_key)
