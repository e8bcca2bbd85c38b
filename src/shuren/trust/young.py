"""Readers under 14: an account a librarian opens, a guardian's consent, and never a profile.

No birth date is kept, only the month from which the reader is 14; when it has come the row goes.
Until a guardian consents, the account may do what a visitor may (queries.actor_of). Consent is
seen on paper or in person by who may manage pupils, and is an entry of the ledger: who recorded it,
when, for which version of the text, by which guardian (an alias).
Source: PIPL 28 and 31; 未成年人网络保护条例 31-37.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import consent, ledger
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.definitions import PUPIL
from shuren.trust.errors import NotAllowed
from shuren.trust.internals import accounts, young_readers
from shuren.trust.internals.sign_in_rows import AccountSession, YoungReader
from shuren.trust.models import Account
from shuren.trust.queries import require

OF_AGE = 14
ABOUT = "young_reader"
_VERSION = re.compile(r"[A-Za-z0-9]{1,4}([.-][A-Za-z0-9]{1,4}){0,2}")


@dataclass(frozen=True)
class Pupil:
    """A young reader as a list shows it; has_consent says whether a guardian agreed."""

    username: str
    school_class: str
    under_14_until: date
    has_consent: bool
    version: str
    recorded_by: str
    recorded_at: datetime | None


def open_account(
    site: Site,
    username: str,
    password: str,
    *,
    under_14_until: str,
    school_class: str = "",
    card: str = "",
    actor: Actor,
) -> Account:
    """An account of a child; it waits for a guardian. Needs pupils.manage.

    under_14_until  `2029-05`: the month in which the reader becomes 14
    card            number of the child's card; only its pseudonym is kept
    raises          what create_account does; UsageError for a month that cannot be
    """
    require(actor, "pupils.manage")
    month = _month(under_14_until)
    reader = pseudonymise(site, [card])[0]
    with transaction.atomic():
        account = create_account(username, password, PUPIL, reader_key=reader, actor=actor)
        YoungReader.objects.create(
            account=account, under_14_until=month, school_class=school_class[:40]
        )
        if reader:
            consent.bar_profile(reader, consent.NO_GUARDIAN)
    return account


@transaction.atomic
def record_consent(site: Site, username: str, *, guardian: str, version: str, actor: Actor) -> None:
    """A guardian consented, and who records it has seen it. Needs pupils.manage.

    guardian  what tells this guardian from others, such as the number on the signed form; only
              its pseudonym is kept
    version   of the text that was signed
    raises    NotAllowed, NoSuchAccount, UsageError
    """
    require(actor, "pupils.manage")
    row = _row(username)
    who = pseudonymise(site, [f"guardian:{guardian.strip()}"])[0]
    if not guardian.strip() or not _VERSION.fullmatch(version):
        raise UsageError(
            _("A guardian's consent needs a guardian and the version of the text."),
            fix=_("Copy both from the signed form; a version is like 1 or 2026-3."),
        )
    row.guardian, row.version = who, version
    row.recorded_by, row.recorded_at = actor.id, now()
    row.save()
    _say(row, actor, given=True)


@transaction.atomic
def withdraw_consent(username: str, *, actor: Actor) -> None:
    """The guardian takes it back: the account is a visitor's again, its sessions end."""
    require(actor, "pupils.manage")
    row = _row(username)
    if not row.guardian:
        return
    _say(row, actor, given=False)
    young_readers.forget_guardian(row)
    row.guardian, row.version, row.recorded_by, row.recorded_at = "", "", actor.id, now()
    row.save()
    AccountSession.objects.filter(account=row.account).delete()


def pupils(*, actor: Actor) -> list[Pupil]:
    """All young readers, those who wait for a guardian first; needs pupils.manage."""
    require(actor, "pupils.manage")
    rows = YoungReader.objects.select_related("account").order_by("school_class", "account")
    found = [
        Pupil(
            username=row.account.username,
            school_class=row.school_class,
            under_14_until=row.under_14_until,
            has_consent=bool(row.guardian),
            version=row.version,
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.has_consent)


def waits(account: Any) -> bool:
    """Whether a signed-in account is a child's that waits for a guardian."""
    return (
        isinstance(account, Account)
        and account.role == PUPIL
        and young_readers.waits_for_guardian(account.pk)
    )


@transaction.atomic
def come_of_age(account: Account) -> bool:
    """At a sign-in: who is 14 by now is asked like everybody else; nothing is agreed to by this."""
    if account.role != PUPIL:
        return False
    row = YoungReader.objects.filter(account=account, under_14_until__lte=_today()).first()
    if row is None:
        return False
    young_readers.forget(account.pk)
    if account.reader_key:
        consent.unbar_profile(account.reader_key)
    return True


def all_come_of_age() -> int:
    """The same for everybody, whether they sign in or not. How many it were."""
    due = Account.objects.filter(youngreader__under_14_until__lte=_today())
    return sum(come_of_age(account) for account in due)


def _say(row: YoungReader, actor: Actor, *, given: bool) -> None:
    """To the ledger, and to the bar on profiles: under 14 there is none, agreed or not."""
    reader = row.account.reader_key
    body: dict[str, Any] = {"purpose": ABOUT, "given": given, "version": row.version}
    body["guardian"] = ledger.alias(row.guardian)
    _named, subject = accounts.in_ledger(row.account)
    ledger.append("consent", body, actor=actor, subject=subject)
    if reader:
        consent.bar_profile(reader, consent.MINOR if given else consent.NO_GUARDIAN)


def _row(username: str) -> YoungReader:
    account = accounts.named(username)
    row = YoungReader.objects.select_for_update().filter(account=account).first()
    if row is None:
        raise NotAllowed(_("%(name)s is no account of a reader under 14.", name=account.username))
    return row


def _month(text: str) -> date:
    """The first day of the month, which is ahead and at most fourteen years."""
    try:
        year, month = text.split("-")
        first = date(int(year), int(month), 1)
    except ValueError:
        raise UsageError(
            _("'%(text)s' is no month.", text=text), fix=_("Write it like 2029-05.")
        ) from None
    today = _today()
    if first <= today or (first.year, first.month) > (today.year + OF_AGE, today.month):
        raise UsageError(
            _("In %(text)s nobody who is under 14 today becomes 14.", text=text),
            fix=_("Who is 14 or older needs an ordinary account."),
        )
    return first


def _today() -> date:
    return now().astimezone(ZoneInfo(settings.SITE_SETTINGS.time_zone)).date()
