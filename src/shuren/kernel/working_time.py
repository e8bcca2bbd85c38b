"""Adds and measures working time on a library's calendar: 8 hours on each working day as a rule.

A working day is a weekday that is no holiday, or a weekend day worked for one, on which the library
is not closed. In a year whose holidays are not announced every weekday counts: a promise needs a
date. The hours of the day are the calendar's `working_hours`.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shuren.kernel.calendar import LibraryCalendar

_LONGEST = 3660  # days; a calendar without a working day in ten years is a slip


class WorkingTime:
    """Working time of one library; all moments are aware, answers are UTC."""

    def __init__(self, calendar: LibraryCalendar, time_zone: str) -> None:
        self.calendar = calendar
        self.zone = ZoneInfo(time_zone)
        self._known: dict[date, bool] = {}
        day = date(2026, 1, 1)
        spans = [(self._at(day, s.opens), self._at(day, s.closes)) for s in calendar.working_hours]
        self.day_seconds = sum((closes - opens).total_seconds() for opens, closes in spans)

    def is_working_day(self, day: date) -> bool:
        known = self._known.get(day)
        if known is None:
            announced = self.calendar.is_working_day(day)
            hours = self.calendar.opening_hours(day)
            known = day.isoweekday() <= 5 if announced is None else announced
            known = known and (hours is None or hours.is_open)
            self._known[day] = known
        return known

    def add(self, start: datetime, seconds: float) -> datetime:
        """The moment when so many working seconds have passed; back in time if negative.

        What falls due at the end of a working day is due then, not on the next morning.
        raises  ValueError if the calendar has no working day for ten years
        """
        local = start.astimezone(self.zone)
        step = 1 if seconds >= 0 else -1
        left, day = abs(seconds), local.date()
        for _day in range(_LONGEST):
            spans = self._spans(day) if step > 0 else reversed(self._spans(day))
            for opens, closes in spans:
                begin, end = (
                    (max(opens, local), closes) if step > 0 else (opens, min(closes, local))
                )
                length = (end - begin).total_seconds()
                if length < 0 or (length == 0 and left > 0):
                    continue
                if left <= length:
                    found = (
                        begin + timedelta(seconds=left)
                        if step > 0
                        else end - timedelta(seconds=left)
                    )
                    return found.astimezone(UTC)
                left -= length
            day += timedelta(days=step)
        raise ValueError(f"the calendar {self.calendar.id} has no working day near {start:%Y}")

    def between(self, start: datetime, end: datetime) -> float:
        """Working seconds from one moment to another; negative if `end` is earlier."""
        if end < start:
            return -self.between(end, start)
        first, last = start.astimezone(self.zone), end.astimezone(self.zone)
        total, day = 0.0, first.date()
        while day <= last.date():
            for opens, closes in self._spans(day):
                total += max(0.0, (min(closes, last) - max(opens, first)).total_seconds())
            day += timedelta(days=1)
        return total

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        if not self.is_working_day(day):
            return []
        return [
            (self._at(day, span.opens), self._at(day, span.closes))
            for span in self.calendar.working_hours
        ]

    def _at(self, day: date, clock: str) -> datetime:
        if clock == "24:00":
            return self._at(day + timedelta(days=1), "00:00")
        return datetime.combine(day, time.fromisoformat(clock), self.zone)
