"""Gates and seats report what the planted truth says, through the whole pipeline."""

import csv
from collections import Counter
from datetime import date

import pytest

from shuren.campus.university import LAST_DAY
from shuren.data import actions
from shuren.data.internals import snapshots
from shuren.kernel.shapes import Actor

OPERATOR = Actor(id="cli:test", role="administrator")


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_counters_and_gates_say_the_same(exports, truth):
    counts = rows(exports / "visits-hourly.csv")
    assert sum(int(row["进馆人次"]) for row in counts) == truth["visits"]["entries"]
    assert sum(int(row["出馆人次"]) for row in counts) == truth["visits"]["exits"]
    assert truth["visits"]["exits"] < truth["visits"]["entries"], "some are inside still"
    recent = Counter()
    for row in counts:
        if row["钟点"][:10] in truth["gate_days"]:
            recent[row["馆舍"], row["钟点"][:13]] += int(row["进馆人次"])
    passed = Counter(
        (row["馆舍"], row["通行时间"][:13])
        for row in rows(exports / "gate-events.csv")
        if row["方向"] == "进"
    )
    assert passed == +recent
    assert sum(passed.values()) == truth["visits"]["gate_entries"]


def test_exam_weeks_are_fuller_and_holidays_and_nights_are_empty(exports):
    by_day = Counter()
    for row in rows(exports / "visits-hourly.csv"):
        by_day[date.fromisoformat(row["钟点"][:10])] += int(row["进馆人次"])
        assert 6 <= int(row["钟点"][11:13]) <= 23
    finals, teaching = date(2026, 6, 30), date(2026, 5, 12)
    assert by_day[finals] > 1.2 * by_day[teaching]
    assert by_day[date(2026, 10, 1)] < 0.5 * by_day[teaching]
    assert by_day[date(2026, 2, 17)] == 0


@pytest.mark.django_db
def test_a_simulated_day_reproduces_the_known_occupancy(site, exports, truth, monkeypatch):
    """Within one per cent for the day, and for every zone with a hundred seat-hours or more; built
    the evening it ended, or in some years the events would be past their term."""
    monkeypatch.setenv("SHUREN_NOW", f"{truth['occupancy']['day']}T23:30:00+08:00")
    for contract, name, mapping in (
        ("seat_zones", "seats.xlsx", "demo-seats"),
        ("seat_events", "seat-events.csv", ""),
    ):
        actions.load_file(site, contract, exports / name, actor=OPERATOR, mapping_id=mapping)
    actions.build(site, actor=OPERATOR)
    known = truth["occupancy"]
    source = snapshots.source(site, snapshots.required(site), "mart.occupancy_hour")
    found = dict(
        snapshots.query(
            site,
            f"SELECT zone_id, sum(occupied_mean) FROM {source} WHERE day = ? GROUP BY zone_id",
            [date.fromisoformat(known["day"])],
        )
    )
    total = sum(known["seat_hours"].values())
    assert total > 10_000
    assert sum(found.values()) == pytest.approx(total, rel=0.01)
    for zone, hours in known["seat_hours"].items():
        if hours >= 100:
            assert found[zone] == pytest.approx(hours, rel=0.01), zone


def test_the_last_day_is_going_on(exports):
    """Nothing is reported after three in the afternoon, and seats are taken then."""
    taken = {}
    for row in rows(exports / "seat-events.csv"):
        if row["变化时间"].startswith(f"{LAST_DAY}"):
            assert row["变化时间"][11:] < "15:00:00"
            taken[row["区域编号"], row["座位号"]] = row["状态"] == "占用"
    assert sum(taken.values()) > 200
    for name, column in (("gate-events.csv", "通行时间"), ("visits-hourly.csv", "钟点")):
        assert max(row[column] for row in rows(exports / name))[:13] == f"{LAST_DAY} 14"


def test_what_was_searched_in_vain_is_known(exports, truth):
    searches = rows(exports / "searches.csv")
    assert len(searches) == truth["events"]["search_events"]
    assert sum(row["命中数"] == "0" for row in searches) == truth["zero_searches"]
