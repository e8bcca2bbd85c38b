"""Signing in beyond the password: the second step, open sessions, who the campus says it is.

What a person does here is an entry of the ledger (kind sign_in_methods): which method, never a
secret, a code, a device or an address.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pyotp
from django.conf import settings
from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import definitions, ledger
from shuren.trust.definitions import STAFF
from shuren.trust.errors import NotAllowed, SignInRefused
from shuren.trust.internals import accounts, campus_accounts, second_step, sign_in
from shuren.trust.internals.sign_in_rows import AccountSession, RecoveryCode, SecondStep
from shuren.trust.models import Account, SignInCount
from shuren.trust.queries import actor_of

# What opens single persons' data, or the way to it, without a purpose being named.
_REACHES_PERSONS = frozenset(
    {"accounts.manage", "site.operate", "keys.manage", "ledger.read", "readers.link",
     "quarantine.mend", "quarantine.export"}
)  # fmt: skip


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator is told once.

    secret   base32
    uri      otpauth://, what the QR code says
    waiting  the secret, sealed: the session that began keeps it until the first code. It stands
             nowhere else, so that nobody else can have seen it who knew the password before
    """

    secret: str
    uri: str
    waiting: str


@dataclass(frozen=True)
class OpenSession:
    """One place somebody is signed in.

    id      to name it in a form; the session's key cannot be found from it
    device  what was written down at the sign-in: browser, system, place, how; each a word or ""
    """

    id: str
    device: Mapping[str, str]
    began_at: datetime | None
    last_used_at: datetime | None
    is_this: bool


def account_by_key(key: int) -> Account | None:
    """The account with this primary key, if it is open."""
    return Account.objects.filter(pk=key, is_active=True).first()


def has_second_step(account: Account) -> bool:
    return second_step.is_on(account)


def recovery_codes_left(account: Account) -> int:
    return RecoveryCode.objects.filter(account=account).count()


def must_have_second_step(account: Account) -> bool:
    """Whether the site wants one of this account (setting sign_in.second_step); a demo never."""
    wanted = settings.SITE_SETTINGS.sign_in.second_step
    role = definitions.roles(settings.SITE).get(account.role)
    if settings.SITE_SETTINGS.demo or wanted == "nobody" or role is None or role.kind != STAFF:
        return False
    return wanted == "staff" or reaches_persons(account.role)


def reaches_persons(role_id: str) -> bool:
    """Whether a role can see single persons' data: by a purpose, or by a permission."""
    role = definitions.roles(settings.SITE).get(role_id)
    if role is None:
        return False
    known = definitions.purposes(settings.SITE)
    opened = [known[id] for id in role.purposes]
    return bool(_REACHES_PERSONS & set(role.permissions)) or any(
        p.highest_class >= 3 and not p.aggregated_only and not p.own_rows_only for p in opened
    )


def asks_second_step(account: Account) -> bool:
    """Whether a sign-in of this account goes on to a code. In a demo, whose accounts are one
    press for everybody, nobody may lock the next visitor out."""
    return second_step.is_asked(account)


def begin_second_step(site: Site, account: Account, waiting: str = "") -> Enrolment:
    """A secret to be confirmed by its first code.

    waiting  what a page loaded before said of itself: then it is the same secret
    raises   NotAllowed if the account has a second step
    """
    if has_second_step(account):
        raise NotAllowed(
            _("This account has a second step already."), fix=_("Turn it off first, with a code.")
        )
    secret = second_step.waiting_secret(site, account, waiting) or pyotp.random_base32()
    issuer = pick({"zh": settings.SITE_SETTINGS.name_zh, "en": settings.SITE_SETTINGS.name_en})
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.username, issuer_name=issuer)
    return Enrolment(secret, uri, second_step.seal_secret(site, account, secret).hex())


def confirm_second_step(
    site: Site, account: Account, waiting: str, code: str, address: str
) -> list[str]:
    """Turn it on, when the code shows that the authenticator has the secret.

    returns  ten recovery codes, to be shown once and kept nowhere
    raises   SignInRefused; SignInLocked after too many
    """
    sign_in.count_code(account.username, address)  # counted even if what follows is undone
    secret = second_step.waiting_secret(site, account, waiting)
    with transaction.atomic():
        if not secret or SecondStep.objects.select_for_update().filter(account=account).exists():
            raise _wrong_code()
        sealed = second_step.seal_secret(site, account, secret)
        step = SecondStep(account=account, sealed=sealed, created_at=now(), confirmed_at=now())
        if not _spend(site, step, code):
            raise _wrong_code()
        step.save(force_insert=True)
        _entry(account, "second_step", "on")
        codes = second_step.new_recovery_codes(account)
    sign_in.forget_attempts(account.username, address)
    return codes


def check_second_step(site: Site, account: Account, code: str, address: str) -> None:
    """Let a code of the authenticator or a recovery code in, once.

    raises  SignInRefused for a wrong or used one; SignInLocked: a wrong code counts like a
            wrong password, and ten in an hour close the account's codes from everywhere
    """
    sign_in.count_code(account.username, address)
    with transaction.atomic():
        step = SecondStep.objects.select_for_update().filter(account=account).first()
        if step is None or step.confirmed_at is None:
            raise _wrong_code()
        if not _spend(site, step, code):
            if not second_step.spend_recovery_code(account, code):
                raise _wrong_code()
            _entry(account, "recovery_code", "used")
        step.save()
    sign_in.forget_attempts(account.username, address)


