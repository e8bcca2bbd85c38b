"""Events and courses as others take them. Titles and texts are {zh, en}; all times aware, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

ENROLLED, WAITING, CANCELLED = "enrolled", "waiting", "cancelled"
# States of the flows `event` and `course` in which everybody may see an event.
SHOWN = ("open", "closed_enrol", "held", "surveyed", "archived",
         "enrolling", "teaching", "assessed", "completed")  # fmt: skip
ENROLLING = ("open", "enrolling")
OVER = ("held", "surveyed", "archived", "assessed", "completed")
CALLED_OFF = "cancelled"


@dataclass(frozen=True)
class Session:
    """One meeting of a course; an event has one."""

    number: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class EventView:
    """An event as everybody may see it.

    places     0: as many as come; free: None then
    waiting    readers in the waiting list
    rating     mean of the ratings, None with fewer than five of them; ratings: how many
    certificate  share of the meetings one must have attended for a certificate, 0 for none
    sequence   goes up with every change
    """

    id: str
    service: str
    state: str
    title: dict[str, str]
    summary: dict[str, str]
    place: str
    sessions: tuple[Session, ...]
    enrol_until: datetime
    places: int
    free: int | None
    waiting: int
    certificate: int
    reading: tuple[str, ...]
    recap: dict[str, str]
    rating: float | None
    ratings: int
    sequence: int
    changed_at: datetime
    case: str = ""

    @property
    def starts_at(self) -> datetime:
        return self.sessions[0].starts_at

    @property
    def ends_at(self) -> datetime:
        return self.sessions[-1].ends_at


@dataclass(frozen=True)
class OwnPlace:
    """What a reader has to do with an event.

    number    what the reader shows at the door; it says nothing about them
    line      place in the waiting list, from 1; 0 outside it
    attended  numbers of the meetings they were at
    certificate  code of the document, ""
    """

    event: str
    state: str
    number: str
    line: int = 0
    attended: tuple[int, ...] = ()
    rating: int = 0
    opinion: str = ""
    certificate: str = ""


@dataclass(frozen=True)
class Seat:
    """One line of the list at the door: a number, never a name."""

    number: str
    state: str
    attended: tuple[int, ...]


@dataclass(frozen=True)
class Opinion:
    """What somebody said at an event; reader: the pseudonym; case: where it is dealt with, ""."""

    id: str
    event: str
    words: str
    at: datetime
    reader: str
    case: str = ""


Texts = Mapping[str, str]
