"""What the service room says when something cannot be done."""

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _


class NothingHeld(ShurenError):
    """There is no such store, or no such fact in it."""


class UnknownName(ShurenError):
    """There is no such subject to be chosen, or no such search of the reader."""

    exit_code = 2


class NoSuchReader(ShurenError):
    """No reader's card has the number typed. The number is not repeated: it may be somebody's."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__(
            _("No reader's card has this number."),
            fix=_("Look at the card again; readers who were just added come with the next load."),
        )
