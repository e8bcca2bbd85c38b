"""Two years of cases of every service, as its files and the calendar allow."""

import csv
from collections import Counter
from datetime import datetime

import numpy as np
import pytest

from shuren.campus import case_history
from shuren.campus.people import make_readers
from shuren.campus.university import CALENDAR, colleges
from shuren.kernel.calendar import load_calendar

SCALE = 0.3
STAGES = ("needed_at", "matched_at", "delivered_at", "feedback_at")


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    folder = tmp_path_factory.mktemp("history")
    calendar = load_calendar(None, CALENDAR)
    readers = make_readers(colleges(), 0.05, np.random.default_rng(1))
    told = case_history.write_case_history(folder, readers, calendar, 2029, SCALE)
    with open(folder / case_history.FILE, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert told["reader_cases"]["cases"] == len(rows)
    return rows, calendar, {reader.card for reader in readers}


def test_every_service_that_readers_may_ask_for_has_cases(history):
    rows, _calendar, _cards = history
    assert {row["service"] for row in rows} == {one.id for one in case_history.declared()}


def test_cases_end_in_every_way_and_some_are_open(history):
    rows, _calendar, _cards = history
    assert set(Counter(row["ending"] for row in rows)) == {"", "success", "failure", "withdrawn"}


def test_every_state_is_one_of_its_flow(history):
    rows, _calendar, _cards = history
    ends = {
        one.id: {s for some in one.ends.values() for s in some} for one in case_history.declared()
    }
    assert all(row["state"] in ends[row["service"]] for row in rows if row["ending"])


def test_cases_are_asked_for_when_the_library_is_open_by_readers_who_could(history):
    rows, calendar, cards = history
    for row in rows:
        day = datetime.fromisoformat(row["opened_at"]).date()
        assert calendar.demand(day, "visits") > 0
        assert row["reader_id"] in cards


def test_stages_come_in_the_order_of_the_loop(history):
    rows, _calendar, _cards = history
    for row in rows:
        if row["ending"] == "success":
            stages = [
                row[name] for name in ("needed_at", "matched_at", "delivered_at", "feedback_at")
            ]
            assert stages == sorted(stages)
            assert "" not in stages


def test_as_many_are_late_as_were_meant_to_be(history):
    rows, _calendar, _cards = history
    promised = [row["in_time"] for row in rows if row["in_time"]]
    late = promised.count("false") / len(promised)
    assert abs(late - case_history.LATE) < 0.03


def test_the_same_seed_gives_the_same_cases(history, tmp_path):
    calendar = load_calendar(None, CALENDAR)
    readers = make_readers(colleges(), 0.05, np.random.default_rng(1))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        case_history.write_case_history(tmp_path / name, readers, calendar, 7, 0.05)
    one, two = ((tmp_path / name / case_history.FILE).read_bytes() for name in ("one", "two"))
    assert one == two
