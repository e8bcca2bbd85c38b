"""Whether a stretch of a serial, as a KBART list states it, holds an issue of some date."""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

_RULE = re.compile(r"([RP])(\d+)([DMY])", re.IGNORECASE)


@dataclass(frozen=True)
class Stretch:
    """first and last as written: year, year-month or day; "" for open. embargo: `P6M;R10Y`."""

    first: str = ""
    last: str = ""
    embargo: str = ""

    def holds(self, wanted: str, today: date) -> bool | None:
        """True, False; None where `wanted` is not known, or only a part of that time is held."""
        if not wanted:
            return None
        begins, ends = _first_day(wanted), _last_day(wanted)
        first, last = self.bounds(today)
        if first > last:
            return False  # embargo and coverage leave nothing
        if first <= begins and ends <= last:
            return True
        return False if ends < first or begins > last else None

    def is_embargoed(self, wanted: str, today: date) -> bool:
        """Whether the embargo alone keeps it back."""
        without = replace(self, embargo="")
        return self.holds(wanted, today) is False and without.holds(wanted, today) is not False

    def bounds(self, today: date) -> tuple[date, date]:
        """The first and last day that may be read today."""
        first = _first_day(self.first) if self.first else date.min
        last = _last_day(self.last) if self.last else date.max
        for kind, number, unit in _RULE.findall(self.embargo):
            limit = before(today, int(number), unit.upper())
            if kind.upper() == "R":  # only the latest stretch of this length
                first = max(first, limit)
            else:  # the latest stretch of this length is not there
                last = min(last, limit - timedelta(1))
        return first, last


def before(day: date, number: int, unit: str) -> date:
    """The first day of the latest `number` days, months or years, today's being one of them.
    Months and years are whole ones of the calendar (NISO RP-9-2014, embargo_info)."""
    if unit == "D":
        return day - timedelta(min(number, 36_500) - 1)
    if unit == "Y":
        return date(max(1, day.year - number + 1), 1, 1)
    months = day.year * 12 + day.month - number
    return date(months // 12, months % 12 + 1, 1) if months >= 12 else date.min


def _first_day(text: str) -> date:
    parts = [int(part) for part in text.split("-")]
    year, month, day = (*parts, 1, 1)[:3]
    return date(max(1, year), month, min(day, calendar.monthrange(max(1, year), month)[1]))


def _last_day(text: str) -> date:
    parts = [int(part) for part in text.split("-")]
    year, month = max(1, parts[0]), parts[1] if len(parts) > 1 else 12
    longest = calendar.monthrange(year, month)[1]
    return date(year, month, min(parts[2], longest) if len(parts) > 2 else longest)
