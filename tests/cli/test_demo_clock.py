"""Days of the demo: always a working day, on the side of today it was asked for, at any date."""

from datetime import datetime, timedelta

import pytest

from shuren.cli.demo_clock import Days, as_if
from shuren.kernel.clock import now
from shuren.kernel.site import open_site
from tests.early import make_site


@pytest.fixture
def demo(tmp_path):
    folder = make_site(tmp_path / "library")
    (folder / "shuren.toml").write_text('calendar = "demo-university"\n', "utf-8")
    return open_site(folder)


@pytest.mark.parametrize(
    "today, days, found",
    [
        ("2026-11-27", 1, "2026-11-30"),  # Friday; the weekend is no working day
        ("2026-11-30", -1, "2026-11-27"),  # Monday
        ("2026-10-01", 1, "2026-10-08"),  # the long holiday goes to 7 October
        ("2026-10-09", -3, "2026-09-30"),
        ("2026-02-10", 5, "2026-03-02"),  # taught again after the winter break
        ("2040-06-01", 2, "2040-06-04"),  # beyond the calendar, a Sunday: Monday
    ],
)
def test_a_day_of_term_is_found_on_the_side_it_was_asked_for(demo, monkeypatch, today, days, found):
    monkeypatch.setenv("SHUREN_NOW", f"{today}T12:00+08:00")
    at = Days(demo).at(days, 14.5, is_taught=True)
    assert at.isoformat() == f"{found}T14:30:00+08:00"


@pytest.mark.parametrize("hour", ["00:10", "09:00", "23:50"])
@pytest.mark.parametrize("month", range(1, 13))
def test_what_is_over_is_past_and_what_comes_is_ahead_on_every_day(demo, monkeypatch, month, hour):
    for day in range(1, 29, 3):
        monkeypatch.setenv("SHUREN_NOW", f"2026-{month:02}-{day:02}T{hour}+08:00")
        days = Days(demo)
        assert days.at(-1, 19) < now() < days.at(1, 8)


def test_acting_at_another_time_ends_even_when_it_fails(monkeypatch):
    monkeypatch.delenv("SHUREN_NOW", raising=False)
    moment = datetime.fromisoformat("2001-03-02T09:00+08:00")
    with as_if(moment):
        assert now() == moment
    with pytest.raises(ZeroDivisionError), as_if(moment):
        _ = 1 / 0
    assert abs(now() - moment) > timedelta(days=1)
