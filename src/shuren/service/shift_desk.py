"""Shifts as the coordinator plans and holds them: the week with its gaps, one more, one off, who
was there. Numbers, never names."""

from datetime import date, datetime, timedelta

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.definitions import rosters, services
from shuren.service.errors import NotNow, UnknownName, WrongField
from shuren.service.internals import acting
from shuren.service.internals.in_turn import in_turn
from shuren.service.internals.shift_rows import Shift, ShiftTurn
from shuren.service.internals.shifts import keeping, turns
from shuren.service.shift_shapes import (
    BACK,
    MISSED,
    OPEN,
    TAKEN,
    WORKING,
    DeskShift,
    Roster,
    Seat,
    ShiftView,
)
from shuren.service.shifts import NoSuchShift
from shuren.trust.queries import require, require_purpose

LONGEST, LATE = timedelta(hours=12), timedelta(minutes=15)


def week(site: Site, first: date, *, actor: Actor, days: int = 7) -> list[DeskShift]:
    """Shifts that begin on so many days from `first` on, by time; raises trust's NotAllowed."""
    require_purpose(require(actor, acting.READ), acting.PURPOSE)
    rows = Shift.objects.filter(day__gte=first, day__lt=first + timedelta(days=days))
    rows = rows.order_by("starts_at", "id").prefetch_related("turns")
    shows_code = acting.handles(actor, acting.WORK)
    known = rosters(site)
    return [
        DeskShift(
            turns.view(row),
            row.code if shows_code else "",
            tuple(
                Seat(one.number, one.state, timedelta(seconds=one.seconds), one.offered)
                for one in sorted(row.turns.all(), key=lambda one: one.pk)
                if one.state != BACK
            ),
            *_round(known.get(row.roster), row),
        )
        for row in rows
    ]


def _round(roster: Roster | None, row: Shift) -> tuple[int, int]:
    """(zones of the checklist that somebody looked at, all of them)"""
    zones = {zone.id for zone in roster.checklist} if roster else set()
    return len(zones & {zone for one in row.turns.all() for zone in one.checks}), len(zones)


def open_ahead(site: Site, *, actor: Actor) -> int:
    """Open what the rosters ask for now, without waiting for the hour."""
    _work(actor)
    with in_turn(site):
        return keeping.open_ahead(site)


def add(
    site: Site,
    service: str,
    *,
    title: dict[str, str],
    place: dict[str, str],
    starts_at: datetime,
    ends_at: datetime,
    people: int,
    actor: Actor,
) -> ShiftView:
    """One more shift, beside the rosters; raises UnknownName, WrongField, trust's NotAllowed."""
    _work(actor)
    if service not in services(site):
        raise UnknownName(_("There is no service called '%(name)s'.", name=service[:40]))
    if not (title.get("zh", "").strip() and title.get("en", "").strip()):
        raise WrongField("title", _("Write the title in both languages."))
    if starts_at <= now():
        raise WrongField("starts_at", _("Choose a time that is still to come."))
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise WrongField(
            "ends_at", _("A shift ends after it begins, and within %(hours)s hours.", hours=12)
        )
    if not 1 <= people <= 100:
        raise WrongField("people", _("Write how many people, 1 to 100."))
    with in_turn(site):
        row = Shift.objects.create(
            id=new_id("S"), service=service, title=title, place=place,
            day=starts_at.astimezone(keeping.zone_of(site)).date(), starts_at=starts_at,
            ends_at=ends_at, people=people, code=keeping.new_code(), by_hand=True,
            missed_at=starts_at + LATE, changed_at=now(),
        )  # fmt: skip
    return turns.view(row)


def need(site: Site, shift_id: str, people: int, *, actor: Actor) -> ShiftView:
    """Ask for more or fewer people in one shift; a roster does not change it back.

    raises  NoSuchShift, NotNow, WrongField below the number of those who are in
    """
    _work(actor)
    if not 1 <= people <= 100:
        raise WrongField("people", _("Write how many people, 1 to 100."))
    with in_turn(site), transaction.atomic():
        row = _held(shift_id)
        if row.taken > people:
            raise WrongField(
                "people", _("%(count)s are in it already.", count=row.taken),
                fix=_("Ask one of them to give it back first."),
            )  # fmt: skip
        row.people, row.by_hand, row.changed_at = people, True, now()
        row.save(update_fields=["people", "by_hand", "changed_at"])
        return turns.view(row)


def call_off(site: Site, shift_id: str, *, actor: Actor) -> ShiftView:
    """Call a shift off; whoever is in it is told. Raises NoSuchShift, NotNow."""
    _work(actor)
    with in_turn(site), transaction.atomic():
        row = _held(shift_id)
        keeping.call_off(site, row)
        Shift.objects.filter(pk=row.pk).update(by_hand=True)
        row.refresh_from_db()
        return turns.view(row)


def mark(site: Site, shift_id: str, number: str, here: bool, *, actor: Actor) -> Seat:
    """Write down that somebody was there though no code was typed, or was not.

    here    from the start on, until they leave or the shift ends
    raises  NoSuchShift, NotNow before the shift, WrongField for a number that is not in it
    """
    _work(actor)
    with in_turn(site), transaction.atomic():
        row = Shift.objects.select_for_update().filter(pk=shift_id[:32], state=OPEN).first()
        if row is None:
            raise NoSuchShift
        if now() < turns.opens(row):
            raise NotNow(_("The shift has not begun."))
        found = ShiftTurn.objects.select_for_update().filter(
            shift=row, number=number.strip().upper()
        )
        one = found.first()
        if one is None or one.state not in (TAKEN, MISSED, WORKING):
            raise WrongField("number", _("Nobody who may be marked has this number."))
        one.shift = row
        if here and one.state != WORKING:
            one.state, one.begun_at, one.at = WORKING, row.starts_at, now()
            one.save(update_fields=["state", "begun_at", "at"])
            if now() >= row.ends_at:
                turns.finish(one, row.ends_at)
        elif not here:
            one.state, one.at, one.begun_at, one.is_risen = MISSED, now(), None, False
            one.save(update_fields=["state", "at", "begun_at", "is_risen"])
        return Seat(one.number, one.state, timedelta(seconds=one.seconds))


def _held(shift_id: str) -> Shift:
    row = Shift.objects.select_for_update().filter(pk=shift_id[:32], state=OPEN).first()
    if row is None:
        raise NoSuchShift
    if now() >= row.ends_at:
        raise NotNow(_("The shift is over."))
    return row


def _work(actor: Actor) -> None:
    """raises  trust's NotAllowed"""
    require_purpose(require(actor, acting.WORK), acting.PURPOSE)
