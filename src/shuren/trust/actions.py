"""What the guard rail does: pseudonyms, seals, the ledger of uses, accounts, sign-in, API keys.

Keys live in the site's data/secrets and are made on first use.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.masking import mask
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.trust import definitions, ledger
from shuren.trust.definitions import API_CLIENT, VISITOR
from shuren.trust.errors import (
    AccountExists,
    SignInRefused,
    UnknownName,
    WeakPassword,
)
from shuren.trust.internals import (
    accounts,
    api_keys,
    identities,
    second_step,
    sign_in,
    surrogates,
    vault,
    young_readers,
)
from shuren.trust.internals.sign_in_rows import AccountSession
from shuren.trust.models import Account

_USERNAME = re.compile(r"[\w.@+-]{1,150}")
_NAME = re.compile(r"[A-Za-z_][\w.]*")


def pseudonymise(site: Site, values: Sequence[str | None], *, keep: bool = True) -> list[str]:
    """The pseudonym of each identity: `r_` and 26 characters, the same at every load.

    Spaces around a value do not count; "" and None become "".
    keep  False: nothing is remembered, and who is not known becomes "", too
    """
    return surrogates.pseudonyms(site, values, keep)


def marks(site: Site, kind: str, values: Sequence[str]) -> list[str]:
    """A keyed hash of each value, 26 letters: to compare what is not kept. Of another kind the same
    value has another mark, and without the site's key none can be worked out."""
    return surrogates.blinds(site, [f"{kind}\0{value}" for value in values])


def passing_pseudonyms(count: int) -> list[str]:
    """Pseudonyms that nothing remembers, for a trial."""
    return surrogates.draw(count)


def seal(site: Site, data: bytes, context: str) -> bytes:
    """Encrypt (AES-256-GCM). Opens only under the same context, so a blob cannot change place."""
    return vault.seal(site, data, context)


def unseal(site: Site, data: bytes, context: str) -> bytes:
    """What was sealed; raises SealBroken if a byte or the context is another."""
    return vault.unseal(site, data, context)


def add_vault_key(site: Site) -> int:
    """A new key seals from now on and old ones still open; returns its version."""
    return vault.add_key(site)


def keep_identities(site: Site, rows: Iterable[tuple[str, Mapping[str, str]]]) -> int:
    """Store who each pseudonym is, sealed; a later record replaces the earlier. Says how many."""
    return identities.keep(site, rows)


def record_use(
    actor: Actor,
    purpose: str,
    table: str,
    columns: Iterable[str],
    rows: int,
    detail: str = "",
    subject: str = "",
) -> None:
    """Write one use of data to the ledger; names of tables and columns only, never values.

    detail   a remark of at most 200 characters; long numbers and pseudonyms in it are masked
    subject  the pseudonym of the one reader whose rows they are; of one's own rows it is known
    raises   ValueError if a table or column is not a name: that would be a value
    """
    names = list(columns)
    for name in (table, *names):
        if not _NAME.fullmatch(name):
            raise ValueError(f"the ledger takes names of columns, not {name[:40]!r}")
    body = {"purpose": purpose, "table": table, "columns": names, "rows": rows}
    if detail:
        body["detail"] = mask(mask(detail)[:200])  # the cut may bare a number
    known = definitions.purposes(settings.SITE).get(purpose)
    if not subject and known is not None and known.own_rows_only:
        subject = actor.reader_key
    ledger.append("use", body, actor=actor, subject=subject)


@transaction.atomic
def create_account(
    username: str,
    password: str,
    role: str,
    *,
    reader_key: str = "",
    display_name: str = "",
    campus: str = "",
    actor: Actor | None = None,
) -> Account:
    """Make an account, an entry in the ledger; actor: who makes it.

    raises  AccountExists, UnknownName (role), WeakPassword or UsageError
    """
    if not _USERNAME.fullmatch(username):
        raise UsageError(
            _("'%(name)s' cannot be an account name.", name=username),
            fix=_("Use letters, digits and . @ + - _ only."),
        )
    known = [r.id for r in definitions.roles(settings.SITE).values() if r.kind != VISITOR]
    if role not in known:
        raise UnknownName(
            _("There is no role called '%(role)s'.", role=role), fix=did_you_mean(role, known)
        )
    if Account.objects.filter(username__iexact=username).exists():
        raise AccountExists(
            _("There is an account called '%(name)s' already.", name=username),
            fix=_("Choose another name."),
        )
    account = Account(
        username=username,
        role=role,
        reader_key=reader_key,
        display_name=display_name,
        campus=campus,
    )
    _set_password(account, password)
    account.save()
    _note_account("account_created", account, actor)
    return account


