"""What the service room does for a reader."""

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import consent


def withdraw_consent(site: Site, purpose: str, *, actor: Actor) -> None:
    """Take a yes back: nothing more is kept or used for the purpose from this moment.

    raises  trust's UnknownName, NotAllowed
    """
    consent.withdraw(purpose, actor=actor)