def renew_recovery_codes(site: Site, account: Account, code: str, address: str) -> list[str]:
    """Ten new recovery codes for a code; the old ones are void."""
    check_second_step(site, account, code, address)
    with transaction.atomic():
        _entry(account, "recovery_codes", "renewed")
        return second_step.new_recovery_codes(account)


def end_second_step(site: Site, account: Account, code: str, address: str) -> None:
    """Turn it off, for a code. Where the site wants one, the next sign-in sets up a new one."""
    check_second_step(site, account, code, address)
    with transaction.atomic():
        _remove_second_step(account)
        _entry(account, "second_step", "off")


@transaction.atomic
def reset_second_step(username: str, *, actor: Actor) -> None:
    """For who lost authenticator and recovery codes: the operator looked at the person.

    Open sessions end. raises NoSuchAccount; NotAllowed if there is nothing to reset
    """
    account = accounts.named(username)
    if not SecondStep.objects.filter(account=account).exists():
        raise NotAllowed(_("%(name)s has no second step.", name=account.username))
    _remove_second_step(account)
    AccountSession.objects.filter(account=account).delete()
    _entry(account, "second_step", "reset", actor=actor)


def sessions(account: Account, current_key: str | None) -> list[OpenSession]:
    """Where the account is signed in, this session first, then the newest use."""
    found = []
    rows = AccountSession.objects.filter(account=account, expire_date__gt=now())
    for row in rows.order_by("-last_used_at"):
        device = row.get_decoded().get("device", {})
        began = device.get("began_at")
        found.append(
            OpenSession(
                id=_handle(row.session_key),
                device={
                    name: device.get(name, "") for name in ("browser", "system", "place", "how")
                },
                began_at=datetime.fromisoformat(began) if began else None,
                last_used_at=row.last_used_at,
                is_this=row.session_key == current_key,
            )
        )
    return sorted(found, key=lambda one: not one.is_this)


@transaction.atomic
def end_sessions(account: Account, *, only: str = "", but: str | None = None) -> int:
    """End one session by its id, or all but the one with the key `but`. How many it were."""
    rows = AccountSession.objects.filter(account=account)
    if only:
        keys = [row.session_key for row in rows if _handle(row.session_key) == only]
        rows = rows.filter(session_key__in=keys)
    elif but:
        rows = rows.exclude(session_key=but)
    ended, _kinds = rows.delete()
    return ended


def sweep() -> int:
    """Remove what signing in keeps past its time: sessions that ran out, counts of a day ago. How
    many rows it were; at each sign-in, and by `shuren retain`."""
    moment = now()
    stale = (
        AccountSession.objects.filter(expire_date__lte=moment),
        SignInCount.objects.filter(last_at__lt=moment - sign_in.FORGOTTEN_AFTER),
    )
    return sum(rows.delete()[0] for rows in stale)


def end_campus_session(ticket: str) -> int:
    """Single log-out: the campus ended the session that this ticket opened. How many it were."""
    ended, _kinds = AccountSession.objects.filter(campus=campus_session(ticket)).delete()
    return ended


def campus_session(ticket: str) -> str:
    """What a session keeps of its campus ticket: enough to know it again, and no more."""
    said = f"campus\0{ticket}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), said, "sha256").hex()


@transaction.atomic
def campus_account(
    site: Site, provider: str, subject: str, claims: Mapping[str, object]
) -> Account:
    """The account of somebody the campus vouches for, made at the first time.

    provider  `oidc` or `cas`
    subject   what the campus calls the person, for ever
    claims    what else it says; only those named in the settings are looked at
    raises    SignInRefused when no rule gives a role, or the account is closed
    """
    account, changed = campus_accounts.find_or_make(site, provider, subject, claims)
    if changed:
        kind = "role" if changed == "role" else "sign_in_methods"
        named, who = accounts.in_ledger(account)
        body = {"method": provider, "change": changed, "role": account.role} | named
        ledger.append(kind, body, actor=_as_actor(account), subject=who)
    return account


def _spend(site: Site, step: SecondStep, code: str) -> bool:
    """Whether the code is right and newer than the last one used; then it is used."""
    plain = "".join(code.split())
    if len(plain) != second_step.DIGITS or not plain.isascii() or not plain.isdigit():
        return False
    secret = second_step.secret_of(site, step)
    period = second_step.matching_period(secret, plain, now(), step.last_period)
    if period is None:
        return False
    step.last_period = period
    return True


def _remove_second_step(account: Account) -> None:
    SecondStep.objects.filter(account=account).delete()
    RecoveryCode.objects.filter(account=account).delete()


def _wrong_code() -> SignInRefused:
    return SignInRefused(
        _("That code is not right, or it was used before."),
        fix=_("Wait for the next one, and check the clock of your phone."),
    )


def _entry(account: Account, method: str, change: str, *, actor: Actor | None = None) -> None:
    named, subject = accounts.in_ledger(account)
    body = {"method": method, "change": change} | named
    ledger.append("sign_in_methods", body, actor=actor or _as_actor(account), subject=subject)


def _as_actor(account: Account) -> Actor:
    return actor_of(account) or Actor(account.username, account.role, account.reader_key)


def _handle(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()[:16]
