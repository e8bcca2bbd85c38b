"""How long somebody worked: exact to the second, over midnight, without the pauses. Pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]


def worked(begun: datetime, ended: datetime, shift: Span, pauses: Iterable[Span]) -> list[Span]:
    """The spans that count, in order: within the shift, from coming to leaving, less the pauses.

    Who comes before the start or stays beyond the end is counted from the start to the end.
    """
    begins, ends = max(begun, shift[0]), min(ended, shift[1])
    found, at = [], begins
    for out, back in sorted(pauses):
        if at < out and at < ends:
            found.append((at, min(out, ends)))
        at = max(at, back)
    if at < ends:
        found.append((at, ends))
    return [(first, last) for first, last in found if first < last]


def within(spans: Iterable[Span], since: date, until: date, zone: ZoneInfo) -> timedelta:
    """How much of the spans lies on the days from `since` to `until`, both among them, by the
    library's wall clock: what is worked over midnight falls on two days."""
    first = datetime.combine(since, time(), zone).astimezone(UTC)
    after = datetime.combine(until + timedelta(days=1), time(), zone).astimezone(UTC)
    return sum(
        (max(timedelta(), min(ends, after) - max(begins, first)) for begins, ends in spans),
        timedelta(),
    )


def total(spans: Iterable[Span]) -> timedelta:
    return sum((ends - begins for begins, ends in spans), timedelta())
