"""Gates, counters and seats: what the sensors of the demo university reported.

The calendar's demand for visits and seats, kind of week times weekday, shapes the days; hours
of the day have their own curve; a building that is closed reports nothing. Counters give whole
hours for the whole time; of the last days there is every passage and every seat as well. The
last day is still going on: sensors have reported until three in the afternoon.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from shuren.campus.people import Reader
from shuren.campus.seasons import days_between
from shuren.campus.space import BUILDINGS, Zone, zones
from shuren.campus.university import FIRST_DAY, LAST_DAY, YUNXI
from shuren.kernel.calendar import LibraryCalendar
from shuren.kernel.files import write_atomically

STREAM = 3
VISITS_A_DAY = 9000  # of an ordinary teaching weekday, at scale 1
SHARES = {"J": 0.50, "S": 0.18, "Y": 0.32}
EVENT_DAYS = 7
UNTIL = 15  # o'clock on the last day
WITH_CARD = 0.85
# Share of the day's entries by hour; how full seats are by hour where demand is 1.
ENTRIES = np.array([0] * 6 + [1, 6, 11, 9, 8, 5, 6, 9, 10, 7, 6, 5, 7, 8, 5, 3, 1, 0], float)
FULLNESS = np.array(
    [6, 5, 4, 4, 3, 4, 8, 20, 36, 45, 49, 40, 26, 32, 46, 52, 51, 37, 34, 48, 53, 48, 30, 12], float
)
STAYS = (0.24, 0.28, 0.22, 0.13, 0.08, 0.05)  # who leaves in the hour of entry, the next …
LIKED = {"study": 0.86, "reading": 0.95, "digital": 0.85, "lounge": 0.8, "discussion": 0.75}
CHURN = 0.03  # of the seats taken, left and taken anew in a quarter of an hour
FULLEST = 0.97
_QUARTER, _HOUR, _DAY = 900, 3600, 86_400


@dataclass
class Sensors:
    """Files in the order to load them: (contract, name); and the truth about them."""

    files: list[tuple[str, str]]
    truth: dict[str, object]


def write_sensors(
    folder: Path,
    readers: list[Reader],
    calendar: LibraryCalendar,
    seed: int,
    scale: float,
    own_cards: Mapping[int, str],
) -> Sensors:
    """visits-hourly.csv, gate-events.csv, occupancy-hourly.csv and seat-events.csv.

    own_cards  {place of a reader: number at the gates of the second campus}, which have a system
               of their own; who is not in it passes with the ordinary card
    """
    rng = np.random.default_rng([seed, STREAM])
    days = days_between(FIRST_DAY, LAST_DAY)
    recent = days[-max(2, round(EVENT_DAYS * min(scale, 1.0))) :]
    is_open = {
        letter: np.array([_open_hours(calendar, day, letter) for day in days]) for letter in SHARES
    }
    visits = _visits(calendar, days, is_open, scale, rng)
    _write(
        folder / "visits-hourly.csv", "馆舍,校区,钟点,进馆人次,出馆人次", _visit_lines(days, visits)
    )
    gates = _gate_lines(days, recent, visits, readers, rng, own_cards)
    header = "事件号,通道,校区,馆舍,方向,通行时间,读者证号"
    _write(folder / "gate-events.csv", header, gates)
    places = zones()
    earlier = days[: -len(recent)]
    demand = np.array([calendar.demand(day, "seats") for day in days])
    shares = _shares(demand, is_open, places)
    counts = _occupied(shares[: len(earlier)], places, rng)
    lines = _occupancy_lines(earlier, places, counts)
    _write(folder / "occupancy-hourly.csv", "区域编号,钟点,占用座位", lines)
    seats = _Seats(places, rng)
    _write(
        folder / "seat-events.csv",
        "事件号,区域编号,座位号,状态,变化时间",
        seats.lines(recent, shares[len(earlier) :]),
    )
    entries = sum(int(found[0].sum()) for found in visits.values())
    exits = sum(int(found[1].sum()) for found in visits.values())
    recent_entries = sum(int(found[0][-len(recent) :].sum()) for found in visits.values())
    return Sensors(
        [
            ("visit_counts", "visits-hourly.csv"),
            ("gate_events", "gate-events.csv"),
            ("occupancy_counts", "occupancy-hourly.csv"),
            ("seat_events", "seat-events.csv"),
        ],
        {
            "visits": {"entries": entries, "exits": exits, "gate_entries": recent_entries},
            "gate_days": [day.isoformat() for day in recent],
            "occupancy": {"day": recent[-2].isoformat(), "seat_hours": seats.seat_hours},
        },
    )


def _write(path: Path, header: str, lines: Iterator[str]) -> None:
    write_atomically(path, ("\n".join([header, *lines]) + "\n").encode())


def _open_hours(calendar: LibraryCalendar, day: date, letter: str) -> np.ndarray:
    """Which of the 24 hours the building is open in, at least in part."""
    is_open = np.zeros(24, bool)
    hours = calendar.opening_hours(day, BUILDINGS[letter][2])
    if hours is not None and hours.is_open:
        first, last = int(hours.opens[:2]), int(hours.closes[:2])
        is_open[first : last + (hours.closes[3:] != "00")] = True
    return is_open


def _visits(
    calendar: LibraryCalendar,
    days: list[date],
    is_open: dict[str, np.ndarray],
    scale: float,
    rng: np.random.Generator,
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By building: entries and exits, (days, 24). Everybody who came in has left by the end of
    the day, those of the last day apart."""
    demand = np.array([calendar.demand(day, "visits") for day in days])
    found = {}
    for letter, share in SHARES.items():
        open_then = is_open[letter]
        curve = ENTRIES / ENTRIES.sum() * open_then
        entries = rng.poisson(VISITS_A_DAY * scale * share * demand[:, None] * curve)
        last = np.where(open_then.any(1), 23 - open_then[:, ::-1].argmax(1), 0)
        exits = np.zeros_like(entries)
        leaving = rng.multinomial(entries, STAYS)
        rows = np.arange(len(days))
        for hour in range(24):
            for stay in range(len(STAYS)):
                np.add.at(exits, (rows, np.minimum(hour + stay, last)), leaving[:, hour, stay])
        entries[-1, UNTIL:], exits[-1, UNTIL:] = 0, 0
        found[letter] = (entries, exits)
    return found


