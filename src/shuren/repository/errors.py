"""What can go wrong in the repository, each a sentence with a way out."""

from collections.abc import Sequence

from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.suggestions import did_you_mean


class UnknownName(UsageError):
    """No dataset, version or file has this name."""

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        super().__init__(
            _("There is no %(kind)s called '%(name)s'.", kind=kind, name=name),
            fix=did_you_mean(name, known),
        )


class NotFit(ShurenError):
    """What a dataset declares must not be given out, or cannot be made."""


class NothingNew(UsageError):
    """A new version would hold what the one before it holds."""


class LicenceNotAccepted(UsageError):
    """A file is given to nobody who has not accepted its licence."""


class AccessRefused(ShurenError):
    """The access tier of a dataset does not open its files to this asker."""


class WithdrawnVersion(ShurenError):
    """The version was withdrawn: its tombstone is kept, its files are not."""


class ExportTarget(UsageError):
    """The folder an export is to go to holds something, or its parent does not exist."""
