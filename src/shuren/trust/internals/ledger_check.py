"""Verifies the ledger against itself: every byte of an entry against its hash in the tree, the
hashes against the signed head, every head handed out against the tree."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from shuren.kernel.i18n import gettext as _
from shuren.trust.errors import TreeDamaged
from shuren.trust.internals import ledger_leaf, merkle, sealing, signing
from shuren.trust.internals.ledger_rows import LedgerEntry, LedgerHead, LedgerTree
from shuren.trust.internals.tiles import BITS, WIDTH, Tiles

MOST_FAULTS = 1_000
_COLUMNS = (
    "at", "kind", "actor", "role", "subject", "purpose", "table", "columns", "rows", "detail",
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was sealed. place and number are of the entry, or None when
    the fault is the tree's."""

    message: str
    place: int | None = None
    number: int | None = None


@dataclass
class Verification:
    """size: entries in the tree; checked: of those, how many were looked at (the newest)."""

    size: int
    checked: int = 0
    heads: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults

    def add(self, fault: Fault) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)


def verify(newest: int | None) -> Verification:
    """See ledger.verify."""
    try:
        tree = sealing.seal()
    except TreeDamaged:
        tree = LedgerTree.objects.get(pk=1)
    assert tree is not None
    found = Verification(tree.size)
    start = 0 if newest is None else max(0, tree.size - newest) // WIDTH * WIDTH
    tiles = Tiles(tree.size)
    _check_entries(found, tiles, start)
    try:
        _check_tiles(found, tiles, start)
        _check_heads(found, tiles, tree)
    except TreeDamaged as error:
        found.add(Fault(error.message))
    return found


def _check_entries(found: Verification, tiles: Tiles, start: int) -> None:
    expected = start
    for row in _rows(start):
        if row["place"] >= found.size:
            found.add(Fault(_("It has a place outside the tree."), row["place"], row["id"]))
            continue
        while expected < row["place"]:
            found.add(Fault(_("It is missing."), expected))
            expected += 1
        expected += 1
        found.checked += 1
        message = _fault_of(row, tiles)
        if message:
            found.add(Fault(message, row["place"], row["id"]))
    for place in range(expected, min(found.size, expected + MOST_FAULTS)):
        found.add(Fault(_("It is missing."), place))
    for row in LedgerEntry.objects.filter(place=None).values("id", "leaf", *_COLUMNS):
        if not _agrees(row):
            found.add(Fault(_("Its columns do not say what it says."), None, row["id"]))


def _rows(start: int) -> Iterator[dict[str, Any]]:
    rows = LedgerEntry.objects.filter(place__gte=start).order_by("place")
    return rows.values("id", "place", "leaf", *_COLUMNS).iterator(2_000)


def _fault_of(row: dict[str, Any], tiles: Tiles) -> str:
    try:
        sealed = tiles.leaf(row["place"])
    except TreeDamaged:
        return _("Its hash is missing from the tree.")
    if merkle.leaf_hash(row["leaf"].encode()) != sealed:
        return _("It is not what was sealed: somebody has changed it.")
    if not _agrees(row):
        return _("Its columns do not say what it says.")
    return ""


def _agrees(row: dict[str, Any]) -> bool:
    try:
        said = ledger_leaf.columns_of(row["leaf"])
    except ValueError:
        return False
    return all(row[name] == said[name] for name in _COLUMNS)


def _check_tiles(found: Verification, tiles: Tiles, start: int) -> None:
    """Each complete tile against the hash of it in the tile above."""
    level, first, count = 0, start // WIDTH, found.size // WIDTH
    while count:
        for number in range(first, count):
            if tiles.root_of_tile(level, number) != tiles.node(BITS * (level + 1), number):
                places = WIDTH ** (level + 1)
                found.add(
                    Fault(
                        _(
                            "Hashes of the tree were changed, at places %(first)s to %(last)s.",
                            first=number * places,
                            last=(number + 1) * places - 1,
                        )
                    )
                )
        level, first, count = level + 1, first // WIDTH, count // WIDTH


def _check_heads(found: Verification, tiles: Tiles, tree: LedgerTree) -> None:
    """The newest head and all that were handed out: signed by our key, and of this tree. Where
    the first is not, an entry between it and the one before was changed along with its hash."""
    own, last_good = signing.public_key(settings.SITE), 0
    heads: list[LedgerHead | LedgerTree] = [*LedgerHead.objects.order_by("size"), tree]
    for head in heads:
        found.heads += 1
        if head.public_key != own:
            found.add(Fault(_("The head of %(size)s entries is signed with another key than ours.",
                              size=head.size)))  # fmt: skip
        elif not signing.is_signed(own, head.signature, head.size, head.moment, head.root):
            found.add(Fault(_("The signature of the head of %(size)s entries does not hold.",
                              size=head.size)))  # fmt: skip
        elif head.size > tree.size or merkle.root(head.size, tiles.node).hex() != head.root:
            found.add(
                Fault(
                    _(
                        "The tree does not lead to the signed head of %(size)s entries: what"
                        " stands at places %(first)s to %(last)s was exchanged together with its"
                        " hashes.",
                        size=head.size,
                        first=last_good,
                        last=head.size - 1,
                    )
                )
            )
            return
        else:
            last_good = head.size
