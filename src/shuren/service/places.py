"""Seats and rooms: which there are, and how each stands over a span of time.

Seats are the numbers of a zone, as the seats themselves report them: zone J4-A with 320 seats has
J4-A-001 to J4-A-320. Rooms are declared (rooms.py). Who has a place is told to nobody.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from shuren.data.queries import current_snapshot, read
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.booking_shapes import (
    BLOCKED,
    FREE,
    MINE,
    ROOMS,
    SEATS,
    TAKEN,
    Place,
    PlaceState,
    Rules,
    Zone,
)
from shuren.service.definitions import services
from shuren.service.errors import UnknownName
from shuren.service.internals import opening, slots
from shuren.service.internals.booking_rows import PlaceSlot
from shuren.service.internals.place_rules import rules_of
from shuren.service.rooms import Room, rooms

TABLE = "conformed.seat_zone"
COLUMNS = (
    "zone_id", "campus", "building", "floor", "title", "title_en", "kind", "seats", "power",
    "quiet_level", "opens_at", "closes_at",
)  # fmt: skip
PUBLIC = Actor("", "anonymous")


def zones(site: Site, actor: Actor) -> dict[str, Zone]:
    """Every zone by id, in the table's order; {} where none are loaded."""
    if current_snapshot(site) is None:
        return {}
    rows = read(site, TABLE, columns=COLUMNS, purpose="public_information", actor=actor).dicts()
    return {row["zone_id"]: _zone(row) for row in rows}


def zone(site: Site, id: str, actor: Actor) -> Zone:
    """raises  UnknownName"""
    found = zones(site, actor).get(id)
    if found is None:
        raise _no_place()
    return found


def place(site: Site, id: str) -> Place:
    """A seat or room by its id; raises UnknownName."""
    known = _known(site)
    room = rooms(site).get(id)
    if room is not None:
        home = known.get(room.zone)
        if home is not None and home.building == room.building:
            return _as_place(room, home)
    head, _dash, number = id.rpartition("-")
    home = known.get(head)
    if home is None or not (number.isdecimal() and 1 <= int(number) <= home.seats):
        raise _no_place()
    if number != _number(home, int(number)):
        raise _no_place()
    return _seat(home, int(number))


def service_of(site: Site, place: Place) -> tuple[str, Rules] | None:
    """The service that books a place, and its rules; None: nobody can book it."""
    wanted = ROOMS if place.id in rooms(site) else SEATS
    for id, rules in bookable(site).items():
        if rules.book == wanted and place.kind in rules.kinds:
            return id, rules
    return None


def bookable(site: Site) -> dict[str, Rules]:
    """{service: its rules} of every service that books places."""
    found = {id: rules_of(one) for id, one in services(site).items()}
    return {id: rules for id, rules in found.items() if rules is not None}


def seats_of(zone: Zone) -> tuple[Place, ...]:
    return tuple(_seat(zone, number) for number in range(1, zone.seats + 1))


def rooms_of(site: Site, known: dict[str, Zone], kinds: Iterable[str]) -> tuple[Place, ...]:
    """Every room of some kinds whose zone there is."""
    wanted = set(kinds)
    return tuple(
        _as_place(room, known[room.zone])
        for room in rooms(site).values()
        if room.kind in wanted and room.zone in known and known[room.zone].building == room.building
    )


def bookable_in(site: Site, zone: str) -> tuple[Place, ...]:
    """Every place of a zone that some service books."""
    home = _known(site).get(zone)
    if home is None:
        return ()
    found = list(rooms_of(site, {zone: home}, _kinds(site, ROOMS)))
    if home.kind in _kinds(site, SEATS):
        found += seats_of(home)
    return tuple(found)


def zone_title(site: Site, id: str) -> dict[str, str]:
    """The title of a zone; its id where there is none any more."""
    found = _known(site).get(id)
    return dict(found.title) if found else {"zh": id, "en": id}


