"""Rows of shifts and turns: places taken and given back, turns counted and handed out.

Whoever changes one holds a transaction. A place is taken by one conditional update of its shift, so
that of two who want the last one exactly one has it, on any database.
"""

import secrets
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.service.internals.shift_rows import Shift, ShiftTurn
from shuren.service.internals.shifts import hours
from shuren.service.shift_shapes import (
    BACK,
    DONE,
    HOLDING,
    MISSED,
    OFF,
    OPEN,
    PAUSED,
    TAKEN,
    WORKING,
    ShiftView,
    Turn,
)

_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none is taken for another


def view(row: Shift) -> ShiftView:
    return ShiftView(
        row.id, row.roster, row.title, row.place, row.day, row.starts_at, row.ends_at, row.people,
        row.taken, row.state,
    )  # fmt: skip


def turn(row: ShiftTurn, moment: datetime) -> Turn:
    """A reader's own turn, with what can be done to it now."""
    shift, can = row.shift, set()
    if row.state == TAKEN and moment < shift.starts_at:
        can |= {"keep"} if row.offered else {"offer", "swap"}
        if moment <= shift.starts_at - timedelta(hours=shift.back_hours):
            can.add("give_back")
    if row.state == TAKEN and opens(shift) <= moment < shift.ends_at:
        can.add("check_in")
    if row.state == WORKING:
        can |= {"pause", "leave"}
    if row.state == PAUSED:
        can |= {"resume", "leave"}
    return Turn(
        row.pk, view(shift), row.number, row.state, row.offered, timedelta(seconds=row.seconds),
        frozenset(can), row.at,
    )  # fmt: skip


def state_words(state: str) -> str:
    return {
        TAKEN: _("Yours"),
        WORKING: _("At work"),
        PAUSED: _("Out for a while"),
        DONE: _("Done"),
        MISSED: _("Missed"),
        BACK: _("Given back or passed on"),
        OFF: _("Called off"),
    }[state]


def opens(shift: Shift) -> datetime:
    """From when on the code counts."""
    return shift.starts_at - timedelta(minutes=shift.early)


def give_place(shift: Shift, pseudonym: str) -> ShiftTurn | None:
    """Give the reader a place, or None where none is left; who comes back has a new turn."""
    free = Shift.objects.filter(pk=shift.pk, state=OPEN, taken__lt=F("people"))
    if not free.update(taken=F("taken") + 1):
        return None
    return new_turn(shift, pseudonym)


def new_turn(shift: Shift, pseudonym: str) -> ShiftTurn:
    ShiftTurn.objects.filter(shift=shift, pseudonym=pseudonym).exclude(state__in=HOLDING).delete()
    return ShiftTurn.objects.create(
        shift=shift, pseudonym=pseudonym, number=_number(shift), state=TAKEN, at=now()
    )


def release(row: ShiftTurn, *, place: bool = True) -> bool:
    """Take a reader out of a turn nobody began; whether it was still theirs. place: it is free."""
    mine = ShiftTurn.objects.filter(pk=row.pk, state=TAKEN)
    if not mine.update(state=BACK, offered="", at=now()):
        return False
    if place:
        Shift.objects.filter(pk=row.shift_id, taken__gt=0).update(taken=F("taken") - 1)
    return True


def finish(row: ShiftTurn, ended: datetime) -> None:
    """Count a turn that was begun."""
    begun = row.begun_at or row.shift.starts_at
    pauses = [(_moment(out), _moment(back) if back else ended) for out, back in row.pauses]
    spans = hours.worked(begun, ended, (row.shift.starts_at, row.shift.ends_at), pauses)
    row.state, row.at, row.is_risen = DONE, now(), False
    row.spans = [[first.isoformat(), last.isoformat()] for first, last in spans]
    row.seconds = int(hours.total(spans).total_seconds())
    row.save(update_fields=["state", "at", "spans", "seconds", "is_risen"])


def spans(row: ShiftTurn) -> list[hours.Span]:
    return [(_moment(first), _moment(last)) for first, last in row.spans]


def overlapping(pseudonym: str, shift: Shift, but: int = 0) -> bool:
    """Whether the reader has another turn that touches the time of a shift."""
    mine = ShiftTurn.objects.filter(pseudonym=pseudonym, state__in=HOLDING).exclude(pk=but)
    return mine.filter(
        Q(shift__starts_at__lt=shift.ends_at) & Q(shift__ends_at__gt=shift.starts_at)
    ).exists()


def _number(shift: Shift) -> str:
    while True:
        number = "".join(secrets.choice(_SIGNS) for _at in range(4))
        if not ShiftTurn.objects.filter(shift=shift, number=number).exists():
            return number


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
