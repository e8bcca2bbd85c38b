"""Two years of what bookings, events and gifts came to, as the platform would have told the lake.

place-hours.csv     by month, place and hour of the day, over the days a building was open
place-months.csv    by month, service and zone: the places there, the hours booked and used
event-results.csv   one a week of each service with events, in weeks of teaching
gift-results.csv    a gift a month or so
shift-hours.csv     hours of volunteers by month and service

The truth planted in it: `MISSED` of the bookings were not kept, `CAME` of those enrolled came.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import yaml

from shuren.campus.seasons import days_between
from shuren.campus.space import Zone, zones
from shuren.campus.university import FIRST_DAY, LAST_DAY
from shuren.kernel.calendar import Hours, LibraryCalendar
from shuren.kernel.definitions import find_definitions
from shuren.kernel.files import write_atomically

STREAM = 67
MISSED, CAME, STAYED = 0.06, 0.78, 0.82
PLACES, EVENTS, GIFTS = "place-hours.csv", "event-results.csv", "gift-results.csv"
SHIFTS, MONTHS = "shift-hours.csv", "place-months.csv"
_ROOMS_OF, _BOOKED = "demo-", 0.25  # of a room's open hours
_KINDS = ("study", "reading")  # zones whose seats are booked
_SERIES = {
    "literacy_lecture": 40, "shangyue_sharing": 20, "reader_salon": 30, "literacy_course": 30,
    "classics_reading": 24, "ip_public_training": 60,
}  # fmt: skip
_LONG = {"literacy_course": 4, "classics_reading": 4}
_NOT_TAUGHT = ("break", "long_holiday", "unknown")
_TURNS = (("student_librarians", 3.0, 2.5), ("librarian_for_a_day", 1.5, 2.0))  # a day, hours
NOT_COME = 0.05
Line = str
LEAST = 5  # readers; of fewer the platform tells nothing


@dataclass
class _Month:
    """What a zone came to in a month; persons: at the hour that most of them had booked."""

    building: str
    kind: str
    places: int = 0
    persons: int = 0
    booked: float = 0.0
    used: float = 0.0

    def add(self, persons: int, booked: float, used: float) -> None:
        self.persons = max(self.persons, persons)
        self.booked += booked
        self.used += used

    def line(self, month: date, service: str, zone: str) -> Line:
        told = f"{self.persons},{self.booked:.2f},{self.used:.2f}"
        if 0 < self.persons < LEAST:
            told = ",,"
        summed = min(_last(month) + timedelta(days=1), LAST_DAY)
        return f"{month},{service},{zone},{self.kind},{self.building},{self.places},{told},{summed}"


def write_use_history(
    folder: Path, calendar: LibraryCalendar, seed: int, scale: float
) -> tuple[list[tuple[str, str]], dict[str, object]]:
    """(contract, file) in the order to load them, and the truth about them."""
    rng = np.random.default_rng([seed, STREAM])
    months: dict[tuple[date, str, str], _Month] = {}
    parts = (
        (
            "place_hours", PLACES,
            "month_from,service,zone_id,room,hour,building,persons,bookings,no_shows,booked_hours,"
            "used_hours",
            list(_places(calendar, scale, rng, months)),
        ),
        (
            "place_months", MONTHS,
            "month_from,service,zone_id,kind,building,places,persons,booked_hours,used_hours,told_on",
            [one.line(*key) for key, one in months.items()],
        ),
        (
            "event_results", EVENTS,
            "event_id,service,held_at,meetings,places,enrolled,attended,completed",
            list(_events(calendar, rng)),
        ),
        (
            "gift_results", GIFTS,
            "gift_id,service,thanked_at,titles,volumes,accepted,given_away,declined",
            list(_gifts(rng)),
        ),
        (
            "shift_hours", SHIFTS, "month_from,service,persons,turns,missed,hours",
            list(_shifts(calendar, rng)),
        ),
    )  # fmt: skip
    for _contract, name, header, lines in parts:
        write_atomically(folder / name, ("\n".join([header, *lines]) + "\n").encode())
    counts = {contract: len(lines) for contract, _name, _header, lines in parts}
    return [(contract, name) for contract, name, _header, _lines in parts], {"uses": counts}


def _places(
    calendar: LibraryCalendar,
    scale: float,
    rng: np.random.Generator,
    sums: dict[tuple[date, str, str], _Month],
) -> Iterator[Line]:
    """Zones of seats and rooms, month by month; a zone has so many bookings as its kind is asked
    for, a room is one. sums: what each zone came to in a month, added to."""
    every = {zone.id: zone for zone in zones()}
    rooms = list(_rooms(every))
    for month in _months():
        days = [day for day in days_between(month, _last(month)) if day <= LAST_DAY]
        for zone in every.values():
            if zone.kind in _KINDS:
                size = zone.seats * 0.06 * max(scale, 0.02)
                one = sums[month, "seat_booking", zone.id] = _Month(zone.building, "seats")
                one.places = zone.seats
                yield from _zone(calendar, month, days, zone, "seat_booking", "-", size, rng, one)
        for zone, room in rooms:
            key = (month, "group_study_room", zone.id)
            one = sums.setdefault(key, _Month(zone.building, "rooms"))
            one.places += 1
            yield from _zone(
                calendar, month, days, zone, "group_study_room", room, _BOOKED, rng, one
            )  # fmt: skip


def _zone(
    calendar: LibraryCalendar,
    month: date,
    days: list[date],
    zone: Zone,
    service: str,
    room: str,
    size: float,
    rng: np.random.Generator,
    month_sum: _Month,
) -> Iterator[Line]:
    """size: bookings an hour on a day of ordinary demand."""
    open_days = np.zeros(24)
    for day in days:
        hours = calendar.opening_hours(day, zone.building) or Hours("", "")
        if hours.is_open:
            first, last = int(hours.opens[:2]), int(hours.closes[:2])
            open_days[first:last] += calendar.demand(day, "rooms")
    bookings = rng.poisson(open_days * size)
    for hour in np.flatnonzero(bookings).tolist():
        count = int(bookings[hour])
        missed = int(rng.binomial(count, MISSED))
        # A room is taken by one group at a time; of seats some readers come again.
        persons = round(count * (0.9 if room == "-" else 0.8))
        if persons < LEAST:
            month_sum.add(persons, count, (count - missed) * 0.9)
            continue
        booked = count * 1.0
        used = (count - missed) * float(rng.uniform(0.8, 0.98))
        month_sum.add(persons, count, used)
        yield (
            f"{month},{service},{zone.id},{room},{hour},{zone.building},{persons},{count},"
            f"{missed},{booked:.2f},{used:.2f}"
        )


def _rooms(every: dict[str, Zone]) -> Iterator[tuple[Zone, str]]:
    for id, file in sorted(find_definitions("rooms", None).items()):
        if id.startswith(_ROOMS_OF):
            for one in yaml.safe_load(file.path.read_text("utf-8"))["rooms"]:
                if one["kind"] == "group":
                    yield every[one["zone"]], one["title"]["zh"]


def _events(calendar: LibraryCalendar, rng: np.random.Generator) -> Iterator[Line]:
    day, number = FIRST_DAY, 0
    while day <= LAST_DAY:
        for at, (service, places) in enumerate(_SERIES.items()):
            held = day + timedelta(days=at % 5)
            meetings = _LONG.get(service, 1)
            every = 8 if meetings > 1 else 2  # weeks
            is_week = (day - FIRST_DAY).days // 7 % every == at % every
            if not is_week or held > LAST_DAY or calendar.week_kind(held) in _NOT_TAUGHT:
                continue
            number += 1
            enrolled = int(rng.binomial(places, rng.uniform(0.5, 1.0)))
            attended = int(rng.binomial(enrolled, CAME))
            completed = int(rng.binomial(attended, STAYED)) if meetings > 1 else attended
            yield (
                f"V{number:05},{service},{held} 19:00:00,{meetings},{places},{enrolled},"
                f"{attended},{completed}"
            )
        day += timedelta(days=7)


def _gifts(rng: np.random.Generator) -> Iterator[Line]:
    for number, month in enumerate(_months(), 1):
        volumes = int(rng.gamma(1.2, 90)) + 5
        thanked = min(month + timedelta(days=int(rng.integers(0, 27))), LAST_DAY)
        kept = int(volumes * rng.uniform(0.35, 0.8))
        passed = int((volumes - kept) * rng.uniform(0.3, 0.7))
        yield (
            f"Z{number:04},book_donation,{thanked} 10:00:00,{max(1, volumes * 9 // 10)},{volumes},"
            f"{kept},{passed},{volumes - kept - passed}"
        )


def _shifts(calendar: LibraryCalendar, rng: np.random.Generator) -> Iterator[Line]:
    """A turn or two on each day of teaching; months with fewer than five people are not told."""
    for month in _months():
        days = [day for day in days_between(month, _last(month)) if day <= LAST_DAY]
        taught = sum(calendar.week_kind(day) not in _NOT_TAUGHT for day in days)
        for service, a_day, length in _TURNS:
            wanted = int(rng.poisson(taught * a_day))
            missed = int(rng.binomial(wanted, NOT_COME))
            persons = min(wanted, 6 + taught // 3)
            if persons >= LEAST:
                hours = (wanted - missed) * length * float(rng.uniform(0.9, 1.0))
                yield f"{month},{service},{persons},{wanted - missed},{missed},{hours:.2f}"


def _months() -> Iterator[date]:
    month = FIRST_DAY.replace(day=1)
    while month <= LAST_DAY:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def _last(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
