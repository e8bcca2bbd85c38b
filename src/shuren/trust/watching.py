"""Changes of definitions become entries of the ledger.

A definition is a file, so anybody who can write the folder can change it. That cannot be
prevented here; it is seen: what the files say is compared with what they said when somebody last
looked, and each difference is an entry.
"""

import hashlib
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from shuren.kernel.definitions import find_definitions
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import ledger
from shuren.trust.internals.ledger_rows import LedgerDefinition

LIVE = "live"


def fingerprints(folder: str, site: Site) -> dict[str, str]:
    """SHA-256 of every definition in force below definitions/<folder>, by id."""
    return {
        file.id: hashlib.sha256(file.path.read_bytes()).hexdigest()
        for file in find_definitions(folder, site).values()
    }


def note_definitions(
    kind: str, found: Mapping[str, str], *, actor: Actor | None = None
) -> list[int]:
    """Compare fingerprints with those noted last; one entry a difference, and one for all of them
    the first time. Of two processes that look at once one writes.

    kind     contract, purpose or role
    actor    who did what made us look; not who changed the file, which nobody here knows
    returns  the numbers of the entries
    """
    try:
        with transaction.atomic():
            rows = LedgerDefinition.objects.select_for_update().filter(kind=kind)
            before = {row.name: row.fingerprint for row in rows}
            changed = {name for name in {*before, *found} if before.get(name) != found.get(name)}
            if not changed:
                return []
            LedgerDefinition.objects.filter(kind=kind, name__in=changed).delete()
            LedgerDefinition.objects.bulk_create(
                LedgerDefinition(kind=kind, name=name, fingerprint=found[name])
                for name in sorted(changed & set(found))
            )
            return ledger.append_many(
                ledger.NewEntry(kind, body, actor) for body in _bodies(before, found, changed)
            )
    except IntegrityError:
        return []  # another process wrote the same just now


def note_own(site: Site, *, actor: Actor | None = None) -> list[int]:
    """The purposes and roles of the site."""
    return [
        number
        for kind, folder in (("purpose", "purposes"), ("role", "roles"))
        for number in note_definitions(kind, fingerprints(folder, site), actor=actor)
    ]


def note_snapshot(id: str, manifest: str, tables: int, *, actor: Actor | None = None) -> int | None:
    """An entry for the published snapshot, unless it was noted already; manifest: its SHA-256."""
    try:
        with transaction.atomic():
            rows = LedgerDefinition.objects.select_for_update().filter(kind="snapshot", name=LIVE)
            if any(row.fingerprint == manifest for row in rows):
                return None
            rows.delete()
            LedgerDefinition.objects.create(kind="snapshot", name=LIVE, fingerprint=manifest)
            body = {"snapshot": id, "tables": tables, "manifest": _shown(manifest)}
            return ledger.append("snapshot", body, actor=actor)
    except IntegrityError:
        return None


def _bodies(
    before: Mapping[str, str], found: Mapping[str, str], changed: set[str]
) -> list[dict[str, object]]:
    if not before:
        text = "".join(f"{name} {found[name]}\n" for name in sorted(found))
        whole = hashlib.sha256(text.encode()).hexdigest()
        return [{"what": "definitions_first_seen", "count": len(found), "now": _shown(whole)}]
    bodies: list[dict[str, object]] = []
    for name in sorted(changed):
        old, new = _shown(before.get(name, "")), _shown(found.get(name, ""))
        what = "changed" if old and new else "added" if new else "removed"
        body = {"what": f"definition_{what}", "definition": name, "before": old, "now": new}
        bodies.append({key: value for key, value in body.items() if value})
    return bodies


def _shown(fingerprint: str) -> str:
    """The beginning, which tells two apart; after a dash no digits are taken for a number of
    somebody."""
    return f"sha256-{fingerprint[:16]}" if fingerprint else ""
