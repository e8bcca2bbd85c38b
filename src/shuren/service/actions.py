"""What the service room does for a reader."""

from collections.abc import Iterable

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals import interests
from shuren.trust import consent
from shuren.trust.queries import require_purpose

INTERESTS = "declared_interests"


def withdraw_consent(site: Site, purpose: str, *, actor: Actor) -> None:
    """Take a yes back: nothing more is kept or used for the purpose from this moment.

    raises  trust's UnknownName, NotAllowed
    """
    consent.withdraw(purpose, actor=actor)
    if purpose == INTERESTS:
        interests.forget(actor.reader_key)


def choose_interests(site: Site, subjects: Iterable[str], *, actor: Actor) -> None:
    """Keep exactly these subjects (class numbers) as the reader's interests.

    raises  UnknownName; trust's ConsentMissing
    """
    require_purpose(actor, INTERESTS)
    interests.replace(site, actor.reader_key, subjects)
