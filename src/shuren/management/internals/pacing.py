"""How fast opinions without a name may come: nobody floods the form, and nobody is shut out of it.

One browser may send eight at once and then one every two minutes. All that share an address, which
may be a whole campus, may send sixty at once and then one every fifteen seconds: whoever is refused
waits seconds, whatever another behind the same address does. What is refused takes nothing from the
others. Who is signed in has a measure of their own and does not share that of the address.

No address is kept: a bucket is known by a digest under a secret of the day, which is thrown away
with the day; a bucket that is full again is thrown away as well (docs/decisions/0055).
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.management.errors import TooFast
from shuren.management.internals.pace_rows import PaceBucket, PaceKey


@dataclass(frozen=True)
class Pace:
    """So many at once, and then one more every `seconds`."""

    kind: str
    at_once: int
    seconds: int

    @property
    def full_after(self) -> timedelta:
        return timedelta(seconds=self.at_once * self.seconds)


BROWSER, ADDRESS = Pace("browser", 8, 120), Pace("address", 60, 15)
_FORGOTTEN = max(BROWSER.full_after, ADDRESS.full_after)


@transaction.atomic
def count(browser: str, address: str) -> None:
    """Count one opinion before it is taken in.

    browser  what tells one sender from others; address: which they may share, "" for none
    raises   TooFast, with nothing counted
    """
    moment = now()
    secret = _secret(moment)
    PaceBucket.objects.filter(at__lt=moment - _FORGOTTEN).delete()
    measures = [(BROWSER, browser), (ADDRESS, address)]
    rows = [_left(pace, _key(secret, pace, said), moment) for pace, said in measures if said]
    for pace, row in rows:
        if row.left < 1:
            raise TooFast(
                _("Many opinions came from here just now; yours was not taken in yet."),
                fix=_(
                    "What you wrote is still in the form: send it again in %(seconds)s seconds, or"
                    " sign in.",
                    seconds=max(1, -int(-(1 - row.left) * pace.seconds // 1)),
                ),
            )
    for _pace, row in rows:
        row.left -= 1
        row.save()


def _left(pace: Pace, key: str, moment: datetime) -> tuple[Pace, PaceBucket]:
    """The bucket, held until the transaction ends, with what has come back to it since."""
    PaceBucket.objects.get_or_create(key=key, defaults={"left": pace.at_once, "at": moment})
    row = PaceBucket.objects.select_for_update().get(key=key)
    since = max(0.0, (moment - row.at).total_seconds())
    row.left, row.at = min(pace.at_once, row.left + since / pace.seconds), moment
    return pace, row


def _secret(moment: datetime) -> bytes:
    today = moment.date()
    row, is_new = PaceKey.objects.get_or_create(
        day=today, defaults={"secret": secrets.token_bytes(32)}
    )
    if is_new:
        PaceKey.objects.exclude(day=today).delete()
    return bytes(row.secret)


def _key(secret: bytes, pace: Pace, said: str) -> str:
    return hmac.digest(secret, f"{pace.kind}\0{said}".encode(), "sha256").hex()
