"""The register of releases: data given to researchers, and the key each one's pseudonyms have.

A person has one pseudonym in a release, however often it is exported, and another in the next: who
holds two releases cannot tell that two rows of them are one person's. The keys are sealed in the
vault. Ending a release destroys its key: from then on nobody, the library included, can tell whose
row is whose.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import ledger
from shuren.trust.errors import UnknownName
from shuren.trust.internals import vault
from shuren.trust.internals.egress_rows import Release

BEGINNING = "p_"
_BYTES = 16


@dataclass(frozen=True)
class ReleaseLine:
    """exports: how often it left; ended_at: when its key was destroyed, or None."""

    id: str
    begun_at: datetime
    exports: int
    ended_at: datetime | None


@transaction.atomic
def pseudonyms(site: Site, release: str, persons: Sequence[str]) -> list[str]:
    """`p_` and 26 letters for each person, the same at every export of this release.

    raises  UsageError if the release has ended
    """
    key = _key(site, release)
    return [_pseudonym(key, person) for person in persons]


@transaction.atomic
def note_export(
    release: str, tables: Sequence[str], columns: Sequence[str], counts: dict[str, int],
    *, actor: Actor
) -> None:  # fmt: skip
    """Count one export of a release and write it to the ledger; counts: {what: how many}."""
    found = Release.objects.select_for_update().get(pk=release)
    found.exports += 1
    found.save(update_fields=["exports"])
    body = {"release": release, "tables": list(tables), "columns": list(columns)}
    ledger.append("export", body | counts, actor=actor)


@transaction.atomic
def end(release: str, *, actor: Actor) -> None:
    """Destroy the key of a release; raises UnknownName, UsageError if it has ended before."""
    found = Release.objects.select_for_update().filter(pk=release).first()
    if found is None:
        raise UnknownName(_("Nothing was exported under '%(name)s' yet.", name=release[:40]))
    if found.ended_at:
        raise _ended(release)
    found.sealed, found.ended_at = b"", now()
    found.save(update_fields=["sealed", "ended_at"])
    ledger.append("export", {"release": release, "step": "key destroyed"}, actor=actor)


def register() -> list[ReleaseLine]:
    """Every release that was ever exported, the newest first."""
    return [
        ReleaseLine(row.id, row.begun_at, row.exports, row.ended_at)
        for row in Release.objects.order_by("-begun_at", "id")
    ]


def _key(site: Site, release: str) -> bytes:
    found = Release.objects.select_for_update().filter(pk=release).first()
    if found is None:
        key = secrets.token_bytes(32)
        sealed = vault.seal(site, key, context(release))
        Release.objects.create(id=release, sealed=sealed, begun_at=now())
        return key
    if found.ended_at:
        raise _ended(release)
    return vault.unseal(site, bytes(found.sealed), context(release))


def _pseudonym(key: bytes, person: str) -> str:
    digest = hmac.digest(key, person.encode(), "sha256")[:_BYTES]
    return BEGINNING + base64.b32encode(digest).decode().rstrip("=").lower()


def context(release: str) -> str:
    return f"release:{release}"


def _ended(release: str) -> UsageError:
    return UsageError(
        _("The release '%(name)s' has ended: its key is destroyed.", name=release),
        fix=_("Make another release, with an id of its own."),
    )
