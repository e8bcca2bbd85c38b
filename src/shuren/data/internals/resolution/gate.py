"""Before a run uses a learned model: the promoted one if it is fresh, a new one if it passes."""

from shuren.data.errors import NotPromoted
from shuren.data.internals.resolution import cards
from shuren.data.resolution import Card
from shuren.kernel.site import Site


def ready(site: Site, name: str, train: bool) -> tuple[Card | None, tuple[str, ...]]:
    """The promoted model if it may still be used."""
    card = None if train else cards.in_use(site, name)
    return (card, ()) if card and not cards.why_not(site, card) else (None, ())


def through_the_gate(site: Site, card: Card) -> tuple[Card | None, tuple[str, ...]]:
    try:
        return cards.promote(site, card), ()
    except NotPromoted as error:
        return None, (error.message,)
