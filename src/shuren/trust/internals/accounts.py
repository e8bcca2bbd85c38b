"""Accounts by their names, and by what the ledger calls them."""

from django.conf import settings

from shuren.kernel.i18n import gettext as _
from shuren.kernel.masking import mask
from shuren.kernel.suggestions import did_you_mean
from shuren.trust import definitions, ledger
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


def in_ledger(account: Account) -> tuple[dict[str, str], str]:
    """(part of an entry's body, its subject). Staff are named by their account; readers, and names
    that are a number of somebody, by an alias."""
    known = definitions.roles(settings.SITE).get(account.role)
    is_staff = known is not None and known.kind == definitions.STAFF
    if is_staff and mask(account.username) == account.username:
        return {"account": account.username}, ""
    return {}, account.reader_key or ledger.alias(f"{ledger.ACCOUNT}{account.username}")
