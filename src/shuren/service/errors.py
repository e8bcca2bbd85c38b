"""What the service room says when something cannot be done."""

from shuren.kernel.errors import ShurenError


class NothingHeld(ShurenError):
    """There is no such store, or no such fact in it."""


class UnknownName(ShurenError):
    """There is no subject of that class number to be chosen."""

    exit_code = 2
