"""Live views: what landed a moment ago counts, without a build; what is stored stays stored."""

from datetime import datetime
from typing import Any

import pytest

from shuren.data import queries
from shuren.data.errors import BuildFailed, ModelError
from shuren.data.internals import building, live, snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw, reader
from tests.data.test_models import FRONT, put_model

pytestmark = pytest.mark.django_db
DESK = Actor("d", "front_desk", doing="desk.serve")
VISITOR = Actor("", "anonymous")
HALL = {
    "zone_id": "z1",
    "campus": "虎溪",
    "building": "馆",
    "floor": 1,
    "title": "大厅",
    "seats": 3,
}
ROOM = HALL | {"zone_id": "z2", "title": "研讨间", "seats": 4}
YARD = HALL | {"zone_id": "z3", "campus": "沙坪坝", "title": "院", "seats": 5}


def event(id: str, seat: str, state: str, time: str, zone: str = "z1") -> dict[str, Any]:
    moment = f"2026-03-02T{time}:00"
    return {"event_id": id, "zone_id": zone, "seat_no": seat, "state": state, "changed_at": moment}


def build(site: Site) -> None:
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)


def zones(site: Site) -> dict[str, tuple[Any, ...]]:
    """{zone: (occupied, free, as_of)} as a visitor sees them."""
    found = queries.read(
        site,
        "mart.zone_now",
        purpose="public_information",
        actor=VISITOR,
        columns=["zone_id", "occupied", "free", "as_of"],
    )
    return {row[0]: tuple(row[1:]) for row in found.rows}


