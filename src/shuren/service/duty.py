"""What whoever is at work in a shift has before them: its round, and nothing about any reader.

It opens by the shift, between check-in and leaving, and by nothing else: no role is given, so
nothing stays open when the shift is over, and a student on duty is otherwise as any student
(docs/decisions/0061).
"""

from datetime import datetime

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.definitions import rosters
from shuren.service.errors import NotNow, WrongField
from shuren.service.internals.in_turn import in_turn
from shuren.service.internals.shift_rows import ShiftTurn
from shuren.service.internals.shifts import turns
from shuren.service.shift_shapes import OPEN, WORKING, Check, Duty
from shuren.service.shifts import OWN
from shuren.trust.queries import require_purpose


def on_duty(site: Site, actor: Actor) -> Duty | None:
    """The shift the reader is at work in now; None before the check-in, while they are out, after
    they left, and once it is over or called off."""
    require_purpose(actor, OWN)
    row = _row(actor)
    return _duty(site, row) if row else None


def require_on_duty(site: Site, actor: Actor) -> Duty:
    """raises  NotNow for who is not at work in a shift"""
    found = on_duty(site, actor)
    if found is None:
        raise NotNow(
            _("This is open while you are checked in to a shift."),
            fix=_("Check in under “My shifts”."),
        )
    return found


def look_at(site: Site, zone: str, is_done: bool, *, actor: Actor) -> Duty:
    """Write down that a zone of the round was looked at, or take it back; whoever shares the shift
    sees it. Raises NotNow, WrongField for no such zone."""
    with in_turn(site), transaction.atomic():
        duty = require_on_duty(site, actor)
        if zone not in {one.zone.id for one in duty.checklist}:
            raise WrongField("zone", _("The checklist of this shift has no such zone."))
        # Taking back counts for all: it says that somebody has to go there.
        shared = ShiftTurn.objects.filter(shift_id=duty.turn.shift.id).select_for_update()
        for row in shared.order_by("pk"):
            if is_done and row.pk == duty.turn.id:
                row.checks = {**row.checks, zone: now().isoformat()}
            elif not is_done and zone in row.checks:
                row.checks = {id: at for id, at in row.checks.items() if id != zone}
            else:
                continue
            row.save(update_fields=["checks"])
        return require_on_duty(site, actor)


def _row(actor: Actor) -> ShiftTurn | None:
    if not actor.reader_key:
        return None
    moment = now()
    return (
        ShiftTurn.objects.filter(
            pseudonym=actor.reader_key, state=WORKING, shift__state=OPEN, shift__ends_at__gt=moment
        )
        .select_related("shift")
        .order_by("shift__starts_at")
        .first()
    )


def _duty(site: Site, row: ShiftTurn) -> Duty:
    roster = rosters(site).get(row.shift.roster)
    checked: dict[str, datetime] = {}
    for checks in ShiftTurn.objects.filter(shift=row.shift).values_list("checks", flat=True):
        for zone, at in checks.items():
            moment = datetime.fromisoformat(at)
            checked[zone] = max(moment, checked.get(zone, moment))
    return Duty(
        turns.turn(row, now()),
        roster.building if roster else "",
        tuple(Check(one, checked.get(one.id)) for one in (roster.checklist if roster else ())),
    )
