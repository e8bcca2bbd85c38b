"""The share of open hours that was booked and used, worked out by hand from a calendar written by
hand: holidays, closed days, days nobody spoke of, and a house that is open over midnight."""

from datetime import date

import pytest

from shuren.data import queries as data
from shuren.data.errors import NoSuchTable
from shuren.data.internals import building, snapshots
from shuren.data.internals.models import load_models, needed_for
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site, open_site
from shuren.service import scores
from shuren.service.internals import elsewhere
from tests.data.raw_helper import put_raw
from tests.early import make_site
from tests.service.places_library import CALENDAR

pytestmark = pytest.mark.django_db
DIRECTOR = Actor("d", "director", doing="dashboards.read")
TABLE = "mart.place_occupancy"


def zone(id: str, building: str, title: str, *hours: str) -> dict[str, object]:
    opens, closes = hours or (None, None)
    return {
        "zone_id": id, "campus": "本部", "building": building, "floor": 1, "title": title,
        "seats": 4, "opens_at": opens, "closes_at": closes,
    }  # fmt: skip


ZONES = [
    zone("R", "江湾", "研讨间", "8:00", "22:00"),
    zone("A", "江湾", "自习区", "07:00", "23:00"),
    zone("B", "江湾", "阅览室"),
    zone("N", "通宵", "通宵区", "00:00", "24:00"),
    zone("X", "别馆", "别处", "08:00", "22:00"),
]


def told(month: str, zone: str, persons, booked, used, **more):
    """A zone's month as the platform tells it."""
    return {
        "month_from": f"2026-{month}-01", "service": "seat_booking", "zone_id": zone,
        "kind": "seats", "building": "江湾", "places": 4, "persons": persons,
        "booked_hours": booked, "used_hours": used, "told_on": "2026-11-16",
    } | more  # fmt: skip


MONTHS = [
    told("10", "R", 9, 69.3, 34.65, service="group_study_room", kind="rooms", places=2),
    told("10", "A", None, None, None),  # one to four readers
    told("10", "B", 0, 0.0, 0.0),
    told("10", "N", 6, 297.6, 148.8, building="通宵"),
    told("10", "X", 9, 10.0, 5.0, building="别馆"),  # not in the calendar
    told("07", "R", 9, 10.0, 5.0, service="group_study_room", kind="rooms", places=2),
    told("11", "R", 9, 10.0, 5.0, service="group_study_room", kind="rooms", places=2),
]
# 江湾 in October: seven days of the long holiday 8:30–12:00, the tenth closed, 23 days 7:00–23:00.
HOLIDAY, ORDINARY = 7, 31 - 7 - 1
# Zone R within it: 3.5 hours in the holiday, else 8:00–22:00, for two rooms.
OF_R = 2 * (HOLIDAY * 3.5 + ORDINARY * 14)
OF_B = 4 * (HOLIDAY * 3.5 + ORDINARY * 16)  # without hours of its own: the building's
OF_N = 4 * 31 * 24


def made(folder, tables=(TABLE,)) -> Site:
    site = open_site(make_site(folder))
    (site.root / "shuren.toml").write_text('calendar = "hand"\n', "utf-8")
    (site.definitions / "calendars").mkdir(parents=True, exist_ok=True)
    (site.definitions / "calendars" / "hand.yaml").write_text(CALENDAR, "utf-8")
    put_raw(site, "seat_zones", ZONES, place=1)
    put_raw(site, "place_months", MONTHS, place=2)
    known = load_models(site)
    wanted = {name for table in tables for name in needed_for(known, table)}
    few = {name: model for name, model in known.items() if name in wanted}
    building.build_snapshot(site, few, all_receipts(site)[::-1], no_progress)
    return site


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Site:
    return made(tmp_path_factory.mktemp("occupancy") / "site")


def rows(site: Site, table: str, columns: str, order: str) -> list[tuple]:
    source = snapshots.source(site, snapshots.required(site), table)
    return snapshots.query(site, f"SELECT {columns} FROM {source} ORDER BY {order}", [])


