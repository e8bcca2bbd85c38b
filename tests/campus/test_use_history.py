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


def test_a_month_of_a_zone_says_all_its_places_and_never_of_one_to_four_readers(history):
    tables, _calendar = history
    rows = tables["place_months"]
    assert {row["kind"] for row in rows} == {"rooms", "seats"}
    rooms = [row for row in rows if row["kind"] == "rooms"]
    assert {row["zone_id"]: row["places"] for row in rooms} == {
        "J4-C": "8",
        "S3-C": "3",
        "Y2-C": "6",
    }
    told = [row for row in rows if row["persons"]]
    assert all(int(row["persons"]) == 0 or int(row["persons"]) >= 5 for row in told)
    assert all(float(row["used_hours"]) <= float(row["booked_hours"]) for row in told)
    hours = {(row["month_from"], row["zone_id"]): float(row["booked_hours"]) for row in told
             if row["kind"] == "rooms"}  # fmt: skip
    for row in tables["place_hours"]:
        if row["room"] != "-":
            hours[row["month_from"], row["zone_id"]] -= float(row["booked_hours"])
    assert min(hours.values()) >= 0, "no room has more by the hour than its zone has in all"


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
