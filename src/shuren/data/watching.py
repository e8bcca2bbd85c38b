"""What the ledger must know of this room: contracts that changed, snapshots that were published."""

import hashlib

from shuren.data.internals import snapshots
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import watching


def note(site: Site, *, actor: Actor | None = None) -> None:
    """Compare contracts, purposes, roles and the live snapshot with what the ledger knows of them,
    and write an entry for each that is another. Does nothing, and quickly, where none is."""
    watching.note_definitions("contract", watching.fingerprints("contracts", site), actor=actor)
    watching.note_own(site, actor=actor)
    live = snapshots.current(site)
    if live is not None:
        manifest = (site.snapshots / live.id / snapshots.MANIFEST).read_bytes()
        digest = hashlib.sha256(manifest).hexdigest()
        watching.note_snapshot(live.id, digest, len(live.tables), actor=actor)
