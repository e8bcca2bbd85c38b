"""Consent: a reader's yes to one purpose, for the text that was shown, until it is taken back.

Only purposes with `basis: consent` ask for it; their text stands in the purpose's file, in both
languages and with a version. No yes is a no. A changed text asks again: a yes is kept with the
SHA-256 of the text it was given to. Every change is an entry of the ledger. Nothing here is
remembered by a process: each question is one look into the database.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.suggestions import did_you_mean
from shuren.trust import definitions, ledger
from shuren.trust.definitions import Purpose
from shuren.trust.errors import ConsentTextChanged, NotAllowed, UnknownName
from shuren.trust.internals.consent_rows import Consent, NoProfile

BASIS = "consent"
MINOR, NO_GUARDIAN = "minor", "no_guardian"
REASONS = (MINOR, NO_GUARDIAN)


@dataclass(frozen=True)
class ConsentState:
    """How one reader stands to one purpose.

    is_given   it holds now
    is_barred  it cannot be given: no profile of this reader may be made
    asks_again  it was given, to an older text
    changed_at  when the reader last said yes or no, or None
    """

    purpose: Purpose
    is_given: bool
    is_barred: bool
    asks_again: bool
    changed_at: datetime | None

    @property
    def version(self) -> int:
        return self.purpose.consent_version


def given(purpose_id: str, pseudonym: str) -> bool:
    """Whether this reader's yes to a purpose holds now, for the text as it stands today.

    raises  UnknownName if there is no such purpose that asks for consent
    """
    asked = _asking(purpose_id)
    if not pseudonym or (asked.is_profile and has_no_profile(pseudonym)):
        return False
    return Consent.objects.filter(
        pseudonym=pseudonym, purpose=purpose_id, is_given=True, text=text_hash(asked)
    ).exists()


def givers(purpose_id: str) -> list[str]:
    """The pseudonyms of all whose yes to a purpose holds now, in order."""
    asked = _asking(purpose_id)
    found = Consent.objects.filter(purpose=purpose_id, is_given=True, text=text_hash(asked))
    if asked.is_profile:
        found = found.exclude(pseudonym__in=NoProfile.objects.values("pseudonym"))
    return list(found.order_by("pseudonym").values_list("pseudonym", flat=True))


@transaction.atomic
def give(purpose_id: str, *, actor: Actor, version: int) -> None:
    """The reader says yes to the text of this version. Saying it twice changes nothing.

    raises  UnknownName; NotAllowed for who is no reader, whose role may not have this service,
            or of whom no profile may be made; ConsentTextChanged if the text is another by now
    """
    asked = _asking(purpose_id)
    reader = _reader(actor, asked)
    if asked.is_profile and has_no_profile(reader):
        raise NotAllowed(_("No profile is made of this reader, so this cannot be agreed to."))
    if version != asked.consent_version:
        raise ConsentTextChanged(
            _("The text about “%(purpose)s” is a newer one by now.", purpose=pick(asked.title)),
            fix=_("Read it again, then decide."),
        )
    _write(asked, reader, actor, is_given=True)


@transaction.atomic
def withdraw(purpose_id: str, *, actor: Actor) -> None:
    """The reader takes a yes back; it counts from this moment, and never needs a reason.

    raises  UnknownName; NotAllowed for who is no reader
    """
    asked = _asking(purpose_id)
    if not actor.reader_key:
        raise _no_reader()
    _write(asked, actor.reader_key, actor, is_given=False)


def states(actor: Actor) -> list[ConsentState]:
    """How the reader stands to each purpose that asks for consent and is open to the role.

    One that was agreed to and is open to the role no longer is there too, to be taken back.
    """
    if not actor.reader_key:
        return []
    said = {one.purpose: one for one in Consent.objects.filter(pseudonym=actor.reader_key)}
    role = definitions.roles(settings.SITE).get(actor.role)
    open_to = role.purposes if role else ()
    barred = has_no_profile(actor.reader_key)
    found = []
    for asked in definitions.purposes(settings.SITE).values():
        last = said.get(asked.id)
        if asked.basis != BASIS or not (asked.id in open_to or (last and last.is_given)):
            continue
        is_barred = asked.is_profile and barred
        yes = last is not None and last.is_given
        same = last is not None and last.text == text_hash(asked)
        found.append(
            ConsentState(
                asked,
                is_given=yes and same and not is_barred,
                is_barred=is_barred,
                asks_again=yes and not same,
                changed_at=last.changed_at if last else None,
            )
        )
    return found


@transaction.atomic
def forget(pseudonym: str) -> int:
    """Remove all this reader ever said here, for an erasure. How many purposes it was.

    That no profile may be made of somebody stays: forgetting it would open one.
    """
    return Consent.objects.filter(pseudonym=pseudonym).delete()[0]


def has_no_profile(pseudonym: str) -> bool:
    """Whether no profile of this reader may be made: too young, or without a guardian's yes."""
    return NoProfile.objects.filter(pseudonym=pseudonym).exists()


