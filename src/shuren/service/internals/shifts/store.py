"""Shifts as something that is held about a reader: told, forgotten, erased."""

from datetime import datetime, timedelta

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals.acting import PURPOSE
from shuren.service.internals.shift_rows import ShiftHours, ShiftTurn
from shuren.service.internals.shifts import turns
from shuren.service.internals.terms import days_of, last_day
from shuren.service.shapes import HeldFact, HeldStore

STORE, TABLES = "shifts", ("service_shiftturn", "service_shifthours")


def tell(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    found = ShiftTurn.objects.filter(pseudonym=actor.reader_key).select_related("shift")
    days = days_of(PURPOSE)
    facts = []
    for row in found.order_by("-id")[:limit]:
        said = {
            _("State"): turns.state_words(row.state),
            _("Number"): row.number,
            _("Minutes counted"): f"{row.seconds // 60:,}" if row.seconds else "",
            _("Zones looked at"): str(len(row.checks)) if row.checks else "",
        }
        facts.append(
            HeldFact(
                str(row.pk),
                pick(row.shift.title),
                row.shift.starts_at,
                {name: text for name, text in said.items() if text},
                until=last_day(row.shift.ends_at.astimezone(), days),
            )
        )
    told = _("Until you delete it, or erase.")
    if days:
        told = _("%(days)s days after the shift, or until you delete it or erase.",
                 days=f"{days:,}")  # fmt: skip
    return [
        HeldStore(
            STORE,
            _("Shifts you took"),
            _("So that places are filled, and your hours are counted and certified."),
            _("In the database, under your pseudonym."),
            told,
            found.count(),
            tuple(facts),
            can_forget=True,
        )
    ]


def forget(site: Site, actor: Actor, store: str, fact: str) -> int:
    if not fact.isdecimal():
        return 0
    with transaction.atomic():
        return _take_away(actor.reader_key, int(fact))


def erase(actor: Actor) -> int:
    with transaction.atomic():
        gone = _take_away(actor.reader_key)
        ShiftHours.objects.filter(pseudonym=actor.reader_key).delete()
    return gone


def forget_before(before: datetime) -> int:
    gone, _each = ShiftTurn.objects.filter(shift__ends_at__lt=before).delete()
    ShiftHours.objects.filter(at__lt=before).delete()
    return gone


def _take_away(pseudonym: str, turn: int = 0) -> int:
    """A place in a shift that is still to come is free again."""
    rows = ShiftTurn.objects.filter(pseudonym=pseudonym).select_related("shift")
    found = list(rows.filter(pk=turn) if turn else rows)
    for row in found:
        if row.shift.starts_at - now() > timedelta():
            turns.release(row)
        row.delete()
    return len(found)
