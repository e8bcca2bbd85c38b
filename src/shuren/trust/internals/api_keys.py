"""Keys of the open API: made, checked, rotated, revoked, and counted.

A key reads `shk_<id>_<secret>`: a fixed beginning that tools which look for leaked secrets can
find, a public part of 12 letters, and 256 random bits.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.suggestions import did_you_mean
from shuren.trust.definitions import (
    API_CLIENT,
    PERMISSION_PURPOSES,
    SCOPES,
    STAFF,
    TABLE_SCOPE,
    Role,
    purposes,
)
from shuren.trust.errors import KeyExists, KeyRefused, QuotaUsedUp, UnknownName
from shuren.trust.internals.permissions import PUBLIC_READ, TABLES_READ
from shuren.trust.models import ApiCount, ApiKey

ACTOR = "api:"
MINUTE, DAY = "m", "d"
_SPAN = {MINUTE: timedelta(minutes=1), DAY: timedelta(days=1)}
_FORM = re.compile(r"shk_([a-z2-7]{12})_([A-Za-z0-9_-]{43})")
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_MOST = 1_000_000
_USE_NOTED_EVERY = timedelta(minutes=1)


def create(
    name: str,
    owner: str,
    contact: str,
    scopes: Iterable[str],
    wanted_purposes: Iterable[str],
    per_minute: int,
    per_day: int,
    expires_at: datetime | None,
    created_by: str,
) -> tuple[ApiKey, str]:
    """The key and, this once, its text."""
    name, owner, contact = name.strip(), owner.strip(), contact.strip()
    _check_text(name, owner, contact)
    if ApiKey.objects.filter(name__iexact=name, revoked_at=None).exists():
        raise KeyExists(
            _("There is a key called '%(name)s' already.", name=name),
            fix=_("Choose another name, or rotate that key."),
        )
    if not 1 <= per_minute <= per_day <= _MOST:
        raise UsageError(
            _("A key may have from 1 request a minute to 1,000,000 a day, and no more a minute "
              "than a day."),
        )  # fmt: skip
    if expires_at is not None and expires_at <= now():
        raise UsageError(_("The key would have expired already."))
    id, secret = "".join(secrets.choice(_LETTERS) for _n in range(12)), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        id=id,
        name=name,
        owner=owner,
        contact=contact,
        digest=_digest(secret),
        scopes=" ".join(_known_scopes(scopes)),
        purposes=" ".join(_known_purposes(wanted_purposes)),
        per_minute=per_minute,
        per_day=per_day,
        created_at=now(),
        created_by=created_by,
        expires_at=expires_at,
    )
    return key, _text(id, secret)


@transaction.atomic
def rotate(id: str, grace: timedelta) -> str:
    """A new secret; the old one is good for `grace` longer. Returns the key's new text."""
    key = _unrevoked(id)
    secret, moment = secrets.token_urlsafe(32), now()
    key.previous_digest = key.digest if grace > timedelta(0) else ""
    key.previous_until = moment + grace if grace > timedelta(0) else None
    key.digest, key.rotated_at = _digest(secret), moment
    key.save()
    return _text(id, secret)


@transaction.atomic
def revoke(id: str) -> None:
    key = _unrevoked(id)
    key.revoked_at = now()
    key.previous_digest, key.previous_until = "", None
    key.save()


def check(text: str) -> ApiKey:
    """The key a text belongs to; raises KeyRefused, never saying which part was wrong."""
    form = _FORM.fullmatch(text)
    key = ApiKey.objects.filter(pk=form[1]).first() if form else None
    moment = now()
    if form is None or key is None or not _opens(key, _digest(form[2]), moment):
        raise KeyRefused(
            _("This key is not known here."), fix=_("Check it, or ask the library for another.")
        )
    if key.revoked_at is not None:
        raise KeyRefused(_("This key was revoked."), fix=_("Ask the library for another."))
    if key.expires_at is not None and key.expires_at <= moment:
        raise KeyRefused(_("This key has expired."), fix=_("Ask the library for another."))
    return key


