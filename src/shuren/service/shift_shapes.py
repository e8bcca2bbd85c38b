"""Shifts of volunteers and student librarians as others take them. All moments aware, UTC; titles
and places are {zh, en}."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

# How a reader stands to a shift.
TAKEN, WORKING, PAUSED, DONE, MISSED, BACK, OFF = (
    "taken", "working", "paused", "done", "missed", "back", "off",
)  # fmt: skip
HOLDING = (TAKEN, WORKING, PAUSED)  # has it and may still come or leave
COUNTED = (*HOLDING, DONE)  # takes up hours of a week
# What a turn is offered for to others.
AWAY, SWAP = "away", "swap"
# States of a shift.
OPEN, CALLED_OFF = "open", "off"


@dataclass(frozen=True)
class Need:
    """Who is needed on some days of a week.

    days     mon … sun, workday (make-up days too), dayoff; weeks: kinds of the calendar, () for any
    opens, closes  wall clock, "HH:MM"; a `closes` that is not later is on the next day
    people   how many; people_in: of a kind of week another number
    """

    id: str
    title: dict[str, str]
    days: tuple[str, ...]
    weeks: tuple[str, ...]
    opens: str
    closes: str
    people: int
    people_in: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Zone:
    """Something to look at on a round."""

    id: str
    title: dict[str, str]


@dataclass(frozen=True)
class Roster:
    """Shifts at one place, as definitions/rosters says.

    service     whose members take them: an open case of it in the state `active`
    roles       day duty: readers of these roles take them without being members; () for members
    checklist   what whoever is at work there looks at
    building    of the calendar: no shift while it is closed, shorter where it opens later; "" for
                a place that is not bound to one
    early, late minutes before the start the code counts from, and after it when a place nobody came
                to counts as missed
    back_hours  until so long before the start a shift may be given back
    ahead_days  so many days ahead shifts are open; missed_most: as many in 30 days as stop taking
                further ones, 0 for no end
    """

    id: str
    title: dict[str, str]
    place: dict[str, str]
    service: str
    building: str
    needs: tuple[Need, ...]
    ahead_days: int = 14
    back_hours: int = 24
    early: int = 15
    late: int = 15
    missed_most: int = 0
    roles: tuple[str, ...] = ()
    checklist: tuple[Zone, ...] = ()


@dataclass(frozen=True)
class Planned:
    """A shift as the calendar and a roster make it, before anybody took it."""

    roster: str
    need: str
    title: dict[str, str]
    place: dict[str, str]
    day: date
    starts_at: datetime
    ends_at: datetime
    people: int


@dataclass(frozen=True)
class ShiftView:
    """roster "" for one that was added by hand; free: places; offers: others who would pass theirs
    on"""

    id: str
    roster: str
    title: dict[str, str]
    place: dict[str, str]
    day: date
    starts_at: datetime
    ends_at: datetime
    people: int
    taken: int
    state: str = OPEN

    @property
    def free(self) -> int:
        return max(0, self.people - self.taken) if self.state == OPEN else 0


@dataclass(frozen=True)
class Turn:
    """A reader's own part in a shift.

    number   what stands for the reader in lists of staff; offered: AWAY, SWAP or ""
    worked   as counted when it was done
    can      of take_back, offer, keep, check_in, pause, resume, leave: what is possible now
    """

    id: int
    shift: ShiftView
    number: str
    state: str
    offered: str = ""
    worked: timedelta = timedelta()
    can: frozenset[str] = frozenset()
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Offered:
    """A turn somebody would pass on: who it is, is not told. swap: only for one of one's own."""

    id: int
    shift: ShiftView
    swap: bool


@dataclass(frozen=True)
class Hours:
    """What a reader worked in a span of days: by shift, each as much of it as lies in the span."""

    since: date
    until: date
    parts: tuple[tuple[date, dict[str, str], timedelta], ...]

    @property
    def total(self) -> timedelta:
        return sum((worked for _day, _place, worked in self.parts), timedelta())


@dataclass(frozen=True)
class Seat:
    """One person in a shift, for staff: a number, never a name."""

    number: str
    state: str
    worked: timedelta
    offered: str = ""


@dataclass(frozen=True)
class DeskShift:
    """A shift for the coordinator. code: to be shown at the place; checked: zones of its checklist
    that somebody looked at, of `zones`"""

    shift: ShiftView
    code: str
    seats: tuple[Seat, ...]
    checked: int = 0
    zones: int = 0


@dataclass(frozen=True)
class Check:
    """A zone of the round. at: when somebody of the shift looked at it, None if nobody has"""

    zone: Zone
    at: datetime | None


@dataclass(frozen=True)
class Duty:
    """What somebody who is at work in a shift has before them: a place, never a person."""

    turn: Turn
    building: str
    checklist: tuple[Check, ...]
