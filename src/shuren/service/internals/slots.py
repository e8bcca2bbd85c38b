"""Quarters of an hour, by number: what a place is taken in."""

from datetime import UTC, datetime, timedelta

QUARTER = timedelta(minutes=15)
SECONDS = int(QUARTER.total_seconds())


def first(at: datetime) -> int:
    """The quarter a moment lies in."""
    return int(at.timestamp()) // SECONDS


def after(at: datetime) -> int:
    """The first quarter that begins at the moment or later."""
    return -(-int(at.timestamp()) // SECONDS)


def span(starts_at: datetime, ends_at: datetime) -> range:
    """Every quarter that the span touches."""
    return range(first(starts_at), after(ends_at))


def begins(slot: int) -> datetime:
    return datetime.fromtimestamp(slot * SECONDS, UTC)
