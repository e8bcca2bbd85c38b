"""A reader's own keys: a program that holds one lists, reads and opens that reader's cases.

A key reads `shr_<id>_<secret>`. It is shown once, has the scopes and the days its reader chose, and
opens nothing of anybody else, whatever its reader's account may do besides.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service.internals.reader_key_rows import ReaderKey
from shuren.trust.errors import KeyRefused, QuotaUsedUp, ScopeMissing
from shuren.trust.queries import reader_of, require_purpose

OWN = "own_records"
READ, OPEN = "cases:read", "cases:open"
SCOPES: dict[str, dict[str, str]] = {
    READ: {"zh": "查看我的服务单", "en": "Read my cases"},
    OPEN: {"zh": "替我提交服务单", "en": "Open cases for me"},
}
DAYS = (7, 30, 90, 365)
MOST = 5
PER_MINUTE, PER_DAY = 60, 1000
_FORM = re.compile(r"shr_([a-z2-7]{12})_([A-Za-z0-9_-]{43})")
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class KeyLine:
    """A key without its secret; is_over: its days have passed."""

    id: str
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    is_over: bool


def mine(actor: Actor) -> list[KeyLine]:
    """The actor's keys, the newest first; raises trust's NotAllowed for who is no reader."""
    require_purpose(actor, OWN)
    rows = ReaderKey.objects.filter(pseudonym=actor.reader_key).order_by("-made_at", "pk")
    return [
        KeyLine(
            one.id, one.name, tuple(one.scopes.split()), one.made_at, one.expires_at,
            one.last_used_at, one.expires_at <= now(),
        )
        for one in rows
    ]  # fmt: skip


def make(*, actor: Actor, name: str, scopes: Iterable[str], days: int) -> str:
    """Make a key and return its text, which is kept nowhere; what is over goes.

    raises  UsageError; trust's NotAllowed for who is no reader
    """
    require_purpose(actor, OWN)
    name = "".join(c for c in name if c.isprintable()).strip()
    wanted = [one for one in SCOPES if one in set(scopes)]
    if not name or len(name) > 40:
        raise UsageError(_("Give the key a name of at most 40 characters."))
    if not wanted:
        raise UsageError(_("Choose what the key may do."))
    if days not in DAYS:
        raise UsageError(_("Choose for how many days the key holds."))
    moment = now()
    id, secret = "".join(secrets.choice(_LETTERS) for _n in range(12)), secrets.token_urlsafe(32)
    with transaction.atomic():
        held = ReaderKey.objects.filter(pseudonym=actor.reader_key)
        held.filter(expires_at__lte=moment).delete()
        if held.count() >= MOST:
            raise UsageError(
                _("You have %(most)s keys already.", most=MOST), fix=_("End one of them first.")
            )
        ReaderKey.objects.create(
            id=id, pseudonym=actor.reader_key, name=name, scopes=" ".join(wanted),
            digest=_digest(secret), made_at=moment, expires_at=moment + timedelta(days=days),
        )  # fmt: skip
    return f"shr_{id}_{secret}"


def end(id: str, *, actor: Actor) -> bool:
    """End a key of the actor's at once; whether there was one."""
    require_purpose(actor, OWN)
    held = ReaderKey.objects.filter(pseudonym=actor.reader_key, pk=id[:16])
    return bool(held.delete()[0])


def admit(text: str, scope: str) -> Actor:
    """The reader whose key it is, one request counted.

    raises  KeyRefused, never saying which part was wrong; QuotaUsedUp; ScopeMissing
    """
    form = _FORM.fullmatch(text)
    row = ReaderKey.objects.filter(pk=form[1]).first() if form else None
    if form is None or row is None or not hmac.compare_digest(row.digest, _digest(form[2])):
        raise KeyRefused(
            _("This key is not known here."), fix=_("Make one on your page “My keys”.")
        )
    if row.expires_at <= now():
        raise KeyRefused(_("This key has expired."), fix=_("Make one on your page “My keys”."))
    reader = reader_of(row.pseudonym)
    if reader is None or reader.reader_key != row.pseudonym:
        raise KeyRefused(
            _("The account of this key is closed."), fix=_("Ask the library about it.")
        )
    _count(row)
    if scope not in row.scopes.split():
        raise ScopeMissing(
            _("This key may not do that: it lacks %(scope)s.", scope=scope),
            fix=_("Make another key with it on your page “My keys”."),
        )
    return reader


def _count(row: ReaderKey) -> None:
    """Count one request in the running minute and day; fixed windows, of UTC."""
    moment = now()
    seconds = int(moment.timestamp())
    for window, used, length, limit in (
        ("minute", "in_minute", 60, PER_MINUTE),
        ("day", "in_day", 86_400, PER_DAY),
    ):
        start = seconds // length
        mine = ReaderKey.objects.filter(pk=row.pk)
        mine.filter(**{f"{window}__lt": start}).update(**{window: start, used: 0})
        if mine.filter(**{f"{used}__lt": limit}).update(**{used: F(used) + 1}):
            continue
        wait = (start + 1) * length - seconds
        raise QuotaUsedUp(
            _("This key has used its %(limit)s requests of this minute.", limit=limit)
            if window == "minute"
            else _("This key has used its %(limit)s requests of today.", limit=limit),
            fix=_("Go on in %(seconds)s seconds.", seconds=wait),
            retry_after=max(1, wait),
        )
    if row.last_used_at is None or moment - row.last_used_at >= _USE_NOTED_EVERY:
        ReaderKey.objects.filter(pk=row.pk).update(last_used_at=moment)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
