"""A reader's own keys as something that is held: told, forgotten, erased."""

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals.reader_key_rows import ReaderKey
from shuren.service.reader_keys import SCOPES
from shuren.service.shapes import HeldFact, HeldStore

STORE = "reader_keys"
TABLES = ("service_readerkey",)


def tell(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    rows = ReaderKey.objects.filter(pseudonym=actor.reader_key).order_by("-made_at", "pk")
    return [
        HeldStore(
            STORE,
            _("Your keys for programs"),
            _("So that a program you chose reads and opens your cases for you."),
            _("In the database, under your pseudonym; of the secret a fingerprint only."),
            _("Until you end a key, or make another after it has expired, or erase."),
            rows.count(),
            tuple(_fact(one) for one in rows[:limit]),
            can_forget=True,
        )
    ]


def forget(site: Site, actor: Actor, store: str, fact: str) -> int:
    return ReaderKey.objects.filter(pseudonym=actor.reader_key, pk=fact[:16]).delete()[0]


def erase(actor: Actor) -> int:
    return ReaderKey.objects.filter(pseudonym=actor.reader_key).delete()[0]


def _fact(row: ReaderKey) -> HeldFact:
    said = {
        _("What it may do"): ", ".join(pick(SCOPES[one]) for one in row.scopes.split()),
        _("Expires"): f"{row.expires_at:%Y-%m-%d}",
    }
    return HeldFact(row.id, row.name, row.made_at, said)
