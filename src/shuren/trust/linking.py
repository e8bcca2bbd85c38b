"""Identities for finding one person's several cards: comparable, and not readable.

Names are written in signs of one run's own: each sign of the vault has another, chosen by chance,
in a table that is thrown away with the run. Which signs two names share can be seen, and nothing
else. Numbers, telephones and addresses are hashed under a key of that run alone. So what leaves
this room says nothing once the run is over, wherever it may have been left.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust.actions import record_use
from shuren.trust.errors import NotAllowed
from shuren.trust.internals import identities
from shuren.trust.internals.veiling import Veil
from shuren.trust.queries import IDENTITY, require_covered, require_purpose

FIELDS = ("reader_id", "name", "phone", "email")


@dataclass(frozen=True)
class Veiled:
    """One pseudonym's identity under the veil of a run; "" for what is not known.

    name    without blanks, case and the middle dot; words of Latin names in alphabetical order
    number  of the card number without its leading zeros
    phone, email  hashes, equal where those are
    """

    pseudonym: str
    name: str
    number: str
    phone: str
    email: str


def veiled_identities(site: Site, *, actor: Actor, purpose: str) -> list[Veiled]:
    """Everybody in the vault, veiled anew at each call; the use is written to the ledger first.

    raises  NotAllowed unless the purpose is one of running the house and opens personal data to
            this role
    """
    wanted = require_purpose(actor, purpose)
    if wanted.basis != "operation" or wanted.highest_class < 3 or wanted.aggregated_only:
        raise NotAllowed(
            _("This purpose does not open identities: %(what)s.", what=pick(wanted.title))
        )
    require_covered(wanted, IDENTITY, FIELDS)
    record_use(actor, purpose, IDENTITY, FIELDS, identities.count(), "compared, not shown")
    return list(_veiled(site))


def _veiled(site: Site) -> Iterator[Veiled]:
    veil = Veil()
    for pseudonym, values in identities.everybody(site):
        yield Veiled(
            pseudonym,
            veil.name(values.get("name", "")),
            veil.number(values.get("reader_id", "")),
            veil.phone(values.get("phone", "")),
            veil.email(values.get("email", "")),
        )