@transaction.atomic
def change_password(username: str, password: str) -> None:
    """Give an account a new password; its open sessions end."""
    account = accounts.named(username)
    _set_password(account, password)
    account.save()
    AccountSession.objects.filter(account=account).delete()


@transaction.atomic
def remove_account(username: str, *, actor: Actor | None = None) -> None:
    """Remove an account, its sessions and its second step. What the ledger says about it stays."""
    account = accounts.named(username)
    _note_account("account_removed", account, actor)
    young_readers.forget(account.pk)
    account.delete()
    ledger.forget_alias(f"{ledger.ACCOUNT}{account.username}")


def check_sign_in(username: str, password: str, address: str) -> Account:
    """The account, when name and password belong together and it is active.

    Who has a second step is not in yet: see sign_on.check_second_step. A name that is not known
    takes as long as a wrong password.

    address  where the request came from; part of what is counted
    raises   SignInRefused; SignInLocked for five minutes after five wrong passwords, and for a
             quarter of an hour for an address with fifty
    """
    sign_in.count_attempt(username, address)
    account = authenticate(username=username, password=password)
    if not isinstance(account, Account):
        raise SignInRefused(
            _("Name and password do not belong together."), fix=_("Check both and try again.")
        )
    if second_step.is_asked(account):
        sign_in.forgive_address(address)
    else:
        sign_in.forget_attempts(username, address)
    return account


@transaction.atomic
def create_api_key(
    name: str,
    *,
    owner: str,
    scopes: Sequence[str],
    purposes: Sequence[str] = (),
    contact: str = "",
    per_minute: int = 60,
    per_day: int = 10_000,
    expires_at: datetime | None = None,
    created_by: Actor,
) -> tuple[str, str]:
    """A key of the open API: its public id, and its text, which is kept nowhere and shown once.

    scopes    what it opens: `figures:read`, `marts:read:mart`, `marts:read:mart.eresource_month` …
    purposes  what it may read tables for; only counts, or rows in which nobody is found
    raises    UnknownName (scope or purpose), KeyExists, UsageError
    """
    key, text = api_keys.create(
        name, owner, contact, scopes, purposes, per_minute, per_day, expires_at, created_by.id
    )
    given = {"scopes": key.scopes.split(), "purposes": key.purposes.split()}
    ledger.append("key", {"what": "created", "key": key.id} | given, actor=created_by)
    return key.id, text


@transaction.atomic
def rotate_api_key(
    id: str, *, grace: timedelta = timedelta(days=7), actor: Actor | None = None
) -> str:
    """Give a key a new secret and return its text; the old one goes on for `grace`.

    raises  UnknownName; UsageError if it was revoked
    """
    text = api_keys.rotate(id, grace)
    ledger.append("key", {"what": "rotated", "key": id}, actor=actor)
    return text


@transaction.atomic
def revoke_api_key(id: str, *, actor: Actor | None = None) -> None:
    """End a key at once, both its secrets. What the ledger says about it stays."""
    api_keys.revoke(id)
    ledger.append("key", {"what": "revoked", "key": id}, actor=actor)


def admit_api_key(text: str) -> Actor:
    """Who comes with this key, one request counted.

    raises  KeyRefused; QuotaUsedUp with the seconds to wait
    """
    key = api_keys.check(text)
    api_keys.count(key)
    return Actor(id=f"{api_keys.ACTOR}{key.id}", role=API_CLIENT)


def _note_account(what: str, account: Account, actor: Actor | None) -> None:
    named, subject = accounts.in_ledger(account)
    body = {"what": what, "role": account.role} | named
    ledger.append("role", body, actor=actor, subject=subject)


def _set_password(account: Account, password: str) -> None:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise WeakPassword(
            " ".join(_password_rule(e) for e in error.error_list), fix=_("Choose another password.")
        ) from None
    account.set_password(password)


def _password_rule(error: ValidationError) -> str:
    """Django's finding in our words and in the language of whoever asked."""
    values = error.params or {}
    rules = {
        "password_too_short": _(
            "The password must have at least %(count)s characters.", count=values.get("min_length")
        ),
        "password_too_common": _("The password is on every list of common passwords."),
        "password_entirely_numeric": _("The password must not be digits only."),
        "password_too_similar": _("The password is too much like the account name."),
    }
    return rules.get(error.code or "", " ".join(error.messages))
