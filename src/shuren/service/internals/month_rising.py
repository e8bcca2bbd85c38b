"""How much of the open hours of each zone was booked and used in a month, for the lake.

Only hours in which the zone was open count: its building's by the calendar, and its own within
them. A booking over midnight counts on both days, and over a month's end in both months. A zone
nobody booked says 0; of one that one to four readers booked nothing is said but how many places
it has. The denominator is made in the lake, from the same calendar (mart.place_occupancy).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shuren.kernel.clock import now
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from shuren.service import places
from shuren.service.booking_shapes import SEATS, Zone
from shuren.service.internals import opening
from shuren.service.internals.booking_rows import Booking

LEAST = 5  # readers behind a sum that leaves the database
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Span = tuple[datetime, datetime]


@dataclass
class _Zone:
    """One zone over a month."""

    readers: set[str] = field(default_factory=set)
    booked: float = 0.0
    used: float = 0.0


def rows(site: Site, fresh: Iterable[Booking], over: Sequence[str]) -> list[dict[str, Any]]:
    """Every zone of the services and months that some bookings touch.

    over  the states of a case whose booking counts: it was kept, or missed
    """
    zone = ZoneInfo(read_settings(site).time_zone)
    owed = {(one.service, month) for one in fresh for month in _months(one, zone)}
    if not owed:
        return []
    known = places.zones(site, places.PUBLIC)
    return [
        row
        for service, month in sorted(owed)
        for row in _month(site, service, month, known, over)
    ]  # fmt: skip


def _month(
    site: Site, service: str, month: datetime, known: Mapping[str, Zone], over: Sequence[str]
) -> list[dict[str, Any]]:
    rules = places.bookable(site).get(service)
    if rules is None:  # the library books it no more
        return []
    counts = _counts(site, rules.book, rules.kinds, known)
    after = (month + timedelta(days=32)).replace(day=1)
    found = Booking.objects.filter(
        service=service, zone__in=list(counts), starts_at__lt=after, ends_at__gt=month,
        case__is_open=False, case__state__in=over,
    ).select_related("case")  # fmt: skip
    zones = {id: _Zone() for id in counts}
    for row in found:
        _add(zones[row.zone], row, list(_open(site, known[row.zone], row, (month, after))))
    return [
        {
            "month_from": f"{month:%Y-%m-%d}", "service": service, "zone_id": id,
            "kind": rules.book, "building": known[id].building or None, "places": counts[id],
            "told_on": f"{opening.local_day(site, now()):%Y-%m-%d}", **_said(one),
        }
        for id, one in zones.items()
    ]  # fmt: skip


def _said(one: _Zone) -> dict[str, Any]:
    if 0 < len(one.readers) < LEAST:
        return {"persons": None, "booked_hours": None, "used_hours": None}
    return {
        "persons": len(one.readers),
        "booked_hours": round(one.booked, 2),
        "used_hours": round(one.used, 2),
    }


def _counts(
    site: Site, book: str, kinds: Sequence[str], known: Mapping[str, Zone]
) -> dict[str, int]:
    """{zone: places of it that are booked}"""
    if book == SEATS:
        return {id: one.seats for id, one in known.items() if one.kind in kinds and one.seats}
    found: dict[str, int] = {}
    for room in places.rooms_of(site, dict(known), kinds):
        found[room.zone.id] = found.get(room.zone.id, 0) + 1
    return found


def _open(site: Site, zone: Zone, row: Booking, month: Span) -> Iterator[Span]:
    """The parts of a booking in which its zone was open, within the month."""
    day, last = opening.local_day(site, row.starts_at), opening.local_day(site, row.ends_at)
    while day <= last:
        span = opening.hours(site, zone, day)
        if span is not None:
            begins = max(row.starts_at, span[0], month[0])
            ends = min(row.ends_at, span[1], month[1])
            if begins < ends:
                yield begins, ends
        day += DAY


def _add(one: _Zone, row: Booking, parts: Sequence[Span]) -> None:
    came = row.case.delivered_at  # the check-in; None where nobody came
    left = min(row.ends_at, row.freed_at or row.ends_at)
    for begins, ends in parts:
        one.readers.add(row.case.pseudonym)
        one.booked += (ends - begins) / HOUR
        if came is not None:
            one.used += max(0.0, (min(ends, left) - max(begins, came)) / HOUR)


def _months(row: Booking, zone: ZoneInfo) -> Iterator[datetime]:
    """The first moments of the months it reaches into."""
    for moment in (row.starts_at, row.ends_at - timedelta(microseconds=1)):
        local = moment.astimezone(zone)
        yield local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
