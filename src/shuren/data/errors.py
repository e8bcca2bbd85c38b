"""What can go wrong in the data room, each a sentence with a way out."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shuren.kernel.errors import DefinitionError, ShurenError, UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.suggestions import did_you_mean

if TYPE_CHECKING:
    from shuren.data.shapes import Receipt


class NothingLoaded(ShurenError):
    """The file cannot be loaded at all: the site is as it was."""

    exit_code = 3


class WrongColumns(NothingLoaded):
    """A required column of the contract is not among the columns of the file."""


class StorageFull(NothingLoaded):
    """The disk has no room; everything half-written has been taken away again."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            _("The disk that holds %(folder)s is full; nothing was loaded.", folder=folder),
            fix=_("Free some space, then load the file again."),
        )


class AlreadyLoaded(ShurenError):
    """The same bytes are already here under the same contract. Not a failure: exit code 0."""

    exit_code = 0

    def __init__(self, receipt: "Receipt") -> None:
        self.receipt = receipt
        super().__init__(
            _(
                "%(name)s is already loaded (%(load)s, %(day)s); loading it again adds nothing.",
                name=receipt.source_name,
                load=receipt.id,
                day=f"{receipt.started_at:%Y-%m-%d %H:%M}",
            ),
            fix=_(
                "Use `shuren quarantine replay %(load)s` to try its refused rows again.",
                load=receipt.id,
            )
            if receipt.refused
            else "",
        )


class UnknownName(UsageError):
    """No contract, mapping, load or table has this name."""

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        super().__init__(
            _("There is no %(kind)s called '%(name)s'.", kind=kind, name=name),
            fix=did_you_mean(name, known),
        )


class NothingToReplay(UsageError):
    """None of the rows asked for is open in this load's quarantine."""


class ReceiptBroken(ShurenError):
    """A receipt cannot be read, so what its load brought is not known."""


class QuarantineBroken(ShurenError):
    """A quarantine file cannot be opened: damaged, or sealed by another site's key."""


class ModelError(DefinitionError):
    """A model cannot be used: its front matter, its SQL, or the order it asks for."""


class BuildFailed(ShurenError):
    """A model's SQL did not give what it declares; the live snapshot is untouched."""


class EngineUnavailable(ShurenError):
    """The engine a build was to run on is not installed, cannot start, or has no workers."""

    exit_code = 3


class StoreTrouble(ShurenError):
    """A store of snapshots cannot be reached, or what is in it cannot be taken."""

    exit_code = 3


class NoSnapshot(ShurenError):
    """Nothing has been published yet, so there is nothing to read."""

    def __init__(self) -> None:
        super().__init__(_("Nothing has been built yet."), fix=_("Run `shuren build`."))


class SnapshotGone(ShurenError):
    """The snapshot that was asked for by name has been taken away."""

    def __init__(self, id: str) -> None:
        super().__init__(
            _("The state of the data that this goes on from (%(id)s) is no longer kept.", id=id),
            fix=_("Begin again from the first page."),
        )


class NoSuchTable(UnknownName):
    """The live snapshot has no such table or column."""


class NotOpen(ShurenError):
    """The purpose named does not open this table, column or form of answer."""


class CorrectionUnclear(UsageError):
    """What a corrected row is to say cannot be told."""


class ExportTarget(UsageError):
    """The file an export is to go to exists, or its folder does not."""


class TaskProblem(UsageError):
    """A task of the data librarians is not there, is closed, or is closed without a word."""


class BadExpression(UsageError):
    """An expression of a calculation uses what is not on the list."""


class NothingToPublish(UsageError):
    """The rules in force are those that are there."""


class BadId(UsageError):
    """What a new definition is to be called cannot be a name of one."""


class AlreadyThere(UsageError):
    """A definition of this name exists; it is never overwritten."""


class PasswordInside(UsageError):
    """A password was to be written into a definition; only names of secrets stand there."""


class NothingToDecide(UsageError):
    """A suggestion does not wait, or a decision does not stand, any more."""


class NotPromoted(ShurenError):
    """A learned model may not be used: its data are stale, worse, or it fell short of its goals."""


class NotEditable(UsageError):
    """A record without a number of its own: nothing that is saved could take its place."""


class EditConflict(UsageError):
    """Somebody else saved the record after it was opened."""


class BadRecord(UsageError):
    """What was typed is no record that can be kept, or says nothing new."""


class MustStay(ShurenError):
    """Something is still to come of it, so it cannot be forgotten yet; the sentence says what."""


class Overtaken(ShurenError):
    """A reader's history was erased while a file with rows of that reader was loaded."""


class NothingToRelease(UsageError):
    """Nobody in a release for researchers is hidden among enough persons."""
