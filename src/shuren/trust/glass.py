"""Break-glass: one reader's records, opened in an emergency for a limited time and a stated reason.

Every step is an entry of the ledger that names the reader by alias; every look is another, written
where it is read. The reader is told. Somebody else reviews it afterwards. It ends by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.trust import ledger, queries
from shuren.trust.errors import GlassInUse, NotAllowed, UnknownName
from shuren.trust.internals import glasses, vault
from shuren.trust.internals.glass_rows import Glass

OPEN, REVIEW, PURPOSE = "break_glass.open", "break_glass.review", "emergency"
SHORTEST_REASON, LONGEST_REASON, SHORTEST_MINUTES = 10, 1000, 5
KINDS: dict[str, dict[str, str]] = {
    "health": {"zh": "生命健康危险", "en": "Danger to life or health"},
    "safety": {"zh": "人身或财产安全（火灾、暴力等）", "en": "Safety of people or property"},
    "missing": {"zh": "寻找失联人员", "en": "Somebody is missing"},
    "authority": {"zh": "有权机关的书面调取", "en": "Written demand of an authority"},
}
VERDICTS: dict[str, dict[str, str]] = {
    "justified": {"zh": "理由成立", "en": "It was justified"},
    "unjustified": {"zh": "理由不成立", "en": "It was not justified"},
}


@dataclass(frozen=True)
class Opened:
    """One opening, as those may see it who opened or review it.

    state    open, unreviewed or reviewed
    reason   what was typed
    """

    id: int
    opened_by: str
    role: str
    kind: str
    reason: str
    opened_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    looks: int
    state: str
    verdict: str
    reviewed_by: str


@dataclass(frozen=True)
class Notice:
    """What the reader is told: never who it was by name, and not the words of the reason."""

    role: str
    kind: str
    opened_at: datetime
    ended_at: datetime
    looks: int
    verdict: str


def most_minutes(site: Site) -> int:
    """How long records may stay open at most, in minutes: a setting of the site."""
    return read_settings(site).break_glass_minutes


@transaction.atomic
def open_records(
    site: Site, pseudonym: str, *, kind: str, reason: str, minutes: int, actor: Actor
) -> Opened:
    """Open the records of one reader to the actor, until the minutes are over.

    raises  NotAllowed, UnknownName (kind), GlassInUse while another is open, UsageError for a
            reason that is too short or a time that is too long
    """
    actor = queries.require(actor, OPEN)
    queries.require_purpose(actor, PURPOSE)
    if kind not in KINDS:
        raise UnknownName(
            _("There is no kind of emergency called '%(name)s'.", name=kind[:40]),
            fix=did_you_mean(kind, KINDS),
        )
    text = " ".join(reason.split())
    if not SHORTEST_REASON <= len(text) <= LONGEST_REASON:
        raise UsageError(
            _("The reason has %(count)s characters.", count=len(text)),
            fix=_(
                "Say what happened in %(least)s to %(most)s characters: somebody else reads it.",
                least=SHORTEST_REASON,
                most=LONGEST_REASON,
            ),
        )
    most = most_minutes(site)
    if not SHORTEST_MINUTES <= minutes <= most:
        raise UsageError(
            _("Records can be open for %(least)s to %(most)s minutes.",
              least=SHORTEST_MINUTES, most=most),
        )  # fmt: skip
    if actor.reader_key and actor.reader_key == pseudonym:
        raise NotAllowed(_("Your own records are under My library."))
    if glasses.open_row(actor) is not None:
        raise GlassInUse(_("You have the records of a reader open."), fix=_("End that first."))
    moment = now()
    row = Glass.objects.create(
        opened_by=actor.id, role=actor.role, pseudonym=pseudonym, kind=kind, reason=b"",
        opened_at=moment, ends_at=moment + timedelta(minutes=minutes),
    )  # fmt: skip
    row.reason = vault.seal(site, text.encode(), context(row))
    row.save(update_fields=["reason"])
    body = {"event": "opened", "glass": row.pk, "kind": kind, "minutes": minutes}
    ledger.append("break_glass", body, actor=actor, subject=pseudonym)
    return _opened(row)


def open_subject(actor: Actor) -> str:
    """The pseudonym whose records the actor has open.

    raises  NotAllowed if there is none, or its time is over
    """
    return _required(actor).pseudonym


def note_look(actor: Actor) -> str:
    """Count one look at what the actor has open; the pseudonym. raises NotAllowed"""
    row = _required(actor)
    Glass.objects.filter(pk=row.pk).update(looks=F("looks") + 1)
    return row.pseudonym


def open_now(actor: Actor) -> Opened | None:
    """What the actor has open, or None. No look."""
    row = glasses.open_row(actor)
    return _opened(row) if row else None


@transaction.atomic
def end(actor: Actor) -> None:
    """End what the actor has open before its time; nothing open is no mistake."""
    row = glasses.open_row(actor)
    if row is None:
        return
    row.ended_at = now()
    row.save(update_fields=["ended_at"])
    body = {"event": "ended", "glass": row.pk}
    ledger.append("break_glass", body, actor=actor, subject=row.pseudonym)


def opened(*, actor: Actor, limit: int = 100) -> list[Opened]:
    """What was opened, newest first: all of it to who reviews, one's own to who opens."""
    rows = Glass.objects.order_by("-opened_at", "-pk")
    if not queries.may(actor, REVIEW):
        actor = queries.require(actor, OPEN)
        rows = rows.filter(opened_by=actor.id)
    return [_opened(row) for row in rows[:limit]]


