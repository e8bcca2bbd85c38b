"""Takes what is erased off the disk, and says so in the ledger and in the certificates."""

from dataclasses import dataclass

from django.db import connection

from shuren.data import actions as data_actions
from shuren.data import erasing as data
from shuren.data.erasure import Rewritten
from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals import certificates, erasing
from shuren.trust import erasing as trust
from shuren.trust import ledger


@dataclass(frozen=True)
class Swept:
    """What one round did: see data.erasure.Rewritten; `done` erasures came to their end."""

    rewritten: Rewritten
    built: bool
    done: int
    waiting: int


def sweep(site: Site, actor: Actor) -> Swept:
    """Rewrite, build if the live snapshot is older than that, and end what is off the disk."""
    erasing.resume(site)
    erasing.close_open(site)
    rewritten = data.rewrite(site)
    left, building_due = data.settle(site)
    if building_due:
        data_actions.build(site, actor=actor)
        left, _due = data.settle(site)
    waiting = trust.erasures(state=["gone", "rewritten"])
    data.forget_events(site, [line.reader_key for line in waiting if line.reader_key])
    ended = [line for line in waiting if line.reader_key not in left]
    for line in waiting:
        if line in ended:
            _end(site, line)
        elif line.state == "gone":
            trust.advance(line.id, "rewritten")
    if ended:
        clean_database()
    return Swept(rewritten, building_due, len(ended), len(waiting) - len(ended))


def _end(site: Site, line: trust.ErasureLine) -> None:
    number = ledger.append(
        "erasure", {"completed": line.report["entry"]}, subject=line.report["alias"]
    )
    # A request that was under way when the reader erased may have been written down since.
    ledger.forget_alias(line.reader_key)
    report = {**line.report, "completed": number}
    trust.advance(line.id, "done", report=report, reader_key="", done_at=now())
    certificates.write(site, line.id)


def clean_database() -> None:
    """Write the database anew without what was deleted from it, and its log with it.

    PostgreSQL keeps deleted rows until it vacuums; what its own log archive holds is for the
    backup policy.
    """
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute("VACUUM FULL")
