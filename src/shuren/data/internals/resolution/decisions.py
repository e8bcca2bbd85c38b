"""What librarians decided about suggestions, as the runs keep to it."""

from shuren.data.internals.resolution import landing
from shuren.data.internals.resolution.landing import Key, Row
from shuren.data.internals.resolution.works import Decided
from shuren.kernel.site import Site

CONTRACT = "resolution_decisions"
ACCEPTED, REFUSED = "accepted", "refused"


def standing(site: Site) -> dict[Key, Row]:
    """The decisions that stand, by (kind, one_id, other_id)."""
    return landing.standing(site, CONTRACT)


def of_pairs(site: Site, kind: str) -> Decided:
    """The pairs of records or cards that are one, and those that are not."""
    own = [(key, row) for key, row in standing(site).items() if key[0] == kind]
    same = sorted((one, other) for (_k, one, other), row in own if row["verdict"] == ACCEPTED)
    apart = ((one, other) for (_k, one, other), row in own if row["verdict"] == REFUSED)
    return Decided(tuple(same), frozenset(apart))
