"""When a zone is open: its building's hours on the library's calendar, and its own within them."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from shuren.kernel.calendar import LibraryCalendar, load_calendar
from shuren.kernel.errors import UsageError
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from shuren.service.booking_shapes import Zone

DAY = timedelta(days=1)


@lru_cache(maxsize=8)
def calendar(site: Site) -> tuple[LibraryCalendar, ZoneInfo]:
    """The library's calendar and time zone; a changed one counts from the next start on."""
    return load_calendar(site), ZoneInfo(read_settings(site).time_zone)


def hours(site: Site, zone: Zone, day: date) -> tuple[datetime, datetime] | None:
    """From when to when a zone is open on a day; None when it is closed, or nobody said.

    A zone is closed with its building. Its own hours narrow those of the building: they are for
    ordinary days, and the building's may be shorter. A building that is not in the calendar has
    the zone's own hours.
    """
    known, tz = calendar(site)
    try:
        house = known.opening_hours(day, zone.building)
    except UsageError:
        house = None
        if not (zone.opens and zone.closes):
            return None
        spans = [(zone.opens, zone.closes)]
    else:
        if house is None or not house.is_open:
            return None
        spans = [(house.opens, house.closes)]
        if zone.opens and zone.closes:
            spans.append((zone.opens, zone.closes))
    begins = max(_moment(day, opens, tz) for opens, _closes in spans)
    ends = min(_moment(day, closes, tz) for _opens, closes in spans)
    return (begins, ends) if begins < ends else None


def is_open(site: Site, zone: Zone, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the zone is open all the time; over midnight where both days join."""
    _known, tz = calendar(site)
    at = starts_at
    while at < ends_at:
        span = hours(site, zone, at.astimezone(tz).date())
        if span is None or not span[0] <= at < span[1]:
            return False
        at = span[1]
    return True


def local_day(site: Site, at: datetime) -> date:
    return at.astimezone(calendar(site)[1]).date()


def _moment(day: date, clock: str, tz: ZoneInfo) -> datetime:
    if clock == "24:00":
        day, clock = day + DAY, "00:00"
    return datetime.combine(day, time.fromisoformat(clock.zfill(5)), tz).astimezone(UTC)