def count(key: ApiKey) -> None:
    """Count one request against both quotas, in the database that all workers share.

    Windows are fixed: the minute and the day of UTC. A refused request takes no place in the day.
    raises  QuotaUsedUp
    """
    moment = now()
    for window, limit in ((MINUTE, key.per_minute), (DAY, key.per_day)):
        start = _start(moment, window)
        with transaction.atomic():
            if _counted(key, window, start, limit):
                continue
        left = (start + _SPAN[window] - moment).total_seconds()
        raise QuotaUsedUp(
            _("This key has used its %(limit)s requests of this minute.", limit=limit)
            if window == MINUTE
            else _("This key has used its %(limit)s requests of today.", limit=limit),
            fix=_("Go on in %(seconds)s seconds.", seconds=max(1, -int(-left // 1))),
            retry_after=max(1, -int(-left // 1)),
        )
    if key.last_used_at is None or moment - key.last_used_at >= _USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=moment)


def used(id: str) -> tuple[int, int]:
    """Requests counted in the running minute and day."""
    moment = now()
    found = {
        window: ApiCount.objects.filter(key_id=id, window=window, start=_start(moment, window))
        .values_list("count", flat=True)
        .first()
        or 0
        for window in (MINUTE, DAY)
    }
    return found[MINUTE], found[DAY]


def as_role(actor: Actor) -> Role | None:
    """What the key behind an actor grants, in the shape of a role; None if there is no such key,
    or it was revoked meanwhile."""
    if not actor.id.startswith(ACTOR):
        return None
    key = ApiKey.objects.filter(pk=actor.id.removeprefix(ACTOR), revoked_at=None).first()
    if key is None:
        return None
    known = purposes(settings.SITE)
    given = [id for id in key.purposes.split() if id in known and known[id].for_programs]
    return Role(
        id=API_CLIENT,
        title={"zh": f"接口密钥“{key.name}”", "en": f"API key “{key.name}”"},
        kind=STAFF,
        description={"zh": key.owner, "en": key.owner},
        grants=_grants(key.scopes.split(), given),
    )


def action_of(scope: str) -> str:
    """The action that a program does with a scope."""
    return SCOPES[scope].action if scope in SCOPES else TABLES_READ


def _grants(scopes: Iterable[str], given: list[str]) -> dict[str, tuple[str, ...]]:
    """What each scope lets be done, with those of the key's purposes that are for it: all of them
    for its tables, for the rest those that the action reads data for."""
    found = {}
    for action in (PUBLIC_READ, *map(action_of, scopes)):
        fitting = PERMISSION_PURPOSES.get(action, ())
        found[action] = tuple(p for p in given if action == TABLES_READ or p in fitting)
    return found


def scopes_of(actor: Actor) -> frozenset[str]:
    key = ApiKey.objects.filter(pk=actor.id.removeprefix(ACTOR), revoked_at=None).first()
    return frozenset(key.scopes.split()) if key and actor.role == API_CLIENT else frozenset()


def _counted(key: ApiKey, window: str, start: datetime, limit: int) -> bool:
    """One UPDATE that both asks and counts, so that two requests never take the same place."""
    place = ApiCount.objects.filter(key=key, window=window, start=start)
    if place.filter(count__lt=limit).update(count=F("count") + 1):
        return True
    _found, made = ApiCount.objects.get_or_create(key=key, window=window, start=start)
    if made:
        ApiCount.objects.filter(key=key, window=window, start__lt=start - _SPAN[window]).delete()
    return bool(place.filter(count__lt=limit).update(count=F("count") + 1))


def _start(moment: datetime, window: str) -> datetime:
    seconds = int(_SPAN[window].total_seconds())
    past = int(moment.timestamp()) // seconds * seconds
    return datetime.fromtimestamp(past, tz=moment.tzinfo)


def _opens(key: ApiKey, digest: str, moment: datetime) -> bool:
    if hmac.compare_digest(key.digest, digest):
        return True
    old = key.previous_digest and key.previous_until and moment < key.previous_until
    return bool(old) and hmac.compare_digest(key.previous_digest, digest)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _text(id: str, secret: str) -> str:
    return f"shk_{id}_{secret}"


def _unrevoked(id: str) -> ApiKey:
    key = ApiKey.objects.select_for_update().filter(pk=id).first()
    if key is None:
        raise UnknownName(
            _("There is no key '%(id)s'.", id=id),
            fix=did_you_mean(id, list(ApiKey.objects.values_list("id", flat=True))),
        )
    if key.revoked_at is not None:
        raise UsageError(_("This key was revoked."), fix=_("Make a new one."))
    return key


def _check_text(name: str, owner: str, contact: str) -> None:
    if not name or not owner:
        raise UsageError(_("A key needs a name and an owner."))
    if len(name) > 80 or len(owner) > 80 or len(contact) > 120:
        raise UsageError(_("Name and owner have at most 80 characters, the contact 120."))
    if any(not character.isprintable() for character in name + owner + contact):
        raise UsageError(_("Name, owner and contact are one line of text each."))


def _known_scopes(wanted: Iterable[str]) -> list[str]:
    asked = list(dict.fromkeys(wanted))
    for scope in asked:
        if scope not in SCOPES and not TABLE_SCOPE.fullmatch(scope):
            raise UnknownName(
                _("There is no scope '%(scope)s'.", scope=scope),
                fix=did_you_mean(scope, [*SCOPES, "marts:read:mart", "marts:read:conformed"]),
            )
    if not asked:
        raise UsageError(_("A key needs at least one scope."))
    return asked


def _known_purposes(wanted: Iterable[str]) -> list[str]:
    known = {id: one for id, one in purposes(settings.SITE).items() if one.for_programs}
    asked = list(dict.fromkeys(wanted))
    for purpose in asked:
        if purpose not in known:
            raise UnknownName(
                _("A key cannot be given the purpose '%(purpose)s'.", purpose=purpose),
                fix=did_you_mean(purpose, list(known)),
            )
    return asked
