"""What bookings, events and gifts come to, on its way into the lake: sums and heads, no reader.

Bookings are summed by month, place and hour of the day before they leave the database, where they
stay for weeks only, and only sums of five readers or more leave it: the lake never learns who was
where, or of any single booking. A place owes its months anew whenever a booking of it is over; of
several sums of one key the newest counts. With them goes what the open hours of every zone of the
service came to in the month, see month_rising.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Sum

from shuren.data.rising import hand_in
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import pick
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from shuren.service import places
from shuren.service.event_shapes import ENROLLED, OVER
from shuren.service.gift_shapes import ACCEPTED, DECLINED, PASSED_ON
from shuren.service.internals import month_rising
from shuren.service.internals.booking_rows import Booking
from shuren.service.internals.case_rows import Case
from shuren.service.internals.event_rows import Enrolment, Event
from shuren.service.internals.gift_rows import GiftItem, GiftThanks
from shuren.service.internals.gifts import stocking

AT_ONCE = 2000
HOUR = timedelta(hours=1)
SEATS = "-"  # in place of a room's name
LEAST = month_rising.LEAST
KEPT, MISSED = "released", "no_show"
Row = dict[str, Any]
Place = tuple[str, str, str, str]  # service, zone, room, building


@dataclass
class _Hour:
    """One hour of the day at one place, over a month."""

    readers: set[str] = field(default_factory=set)
    bookings: int = 0
    no_shows: int = 0
    booked: float = 0.0
    used: float = 0.0


def places_wait() -> bool:
    return _over().exists()


def tell_places(site: Site) -> int:
    """Sum up the months of the places whose bookings are over; how many bookings that were."""
    zone = ZoneInfo(read_settings(site).time_zone)
    fresh = list(_over().order_by("pk")[:AT_ONCE])
    months = {(row.service, row.zone, _month(row.starts_at, zone)) for row in fresh}
    rows: list[Row] = []
    rooms: dict[str, str] = {}
    for service, in_zone, month in sorted(months):
        rows += _month_of(site, service, in_zone, month, rooms)
    hand_in(site, "place_hours", rows)
    hand_in(site, "place_months", month_rising.rows(site, fresh, (KEPT, MISSED)))
    Booking.objects.filter(pk__in=[row.pk for row in fresh]).update(is_risen=True)
    return len(fresh)


def _over() -> Any:
    ended = Booking.objects.filter(is_risen=False, case__is_open=False)
    return ended.filter(case__state__in=(KEPT, MISSED))


def _month(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _month_of(
    site: Site, service: str, in_zone: str, month: datetime, rooms: dict[str, str]
) -> list[Row]:
    """The rows of one zone and month, one a room and hour."""
    after = (month + timedelta(days=32)).replace(day=1)
    found = Booking.objects.filter(
        service=service, zone=in_zone, starts_at__gte=month, starts_at__lt=after,
        case__is_open=False, case__state__in=(KEPT, MISSED),
    ).select_related("case")  # fmt: skip
    zone = month.tzinfo
    assert isinstance(zone, ZoneInfo)  # `_month` gave it
    hours: dict[tuple[Place, int], _Hour] = defaultdict(_Hour)
    for row in found:
        place = (service, in_zone, _room(site, row.place, rooms), row.building)
        _add(hours, place, row, zone)
    return [
        {
            "month_from": f"{month:%Y-%m-%d}", "service": place[0], "zone_id": place[1],
            "room": place[2], "hour": hour, "building": place[3] or None,
            "persons": len(one.readers), "bookings": one.bookings, "no_shows": one.no_shows,
            "booked_hours": round(one.booked, 2), "used_hours": round(one.used, 2),
        }
        for (place, hour), one in sorted(hours.items())
        if len(one.readers) >= LEAST
    ]  # fmt: skip


def _add(hours: dict[tuple[Place, int], _Hour], place: Place, row: Booking, zone: ZoneInfo) -> None:
    starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    begun = hours[(place, starts.hour)]
    begun.bookings += 1
    begun.no_shows += row.case.state == MISSED
    came = row.case.delivered_at  # the check-in; None where nobody came
    left = min(row.ends_at, row.freed_at or row.ends_at)
    for begins, finish in _pieces(starts, ends):
        one = hours[(place, begins.hour)]
        one.readers.add(row.case.pseudonym)
        one.booked += (finish - begins) / HOUR
        if came is not None:
            one.used += max(0.0, (min(finish, left) - max(begins, came)) / HOUR)


def _pieces(starts: datetime, ends: datetime) -> Iterable[tuple[datetime, datetime]]:
    """A span cut at full hours."""
    at = starts
    while at < ends:
        after = min(ends, at.replace(minute=0, second=0, microsecond=0) + HOUR)
        yield at, after
        at = after


def _room(site: Site, place: str, known: dict[str, str]) -> str:
    """What a room is called; SEATS for a seat. A room that is gone keeps its id."""
    if place not in known:
        try:
            found = places.place(site, place)
            known[place] = pick(dict(found.title), "zh") if found.people[1] > 1 else SEATS
        except ShurenError:
            known[place] = place
    return known[place][:100]


def events_wait() -> bool:
    return _held().exists()


def tell_events(site: Site) -> int:
    """What came of the events that are over, as it is known now; how many."""
    zone = ZoneInfo(read_settings(site).time_zone)
    rows = list(_held().order_by("pk")[:AT_ONCE])
    hand_in(site, "event_results", [_event(row, zone) for row in rows])
    for row in rows:
        Event.objects.filter(pk=row.pk, sequence=row.sequence).update(risen=row.sequence)
    return len(rows)


def _held() -> Any:
    return Event.objects.filter(state__in=OVER, sequence__gt=F("risen"))


def _event(row: Event, zone: ZoneInfo) -> Row:
    attended = [
        len(one)
        for one in Enrolment.objects.filter(event=row, state=ENROLLED).values_list(
            "attended", flat=True
        )
    ]
    wanted = (row.certificate or 100) * len(row.sessions) / 100
    return {
        "event_id": row.pk,
        "service": row.service,
        "held_at": _wall(row.starts_at, zone),
        "meetings": len(row.sessions),
        "places": row.places,
        "enrolled": len(attended),
        "attended": sum(count > 0 for count in attended),
        "completed": sum(count >= wanted for count in attended),
    }


def gifts_wait() -> bool:
    return _thanked().exists()


def tell_gifts(site: Site) -> int:
    """What came of the gifts that were acknowledged; how many."""
    zone = ZoneInfo(read_settings(site).time_zone)
    rows = list(_thanked().order_by("pk")[:AT_ONCE])
    hand_in(site, "gift_results", [_gift(row, zone) for row in rows])
    GiftThanks.objects.filter(pk__in=[row.pk for row in rows]).update(is_risen=True)
    return len(rows)


def _thanked() -> Any:
    return GiftThanks.objects.filter(at__isnull=False, is_risen=False)


def _gift(row: GiftThanks, zone: ZoneInfo) -> Row:
    lines = GiftItem.objects.filter(case_id=row.pk)
    summed = lines.values_list("decision").annotate(volumes=Sum("copies")).order_by()
    volumes = dict(summed)
    service = Case.objects.filter(pk=row.pk).values_list("service", flat=True).first()
    assert row.at is not None  # `_thanked` asks for it
    return {
        # The case names its donor, and rises by its own id: nothing leads from here to there.
        "gift_id": stocking.gift_id(row.pk),
        "service": service or "book_donation",
        "thanked_at": _wall(row.at, zone),
        "titles": lines.count(),
        "volumes": sum(volumes.values()),
        "accepted": volumes.get(ACCEPTED, 0),
        "given_away": volumes.get(PASSED_ON, 0),
        "declined": volumes.get(DECLINED, 0),
    }


def _wall(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat(" ")
