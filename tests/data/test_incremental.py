"""A build runs what changed and takes over the rest; what it takes over is what it would make."""

import json
from datetime import date
from pathlib import Path

import pytest

from shuren.data import queries
from shuren.data.internals import building, snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.data.shapes import BuildReport
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw, reader
from tests.data.test_models import FRONT, put_model

ZONE = {"campus": "虎溪", "building": "馆", "floor": 1, "title": "厅", "seats": 3}
LOAN = {"reader_id": reader(1), "title": "红楼梦", "call_number": "I242"}


def build(site: Site, everything: bool = False) -> BuildReport:
    loads = all_receipts(site)[::-1]
    return building.build_snapshot(
        site, load_models(site), loads, no_progress, everything=everything
    )


def ran(report: BuildReport) -> set[str]:
    return {table.name for table in report.tables if table.ran}


def why(report: BuildReport, name: str) -> str:
    return next(table.why for table in report.tables if table.name == name)


def values(site: Site, table: str, columns: str = "*") -> list[tuple[object, ...]]:
    source = snapshots.source(site, snapshots.required(site), table)
    return snapshots.query(site, f"SELECT {columns} FROM {source} ORDER BY ALL", [])


def put_loan(site: Site, place: int, id: str, day: str, **more: object) -> str:
    row = LOAN | {"loan_id": id, "loaned_at": f"{day}T10:00:00"} | more
    return put_raw(site, "loans", [row], place=place)


@pytest.fixture
def library(site: Site) -> Site:
    put_raw(site, "seat_zones", [ZONE | {"zone_id": "z1"}], place=1)
    put_loan(site, 2, "1", "2026-03-02")
    build(site)
    return site


def test_nothing_new_runs_nothing_and_shares_the_files(library: Site) -> None:
    before = snapshots.required(library)
    report = build(library)
    assert ran(report) == set()
    assert why(report, "conformed.loan") == "Nothing that goes into it changed."
    after = snapshots.required(library)
    assert after.id != before.id
    assert after.tables == before.tables
    assert after.data_date == before.data_date == "2026-03-02"
    for name, table in after.tables.items():
        if not table.live:
            places = [
                library.snapshots / s.id / snapshots.table_file(name) for s in (before, after)
            ]
            assert places[0].stat().st_ino == places[1].stat().st_ino


def test_a_new_load_runs_what_reads_it_and_nothing_else(library: Site) -> None:
    put_loan(library, 3, "2", "2026-03-03")
    report = build(library)
    assert {"conformed.loan", "mart.loan_fact", "conformed.calendar_day"} <= ran(report)
    assert "conformed.seat_zone" not in ran(report)
    assert "conformed.visit_count" not in ran(report)
    assert why(report, "conformed.loan") == "raw.loans has other loads than before."
    assert [row[0] for row in values(library, "mart.loan_fact")] == ["1", "2"]


def test_a_table_that_comes_out_as_before_stops_the_change(library: Site) -> None:
    """The same zone loaded once more: conformed.seat_zone runs, what reads it does not."""
    put_raw(library, "seat_zones", [ZONE | {"zone_id": "z1"}], place=3)
    assert ran(build(library)) == {"conformed.seat_zone"}


def put_seats(site: Site, place: int, day: str, count: int) -> str:
    """Every second event takes a seat of the hall, the next one frees it."""
    rows = [
        {"event_id": f"{day}-{n}", "zone_id": "z1", "seat_no": "1", "state": state}
        | {"changed_at": f"{day}T{8 + n // 100:02}:{n % 60:02}:{n // 60 % 60:02}"}
        for n, state in zip(range(count), ["occupied", "free"] * count, strict=False)
    ]
    return put_raw(site, "seat_events", rows, place=place)


