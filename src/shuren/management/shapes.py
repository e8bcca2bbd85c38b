"""What the management room hands to others: decisions as they were recorded."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class FigureUsed:
    """A number a decision rests on, as it was then.

    filters   {column: value} it was narrowed by
    snapshot  id of the snapshot it was computed from; data_date: the day its data spoke of
    """

    kind: str
    id: str
    title: str
    filters: dict[str, str]
    year: int | None
    value: float | None
    unit: str
    snapshot: str
    data_date: str
    sql: str


@dataclass(frozen=True)
class DecisionLine:
    """One decision; outcome is "" until somebody recorded it."""

    id: int
    title: str
    question: str
    decided_on: date
    decided_by: str
    recorded_by: str
    recorded_at: datetime
    expected: str
    review_on: date | None
    outcome: str
    outcome_on: date | None
    outcome_by: str
    figures: tuple[FigureUsed, ...] = field(default=())


def figure_used(content: dict[str, Any]) -> FigureUsed:
    """One figure as the database keeps it."""
    return FigureUsed(**content)
