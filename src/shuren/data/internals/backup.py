"""What belongs in a backup, taken while the site runs; and the database's way back.

The lake only ever gains files and replaces pointers, so the order of copying makes the copy
consistent: first the list of receipts (what has happened by now), then the files those
receipts speak of, the live snapshot, and last the database, read in one transaction.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from shuren.data.internals.receipts import small_files
from shuren.data.internals.working import exclusively, sweep_folders, working_folder
from shuren.kernel.archive import write_archive
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Progress, no_progress
from shuren.kernel.site import Site
from shuren.trust import ledger

DATABASE, WORKING = "database.jsonl", "backup-"
_OLD_USES = b'{"model": "trust.userecord"'
# Sessions end with a restore on purpose; the rest Django makes anew in every database.
NOT_COPIED = ["contenttypes", "auth.permission", "sessions", "trust.accountsession"]


def write_backup(site: Site, target: Path, progress: Progress = no_progress) -> dict[str, int]:
    """See data.actions.write_backup."""
    with exclusively(small_files(site)):
        count = write_archive(target, _contents(site, progress))
    return {"files": count, "bytes": target.stat().st_size}


def _contents(site: Site, progress: Progress) -> Iterator[tuple[str, bytes]]:
    paths = list(_files(site))
    for done, path in enumerate(paths):
        progress(done, len(paths) + 1)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            if site.raw in path.parents or site.quarantine in path.parents:
                continue  # its rows reached the end of their term meanwhile
            raise
        yield path.relative_to(site.root).as_posix(), content
    yield DATABASE, _dump_database(site)
    progress(len(paths) + 1, len(paths) + 1)


def _files(site: Site) -> Iterator[Path]:
    """What belongs in the copy; receipts first, see the module's note on order."""
    receipts = sorted(site.receipts.glob("*.json"))
    yield from receipts
    for path in receipts:
        yield from sorted(site.raw.glob(f"*/{path.stem}.*"))
        yield from sorted(site.quarantine.glob(f"*/{path.stem}.*"))
        yield from sorted((site.receipts / "merged").glob(f"{path.stem}.*"))
    # After the rows: what it says has gone may still be among them, never the other way round.
    yield from _below(site.data / "retention")
    yield from _below(site.data / "models")
    yield from _below(site.data / "media")
    yield from _below(site.data / "datasets")
    if site.current_pointer.is_file():
        live = site.current_pointer.read_text("utf-8").strip()
        yield site.current_pointer
        yield from _below(site.snapshots / live)
    yield site.settings_file
    yield from _below(site.definitions)
    yield from _below(site.secrets)
    yield from sorted(path for path in site.data.glob("*.json"))


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _dump_database(site: Site) -> bytes:
    """Every table as JSON lines, read in one transaction so that they agree with each other."""
    # Plain BEGIN, not atomic(): on SQLite that would be IMMEDIATE and keep writers waiting.
    level = (
        " ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.vendor == "postgresql" else ""
    )
    sweep_folders(site, WORKING)
    with working_folder(site, new_id(WORKING)) as folder, connection.cursor() as cursor:
        dump = folder / DATABASE
        cursor.execute(f"BEGIN{level}")
        try:
            call_command(
                "dumpdata", exclude=NOT_COPIED, format="jsonl", output=str(dump), verbosity=0
            )
        finally:
            cursor.execute("ROLLBACK")
        return dump.read_bytes()


def load_database(site: Site) -> None:
    """See data.actions.load_database."""
    dump = site.root / DATABASE
    old_uses = _take_out_old_uses(dump)
    call_command("loaddata", str(dump), verbosity=0)
    ledger.adopt_old_uses(old_uses)
    # What was written after the copy is lost: heads handed out since will not agree, and say so.
    ledger.append("restored", {"what": "restored", "entries": ledger.head().size})
    dump.unlink()


def _take_out_old_uses(dump: Path) -> list[dict[str, Any]]:
    """Lines of the table that was the ledger before it was a tree; the dump is left without."""
    lines = dump.read_bytes().splitlines(keepends=True)
    old = [line for line in lines if line.startswith(_OLD_USES)]
    if old:
        dump.write_bytes(b"".join(line for line in lines if not line.startswith(_OLD_USES)))
    return [json.loads(line)["fields"] for line in old]
