"""Slows down guessing: wrong passwords and wrong codes close a name for a while, and an address.

Five wrong ones in a row for one name from one address close that pair for five minutes. An address
from which fifty came within a quarter of an hour, whatever the names, closes for as long: a campus
behind one address signs in all day, since who comes in is not counted. A name's code can be tried
ten times in an hour from all addresses together.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.trust.errors import SignInLocked
from shuren.trust.models import SignInCount

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=5)
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """So many failures, then closed for `time`: since the last one `in_a_row`, else since the
    first one, so that a few slips an hour never add up."""

    kind: str
    allowed: int
    time: timedelta
    in_a_row: bool = False


PAIR = Limit("pair", FAILURES_ALLOWED, LOCKED_FOR, in_a_row=True)
ADDRESS = Limit("address", 50, timedelta(minutes=15))
CODES = Limit("codes", 10, timedelta(hours=1))


@transaction.atomic
def count_attempt(username: str, address: str) -> None:
    """Count one attempt before the password is looked at, so that parallel guesses count too.

    raises  SignInLocked when this name and address, or the address, have used up their attempts
    """
    SignInCount.objects.filter(last_at__lt=now() - FORGOTTEN_AFTER).delete()
    _count(PAIR, username, address, _("Too many wrong passwords for this account."))
    _count(ADDRESS, "", address, _("Too many wrong passwords from this address."))


@transaction.atomic
def count_code(username: str, address: str) -> None:
    """Count one code before it is looked at; as count_attempt, and for the name from anywhere."""
    count_attempt(username, address)
    _count(CODES, username, "", _("Too many wrong codes for this account."))


def forget_attempts(username: str, address: str) -> None:
    """Who was counted is who they say: begin anew, and take this attempt off the address."""
    keys = [_key(PAIR, username, address), _key(CODES, username, "")]
    SignInCount.objects.filter(key__in=keys).delete()
    forgive_address(address)


def forgive_address(address: str) -> None:
    """Take one attempt off the address: it was no guess."""
    key = _key(ADDRESS, "", address)
    SignInCount.objects.filter(key=key, failures__gt=0).update(failures=F("failures") - 1)


def _count(limit: Limit, username: str, address: str, message: str) -> None:
    moment = now()
    key = _key(limit, username, address)
    SignInCount.objects.get_or_create(key=key, defaults={"last_at": moment})
    count = SignInCount.objects.select_for_update().get(key=key)
    if moment - count.last_at >= limit.time:
        count.failures = 0
    if count.failures >= limit.allowed:
        left = limit.time - (moment - count.last_at)
        minutes = max(1, -(-int(left.total_seconds()) // 60))
        raise SignInLocked(message, fix=_("Try again in %(minutes)s minutes.", minutes=minutes))
    if limit.in_a_row or count.failures == 0:
        count.last_at = moment
    count.failures += 1
    count.save()


def _key(limit: Limit, username: str, address: str) -> str:
    """Neither name nor address is kept, only what tells this pair from others."""
    said = f"{limit.kind}\0{username.strip().casefold()}\0{address}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), said, "sha256").hex()
