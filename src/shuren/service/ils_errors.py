"""What the circulation port says when something cannot be lent, taken back or held."""

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _


class NoSuchCopy(ShurenError):
    """No copy has this barcode."""

    exit_code = 2

    def __init__(self, barcode: str) -> None:
        super().__init__(
            _("No copy has the barcode %(barcode)s.", barcode=barcode or "–"),
            fix=_("Scan it again; copies that were just catalogued come with the next load."),
        )


class CopyJustMoved(ShurenError):
    """Somebody else moved the same copy at the same moment."""


class CannotCirculate(ShurenError):
    """The copy or the reader stands in the way of a check-out, check-in, renewal or hold."""


class IlsDown(ShurenError):
    """The circulation system of the library does not answer; nothing was done."""


class IlsRefused(ShurenError):
    """The circulation system of the library said no, and why."""
