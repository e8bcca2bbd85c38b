"""Reads about learned models: their cards, and whether they may still be used."""

from shuren.data.internals.resolution import cards
from shuren.data.resolution import Card
from shuren.kernel.site import Site


def model_cards(site: Site) -> list[Card]:
    """The cards of all learned models, the newest of each first."""
    return cards.cards(site)


def against_model(site: Site, card: Card) -> list[str]:
    """What stands against using a model now, as sentences; empty for nothing.

    raises  NoSnapshot
    """
    return cards.why_not(site, card)
