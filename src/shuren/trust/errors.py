"""What the guard rail says when it stops somebody."""

from shuren.kernel.errors import ShurenError


class NotAllowed(ShurenError):
    """The role may not do this, or not for this purpose."""


class ConsentMissing(NotAllowed):
    """The purpose rests on the reader's consent, and there is none."""


class ConsentTextChanged(ShurenError):
    """What the reader read before saying yes is no longer the text."""


class UnknownName(ShurenError):
    """No role, purpose or permission is called that."""

    exit_code = 2


class SealBroken(ShurenError):
    """Sealed bytes were changed, belong elsewhere, or their key is gone."""


class LedgerIsAppendOnly(ShurenError):
    """An entry of the ledger is never changed or removed."""


class NoSuchEntry(ShurenError):
    """The ledger has no entry, or no size, of that number."""

    exit_code = 2


class TreeDamaged(ShurenError):
    """The hashes of the ledger's tree are not those it had."""


class AccountExists(ShurenError):
    """The account name is taken."""

    exit_code = 2


class NoSuchAccount(ShurenError):
    """No account has that name."""

    exit_code = 2


class WeakPassword(ShurenError):
    """The password breaks a rule; the message says which."""

    exit_code = 2


class SignInRefused(ShurenError):
    """Name and password do not belong together. The message never says which was wrong."""


class SignInLocked(ShurenError):
    """Too many wrong passwords for this name from this address."""


class CampusUnreachable(ShurenError):
    """The campus' sign-in service cannot be asked, or its answer is none."""


class KeyRefused(ShurenError):
    """No key of the API, or one that is wrong, expired or revoked."""


class ScopeMissing(NotAllowed):
    """The key was not given what this needs."""


class KeyExists(ShurenError):
    """A key of that name is in use."""

    exit_code = 2


class QuotaUsedUp(ShurenError):
    """The key has used its requests of this minute or day.

    retry_after  whole seconds until the next are counted, at least 1
    """

    def __init__(self, message: str, *, retry_after: int, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.retry_after = retry_after


class GlassInUse(ShurenError):
    """Somebody who has one reader's records open asks for another's."""


class EgressBlocked(NotAllowed):
    """What was about to leave the site is too sensitive for this way out. It was reported."""


class ApprovalNeeded(NotAllowed):
    """Two persons have to want this export."""
