"""What `service.campaigns` hands out: numbers, of which those of persons are counted in fives."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Funnel:
    """A campaign and what came of it.

    path          of the page of ours that it leads to
    ended_at      None while it counts; its address leads on afterwards
    clicks        openings of the address
    applications, verified  persons, rounded down to a multiple of five
    days          (day, clicks), the earliest first

    A count below five is None everywhere.
    """

    code: str
    title: str
    path: str
    created_at: datetime
    ended_at: datetime | None
    clicks: int | None
    applications: int | None
    verified: int | None
    days: tuple[tuple[date, int | None], ...] = ()
