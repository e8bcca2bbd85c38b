"""The whole ledger as one file of lines, for docs/how-to/verify_ledger.py and for any tool.

Line 1     JSON: format, public key, size, all heads handed out
the rest   place, hash of the leaf in hexadecimal, and the leaf itself, with a blank in between
"""

from collections.abc import Iterator

import orjson

from shuren.trust.internals.ledger_rows import LedgerEntry, LedgerHead, LedgerTree
from shuren.trust.internals.tiles import Tiles

FORMAT = "shuren-ledger-1"


def lines(tree: LedgerTree) -> Iterator[bytes]:
    """The hash is the tree's, not one made anew: so the file shows which entry was changed."""
    heads = LedgerHead.objects.filter(size__lte=tree.size).order_by("size", "moment")
    first = {
        "format": FORMAT,
        "public_key": tree.public_key,
        "size": tree.size,
        "heads": list(heads.values("size", "moment", "root", "signature", "public_key")),
    }
    yield orjson.dumps(first) + b"\n"
    tiles = Tiles(tree.size)
    rows = LedgerEntry.objects.filter(place__lt=tree.size).order_by("place")
    for place, leaf in rows.values_list("place", "leaf").iterator(2_000):
        if place is not None:  # as the filter says
            yield f"{place} {tiles.leaf(place).hex()} {leaf}\n".encode()