def at(time: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-02T{time}:00")


@pytest.fixture
def library(site: Site) -> Site:
    put_raw(site, "seat_zones", [HALL, ROOM, YARD], place=1)
    put_raw(
        site,
        "seat_events",
        [
            event("1", "a", "occupied", "08:00"),
            event("2", "b", "occupied", "08:10"),
            event("3", "a", "free", "09:00"),
        ],
        place=2,
    )
    counts = [
        {"zone_id": "z2", "hour_start_at": f"2026-03-02T0{hour}:00:00", "occupied": hour - 6}
        for hour in (7, 8)
    ]
    put_raw(site, "occupancy_counts", counts, place=3)
    build(site)
    return site


def test_a_zone_is_as_full_as_its_last_events_or_counts_say(library: Site) -> None:
    assert zones(library) == {
        "z1": (1, 2, at("09:00")),
        "z2": (2, 2, at("08:00")),
        "z3": (None, None, None),
    }


def test_what_lands_counts_at_once_without_a_build(library: Site) -> None:
    before = snapshots.required(library).id
    put_raw(library, "seat_events", [event("4", "c", "occupied", "09:30")], place=4)
    assert zones(library)["z1"] == (2, 1, at("09:30"))
    put_raw(library, "seat_events", [event("5", "b", "free", "09:40")], place=5)
    put_raw(library, "seat_events", [event("6", "x", "occupied", "09:41", "z2")], place=6)
    assert zones(library)["z1"] == (1, 2, at("09:40"))
    assert zones(library)["z2"] == (1, 3, at("09:41"))
    assert snapshots.required(library).id == before


def test_an_event_that_comes_late_does_not_undo_a_later_one(library: Site) -> None:
    put_raw(library, "seat_events", [event("0", "a", "occupied", "07:00")], place=4)
    assert zones(library)["z1"] == (1, 2, at("09:00"))


def test_a_build_changes_nothing_that_was_seen(library: Site) -> None:
    put_raw(library, "seat_events", [event("4", "c", "occupied", "09:30")], place=4)
    seen = zones(library)
    build(library)
    assert zones(library) == seen


def test_more_reports_than_seats_never_make_a_negative_number(library: Site) -> None:
    rows = [event(f"n{n}", f"s{n}", "occupied", "10:00") for n in range(9)]
    put_raw(library, "seat_events", rows, place=4)
    assert zones(library)["z1"] == (3, 0, at("10:00"))


def test_one_mart_joins_loans_with_the_live_view_of_seats(library: Site) -> None:
    """Lent on the last seven days of the data at 虎溪: 6 by 5 readers; 沙坪坝: 1, not told."""
    days = ["2026-03-01", "2026-03-02", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-07"]
    rows = [
        {"loan_id": f"l{n}", "reader_id": reader(n % 5), "item_id": f"i{n}", "campus": "虎溪"}
        | {"loaned_at": f"{day}T10:00:00"}
        for n, day in enumerate(days)
    ]
    old = rows[0] | {"loan_id": "old", "loaned_at": "2026-02-28T10:00:00"}
    other = rows[0] | {"loan_id": "other", "campus": "沙坪坝"}
    put_raw(library, "loans", [*rows, old, other], place=4)
    build(library)
    put_raw(library, "seat_events", [event("4", "c", "occupied", "09:30")], place=5)
    found = queries.read(
        library,
        "mart.campus_now",
        purpose="data_quality",
        actor=Actor("w", "data_librarian", doing="quarantine.read"),
        columns=["campus", "seats", "occupied", "free", "loans"],
        order_by=["campus"],
    )
    # 虎溪: the hall has seats b and c taken, the room two by its counter.
    assert found.rows == [("沙坪坝", 5, None, None, None), ("虎溪", 7, 4, 3, 6)]


def test_a_live_view_is_not_on_disk_and_is_summarised_as_any_table(library: Site) -> None:
    live_folder = library.snapshots / snapshots.required(library).id
    assert not (live_folder / "mart" / "zone_now.parquet").exists()
    assert queries.check_loads(library) == []
    found = queries.summarise(
        library,
        "mart.zone_now",
        by=["campus"],
        measures={"seats": "sum:seats", "zones": "count"},
        purpose="public_information",
        actor=VISITOR,
        order_by=["campus"],
    )
    assert found.rows == [("沙坪坝", 5.0, 1), ("虎溪", 7.0, 2)]


def test_a_stored_table_may_not_read_a_live_one(site: Site) -> None:
    put_model(site, "mart.copy", "SELECT zone_id AS id FROM mart.zone_now")
    with pytest.raises(ModelError, match=r"stored and reads the live view mart\.zone_now"):
        load_models(site)


def test_a_live_view_may_read_another_under_any_name(library: Site) -> None:
    front = FRONT.replace("key: [id]", "key: [id]\nmaterialised: false")
    sql = "WITH z AS (SELECT now.zone_id AS id FROM mart.zone_now AS now) SELECT id FROM z"
    put_model(library, "mart.short", sql, front)
    build(library)
    source = snapshots.source(library, snapshots.required(library), "mart.short")
    found = snapshots.query(library, f"SELECT id FROM {source} ORDER BY id", [])
    assert found == [("z1",), ("z2",), ("z3",)]


@pytest.mark.parametrize(
    "sql, sentence",
    [
        ("SELECT nothing AS id FROM raw.seat_zones", "mart.odd cannot run"),
        ("SELECT campus AS id FROM conformed.seat_zone", r"1 keys \(id\) repeat"),
    ],
)
def test_a_live_view_that_cannot_be_read_publishes_nothing(
    library: Site, sql: str, sentence: str
) -> None:
    before = snapshots.required(library).id
    front = FRONT.replace("key: [id]", "key: [id]\nmaterialised: false")
    put_model(library, "mart.odd", sql, front)
    with pytest.raises(BuildFailed, match=sentence):
        build(library)
    assert snapshots.required(library).id == before


def test_only_loads_the_snapshot_does_not_hold_are_looked_at(
    library: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_raw(library, "seat_events", [event("4", "c", "occupied", "09:30")], place=4)
    asked: list[str] = []
    found = live._brought

    def noted(site: Site, load: str) -> str:
        asked.append(load)
        return found(site, load)

    monkeypatch.setattr(live, "_brought", noted)
    zones(library)
    assert set(asked) == {"L0004-seat_events"}