def _visit_lines(
    days: list[date], visits: dict[str, tuple[np.ndarray, np.ndarray]]
) -> Iterator[str]:
    for letter, (entries, exits) in visits.items():
        campus, building, _place = BUILDINGS[letter]
        for day, came, left in zip(days, entries.tolist(), exits.tolist(), strict=True):
            for hour in range(24):
                if came[hour] or left[hour]:
                    moment = f"{day} {hour:02}:00:00"
                    yield f"{building},{campus},{moment},{came[hour]},{left[hour]}"


def _gate_lines(
    days: list[date],
    recent: list[date],
    visits: dict[str, tuple[np.ndarray, np.ndarray]],
    readers: list[Reader],
    rng: np.random.Generator,
    own_cards: Mapping[int, str],
) -> Iterator[str]:
    """Every passage of the last days; each hour has as many as the counters say."""
    weights = np.array([reader.eagerness**0.5 for reader in readers])
    weights /= weights.sum()
    serial, offset, clocks = 0, len(days) - len(recent), _clocks()
    for letter, counts in visits.items():
        campus, building, _place = BUILDINGS[letter]
        cards = [reader.card for reader in readers]
        if campus == YUNXI:
            cards = [own_cards.get(place, card) for place, card in enumerate(cards)]
        for place, day in enumerate(recent):
            for word, count in zip(("进", "出"), counts, strict=True):
                of_day = count[offset + place]
                hours = np.repeat(np.arange(24), of_day)
                seconds = np.sort(hours * _HOUR + rng.integers(0, _HOUR, len(hours)))
                who = rng.choice(len(readers), len(hours), p=weights)
                carded = rng.random(len(hours)) < WITH_CARD
                gates = rng.integers(1, 5, len(hours))
                for second, person, known, gate in zip(
                    seconds.tolist(), who.tolist(), carded.tolist(), gates.tolist(), strict=True
                ):
                    serial += 1
                    card = cards[person] if known else ""
                    yield (
                        f"G{serial:08},{letter}-{gate},{campus},{building},{word},"
                        f"{day} {clocks[second]},{card}"
                    )


@cache
def _clocks() -> list[str]:
    """The text of each second of a day."""
    return [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(_DAY)]


