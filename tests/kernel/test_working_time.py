"""Working time, worked out by hand on the calendar of 2026.

1–7 October are off; Saturday 10 October is worked for them. Office hours 8–12 and 14–18.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shuren.kernel.calendar import load_calendar
from shuren.kernel.working_time import WorkingTime

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = 3600


@pytest.fixture(scope="module")
def working() -> WorkingTime:
    return WorkingTime(load_calendar(None), "Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    "start, hours, due",
    [
        ("09-29T08:00", 8, "09-29T18:00"),
        ("09-29T11:00", 2, "09-29T15:00"),
        ("09-29T12:30", 1, "09-29T15:00"),
        ("09-29T17:30", 1, "09-30T08:30"),
        # Wednesday 30 September 15:00: 3 h; the 8th 8 h, the 9th 8 h, Saturday the 10th 5 h.
        ("09-30T15:00", 24, "10-10T15:00"),
        ("10-03T09:00", 4, "10-08T12:00"),
        ("10-10T17:00", 2, "10-12T09:00"),
        # The Sunday worked for the holiday, 20 September, and Monday.
        ("09-20T10:00", 8, "09-21T10:00"),
        ("10-12T09:00", -2, "10-10T17:00"),
        ("10-08T09:00", -8, "09-30T09:00"),
    ],
    ids=[
        "a whole day is due as it ends", "over noon", "from the noon break", "into the morning",
        "over the holiday and the make-up day", "from inside the holiday", "over Sunday",
        "from a worked Sunday", "back over Sunday", "back over the holiday",
    ],
)  # fmt: skip
def test_hours_are_added_on_working_days_only(working, start, hours, due):
    assert working.add(at(start), hours * HOUR) == at(due)


@pytest.mark.parametrize(
    "start, end, hours",
    [
        ("09-30T15:00", "10-10T15:00", 24),
        ("10-01T00:00", "10-08T08:00", 0),
        ("10-10T15:00", "09-30T15:00", -24),
        ("10-11T09:00", "10-11T17:00", 0),
    ],
    ids=["what add gave", "a holiday", "backwards", "an ordinary Sunday"],
)
def test_hours_between_two_moments(working, start, end, hours):
    assert working.between(at(start), at(end)) == hours * HOUR


def test_in_a_year_not_announced_weekdays_count(working):
    start = datetime(2031, 3, 7, 17, tzinfo=ZONE)  # a Friday
    assert working.add(start, 2 * HOUR) == datetime(2031, 3, 10, 9, tzinfo=ZONE)


def test_adding_what_lies_between_leads_back(working):
    start = at("09-18T16:20")
    for minutes in range(0, 60_000, 971):
        end = working.add(start, minutes * 60)
        assert working.between(start, end) == minutes * 60
