"""Slows down guessing: five wrong passwords for one name from one address close it for a while."""

import hmac
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.trust.errors import SignInLocked
from shuren.trust.models import SignInCount

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=5)
_FORGOTTEN_AFTER = timedelta(days=1)


@transaction.atomic
def count_attempt(username: str, address: str) -> None:
    """Count one attempt before the password is looked at, so that parallel guesses count too.

    raises  SignInLocked when this name and address have used up their attempts
    """
    moment = now()
    SignInCount.objects.filter(last_at__lt=moment - _FORGOTTEN_AFTER).delete()
    key = _key(username, address)
    SignInCount.objects.get_or_create(key=key, defaults={"last_at": moment})
    count = SignInCount.objects.select_for_update().get(key=key)
    if moment - count.last_at >= LOCKED_FOR:
        count.failures = 0
    if count.failures >= FAILURES_ALLOWED:
        left = LOCKED_FOR - (moment - count.last_at)
        minutes = max(1, -(-int(left.total_seconds()) // 60))
        raise SignInLocked(
            _("Too many wrong passwords for this account."),
            fix=_("Try again in %(minutes)s minutes.", minutes=minutes),
        )
    count.failures += 1
    count.last_at = moment
    count.save()


def forget_attempts(username: str, address: str) -> None:
    """The right password came: begin anew."""
    SignInCount.objects.filter(key=_key(username, address)).delete()


def _key(username: str, address: str) -> str:
    """Neither name nor address is kept, only what tells this pair from others."""
    pair = f"{username.strip().casefold()}\0{address}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), pair, "sha256").hex()