def _shares(demand: np.ndarray, is_open: dict[str, np.ndarray], places: list[Zone]) -> np.ndarray:
    """(days, zones, 24): how full each zone is meant to be; 0 when closed."""
    found = np.zeros((len(demand), len(places), 24))
    for place, zone in enumerate(places):
        first, last = int(zone.opens_at[:2]), int(zone.closes_at[:2])
        last += zone.closes_at[3:] != "00"
        wanted = (
            demand[:, None] * LIKED.get(zone.kind, 0.35) * zone.liked * FULLNESS[first:last] / 100
        )
        open_then = is_open[zone.id[0]][:, first:last]
        found[:, place, first:last] = np.minimum(wanted, FULLEST) * open_then
    return found


def _occupied(shares: np.ndarray, places: list[Zone], rng: np.random.Generator) -> np.ndarray:
    """(days, zones, 24): seats taken."""
    seats = np.array([zone.seats for zone in places])
    return rng.binomial(seats[None, :, None], shares)


def _occupancy_lines(days: list[date], places: list[Zone], counts: np.ndarray) -> Iterator[str]:
    hours = [f"{hour:02}:00:00" for hour in range(24)]
    for day, of_day in zip(days, counts.tolist(), strict=True):
        for zone, taken in zip(places, of_day, strict=True):
            for hour, occupied in zip(hours, taken, strict=True):
                if occupied:
                    yield f"{zone.id},{day} {hour},{occupied}"


class _Seats:
    """Who sits where, quarter by quarter. Everybody has left by the end of a day.

    seat_hours  of the last whole day: {zone: seat-hours}, added up person by person
    """

    def __init__(self, places: list[Zone], rng: np.random.Generator) -> None:
        self._places, self._rng, self._serial = places, rng, 0
        self.seat_hours: dict[str, float] = {}

    def lines(self, days: list[date], shares: np.ndarray) -> Iterator[str]:
        for day, of_day in zip(days, shares, strict=True):
            for zone, of_zone in zip(self._places, of_day, strict=True):
                seats, starts, ends = self._day(of_zone, zone.seats)
                if day == days[-2]:
                    self.seat_hours[zone.id] = round(float((ends - starts).sum()) / _HOUR, 4)
                yield from self._events(zone, day, seats, starts, ends)

    def _day(self, shares: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Stays as seat, first and last second."""
        since = np.full(size, -1)
        stays: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        for quarter in range(_DAY // _QUARTER):
            if not shares[quarter // 4] and not shares[max(quarter - 1, 0) // 4]:
                continue
            begin = quarter * _QUARTER
            wanted = round(size * shares[quarter // 4] * (1 + 0.04 * self._rng.standard_normal()))
            wanted = min(max(wanted, 0), size) if shares[quarter // 4] else 0
            taken = np.flatnonzero(since >= 0)
            leaving = min(len(taken), max(len(taken) - wanted, 0) + round(CHURN * len(taken)))
            if not shares[quarter // 4]:
                leaving = len(taken)
            gone = self._rng.permutation(taken)[:leaving]
            stays.append((gone, since[gone], begin + self._rng.integers(0, 420, leaving)))
            since[gone] = -1
            free = self._rng.permutation(np.flatnonzero(since < 0))
            coming = free[: max(wanted - len(taken) + leaving, 0)]
            since[coming] = begin + self._rng.integers(480, _QUARTER, len(coming))
        rest = np.flatnonzero(since >= 0)
        stays.append((rest, since[rest], np.full(len(rest), _DAY - 1)))
        seats, starts, ends = (np.concatenate(part) for part in zip(*stays, strict=True))
        return seats, starts, ends

    def _events(
        self, zone: Zone, day: date, seats: np.ndarray, starts: np.ndarray, ends: np.ndarray
    ) -> Iterator[str]:
        moments = np.concatenate([starts, ends])
        order = np.argsort(moments, kind="stable")
        numbers = np.concatenate([seats, seats])[order].tolist()
        clocks, count = _clocks(), len(seats)
        until = UNTIL * _HOUR if day == LAST_DAY else _DAY
        for place, number, second in zip(
            order.tolist(), numbers, moments[order].tolist(), strict=True
        ):
            if second >= until:
                break
            self._serial += 1
            state = "占用" if place < count else "空闲"
            yield (f"S{self._serial:08},{zone.id},{number + 1:03},{state},{day} {clocks[second]}")