def test_events_of_a_new_day_leave_the_loans_and_count_no_day_to_come(library: Site) -> None:
    """The calendar reaches to the end of the year; nothing that counts days does."""
    put_seats(library, 3, "2026-03-03", 10)
    build(library)
    put_seats(library, 4, "2026-03-05", 1000)
    planned = {line.name for line in queries.explain_build(library) if line.runs}
    report = build(library)
    assert ran(report) == {"conformed.seat_event", "mart.occupancy_hour", "mart.seat_state"}
    assert planned >= ran(report)
    assert "conformed.calendar_day" not in planned
    assert "mart.loan_fact" not in planned
    assert values(library, "mart.reach_year", "loans, loan_days") == [(1, 1)]
    assert values(library, "mart.occupancy_hour", "DISTINCT day") == [
        (date(2026, 3, 3),),
        (date(2026, 3, 5),),
    ]
    assert values(library, "conformed.calendar_day", "min(day), max(day), count(*)") == [
        (date(2026, 1, 1), date(2026, 12, 31), 365)
    ]
    assert snapshots.required(library).data_date == "2026-03-02"
    put_loan(library, 5, "2", "2026-03-05")
    build(library)  # lent on the 2nd and the 5th: four days from the first to the last
    assert values(library, "mart.reach_year", "loans, loan_days") == [(2, 4)]


def test_events_of_a_new_year_widen_the_calendar(library: Site) -> None:
    put_seats(library, 3, "2027-01-02", 10)
    report = build(library)
    assert {"conformed.calendar_day", "mart.loan_fact"} <= ran(report)
    assert why(report, "conformed.calendar_day") == "calendar.day spans other days than before."
    assert values(library, "conformed.calendar_day", "count(*)") == [(730,)]
    assert values(library, "mart.reach_year", "year, loan_days") == [(2026, 1)]


def test_all_runs_everything_and_gives_the_same_files(library: Site) -> None:
    before = snapshots.required(library)
    report = build(library, everything=True)
    stored = {name for name, model in load_models(library).items() if model.materialised}
    assert ran(report) == stored
    for name in stored:
        paths = [
            library.snapshots / id / snapshots.table_file(name)
            for id in (before.id, report.snapshot)
        ]
        assert paths[0].read_bytes() == paths[1].read_bytes(), name


def test_a_snapshot_goes_without_taking_shared_files_with_it(library: Site) -> None:
    import shutil

    before = snapshots.required(library).id
    build(library)
    shutil.rmtree(library.snapshots / before)
    assert len(values(library, "mart.loan_fact")) == 1
    assert queries.check_loads(library) == []


def test_a_changed_model_runs_with_what_reads_it(library: Site) -> None:
    put_model(library, "mart.first", "SELECT zone_id AS id FROM raw.seat_zones")
    put_model(library, "mart.second", "SELECT id FROM mart.first")
    assert ran(build(library)) == {"mart.first", "mart.second"}
    put_model(library, "mart.first", "SELECT concat(zone_id, 'x') AS id FROM raw.seat_zones")
    report = build(library)
    assert ran(report) == {"mart.first", "mart.second"}
    assert why(report, "mart.first") == "Its SQL changed."
    assert why(report, "mart.second") == "mart.first came out otherwise than before."
    assert values(library, "mart.second") == [("z1x",)]


def test_a_title_alone_changes_no_rows_and_runs_nothing(library: Site) -> None:
    put_model(library, "mart.first", "SELECT zone_id AS id FROM raw.seat_zones")
    build(library)
    front = FRONT.replace("en: Table", "en: Board")
    put_model(library, "mart.first", "SELECT zone_id AS id FROM raw.seat_zones", front)
    assert ran(build(library)) == set()
    assert snapshots.required(library).tables["mart.first"].title["en"] == "Board"


def test_a_calendar_of_the_site_runs_the_days_again(library: Site) -> None:
    from shuren.kernel.definitions import find_definitions

    shipped = find_definitions("calendars", library)["china-university"].path.read_text("utf-8")
    own = library.definitions / "calendars" / "china-university.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(shipped + "\n# ours\n", "utf-8")
    report = build(library)
    assert ran(report) == {"conformed.calendar_day", "conformed.opening_day"}
    assert why(report, "conformed.calendar_day") == "calendar.day says something else."


@pytest.mark.parametrize("damage", ["gone", "short"])
def test_a_damaged_table_is_made_again(library: Site, damage: str) -> None:
    live = library.snapshots / snapshots.required(library).id
    path = live / "mart" / "loan_fact.parquet"
    content = path.read_bytes()
    path.unlink()
    if damage == "short":
        path.write_bytes(content[:-40])
    report = build(library)
    assert why(report, "mart.loan_fact") == "Its file is missing or damaged."
    assert len(values(library, "mart.loan_fact")) == 1


