"""From a roster and the library's calendar to the shifts of a day. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shuren.kernel.calendar import UNKNOWN, LibraryCalendar
from shuren.kernel.errors import UsageError
from shuren.service.shift_shapes import Need, Planned, Roster

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHORTEST = timedelta(minutes=30)  # of what a building's hours leave of a shift


def planned(roster: Roster, calendar: LibraryCalendar, zone: ZoneInfo, day: date) -> list[Planned]:
    """The shifts of a roster that begin on a day; none in weeks the calendar does not know."""
    kind = calendar.week_kind(day)
    if kind == UNKNOWN:
        return []
    found = []
    for need in roster.needs:
        people = need.people_in.get(kind, need.people)
        span = _span(roster, need, calendar, zone, day)
        if people and span and _is_wanted(need, calendar, kind, day):
            title = {name: f"{roster.title[name]} · {need.title[name]}" for name in ("zh", "en")}
            found.append(Planned(roster.id, need.id, title, roster.place, day, *span, people))
    return found


def days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=at) for at in range(count))


def _is_wanted(need: Need, calendar: LibraryCalendar, kind: str, day: date) -> bool:
    """A weekday by name holds on its usual kind of day: Monday to Friday not on a holiday, Saturday
    and Sunday not where they are worked. Where the calendar has no holidays of the year, the days
    of the week decide."""
    if need.weeks and kind not in need.weeks:
        return False
    usual = day.isoweekday() <= 5
    worked = calendar.is_working_day(day)
    is_worked = usual if worked is None else worked
    name = _WEEKDAYS[day.weekday()]
    return ("workday" if is_worked else "dayoff") in need.days or (
        name in need.days and is_worked == usual
    )


def _span(
    roster: Roster, need: Need, calendar: LibraryCalendar, zone: ZoneInfo, day: date
) -> tuple[datetime, datetime] | None:
    """From when to when, UTC; None where the building is closed, or open for less than SHORTEST."""
    begins, ends = _moment(day, need.opens, zone), _moment(day, need.closes, zone)
    if ends <= begins:
        ends = _moment(day + timedelta(days=1), need.closes, zone)
    if not roster.building:
        return begins, ends
    try:
        hours = calendar.opening_hours(day, roster.building)
    except UsageError:  # a building of another library's calendar
        return None
    if hours is None or not hours.is_open:
        return None
    begins = max(begins, _moment(day, hours.opens, zone))
    if hours.closes != "24:00":  # open over midnight, it is the next day's hours that end it
        ends = min(ends, _moment(day, hours.closes, zone))
    return (begins, ends) if ends - begins >= SHORTEST else None


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(clock.zfill(5)), zone).astimezone(UTC)
