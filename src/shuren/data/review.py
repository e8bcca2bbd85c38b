"""Suggestions waiting for a librarian, what was decided, and what each rests on."""

from collections.abc import Sequence

from shuren.data.internals.resolution import waiting
from shuren.data.internals.resolution.waiting import PERMISSION
from shuren.data.resolution import AUTHORITIES, CLASSES, READERS, WORKS, Decision, Side, Suggestion
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import queries as trust

KINDS = (WORKS, AUTHORITIES, CLASSES, READERS)


def kinds(actor: Actor) -> list[str]:
    """The kinds of suggestion this actor decides about; who decides about none sees none."""
    return [kind for kind in KINDS if trust.may(actor, PERMISSION[kind])]


def suggestions(site: Site, kind: str, *, actor: Actor) -> list[Suggestion]:
    """What waits, the surest first; what was decided is left out, built or not.

    raises  trust's NotAllowed, NoSnapshot, UnknownName. A look at pairs of cards is a use of
            personal data and written to the ledger.
    """
    return waiting.suggestions(site, kind, actor)


def suggestion(site: Site, kind: str, id: str, *, actor: Actor) -> Suggestion:
    """One that waits; raises NothingToDecide if it does not any more."""
    return waiting.suggestion(site, kind, id, actor)


def sides(site: Site, found: Sequence[Suggestion], *, actor: Actor) -> dict[str, list[Side]]:
    """{id: the records or cards it is about} of suggestions of one kind. Of cards what the lake
    knows; names stay in the vault."""
    return waiting.sides(site, found, actor)


def decisions(site: Site, kind: str, *, actor: Actor) -> list[Decision]:
    """What stands, the newest first."""
    return waiting.decided(site, kind, actor)
