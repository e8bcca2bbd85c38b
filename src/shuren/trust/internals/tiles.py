"""The tree's hashes in tiles of 256, read and written as they are needed."""

from shuren.kernel.i18n import gettext as _
from shuren.trust.errors import TreeDamaged
from shuren.trust.internals.ledger_rows import LedgerTile
from shuren.trust.internals.merkle import node_hash

BITS, WIDTH, HASH = 8, 256, 32


class Tiles:
    """The tree of `size` leaves. Leaves that are added are stored by `save`, within the caller's
    transaction and lock."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._known: dict[tuple[int, int], bytearray] = {}
        self._changed: set[tuple[int, int]] = set()

    def add(self, leaf_hash: bytes) -> None:
        self._push(0, self.size, leaf_hash)
        self.size += 1

    def node(self, level: int, index: int) -> bytes:
        """The root of the perfect subtree of 2**level leaves at `index`; see merkle."""
        tile_level, height = divmod(level, BITS)
        number, offset = divmod(index << height, WIDTH)
        hashes = self._tile(tile_level, number)[offset * HASH : (offset + (1 << height)) * HASH]
        if len(hashes) != HASH << height:
            raise damaged()
        return _fold(hashes)

    def leaf(self, index: int) -> bytes:
        return self.node(0, index)

    def root_of_tile(self, level: int, number: int) -> bytes:
        """What a complete tile comes to; the tile above must hold the same."""
        tile = self._tile(level, number)
        if len(tile) != WIDTH * HASH:
            raise damaged()
        return _fold(tile)

    def save(self) -> None:
        rows = [
            LedgerTile(level=level, number=number, hashes=bytes(self._known[level, number]))
            for level, number in sorted(self._changed)
        ]
        LedgerTile.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["level", "number"],
            update_fields=["hashes"],
        )
        self._changed.clear()

    def _push(self, level: int, index: int, value: bytes) -> None:
        number, offset = divmod(index, WIDTH)
        tile = self._tile(level, number)
        if len(tile) != offset * HASH:
            raise damaged()
        tile += value
        self._changed.add((level, number))
        if len(tile) == WIDTH * HASH:
            self._push(level + 1, number, _fold(tile))

    def _tile(self, level: int, number: int) -> bytearray:
        if (level, number) not in self._known:
            row = LedgerTile.objects.filter(level=level, number=number).first()
            self._known[level, number] = bytearray(row.hashes if row else b"")
        return self._known[level, number]


def _fold(hashes: bytes | bytearray) -> bytes:
    """The root over a power of two of hashes."""
    row = [bytes(hashes[at : at + HASH]) for at in range(0, len(hashes), HASH)]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def damaged() -> TreeDamaged:
    return TreeDamaged(
        _("Hashes of the ledger's tree are missing from the database, or there are too many."),
        fix=_("Bring the database back from a backup. New entries wait meanwhile; none is lost."),
    )
