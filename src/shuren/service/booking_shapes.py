"""What `service.bookings` hands to others: places, what is taken when, a reader's bookings, credit.

Nothing here says who has a place; a reader sees their own only. All times are aware, UTC. Titles
are bilingual {zh, en}.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

SEATS, ROOMS = "seats", "rooms"
# How a place stands over a span of time, for one reader.
FREE, TAKEN, MINE, BLOCKED = "free", "taken", "mine", "blocked"


@dataclass(frozen=True)
class Rules:
    """What a service's file says about its bookings; see place_rules.BOOKING_KEYS.

    meals  [(from, to)] of the day, in which who steps out may stay away longer
    """

    book: str
    kinds: tuple[str, ...]
    ahead_days: int
    min_minutes: int
    max_minutes: int
    early_minutes: int
    grace_minutes: int
    away_minutes: int
    meal_away_minutes: int
    meals: tuple[tuple[time, time], ...]
    hold_minutes: int
    code_seconds: int
    breach_count: int
    breach_within_days: int
    block_days: int
    repeat_blocks: int
    repeat_block_days: int


@dataclass(frozen=True)
class Zone:
    """A zone of seats, or of rooms, as the table of zones has it. opens, closes: HH:MM or ""."""

    id: str
    campus: str
    building: str
    floor: int
    title: Mapping[str, str]
    kind: str
    seats: int
    has_power: bool
    quiet_level: int
    opens: str
    closes: str


@dataclass(frozen=True)
class Place:
    """A seat or a room.

    id      a seat's zone and number, `J4-A-012`; a room's own
    label   what is written on it: 012, R401
    people  the fewest and the most who may be in it
    """

    id: str
    zone: Zone
    label: str
    title: Mapping[str, str]
    kind: str
    people: tuple[int, int] = (1, 1)
    equipment: Mapping[str, str] | None = None


@dataclass(frozen=True)
class PlaceState:
    """state  of FREE, TAKEN, MINE, BLOCKED over the span asked for; taken: slots of the day that
    are not free (see slots.py), for a room's strip"""

    place: Place
    state: str
    taken: tuple[int, ...] = ()


@dataclass(frozen=True)
class BookingLine:
    """One booking of the reader's own, or, for the desk, of anybody (no name, no pseudonym).

    state     of the flow `booking`; can: what its reader may do now, events of the flow
    opens_at  from when one may check in; grace_until: when the place is given away
    away_until, extend_to  None where there is none
    """

    case: str
    service: str
    service_title: Mapping[str, str]
    place: str
    place_title: Mapping[str, str]
    zone: str
    zone_title: Mapping[str, str]
    building: str
    state: str
    state_title: Mapping[str, str]
    is_over: bool
    people: int
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    grace_until: datetime
    away_until: datetime | None
    extend_to: tuple[datetime, ...]
    can: tuple[str, ...]
    version: int


@dataclass(frozen=True)
class WishLine:
    """offered: the title of the place that is kept for them until `offered_until`, or {};
    ahead: how many were there before"""

    id: int
    service: str
    zone: str
    zone_title: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    ahead: int
    place: str
    offered: Mapping[str, str]
    offered_until: datetime | None


@dataclass(frozen=True)
class BreachLine:
    """counts: it still counts towards the next block"""

    id: int
    service: str
    service_title: Mapping[str, str]
    case: str
    place_title: Mapping[str, str]
    kind: str
    at: datetime
    blocked_until: datetime | None
    objection: str
    is_taken_back: bool
    counts: bool


@dataclass(frozen=True)
class Credit:
    """How a reader stands with one service of places.

    count, of, within_days  breaches that count, how many are too many, in how many days
    blocked_until  None: may book
    """

    service: str
    service_title: Mapping[str, str]
    count: int
    of: int
    within_days: int
    block_days: int
    blocked_until: datetime | None


@dataclass(frozen=True)
class BlockLine:
    id: int
    place: str
    place_title: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    reason: str
