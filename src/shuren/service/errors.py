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


class NoSuchCase(ShurenError):
    """There is no such case, or it is not this actor's to see: both are answered alike."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__(
            _("There is no such case, or it is not yours to see."),
            fix=_("Look at your list of cases."),
        )


class NoSuchCampaign(ShurenError):
    """No campaign has this address."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__(
            _("No campaign has this address."),
            fix=_("Look at how it is written; it may have been typed from paper."),
        )


class NoSuchReview(ShurenError):
    """There is no such review, or it is not this actor's to see: both are answered alike."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__(
            _("There is no such review, or it is no longer shown."),
            fix=_("Its writer may have taken it back. Look at the title's page."),
        )


class NotNow(ShurenError):
    """The case is in a state where this cannot be done, or not by this actor."""


class CaseChanged(ShurenError):
    """Somebody else changed the case in the meantime."""


class NotOffered(ShurenError):
    """The service is not for this reader, or its limit is reached."""


class WrongField(ShurenError):
    """A field is missing or holds what it may not; `name` is the field's."""

    exit_code = 2

    def __init__(self, name: str, message: str, *, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.name = name


class LinkRefused(ShurenError):
    """A link to a file does not open. `why` is of file_links.WHYS; `case` the id of its case for
    the case's own reader, else ""."""

    exit_code = 2

    def __init__(self, why: str, message: str, fix: str, *, case: str = "") -> None:
        super().__init__(message, fix=fix)
        self.why, self.case = why, case


class PlaceTaken(ShurenError):
    """Somebody else has the place then, or the reader has another; nothing was booked."""


class WrongCode(ShurenError):
    """The check-in code is not the one shown at the place now."""


class Busy(ShurenError):
    """The database was held too long by others; nothing was done."""
