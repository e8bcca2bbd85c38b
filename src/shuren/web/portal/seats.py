"""Seats as dots, four to a table."""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, sqrt

PITCH = 8  # between two seats of a table
TABLE = 21  # between two tables
MARGIN = 4
WIDEST = 13  # tables in a row: fits a phone


@dataclass(frozen=True)
class SeatMap:
    """An SVG's size and one path whose round caps are the seats."""

    width: int
    height: int
    path: str


@lru_cache(maxsize=512)
def seat_map(seats: int) -> SeatMap:
    tables = ceil(seats / 4)
    across = max(1, min(WIDEST, round(sqrt(tables * 2.6))))
    rows = ceil(tables / across)
    dots = []
    for seat in range(seats):
        table, place = divmod(seat, 4)
        x = MARGIN + (table % across) * TABLE + (place % 2) * PITCH
        y = MARGIN + (table // across) * TABLE + (place // 2) * PITCH
        dots.append(f"M{x} {y}h0")
    return SeatMap(
        width=across * TABLE - TABLE + PITCH + 2 * MARGIN,
        height=max(rows, 1) * TABLE - TABLE + PITCH + 2 * MARGIN,
        path="".join(dots),
    )
