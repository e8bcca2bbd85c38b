"""What the management room says when something cannot be recorded, done or found."""

from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _


class BadDecision(UsageError):
    """Something a decision needs is missing or does not fit."""


class NoSuchDecision(UsageError):
    """No decision has this number."""


class BadOpinion(UsageError):
    """An opinion, or what is to be done with it, lacks something or does not fit."""


class TooFast(BadOpinion):
    """More opinions without a name than may come from one place in a while."""


class NoSuchOpinion(UsageError):
    """There is no such opinion, task or file, or it is not this actor's to see."""

    def __init__(self) -> None:
        super().__init__(
            _("There is no such opinion or task, or it is not yours to see."),
            fix=_("Look at the list of opinions, or at the supervision board."),
        )