def test_a_manifest_of_the_first_form_is_read_and_everything_runs(library: Site) -> None:
    path = library.snapshots / snapshots.required(library).id / snapshots.MANIFEST
    content = json.loads(path.read_text("utf-8"))
    del content["made"]
    path.write_text(json.dumps(content | {"format": 1}), "utf-8")
    snapshots.read_manifest.cache_clear()
    assert len(values(library, "mart.loan_fact")) == 1
    report = build(library)
    assert "conformed.loan" in ran(report)
    assert why(report, "conformed.loan").startswith("The snapshot before does not say")


def test_explaining_says_what_a_build_then_does(library: Site) -> None:
    put_loan(library, 3, "2", "2026-03-03")
    folders = set(library.snapshots.iterdir())
    planned = {line.name: line for line in queries.explain_build(library)}
    assert set(library.snapshots.iterdir()) == folders
    report = build(library)
    assert {name for name, line in planned.items() if line.runs} >= ran(report)
    assert planned["conformed.loan"].why == "raw.loans has other loads than before."
    assert planned["conformed.seat_zone"].runs is False
    assert planned["mart.loan_fact"].why.startswith("It reads conformed.")
    assert planned["mart.zone_now"].why.startswith("It is a live view")


@pytest.mark.parametrize("places", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
def test_the_newest_load_of_a_row_stands_in_whatever_order_they_came(
    site: Site, places: tuple[int, ...]
) -> None:
    """Three loads of one loan; their receipts, not the order of writing, say which is newest."""
    for place in places:
        put_loan(site, place, "1", "2025-03-01", renewals=place)
    build(site)
    assert values(site, "conformed.loan", "loan_id, renewals") == [("1", 3)]


def test_a_late_row_of_an_old_day_and_a_correction_both_count_once(library: Site) -> None:
    put_loan(library, 3, "0", "2025-09-01")
    put_loan(library, 4, "1", "2026-03-01", renewals=2)
    build(library)
    assert values(library, "conformed.loan", "loan_id, CAST(loaned_at AS DATE), renewals") == [
        ("0", date(2025, 9, 1), 0),
        ("1", date(2026, 3, 1), 2),
    ]


def test_a_file_that_says_a_key_twice_means_its_last_line(site: Site) -> None:
    rows = [
        LOAN | {"loan_id": "1", "loaned_at": "2026-03-02T10:00:00", "renewals": n} for n in (1, 2)
    ]
    put_raw(site, "loans", rows)
    build(site)
    assert values(site, "conformed.loan", "loan_id, renewals") == [("1", 2)]


def with_tombstone(site: Site) -> None:
    """The seat zones' contract, with a column that says a zone is no more."""
    shipped = Path(building.__file__).parents[2] / "definitions" / "contracts" / "seat_zones.yaml"
    text = shipped.read_text("utf-8").replace(
        "- {property: key, value: [zone_id]}",
        "- {property: key, value: [zone_id]}\n- {property: tombstone, value: is_deleted}",
    )
    column = """
  - name: is_deleted
    businessName: 已删除
    description: 来源已删除这一行。
    logicalType: boolean
    classification: public
    customProperties:
    - {property: titleEn, value: Deleted}
    - {property: descriptionEn, value: The source deleted this row.}
"""
    target = site.definitions / "contracts" / "seat_zones.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.rstrip() + column, "utf-8")


def test_a_tombstone_takes_its_key_away_until_a_later_load_brings_it_back(site: Site) -> None:
    put_raw(site, "seat_zones", [ZONE | {"zone_id": "z1"}, ZONE | {"zone_id": "z2"}], place=1)
    with_tombstone(site)
    put_raw(site, "seat_zones", [ZONE | {"zone_id": "z1", "is_deleted": True}], place=2)
    build(site)
    assert values(site, "conformed.seat_zone", "zone_id") == [("z2",)]
    put_raw(site, "seat_zones", [ZONE | {"zone_id": "z1", "is_deleted": False}], place=3)
    build(site)
    assert values(site, "conformed.seat_zone", "zone_id") == [("z1",), ("z2",)]


def test_a_tombstone_must_name_a_flag_of_the_contract(site: Site) -> None:
    from shuren.data.definitions import contract
    from shuren.kernel.errors import DefinitionError

    with_tombstone(site)
    path = site.definitions / "contracts" / "seat_zones.yaml"
    path.write_text(path.read_text("utf-8").replace("value: is_deleted}", "value: floor}"), "utf-8")
    with pytest.raises(DefinitionError, match="tombstone"):
        contract(site, "seat_zones")
