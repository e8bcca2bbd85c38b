"""Sentences of the service room."""

from shuren.kernel.errors import ShurenError


class NothingHeld(ShurenError):
    """There is no such store, or no such fact in it."""
