"""Accounts by their names."""

from shuren.kernel.i18n import gettext as _
from shuren.kernel.suggestions import did_you_mean
from shuren.trust.errors import NoSuchAccount
from shuren.trust.models import Account


def named(username: str) -> Account:
    """The account of that name, upper or lower case; raises NoSuchAccount with a suggestion."""
    account = Account.objects.filter(username__iexact=username).first()
    if account is None:
        names = Account.objects.values_list("username", flat=True)
        raise NoSuchAccount(
            _("There is no account called '%(name)s'.", name=username),
            fix=did_you_mean(username, names),
        )
    return account
