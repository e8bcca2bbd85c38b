"""Reads about learned models: their cards, and whether they may still be used."""

from collections.abc import Iterable

from shuren.data.drift import Distribution, Drift
from shuren.data.internals import drifting
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


def model_drift(site: Site, card: Card) -> list[Drift]:
    """What a model reads, now against when it learned, the most changed first.

    [] where its card kept no distribution. raises  NoSnapshot
    """
    return cards.drift(site, card)


def distributions(site: Site, columns: Iterable[str]) -> dict[str, Distribution]:
    """{table.column: how it is spread in the live snapshot}, to be kept beside whatever is made
    from it; no value of a table about persons is in it.

    raises  NoSnapshot
    """
    return drifting.distributions(site, columns)


def drift_since(site: Site, kept: dict[str, Distribution]) -> list[Drift]:
    """The same columns now against what was kept of them, the most changed first.

    A column that is gone counts as one without rows. raises  NoSnapshot
    """
    return drifting.drift(site, kept)
