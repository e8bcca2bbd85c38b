"""Seats and rooms for staff: today's bookings by room, checking in for a reader who stands there,
blocking a place, the code to be shown, objections.

Staff see places and times, not who has them: the reader says which booking is theirs. Every look
is an entry of the ledger.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases, places
from shuren.service.booking_shapes import BlockLine, BookingLine, BreachLine
from shuren.service.case_shapes import CaseView
from shuren.service.errors import PlaceTaken, UnknownName, WrongField
from shuren.service.internals import (
    opening,
    place_codes,
    place_lines,
    place_wishes,
    placing,
    slots,
)
from shuren.service.internals.booking_rows import Booking, Breach, PlaceBlock, PlaceSlot
from shuren.service.internals.in_turn import in_turn
from shuren.trust.actions import record_use
from shuren.trust.queries import require, require_covered, require_purpose

SERVE, PURPOSE, TABLE = "bookings.serve", "space_booking", "service.booking"
COLUMNS = ("service", "place", "starts_at", "ends_at", "state", "people")
LONGEST_BLOCK = timedelta(days=14)
LONGEST_REASON = 200
EVENTS = ("check_in", "cancel", "step_out", "come_back", "leave")


@dataclass(frozen=True)
class Code:
    """text  what is to be typed; changes_in: seconds until the next"""

    scope: str
    title: dict[str, str]
    text: str
    changes_in: int


def day(
    site: Site, on: date, *, actor: Actor, zone: str = "", is_open: bool | None = None
) -> list[BookingLine]:
    """The bookings that begin on a day, by place and time; whose they are is not told.

    raises  trust's NotAllowed without bookings.serve and its purpose
    """
    actor = _require(actor)
    _known, tz = opening.calendar(site)
    begins = datetime.combine(on, time(), tz)
    rows = Booking.objects.filter(starts_at__gte=begins, starts_at__lt=begins + timedelta(days=1))
    if zone:
        rows = rows.filter(zone=zone)
    if is_open is not None:
        rows = rows.filter(case__is_open=is_open)
    found = list(rows.select_related("case").order_by("place", "starts_at"))
    record_use(actor, PURPOSE, TABLE, COLUMNS, len(found))
    moment = now()
    return [place_lines.booking(site, row, moment, for_reader=False) for row in found]


def counts(site: Site, on: date, *, actor: Actor) -> dict[str, int]:
    """{zone: open bookings that begin on a day}; places, not persons."""
    _require(actor)
    _known, tz = opening.calendar(site)
    begins = datetime.combine(on, time(), tz)
    rows = Booking.objects.filter(
        starts_at__gte=begins, starts_at__lt=begins + timedelta(days=1), case__is_open=True
    )
    found: dict[str, int] = {}
    for zone in rows.values_list("zone", flat=True):
        found[zone] = found.get(zone, 0) + 1
    return found


def act(site: Site, case: str, event: str, *, actor: Actor, note: str = "") -> CaseView:
    """Do for a reader what they ask at the desk; raises NotNow, NoSuchCase, UnknownName."""
    _require(actor)
    if event not in EVENTS:
        raise UnknownName(_("There is nothing called '%(name)s' to do.", name=event[:40]))
    with in_turn(site):
        return cases.act(site, case, event, actor=actor, note=note)


def block(
    site: Site, place: str, starts_at: datetime, ends_at: datetime, reason: str, *, actor: Actor
) -> BlockLine:
    """Keep a place from being booked, for repairs, at most fourteen days.

    raises  WrongField, UnknownName, PlaceTaken while somebody has it in that time
    """
    _require(actor)
    wanted = places.place(site, place)
    if not reason.strip():
        raise WrongField("reason", _("Say why; staff read it."))
    if ends_at <= starts_at or ends_at - starts_at > LONGEST_BLOCK or ends_at <= now():
        raise WrongField("ends_at", _("Choose an end that is later, within fourteen days."))
    with in_turn(site), transaction.atomic():
        row = PlaceBlock.objects.create(
            place=wanted.id, zone=wanted.zone.id, starts_at=starts_at, ends_at=ends_at,
            reason=reason.strip()[:LONGEST_REASON], account=actor.id, made_at=now(),
        )  # fmt: skip
        if not placing.occupy(wanted.id, slots.span(starts_at, ends_at), "", block=row):
            raise PlaceTaken(
                _("The place is booked or blocked in that time."),
                fix=_("Cancel those bookings first, or choose another time."),
            )
    return _block(site, row)


def unblock(site: Site, id: int, *, actor: Actor) -> None:
    """Let a place be booked again; who waits for it is offered it. Raises UnknownName."""
    _require(actor)
    with in_turn(site), transaction.atomic():
        row = PlaceBlock.objects.filter(pk=id).first()
        if row is None:
            raise UnknownName(_("There is no such block; somebody may have lifted it."))
        PlaceSlot.objects.filter(block=row).delete()
        row.delete()
        place_wishes.offer(site, row.place, row.zone, now())


def blocks(site: Site, *, actor: Actor) -> list[BlockLine]:
    """What is blocked now or later, the soonest first."""
    _require(actor)
    rows = PlaceBlock.objects.filter(ends_at__gt=now()).order_by("starts_at", "id")
    return [_block(site, row) for row in rows]


def code(site: Site, scope: str, *, actor: Actor) -> Code:
    """The check-in code of a zone of seats or of a room, as it is to be shown there now.

    raises  UnknownName
    """
    _require(actor)
    _known, tz = opening.calendar(site)
    local = now().astimezone(tz)
    found = scopes(site, actor)
    if scope not in found:
        raise UnknownName(
            _("There is no such seat or room."), fix=_("Choose one on the page of spaces.")
        )
    title, seconds = found[scope]
    return Code(
        scope, title, place_codes.code(scope, local, seconds),
        place_codes.changes_in(local, seconds),
    )  # fmt: skip


def scopes(site: Site, actor: Actor) -> dict[str, tuple[dict[str, str], int]]:
    """{zone of seats, or room: (title, how often its code changes, seconds)}"""
    known, found = places.zones(site, actor), {}
    for rules in places.bookable(site).values():
        if rules.book == "seats":
            for zone in known.values():
                if zone.kind in rules.kinds:
                    found[zone.id] = (dict(zone.title), rules.code_seconds)
        else:
            for room in places.rooms_of(site, known, rules.kinds):
                found[room.id] = (dict(room.title), rules.code_seconds)
    return found


def objections(site: Site, *, actor: Actor) -> list[BreachLine]:
    """What readers object to and nobody has taken back, the oldest first."""
    actor = _require(actor)
    rows = Breach.objects.exclude(objection="").filter(taken_back_at__isnull=True)
    found = list(rows.order_by("at", "id")[:200])
    record_use(actor, PURPOSE, TABLE, COLUMNS, len(found))
    return place_lines.breaches(site, found, now())


@transaction.atomic
def take_back(site: Site, breach: int, *, actor: Actor) -> None:
    """It was no breach: it counts no more, and a block that came with it ends. Raises
    UnknownName."""
    _require(actor)
    changed = Breach.objects.filter(pk=breach, taken_back_at__isnull=True).update(
        taken_back_at=now()
    )
    if not changed:
        raise UnknownName(_("There is no such entry."))


def _block(site: Site, row: PlaceBlock) -> BlockLine:
    try:
        title = dict(places.place(site, row.place).title)
    except UnknownName:
        title = {"zh": row.place, "en": row.place}
    return BlockLine(row.pk, row.place, title, row.starts_at, row.ends_at, row.reason)


def _require(actor: Actor) -> Actor:
    actor = require(actor, SERVE)
    require_covered(require_purpose(actor, PURPOSE), TABLE, COLUMNS)
    return actor