@transaction.atomic
def review(id: int, verdict: str, *, actor: Actor) -> None:
    """Say whether it was justified, once, by somebody else.

    raises  NotAllowed (also for one's own), UnknownName, UsageError while it is open or if it was
            reviewed before
    """
    actor = queries.require(actor, REVIEW)
    if verdict not in VERDICTS:
        raise UnknownName(
            _("There is no verdict called '%(name)s'.", name=verdict[:40]),
            fix=did_you_mean(verdict, VERDICTS),
        )
    row = Glass.objects.select_for_update().filter(pk=id).first()
    if row is None:
        raise UnknownName(_("Nothing was opened under the number %(id)s.", id=id))
    if row.opened_by == actor.id:
        raise NotAllowed(
            _("Nobody reviews what they opened themselves."), fix=_("Ask somebody else.")
        )
    if row.verdict:
        raise UsageError(_("It was reviewed by %(name)s already.", name=row.reviewed_by))
    if _over_at(row) > now():
        raise UsageError(_("It is still open."), fix=_("Review it when it has ended."))
    row.verdict, row.reviewed_by, row.reviewed_at = verdict, actor.id, now()
    row.save(update_fields=["verdict", "reviewed_by", "reviewed_at"])
    body = {"event": "reviewed", "glass": row.pk, "verdict": verdict}
    ledger.append("break_glass", body, actor=actor, subject=row.pseudonym)


def notices(pseudonym: str) -> list[Notice]:
    """What a reader is told of their records having been opened, newest first."""
    if not pseudonym:
        return []
    rows = Glass.objects.filter(pseudonym=pseudonym).order_by("-opened_at", "-pk")
    return [
        Notice(row.role, row.kind, row.opened_at, _over_at(row), row.looks, row.verdict)
        for row in rows
    ]


@transaction.atomic
def forget(pseudonym: str) -> int:
    """Take the reader out of what was opened, which ends it; that it was opened stays. Says how
    many."""
    found = Glass.objects.filter(pseudonym=pseudonym) if pseudonym else Glass.objects.none()
    return found.update(pseudonym="")


def _required(actor: Actor) -> Glass:
    row = glasses.open_row(actor)
    if row is None:
        raise NotAllowed(
            _("No reader's records are open to you."),
            fix=_("In an emergency, open them on the page “Emergency access” with a reason."),
        )
    return row


def _over_at(row: Glass) -> datetime:
    return row.ended_at or row.ends_at


def _opened(row: Glass) -> Opened:
    over = _over_at(row) <= now() or not row.pseudonym
    return Opened(
        id=row.pk,
        opened_by=row.opened_by,
        role=row.role,
        kind=row.kind,
        reason=vault.unseal(settings.SITE, bytes(row.reason), context(row)).decode(),
        opened_at=row.opened_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        looks=row.looks,
        state="reviewed" if row.verdict else "unreviewed" if over else "open",
        verdict=row.verdict,
        reviewed_by=row.reviewed_by,
    )


def context(row: Glass) -> str:
    return f"break-glass {row.pk}"
