"""What bookings, events and gifts came to in two years: the planted shares, on the calendar."""

import csv
from datetime import date

import pytest

from shuren.campus import use_history
from shuren.campus.university import CALENDAR, FIRST_DAY, LAST_DAY
from shuren.kernel.calendar import load_calendar


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    folder = tmp_path_factory.mktemp("uses")
    calendar = load_calendar(None, CALENDAR)
    files, told = use_history.write_use_history(folder, calendar, 2029, 0.3)
    tables = {}
    for contract, name in files:
        with open(folder / name, encoding="utf-8") as file:
            tables[contract] = list(csv.DictReader(file))
    assert {name: len(rows) for name, rows in tables.items()} == told["uses"]
    return tables, calendar


def summed(rows, column):
    return sum(float(row[column]) for row in rows)


def test_the_planted_shares_are_found_again(history):
    tables, _calendar = history
    places, events = tables["place_hours"], tables["event_results"]
    missed = summed(places, "no_shows") / summed(places, "bookings")
    assert missed == pytest.approx(use_history.MISSED, abs=0.01)
    came = summed(events, "attended") / summed(events, "enrolled")
    assert came == pytest.approx(use_history.CAME, abs=0.02)


def test_no_sum_of_fewer_than_five_readers_is_told(history):
    tables, _calendar = history
    assert min(int(row["persons"]) for row in tables["place_hours"]) >= use_history.LEAST


def test_events_are_held_in_term_and_gifts_in_every_month(history):
    tables, calendar = history
    for row in tables["event_results"]:
        day = date.fromisoformat(row["held_at"][:10])
        assert FIRST_DAY <= day <= LAST_DAY
        assert calendar.week_kind(day) not in ("break", "long_holiday")
    assert len({row["thanked_at"][:7] for row in tables["gift_results"]}) == 27
    for row in tables["gift_results"]:
        parts = sum(int(row[name]) for name in ("accepted", "given_away", "declined"))
        assert parts == int(row["volumes"])


def test_the_same_seed_gives_the_same_files(history, tmp_path):
    _tables, calendar = history
    written = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        use_history.write_use_history(folder, calendar, 7, 0.1)
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert written[0] == written[1]