def shares(site: Site, *by: str) -> list[tuple]:
    """(…by, used, booked) in per cent"""
    measures = {"used": "share:used_hours/open_hours", "booked": "share:booked_hours/open_hours"}
    found = data.summarise(
        site, TABLE, by=by, measures=measures, order_by=by, purpose="library_statistics",
        actor=DIRECTOR,
    )  # fmt: skip
    return [tuple(row) for row in found.rows]


def test_each_building_has_its_hours_of_each_day(library: Site) -> None:
    found = {
        (day, building): (opened, minutes)
        for day, building, opened, minutes in rows(
            library,
            "conformed.opening_day",
            "day, building, is_open, open_minutes",
            "day, building",
        )
    }
    assert len(found) == 2 * 365  # the year of the months that were told
    assert found[date(2026, 9, 30), "江湾"] == (True, 16 * 60)
    assert found[date(2026, 10, 1), "江湾"] == (True, 3.5 * 60)  # National Day
    assert found[date(2026, 10, 10), "江湾"] == (False, 0)  # closed, though a day worked for it
    assert found[date(2026, 10, 10), "通宵"] == (True, 24 * 60)
    assert found[date(2026, 8, 1), "江湾"] == (None, None)  # of the summer the file says nothing


def test_open_hours_are_the_places_times_the_hours_of_the_zone_within_its_building(
    library: Site,
) -> None:
    columns = "month, zone_id, places, open_hours, booked_hours, used_hours"
    assert rows(library, TABLE, columns, "zone_id") == [
        ("2026-10", "B", 4, OF_B, 0.0, 0.0),
        ("2026-10", "N", 4, OF_N, 297.6, 148.8),
        ("2026-10", "R", 2, OF_R, 69.3, 34.65),
    ]
    assert (OF_R, OF_B, OF_N) == (693.0, 1570.0, 2976.0)


def test_what_cannot_be_said_is_left_out(library: Site) -> None:
    """Of 江湾's zone A one to four readers booked; 别馆 is not in the calendar; in July the term
    ends and nobody said what comes; November is not over."""
    left = {(month, zone) for month, zone in rows(library, TABLE, "month, zone_id", "1, 2")}
    every = {(row["month_from"][:7], row["zone_id"]) for row in MONTHS}
    assert every - left == {
        ("2026-10", "A"), ("2026-10", "X"), ("2026-07", "R"), ("2026-11", "R"),
    }  # fmt: skip


def test_shares_by_month_branch_and_service(library: Site) -> None:
    assert shares(library, "month", "building") == [
        ("2026-10", "江湾", pytest.approx(100 * 34.65 / (OF_R + OF_B)),
         pytest.approx(100 * 69.3 / (OF_R + OF_B))),
        ("2026-10", "通宵", pytest.approx(5.0), pytest.approx(10.0)),
    ]  # fmt: skip
    assert shares(library, "month", "kind", "building") == [
        ("2026-10", "rooms", "江湾", pytest.approx(5.0), pytest.approx(10.0)),
        ("2026-10", "seats", "江湾", 0.0, 0.0),  # that nobody booked one says nothing of anybody
        ("2026-10", "seats", "通宵", pytest.approx(5.0), pytest.approx(10.0)),
    ]


def test_it_is_the_indicator_of_the_services_that_book_rooms(library: Site) -> None:
    lake = elsewhere.Lake(library, DIRECTOR, "2026-10")
    assert elsewhere.OF_EACH["occupancy"](lake) == {
        "group_study_room": pytest.approx(5.0),
        "seat_booking": pytest.approx(100 * 148.8 / (OF_N + OF_B)),
    }
    line = occupancy_of(library, "group_study_room")
    assert line.value == pytest.approx(5.0)
    assert not line.is_whole


def test_an_older_snapshot_keeps_working_and_says_why_there_is_none(tmp_path) -> None:
    site = made(tmp_path / "old", tables=("conformed.place_month",))
    with pytest.raises(NoSuchTable):
        shares(site, "month")
    line = occupancy_of(site, "group_study_room")
    assert line.value is None
    assert "build anew" in line.why
    assert "opening hours of the building on the calendar" in line.why


def occupancy_of(site: Site, service: str):
    [score] = [one for one in scores.scores(site, DIRECTOR, "2026-10") if one.service.id == service]
    return next(line for line in score.lines if line.indicator.id == "occupancy")
