"""Calendar files: RFC 5545, for due dates, bookings and events.

Times are written in the library's zone with the zone's own rules beside them, so that an
appointment stays at its hour where the reader's device knows other rules. An event that was
called off is sent once more under its UID as cancelled, with a higher SEQUENCE.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

TYPE = "text/calendar; charset=utf-8"
_FOLD = 75  # octets of a line without its end (RFC 5545, 3.1)
_DAY, _SECOND = "%Y%m%d", "%Y%m%dT%H%M%S"


@dataclass(frozen=True)
class CalendarEvent:
    """One entry of a calendar.

    uid       the same for the same thing at every call; nothing about a person in it
    starts, ends  aware moments, or days; an `ends` that is a day is the last day
    sequence  goes up with every change of time, place or state
    changed   when it was last changed
    alarm     so long before its start a device reminds, or None
    """

    uid: str
    title: str
    starts: datetime | date
    ends: datetime | date
    changed: datetime
    place: str = ""
    text: str = ""
    url: str = ""
    sequence: int = 0
    is_cancelled: bool = False
    alarm: timedelta | None = None


def calendar(
    events: Iterable[CalendarEvent], *, zone: ZoneInfo, name: str = "", host: str = "shuren"
) -> str:
    """A whole calendar file, lines ended as RFC 5545 wants them, sorted by start and UID.

    zone  of the library; name: what a device calls the calendar; host: the right part of UIDs
    raises  ValueError for a moment without a zone, or an end before its start
    """
    listed = sorted(events, key=lambda one: (_moment(one.starts, zone), one.uid))
    method = "CANCEL" if listed and all(one.is_cancelled for one in listed) else "PUBLISH"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Shuren//Library//EN",
             "CALSCALE:GREGORIAN", f"METHOD:{method}"]  # fmt: skip
    if name:
        lines += [f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}"]
    timed = [one for one in listed if isinstance(one.starts, datetime)]
    if timed:
        lines += _zone(zone, [_moment(one.starts, zone) for one in timed])
    for one in listed:
        lines += _event(one, zone, host)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(one: CalendarEvent, zone: ZoneInfo, host: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(one.uid)}@{host}"
    yield f"DTSTAMP:{one.changed.astimezone(UTC):{_SECOND}}Z"
    yield f"LAST-MODIFIED:{one.changed.astimezone(UTC):{_SECOND}}Z"
    yield f"SEQUENCE:{one.sequence}"
    if isinstance(one.starts, datetime) and isinstance(one.ends, datetime):
        if one.ends < one.starts:
            raise ValueError("an event ends before it starts")
        yield f"DTSTART;TZID={zone.key}:{_moment(one.starts, zone):{_SECOND}}"
        yield f"DTEND;TZID={zone.key}:{_moment(one.ends, zone):{_SECOND}}"
    else:
        first, last = _day(one.starts, zone), _day(one.ends, zone)
        if last < first:
            raise ValueError("an event ends before it starts")
        yield f"DTSTART;VALUE=DATE:{first:{_DAY}}"
        yield f"DTEND;VALUE=DATE:{last + timedelta(1):{_DAY}}"  # the day after, RFC 5545, 3.6.1
        yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{_text(one.title)}"
    if one.place:
        yield f"LOCATION:{_text(one.place)}"
    if one.text:
        yield f"DESCRIPTION:{_text(one.text)}"
    if one.url:
        yield f"URL:{one.url}"
    yield f"STATUS:{'CANCELLED' if one.is_cancelled else 'CONFIRMED'}"
    yield "CLASS:PRIVATE"
    if one.alarm is not None and not one.is_cancelled:
        minutes = int(one.alarm.total_seconds() // 60)
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(one.title)}")
        yield from (f"TRIGGER:-PT{minutes}M", "END:VALARM")
    yield "END:VEVENT"


def _zone(zone: ZoneInfo, moments: list[datetime]) -> Iterator[str]:
    """The zone's offsets over the years of the events: one part for each change there is."""
    first = datetime(moments[0].year, 1, 1, tzinfo=UTC)
    last = datetime(moments[-1].year + 1, 12, 31, tzinfo=UTC)
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{zone.key}"
    before = first.astimezone(zone)
    yield from _observance(before, before.utcoffset() or timedelta(0), datetime(1970, 1, 1))
    for at in _changes(zone, first, last):
        was = (at - timedelta(minutes=1)).astimezone(zone).utcoffset() or timedelta(0)
        local = at.astimezone(zone)
        yield from _observance(local, was, (at + was).replace(tzinfo=None))
    yield "END:VTIMEZONE"


def _observance(local: datetime, was: timedelta, begins: datetime) -> Iterator[str]:
    kind = "DAYLIGHT" if local.dst() else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{begins:{_SECOND}}"
    yield f"TZOFFSETFROM:{_offset(was)}"
    yield f"TZOFFSETTO:{_offset(local.utcoffset() or timedelta(0))}"
    yield f"TZNAME:{local.tzname()}"
    yield f"END:{kind}"


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The moments at which the offset changes, to the minute."""
    at, step = first, timedelta(days=7)
    while at < last:
        after = at + step
        if at.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            low, high = at, after
            while high - low > timedelta(minutes=1):
                middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
                same = middle.astimezone(zone).utcoffset() == at.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            yield high
        at = after


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


def _moment(value: datetime | date, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return value.astimezone(zone)


def _day(value: datetime | date, zone: ZoneInfo) -> date:
    return _moment(value, zone).date() if isinstance(value, datetime) else value


def _text(value: str) -> str:
    """RFC 5545, 3.3.11; control characters have no place in it."""
    kept = "".join(sign for sign in value if sign == "\n" or (ord(sign) >= 32 and ord(sign) != 127))
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        kept = kept.replace(sign, written)
    return kept


def _folded(line: str) -> Iterator[str]:
    """Pieces of at most 75 octets, none cut inside a character; all but the first begin with a
    blank."""
    piece, size = "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > _FOLD:
            yield piece
            piece, size = " ", 1
        piece, size = piece + sign, size + width
    yield piece
