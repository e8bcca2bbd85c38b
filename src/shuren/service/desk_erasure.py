"""Erasing at the desk, for a reader who cannot sign in: asked with the card in hand, allowed by a
second person, done by the engine of the one tap, and the certificate handed over.

A card number comes in typed and goes nowhere: it is turned into a pseudonym at once. The request
names the reader by the ledger's alias, which nothing ties to anybody once the erasure is done.
"""

from django.db import transaction

from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import actions, queries
from shuren.service.desk import pseudonym_of_card
from shuren.service.errors import NothingHeld
from shuren.service.internals import erasing
from shuren.service.shapes import Certificate
from shuren.trust import egress, ledger
from shuren.trust import erasing as trust
from shuren.trust.queries import require

ERASE = "desk.erase"
POINT = egress.DESK_ERASURE


def ask(site: Site, card: str, reason: str, *, actor: Actor) -> str:
    """Ask for a second person's yes to erase the reader with this card; the request's id.

    reason  how the reader asked and how the card was checked; no name belongs in it
    raises  trust's NotAllowed without desk.erase; NoSuchReader, UsageError
    """
    require(actor, ERASE)
    with transaction.atomic():
        alias = ledger.alias(pseudonym_of_card(site, card))
        return egress.ask(POINT, alias, reason, actor=actor)


def erase(site: Site, card: str, code: str, *, actor: Actor) -> Certificate:
    """Erase the reader with this card; the certificate, to be handed over.

    The code is used up and the erasure begun in one transaction: what a kill stops after that goes
    on with the next `shuren work`, and `certificate` has it then.
    raises  trust's NotAllowed without desk.erase, ApprovalNeeded; NoSuchReader, UsageError
    """
    require(actor, ERASE)
    erasing.resume(site)
    key = pseudonym_of_card(site, card)
    with transaction.atomic():
        egress.use(POINT, ledger.alias(key), code, actor=actor)
        account = next(iter(trust.accounts_of(key)), "")
        [line] = erasing.begin(site, [Actor(account, "", key)])
    erasing.carry_on(site, [line])
    return certificate(site, line.id, actor=actor)


def certificate(site: Site, erasure: str, *, actor: Actor) -> Certificate:
    """The certificate of an erasure that was done at the desk, to be printed or handed over again.

    raises  trust's NotAllowed without desk.erase, NothingHeld
    """
    require(actor, ERASE)
    found = next((one for one in trust.erasures() if one.id == erasure), None)
    if found is None or not found.certificate:
        raise NothingHeld(
            _("There is no certificate of that number."),
            fix=_("An erasure has one as soon as it is done; `shuren work` goes on with it."),
        )
    return queries.certificate_of(found)


def as_file(found: Certificate, *, actor: Actor) -> bytes:
    """What is handed over: the certificate as JSON, which names the reader by an alias only."""
    content = actions.certificate_json(found)
    egress.check("certificate", actor=actor, content=content)
    return content
