"""Seats and rooms of the demo: a week that is over, a day of bookings, two that were not kept, a
place out of use, a zone with a line. Through the ordinary actions, once."""

import csv
import random
from contextlib import suppress
from datetime import datetime, timedelta

from shuren.cli.demo_clock import as_if
from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

DESK = Actor("desk", "front_desk")
READERS, SEED = 130, 20261128
ZONES = ("J4-A", "J4-B", "Y4-A", "Y5-A", "S3-B")
LINE = "J5-B"  # thirty-six seats: all taken tomorrow afternoon
ROOMS = (("R401", 3), ("R402", 5), ("R407", 8), ("S301", 2), ("Y201", 4), ("Y205", 12))
MISSED = (6, 2)  # days ago
WEEK, A_DAY, ROOMS_A_DAY = 7, 5, 1  # days that are over, with so many seats and rooms each
HOUR = timedelta(hours=1)


def furnish_places(site: Site) -> None:
    """Only where nobody has booked yet, so that a set-up that was stopped goes on."""
    from shuren.campus.accounts import demo_accounts
    from shuren.service import bookings
    from shuren.trust.actions import pseudonymise

    account = next(one for one in demo_accounts(site.root / "exports") if one.role == "student")
    if not account.card:
        return
    student = Actor("student", "student", pseudonymise(site, [account.card])[0])
    if any(bookings.mine(site, student)):
        return
    others = other_readers(site, student)
    chance = random.Random(SEED)
    for days in range(WEEK, 0, -1):
        _over(site, others[days * 7 : days * 7 + 7], chance, days)
        if days in MISSED:
            _miss(site, student, days)
    _seats(site, others[:80], chance)
    _rooms(site, others[80:90], chance)
    _line(site, others[90:], student)
    _own(site, student)


def other_readers(site: Site, but: Actor) -> list[Actor]:
    """Some readers of the university besides the demo's own student, always the same."""
    from shuren.trust.actions import pseudonymise

    keys = pseudonymise(site, _cards(site))
    return [Actor("", "student", key) for key in keys if key != but.reader_key]


def _cards(site: Site) -> list[str]:
    """Card numbers of some readers, from the export of the card system."""
    path = site.root / "exports" / "readers-cards.csv"
    with open(path, encoding="gb18030", errors="replace", newline="") as file:
        found = [row[0] for row in csv.reader(file) if row and row[0].isdecimal()]
    return list(dict.fromkeys(found))[:READERS]


def _miss(site: Site, student: Actor, days: int) -> None:
    """A seat that was booked so many days ago, and nobody came."""
    from shuren.service import bookings
    from shuren.service.cases import fire_timers

    span = _hours(site, "J4-A", -days)
    if span is None:
        return
    begins = span[0] + 2 * HOUR
    with as_if(begins - HOUR), suppress(ShurenError):
        bookings.book(site, "J4-A-031", begins, begins + 2 * HOUR, actor=student)
    with as_if(begins + HOUR):
        fire_timers(site)


def _over(site: Site, readers: list[Actor], chance: random.Random, days: int) -> None:
    """A day that is over: who booked came and left, but for one in seven who did not come."""
    from shuren.service import bookings, place_desk, places
    from shuren.service.cases import fire_timers

    wanted: list[tuple[str, int | None]] = []
    for id in (chance.choice(ZONES) for _at in range(A_DAY)):
        seats = places.seats_of(places.zone(site, id, DESK))
        wanted.append((chance.choice(seats).id, None))
    wanted += [ROOMS[(days + at) % len(ROOMS)] for at in range(ROOMS_A_DAY)]
    last = None
    for number, ((place, people), reader) in enumerate(zip(wanted, readers, strict=False)):
        span = _hours(site, places.place(site, place).zone.id, -days)
        if span is None:
            continue
        begins = min(span[0] + chance.randrange(0, 9) * HOUR, span[1] - 2 * HOUR)
        ends = begins + chance.randrange(1, 3) * HOUR
        with as_if(begins - HOUR / 2), suppress(ShurenError):
            opened = bookings.book(site, place, begins, ends, actor=reader, people=people)
            if (number + days) % 7:
                with as_if(begins + HOUR / 12):
                    place_desk.act(site, opened.id, "check_in", actor=DESK)
            last = max(last or ends, ends)
    if last is not None:  # whoever is there goes, and who is not there has not come
        with as_if(last + HOUR):
            fire_timers(site)


def _seats(site: Site, readers: list[Actor], chance: random.Random) -> None:
    """Today from now on, and tomorrow; who is there already has checked in at the desk."""
    from shuren.service import bookings, place_desk, places

    present = now()
    for number, reader in enumerate(readers):
        id, day = chance.choice(ZONES), number % 3 // 2  # two of three today
        span = _hours(site, id, day)
        if span is None:
            continue
        seats = places.seats_of(places.zone(site, id, DESK))
        first = max(span[0], _quarter(present))
        begins = first + chance.randrange(0, 8) * HOUR / 2
        ends = min(begins + chance.randrange(2, 9) * HOUR / 2, span[1])
        with suppress(ShurenError):
            opened = bookings.book(
                site, chance.choice(seats).id, begins, ends, actor=reader, channel="demo"
            )
            if begins <= present and number % 2:
                place_desk.act(site, opened.id, "check_in", actor=DESK)
                if number % 8 == 1:
                    bookings.step_out(site, opened.id, actor=reader)


def _rooms(site: Site, readers: list[Actor], chance: random.Random) -> None:
    from shuren.service import bookings, place_desk, places

    for (room, people), reader in zip(ROOMS, readers, strict=False):
        span = _hours(site, places.place(site, room).zone.id, 1)
        if span is not None:
            begins = span[0] + chance.randrange(2, 10) * HOUR
            with suppress(ShurenError):
                bookings.book(site, room, begins, begins + 2 * HOUR, actor=reader, people=people)
    span = _hours(site, "J4-A", 1)
    if span is not None:
        with suppress(ShurenError):
            place_desk.block(site, "J4-A-200", span[0], span[1], "台灯待修", actor=DESK)


def _line(site: Site, readers: list[Actor], student: Actor) -> None:
    """A small zone that is all taken tomorrow afternoon, and somebody who waits."""
    from shuren.service import bookings, places

    span = _hours(site, LINE, 1)
    if span is None:
        return
    begins = span[0] + 6 * HOUR
    for place, reader in zip(places.seats_of(places.zone(site, LINE, DESK)), readers, strict=False):
        with suppress(ShurenError):
            bookings.book(site, place.id, begins, begins + 2 * HOUR, actor=reader)
    with suppress(ShurenError):
        bookings.wait(site, LINE, begins, begins + 2 * HOUR, actor=student)


def _own(site: Site, student: Actor) -> None:
    """The demo's student has a seat today if the day is long enough, and one tomorrow."""
    from shuren.service import bookings

    present = now()
    for day, seat in ((0, "J4-A-052"), (1, "J4-A-053")):
        span = _hours(site, "J4-A", day)
        if span is None:
            continue
        begins = max(span[0] + HOUR, _quarter(present) + HOUR)
        if begins + HOUR <= span[1]:
            with suppress(ShurenError):
                bookings.book(site, seat, begins, min(begins + 3 * HOUR, span[1]), actor=student)


def _hours(site: Site, zone: str, days: int) -> tuple[datetime, datetime] | None:
    """From when to when a zone is open so many days from today."""
    from shuren.service import places

    day = places.today(site, now()) + timedelta(days=days)
    return places.hours(site, places.zone(site, zone, DESK), day)


def _quarter(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
