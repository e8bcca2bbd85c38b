"""Signed documents as something that is held about a reader: told, forgotten, erased.

The files go and with them whose they were; number and fingerprints stay, so that who holds a copy
can still have it verified.
"""

from datetime import datetime

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals.acting import PURPOSE
from shuren.service.internals.document_rows import SignedDocument
from shuren.service.internals.terms import days_of, last_day
from shuren.service.shapes import HeldFact, HeldStore

STORE, TABLES = "documents", ("service_signeddocument",)
_GONE = {"pseudonym": "", "case_id": "", "sealed_zh": b"", "sealed_en": b""}


def tell(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    found = SignedDocument.objects.filter(pseudonym=actor.reader_key)
    rows = found.defer("sealed_zh", "sealed_en").order_by("-issued_at", "-id")
    days = days_of(PURPOSE)
    facts = [
        HeldFact(
            row.code,
            f"{pick(row.title)} {row.number}",
            row.issued_at,
            {_("Version"): str(row.version), _("Case"): row.case_id},
            until=last_day(row.issued_at.astimezone(), days),
        )
        for row in rows[:limit]
    ]
    told = _("Until you delete it, or erase.")
    if days:
        told = _("%(days)s days, or until you delete it or erase.", days=f"{days:,}")
    return [
        HeldStore(
            STORE,
            _("Documents signed for you"),
            _("So that you can fetch them, and others can verify them."),
            _("In the database, encrypted. Number and fingerprint stay when the file goes."),
            told,
            found.count(),
            tuple(facts),
            can_forget=True,
        )
    ]


def forget(site: Site, actor: Actor, store: str, fact: str) -> int:
    found = SignedDocument.objects.filter(pseudonym=actor.reader_key, code=fact[:16])
    return found.update(**_GONE)


def erase(actor: Actor) -> int:
    return SignedDocument.objects.filter(pseudonym=actor.reader_key).update(**_GONE)


def forget_issued(before: datetime) -> int:
    """Take away the files of documents that were signed before a moment; how many."""
    found = SignedDocument.objects.filter(issued_at__lt=before).exclude(pseudonym="")
    return found.update(**_GONE)
