"""The clock of a case: its deadline on the library's calendar, paused while a reader is waited for,
and the moments at which a state's timers are due."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from shuren.kernel.calendar import load_calendar
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from shuren.kernel.working_time import WorkingTime
from shuren.service.flow_shapes import UNITS, Declared, State, Timer
from shuren.service.internals.case_rows import Case

HOUR = 3600
FAR = timedelta(days=36_525)  # where a case without a running clock stands in the desk's list
NEAR = 4 * HOUR


@lru_cache(maxsize=8)
def working_time(site: Site) -> WorkingTime:
    """The library's working time; a changed calendar counts from the next start on."""
    return WorkingTime(load_calendar(site), read_settings(site).time_zone)


class Clockwork:
    """Reckons for one declared service on one library's calendar."""

    def __init__(self, site: Site, declared: Declared) -> None:
        self.working = working_time(site)
        self.zone = self.working.zone
        self.declared = declared
        self.promise = declared.service.promise

    def add(self, start: datetime, seconds: float) -> datetime:
        if self.promise.clock == "working":
            return self.working.add(start, seconds)
        return start + timedelta(seconds=seconds)

    def between(self, start: datetime, end: datetime) -> float:
        if self.promise.clock == "working":
            return self.working.between(start, end)
        return (end - start).total_seconds()

    def begin(self, row: Case, at: datetime) -> None:
        """The promise starts now."""
        row.left = None
        if self.promise.finish is None:
            row.due_at, row.rank_at = None, at + FAR
        else:
            self.set_deadline(row, self.add(at, self.promise.finish * HOUR))

    def set_deadline(self, row: Case, due: datetime) -> None:
        row.due_at, row.left, row.rank_at = due, None, due

    def enter(self, row: Case, state: State, at: datetime) -> None:
        """Stop the clock, let it go on, or end it, as the state says."""
        runs = state.waits == "library" and not state.end
        if runs and row.due_at is None and row.left is not None:
            self.set_deadline(row, self.add(at, row.left))
        elif not runs and row.due_at is not None:
            row.left, row.due_at = self.between(at, row.due_at), None
        if row.due_at is None:
            row.rank_at = row.opened_at + FAR

    def stands(self, row: Case, state: State, at: datetime) -> str:
        """Of CLOCKS."""
        if not row.is_open or state.waits == "nobody":
            return "none"
        if row.due_at is None:
            return "paused" if row.left is not None else "none"
        if row.due_at <= at:
            return "over"
        return "near" if self.between(at, row.due_at) <= NEAR else "ahead"

    def due(self, timer: Timer, row: Case, entered: datetime) -> datetime | None:
        """When a timer of the state entered at that moment is due; None without its field."""
        start = self.moment_of(row.fields.get(timer.field)) if timer.field else entered
        if start is None or not timer.unit:
            return start
        limit = self.declared.service.limits.get(timer.limit) if timer.limit else None
        number = timer.number if limit is None else float(limit)
        if timer.unit == "working_days":
            return self.working.add(start, number * self.working.day_seconds)
        seconds = number * UNITS[timer.unit]
        if timer.unit == "working_hours":
            return self.working.add(start, seconds)
        return start + timedelta(seconds=seconds)

    def moment_of(self, value: Any) -> datetime | None:
        """A field's moment; of a day its end in the library's time, for `until` includes it."""
        if not isinstance(value, str) or not value:
            return None
        if len(value) == 10:
            following = date.fromisoformat(value) + timedelta(days=1)
            return datetime.combine(following, time(), self.zone).astimezone(UTC)
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)
