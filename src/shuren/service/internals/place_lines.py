"""Bookings, wishes and breaches as they are handed out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from shuren.kernel.site import Site
from shuren.service import places
from shuren.service.booking_shapes import BookingLine, BreachLine, Rules, WishLine
from shuren.service.definitions import services
from shuren.service.errors import UnknownName
from shuren.service.internals import opening, place_credit, slots, versions
from shuren.service.internals.booking_rows import Booking, Breach, PlaceSlot, PlaceWish
from shuren.service.internals.place_rules import rules_of

MINUTE = timedelta(minutes=1)
MOST_ENDS = 8
_CAN = {"booked": ("check_in", "cancel"), "in_use": ("step_out", "extend", "leave"),
        "away": ("come_back", "leave")}  # fmt: skip


def booking(site: Site, row: Booking, at: datetime, *, for_reader: bool) -> BookingLine:
    """One booking; row.case is read with it. What may be done only for its reader."""
    case = row.case
    known = versions.of(site, case.service, case.declared)
    rules = rules_of(known.service)
    early = rules.early_minutes if rules else 0
    grace = rules.grace_minutes if rules else 0
    away = case.fields.get("away_until")
    ends: tuple[datetime, ...] = ()
    can = list(_CAN.get(case.state, ()))
    if for_reader and rules and case.state == "in_use":
        ends = _later(site, row, rules)
    if "extend" in can and not ends:
        can.remove("extend")
    opens_at = row.starts_at - early * MINUTE
    if "check_in" in can and at < opens_at:
        can.remove("check_in")
    title, zone = _titles(site, row.place, row.zone, case.subject.get("title", row.place))
    return BookingLine(
        case.pk,
        case.service,
        known.service.title,
        row.place,
        title,
        row.zone,
        zone,
        row.building,
        case.state,
        known.flow.states[case.state].title,
        not case.is_open,
        row.people,
        row.starts_at,
        row.ends_at,
        opens_at,
        row.starts_at + grace * MINUTE,
        datetime.fromisoformat(away) if away and case.state == "away" else None,
        ends,
        tuple(can) if for_reader else (),
        case.version,
    )


def wish(site: Site, row: PlaceWish) -> WishLine:
    line = PlaceWish.objects.filter(zone=row.zone, offered_until__isnull=True)
    line = line.filter(starts_at__lt=row.ends_at, ends_at__gt=row.starts_at)
    ahead = line.filter(
        Q(joined_at__lt=row.joined_at) | Q(joined_at=row.joined_at, id__lt=row.pk)
    ).count()
    title, zone = _titles(site, row.place, row.zone, row.place)
    return WishLine(
        row.pk, row.service, row.zone, zone, row.starts_at, row.ends_at, ahead, row.place,
        title if row.place else {}, row.offered_until,
    )  # fmt: skip


def breaches(site: Site, rows: Sequence[Breach], at: datetime) -> list[BreachLine]:
    known, bookable = services(site), places.bookable(site)
    counted: set[int] = set()
    for pseudonym, service in {(row.pseudonym, row.service) for row in rows}:
        if service in bookable:
            found = place_credit.counting(pseudonym, service, bookable[service], at)
            counted |= set(found.values_list("pk", flat=True))
    return [
        BreachLine(
            row.pk,
            row.service,
            known[row.service].title if row.service in known else {"en": row.service},
            row.case,
            _titles(site, row.place, "", row.place)[0] if row.place else {},
            row.kind,
            row.at,
            row.blocked_until,
            row.objection,
            row.taken_back_at is not None,
            row.pk in counted,
        )
        for row in rows
    ]


def _later(site: Site, row: Booking, rules: Rules) -> tuple[datetime, ...]:
    """Later ends the booking could have, the soonest first, half an hour apart."""
    place = places.place(site, row.place)
    first = slots.after(row.ends_at)
    last = slots.first(row.starts_at) + rules.max_minutes * 60 // slots.SECONDS
    found = PlaceSlot.objects.filter(slot__gte=first, slot__lt=last)
    gone = set(found.filter(place=row.place).values_list("slot", flat=True))
    gone |= set(found.filter(pseudonym=row.case.pseudonym).values_list("slot", flat=True))
    ends = []
    for slot in range(first, last):
        if slot in gone or not opening.is_open(
            site, place.zone, slots.begins(slot), slots.begins(slot + 1)
        ):
            break
        ends.append(slots.begins(slot + 1))
    return tuple(ends[1::2] or ends)[:MOST_ENDS]


def _titles(
    site: Site, place: str, zone: str, instead: str
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The titles of a place and its zone; of one that is no more, what is known of it."""
    try:
        found = places.place(site, place)
    except UnknownName:
        known = places.zone_title(site, zone)
        return {"zh": instead, "en": instead}, known
    return found.title, found.zone.title