def _kinds(site: Site, book: str) -> set[str]:
    return {kind for rules in bookable(site).values() if rules.book == book for kind in rules.kinds}


def hours(site: Site, zone: Zone, day: date) -> tuple[datetime, datetime] | None:
    """From when to when a zone is open on a day, None when not."""
    return opening.hours(site, zone, day)


def today(site: Site, at: datetime) -> date:
    """The library's day at a moment."""
    return opening.local_day(site, at)


def states(
    places: Sequence[Place],
    starts_at: datetime,
    ends_at: datetime,
    actor: Actor,
    day: tuple[datetime, datetime] | None = None,
) -> list[PlaceState]:
    """How each place stands from a moment to another; `day`: over which `taken` is told."""
    wanted = slots.span(starts_at, ends_at)
    whole = slots.span(*day) if day else wanted
    least, most = min(whole.start, wanted.start), max(whole.stop, wanted.stop)
    taken: dict[str, set[int]] = {}
    mine: dict[str, set[int]] = {}
    blocked: dict[str, set[int]] = {}
    found = PlaceSlot.objects.filter(slot__gte=least, slot__lt=most)
    found = found.filter(place__in=[one.id for one in places])
    for id, slot, pseudonym, block in found.values_list("place", "slot", "pseudonym", "block_id"):
        taken.setdefault(id, set()).add(slot)
        if actor.reader_key and pseudonym == actor.reader_key:
            mine.setdefault(id, set()).add(slot)
        elif block is not None:
            blocked.setdefault(id, set()).add(slot)
    return [_state(one, wanted, taken, mine, blocked) for one in places]


def free_in(places: Sequence[Place], starts_at: datetime, ends_at: datetime) -> list[Place]:
    """The places that are free all the time."""
    return [one.place for one in states(places, starts_at, ends_at, PUBLIC) if one.state == FREE]


def _state(
    one: Place,
    wanted: range,
    taken: dict[str, set[int]],
    mine: dict[str, set[int]],
    blocked: dict[str, set[int]],
) -> PlaceState:
    gone = taken.get(one.id, set())
    state = FREE
    if any(slot in wanted for slot in gone):
        state = TAKEN
        if any(slot in wanted for slot in mine.get(one.id, ())):
            state = MINE
        elif any(slot in wanted for slot in blocked.get(one.id, ())):
            state = BLOCKED
    return PlaceState(one, state, tuple(sorted(gone)))


def _known(site: Site) -> dict[str, Zone]:
    """The zones, kept for as long as the snapshot they are of is the newest."""
    newest = current_snapshot(site)
    return {} if newest is None else _of_snapshot(site, newest.id)


@lru_cache(maxsize=4)
def _of_snapshot(site: Site, snapshot: str) -> dict[str, Zone]:
    return zones(site, PUBLIC)


def _zone(row: dict[str, Any]) -> Zone:
    return Zone(
        row["zone_id"],
        row["campus"],
        row["building"],
        row["floor"],
        {"zh": row["title"], "en": row["title_en"] or row["title"]},
        row["kind"] or "reading",
        row["seats"] or 0,
        bool(row["power"]),
        row["quiet_level"] or 0,
        row["opens_at"] or "",
        row["closes_at"] or "",
    )


def _seat(home: Zone, number: int) -> Place:
    label = _number(home, number)
    title = {language: f"{name} {label}" for language, name in home.title.items()}
    return Place(f"{home.id}-{label}", home, label, title, home.kind)


def _number(home: Zone, number: int) -> str:
    return f"{number:0{max(3, len(str(home.seats)))}}"


def _as_place(room: Room, home: Zone) -> Place:
    return Place(room.id, home, room.id, room.title, room.kind, room.people, room.equipment or None)


def _no_place() -> UnknownName:
    return UnknownName(
        _("There is no such seat or room."), fix=_("Choose one on the page of spaces.")
    )
