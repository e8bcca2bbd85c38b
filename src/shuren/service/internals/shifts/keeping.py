"""What happens to shifts by itself: opened ahead, reminded of, missed, counted at their end."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from shuren.kernel.calendar import load_calendar
from shuren.kernel.clock import now
from shuren.kernel.ids import new_id
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from shuren.service.definitions import rosters
from shuren.service.internals.shift_rows import Shift, ShiftTurn
from shuren.service.internals.shifts import planning, turns
from shuren.service.messages import tell
from shuren.service.shift_shapes import (
    CALLED_OFF,
    HOLDING,
    MISSED,
    OFF,
    OPEN,
    PAUSED,
    TAKEN,
    WORKING,
    Planned,
    Roster,
)

AHEAD = timedelta(hours=24)  # so long before its start a shift is reminded of


def open_ahead(site: Site) -> int:
    """Open the shifts the rosters ask for in their next days, once each; how many were opened.

    A roster or calendar that changed counts for what nobody has taken: such shifts go, and others
    take their place. Those somebody is in stay as they were taken, and are called off by a person.
    """
    calendar, zone = load_calendar(site), zone_of(site)
    today, opened = now().astimezone(zone).date(), 0
    known = rosters(site)
    for roster in known.values():
        wanted = [
            one
            for day in planning.days(today, roster.ahead_days + 1)
            for one in planning.planned(roster, calendar, zone, day)
            if one.starts_at > now()
        ]
        with transaction.atomic():
            opened += _open(roster, wanted)
    _untaken().exclude(roster__in=known).delete()
    return opened


def _untaken() -> Any:
    return Shift.objects.filter(
        starts_at__gt=now(), taken=0, by_hand=False, turns__isnull=True
    ).exclude(roster="")


def _open(roster: Roster, wanted: list[Planned]) -> int:
    keys = {(one.need, one.starts_at): one for one in wanted}
    rows = Shift.objects.filter(roster=roster.id, starts_at__gt=now())
    there = {}
    for row in rows.select_for_update():
        one = keys.get((row.need, row.starts_at))
        if one is not None and (row.ends_at == one.ends_at or row.taken or row.by_hand):
            there[row.need, row.starts_at] = row
        elif not row.by_hand:
            # Nobody is in it: the conditional delete leaves one that was taken a moment ago.
            Shift.objects.filter(pk=row.pk, taken=0, turns__isnull=True).delete()
    for key, row in there.items():
        people = max(keys[key].people, row.taken)
        if row.people != people and not row.by_hand:
            Shift.objects.filter(pk=row.pk, taken__lte=people).update(people=people)
    made = [_row(roster, one) for key, one in keys.items() if key not in there]
    return len(Shift.objects.bulk_create(made, ignore_conflicts=True))


def _row(roster: Roster, one: Planned) -> Shift:
    return Shift(
        id=new_id("S"), roster=roster.id, need=one.need, service=roster.service, title=one.title,
        place=one.place, day=one.day, starts_at=one.starts_at, ends_at=one.ends_at,
        people=one.people, code=new_code(), early=roster.early,
        missed_at=one.starts_at + timedelta(minutes=roster.late), back_hours=roster.back_hours,
        missed_most=roster.missed_most, changed_at=now(),
    )  # fmt: skip


def new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


def zone_of(site: Site) -> ZoneInfo:
    return ZoneInfo(read_settings(site).time_zone)


def is_due() -> bool:
    return any(found.exists() for found in _due(now()))


def work(site: Site) -> int:
    """Remind of what begins within a day, write down who did not come, count what is over.

    Safe to repeat: each turn is changed by one conditional update. How many were changed.
    """
    moment = now()
    soon, missed, over = _due(moment)
    done = 0
    for row in soon.select_related("shift"):
        with transaction.atomic():
            if ShiftTurn.objects.filter(pk=row.pk, reminded=False).update(reminded=True):
                _tell(site, row, "shift_soon")
                done += 1
    for row in missed.select_related("shift"):
        with transaction.atomic():
            mine = ShiftTurn.objects.filter(pk=row.pk, state=TAKEN)
            if mine.update(state=MISSED, offered="", at=moment):
                _tell(site, row, "shift_missed")
                done += 1
    for row in over.select_related("shift"):
        with transaction.atomic():
            held = ShiftTurn.objects.select_for_update().select_related("shift").get(pk=row.pk)
            if held.state in (WORKING, PAUSED):
                turns.finish(held, held.shift.ends_at)
                done += 1
    return done


def _due(moment: datetime) -> tuple[Any, Any, Any]:
    """(to be reminded of, missed, over) of turns in shifts that are on."""
    on = ShiftTurn.objects.filter(shift__state=OPEN)
    taken = on.filter(state=TAKEN)
    return (
        taken.filter(
            reminded=False, shift__starts_at__gt=moment, shift__starts_at__lte=moment + AHEAD
        ),
        taken.filter(shift__missed_at__lte=moment),
        on.filter(state__in=(WORKING, PAUSED), shift__ends_at__lte=moment),
    )


def call_off(site: Site, shift: Shift) -> None:
    """Whoever is in a shift that is called off is told; nobody missed it."""
    for row in ShiftTurn.objects.filter(shift=shift, state__in=HOLDING):
        if row.state in (WORKING, PAUSED):
            row.shift = shift
            turns.finish(row, now())
        else:
            ShiftTurn.objects.filter(pk=row.pk).update(state=OFF, offered="", at=now())
        row.shift = shift
        _tell(site, row, "shift_off")
    Shift.objects.filter(pk=shift.pk).update(state=CALLED_OFF, changed_at=now())


def tell_passed_on(site: Site, row: ShiftTurn) -> None:
    """Somebody took over what a reader had offered."""
    _tell(site, row, "shift_passed_on")


def _tell(site: Site, row: ShiftTurn, template: str) -> None:
    shift = row.shift
    tell(
        site, reader=row.pseudonym, template=template,
        values={"shift": shift.title, "at": shift.starts_at, "place": shift.place},
        about={"kind": "shift", "id": shift.pk}, key=f"{template}-{row.pk}",
    )  # fmt: skip