def why_no_profile(pseudonym: str) -> str:
    """One of REASONS, or ''."""
    return NoProfile.objects.filter(pseudonym=pseudonym).values_list("why", flat=True).first() or ""


@transaction.atomic
def bar_profile(pseudonym: str, why: str) -> None:
    """From now on no profile of this reader; what was agreed to before counts no more.

    why   one of REASONS
    """
    if why not in REASONS:
        raise ValueError(f"{why!r} is no reason")
    NoProfile.objects.update_or_create(pseudonym=pseudonym, defaults={"why": why, "since": now()})
    profiles = [p.id for p in definitions.purposes(settings.SITE).values() if p.is_profile]
    Consent.objects.filter(pseudonym=pseudonym, purpose__in=profiles).delete()


@transaction.atomic
def unbar_profile(pseudonym: str) -> None:
    """The reader is old enough by now. Nothing is agreed to by this."""
    NoProfile.objects.filter(pseudonym=pseudonym).delete()


def text_hash(purpose: Purpose) -> str:
    """SHA-256, hexadecimal, of version and text in both languages."""
    text = [purpose.consent_version, purpose.consent_text["zh"], purpose.consent_text["en"]]
    return hashlib.sha256(json.dumps(text, ensure_ascii=False).encode()).hexdigest()


def _write(asked: Purpose, reader: str, actor: Actor, *, is_given: bool) -> None:
    """Keep what was said and enter it in the ledger; a withdrawal names the text it takes back."""
    row = Consent.objects.select_for_update().filter(pseudonym=reader, purpose=asked.id).first()
    version, text = asked.consent_version, text_hash(asked)
    if not is_given:
        if row is None or not row.is_given:
            return
        version, text = row.version, row.text
    elif row is not None and row.is_given and row.text == text:
        return
    said = {"version": version, "text": text, "is_given": is_given, "changed_at": now()}
    Consent.objects.update_or_create(pseudonym=reader, purpose=asked.id, defaults=said)
    body = {"purpose": asked.id, "given": is_given, "version": version, "text": text}
    ledger.append("consent", body, actor=actor, subject=reader)


def _asking(purpose_id: str) -> Purpose:
    asking = {p.id: p for p in definitions.purposes(settings.SITE).values() if p.basis == BASIS}
    if purpose_id not in asking:
        raise UnknownName(
            _("No purpose called '%(name)s' asks for consent.", name=purpose_id),
            fix=did_you_mean(purpose_id, asking),
        )
    return asking[purpose_id]


def _reader(actor: Actor, asked: Purpose) -> str:
    role = definitions.roles(settings.SITE).get(actor.role)
    if not actor.reader_key or role is None or role.kind != definitions.READER:
        raise _no_reader()
    if asked.id not in role.purposes:
        raise NotAllowed(
            _("Your role may not use data for this purpose: %(what)s.", what=pick(asked.title))
        )
    return actor.reader_key


def _no_reader() -> NotAllowed:
    return NotAllowed(_("Only a reader can agree to something or take it back."))
