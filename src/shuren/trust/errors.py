"""What the guard rail says when it stops somebody."""

from shuren.kernel.errors import ShurenError


class NotAllowed(ShurenError):
    """The role may not do this, or not for this purpose."""


class UnknownName(ShurenError):
    """No role, purpose or permission is called that."""

    exit_code = 2


class SealBroken(ShurenError):
    """Sealed bytes were changed, belong elsewhere, or their key is gone."""


class LedgerIsAppendOnly(ShurenError):
    """A record of use is never changed or removed."""


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
