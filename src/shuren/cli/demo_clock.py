"""When things happen in the demo: days of its calendar around today, and acting on them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shuren.kernel.calendar import load_calendar
from shuren.kernel.clock import now
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site

FAR = 120  # days to look for a day that fits: longer than any break
NOT_TAUGHT = ("break", "long_holiday")


class Days:
    """Moments so many days from today, in the library's zone."""

    def __init__(self, site: Site) -> None:
        self._calendar = load_calendar(site)
        self._zone = ZoneInfo(read_settings(site).time_zone)
        self._today = now().astimezone(self._zone).date()

    def at(self, days: int, hour: float, *, is_taught: bool = False) -> datetime:
        """The hour on the working day that lies so many days from today, or on the next one
        further away from today; where the calendar ends, on the next Monday to Friday.

        is_taught  a day of term, and not of a break
        """
        step = -1 if days < 0 else 1
        found = self._today + timedelta(days)
        for more in range(FAR):
            day = found + timedelta(step * more)
            if self._fits(day, is_taught):
                found = day
                break
        return datetime.combine(found, time(), self._zone) + timedelta(hours=hour)

    def _fits(self, day: date, is_taught: bool) -> bool:
        is_working = self._calendar.is_working_day(day)
        if not (day.weekday() < 5 if is_working is None else is_working):
            return False
        return not is_taught or self._calendar.week_kind(day) not in NOT_TAUGHT


@contextmanager
def as_if(moment: datetime) -> Iterator[None]:
    """What is done in the block is done at another time, as the demo's own clock says."""
    before = os.environ.get("SHUREN_NOW")
    os.environ["SHUREN_NOW"] = moment.isoformat()
    try:
        yield
    finally:
        if before is None:
            del os.environ["SHUREN_NOW"]
        else:
            os.environ["SHUREN_NOW"] = before
