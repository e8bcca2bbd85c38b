"""A reader's private calendar: due dates and whatever other modules add, under an address that
nobody can guess and the reader can end.

Whoever has the address sees what is in it, so it says how many books are due and never which.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from shuren.data.queries import current_snapshot
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import bookings, events, shifts
from shuren.service.errors import UnknownName
from shuren.service.event_shapes import CALLED_OFF, CANCELLED
from shuren.service.ics import CalendarEvent, calendar
from shuren.service.internals.messaging import choosing
from shuren.service.internals.messaging.rows import CalendarFeed
from shuren.service.queries import own_loans
from shuren.service.shift_shapes import BACK, HOLDING, OFF
from shuren.trust.queries import reader_of, require_purpose

OWN = "own_records"
Source = Callable[[Site, Actor], Iterable[CalendarEvent]]


def made_at(actor: Actor) -> datetime | None:
    """When the actor's calendar was given its address; None without one."""
    row = CalendarFeed.objects.filter(pseudonym=actor.reader_key).first()
    return row.made_at if row and actor.reader_key else None


def open_feed(*, actor: Actor) -> str:
    """Give the actor's calendar a new address; its end, shown once. An older one ends.

    raises  trust's NotAllowed for who is no reader
    """
    require_purpose(actor, OWN)
    token = secrets.token_urlsafe(24)
    CalendarFeed.objects.update_or_create(
        pseudonym=actor.reader_key, defaults={"token": _hash(token), "made_at": now()}
    )
    return token


def end_feed(*, actor: Actor) -> None:
    """The address leads nowhere from now on; raises trust's NotAllowed for who is no reader."""
    require_purpose(actor, OWN)
    CalendarFeed.objects.filter(pseudonym=actor.reader_key).delete()


def owner(token: str) -> Actor:
    """Whose calendar an address is; raises UnknownName where it is nobody's any more."""
    row = CalendarFeed.objects.filter(token=_hash(token)).first()
    reader = reader_of(row.pseudonym) if row else None
    if reader is None:
        raise UnknownName(
            _("There is no such calendar, or its address was ended."),
            fix=_("Its owner can make a new address under “Messages and calendar”."),
        )
    return reader


def feed(site: Site, actor: Actor) -> str:
    """The calendar file of the actor, from all sources."""
    known = read_settings(site)
    entries = [entry for source in SOURCES for entry in source(site, actor)]
    name = _("%(library)s: mine", library=known.name_zh)
    return calendar(entries, zone=choosing.zone_of(site), name=name)


def _due_dates(site: Site, actor: Actor) -> Iterable[CalendarEvent]:
    """One entry for each day on which books are due."""
    if current_snapshot(site) is None:
        return
    days: dict[datetime, int] = {}
    for loan in own_loans(site, actor).out:
        if loan.due_at is not None:
            day = loan.due_at.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
            days[day] = days.get(day, 0) + 1
    for day, count in sorted(days.items()):
        yield CalendarEvent(
            uid=f"due-{_uid(actor, f'{day:%Y%m%d}')}",
            title=_("Library: books due (%(count)s)", count=count),
            starts=day.date(),
            ends=day.date(),
            changed=now(),
        )


def _bookings(site: Site, actor: Actor) -> Iterable[CalendarEvent]:
    """Seats and rooms: those to come, and what was cancelled of them lately."""
    ours, over = bookings.mine(site, actor)
    for one in [*ours, *over]:
        is_cancelled = one.state == "cancelled"
        if one.is_over and not is_cancelled:
            continue
        yield CalendarEvent(
            uid=f"booking-{_uid(actor, one.case)}",
            title=f"{pick(dict(one.service_title))}: {pick(dict(one.place_title))}",
            place=f"{one.building} {pick(dict(one.zone_title))}",
            starts=one.starts_at,
            ends=one.ends_at,
            changed=now(),
            sequence=one.version,
            is_cancelled=is_cancelled,
            alarm=None if is_cancelled else timedelta(minutes=15),
        )


def _events(site: Site, actor: Actor) -> Iterable[CalendarEvent]:
    """Each meeting to come of what the reader is enrolled in; once more, as cancelled, when it is
    called off or they gave their place back."""
    for one, place in events.appointments(actor):
        is_back = place.state == CANCELLED
        is_cancelled = is_back or one.state == CALLED_OFF
        many = len(one.sessions) > 1
        for meeting in one.sessions:
            if meeting.ends_at <= now():
                continue
            yield CalendarEvent(
                # Who enrols again has a new number at the door, and so a new entry.
                uid=f"event-{_uid(actor, f'{one.id}-{place.number}-{meeting.number}')}",
                title=f"{pick(one.title)} {meeting.number}" if many else pick(one.title),
                place=one.place,
                starts=meeting.starts_at,
                ends=meeting.ends_at,
                changed=now(),
                sequence=2 * one.sequence + is_back,
                is_cancelled=is_cancelled,
                alarm=None if is_cancelled else timedelta(hours=1),
            )


def _shifts(site: Site, actor: Actor) -> Iterable[CalendarEvent]:
    """Shifts to come, and those that were passed on or called off lately."""
    ahead, over = shifts.mine(site, actor)
    for one in [*ahead, *(turn for turn in over if turn.state in (BACK, OFF))]:
        yield CalendarEvent(
            uid=f"shift-{_uid(actor, f'{one.shift.id}-{one.id}')}",
            title=pick(one.shift.title),
            place=pick(one.shift.place),
            starts=one.shift.starts_at,
            ends=one.shift.ends_at,
            changed=one.changed_at or now(),
            sequence=0 if one.state in HOLDING else 1,
            is_cancelled=one.state not in HOLDING,
            alarm=timedelta(hours=1) if one.state in HOLDING else None,
        )


# What stands in a private calendar; a module with appointments of readers adds its own here.
SOURCES: list[Source] = [_due_dates, _bookings, _events, _shifts]


def _uid(actor: Actor, what: str) -> str:
    """The same for the same reader and day, and telling nothing of either."""
    return salted_hmac("shuren.calendar", f"{actor.reader_key}:{what}").hexdigest()[:24]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
