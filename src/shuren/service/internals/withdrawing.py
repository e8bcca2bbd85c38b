"""Taking a consent back: what was kept for it alone goes, wherever it stands."""

from datetime import timedelta

from shuren.data import erasing as data
from shuren.data.definitions import contracts
from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import messages, search_alerts
from shuren.service.internals import interests
from shuren.service.internals.circulation import history
from shuren.trust import consent
from shuren.trust.erasing import OWN


def withdraw(site: Site, purpose: str, actor: Actor) -> None:
    """See actions.withdraw_consent. The yes goes first, so that nothing comes in behind it."""
    consent.withdraw(purpose, actor=actor)
    if purpose == interests.PURPOSE:
        interests.forget(actor.reader_key)
    if purpose == history.HISTORY:
        history.forget_past(now() - timedelta(days=history.DISPUTE_DAYS))
    if purpose == search_alerts.PURPOSE:
        search_alerts.forget(actor.reader_key)
    messages.stop_for(purpose, actor.reader_key)
    for contract in kept_for(site, purpose):
        for event in data.waiting_events(site, actor):
            if event.contract == contract:
                data.forget_event(site, actor, event.id)
        data.forget_contract(site, actor, contract)


def kept_for(site: Site, purpose: str) -> list[str]:
    """Contracts whose rows are kept for this purpose only, the reader's own look aside."""
    return [one.id for one in contracts(site).values() if set(one.purposes) - {OWN} == {purpose}]
