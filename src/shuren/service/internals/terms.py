"""Until when what is held about a reader is kept."""

from datetime import date, datetime, timedelta

from shuren.trust.queries import purposes


def days_of(purpose: str) -> int:
    """How many days the purpose may hold what it keeps; 0: it sets no term."""
    known = purposes().get(purpose)
    return known.keep_days if known else 0


def last_day(at: date | datetime | None, days: int | None) -> date | None:
    """The last day on which something of a moment is kept that is kept so many days."""
    if at is None or not days:
        return None
    try:
        return (at.date() if isinstance(at, datetime) else at) + timedelta(days=days)
    except OverflowError:
        return None
