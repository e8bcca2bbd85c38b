"""What the shipped models make of fifteen raw rows; every line worked out by hand."""

from datetime import date, datetime

import pytest

from shuren.data.internals import building, snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw, reader

ANN, BEN, EVE = reader(1), reader(2), reader(3)  # Eve is in no reader file

READERS = [
    {"reader_id": ANN, "kind": "student", "college": "文学院", "campus": "虎溪", "grade": 2024},
    {"reader_id": BEN, "kind": "faculty", "college": "数学学院", "campus": "沙坪坝"},
]
DREAM = {"title": "红楼梦", "title_pinyin": "hong lou meng", "author": "曹雪芹"}
ITEMS = [
    DREAM
    | {
        "item_id": "i1",
        "isbn": "978-7-02-000220-7",
        "class_number": "I242.4",
        "call_number": "I242.4/1",
        "campus": "虎溪",
        "status": "available",
    },
    DREAM
    | {
        "item_id": "i2",
        "isbn": "7020002201",
        "class_number": "I242.4",
        "call_number": "I242.4/1",
        "campus": "沙坪坝",
        "status": "available",
    },
    {
        "item_id": "i3",
        "title": "高等数学",
        "author": "同济大学",
        "class_number": "O13",
        "campus": "虎溪",
        "status": "reference",
    },
    {
        "item_id": "i4",
        "title": "高等数学",
        "author": "同济大学",
        "class_number": "O13",
        "campus": "虎溪",
        "status": "on_loan",
    },
    {"item_id": "i5", "title": "无名氏文集", "call_number": "Z4/7", "status": "withdrawn"},
    {
        "item_id": "i6",
        "title": "概率论",
        "author": "茆诗松",
        "class_number": "O211",
        "campus": "虎溪",
    },
]
LOANS = [
    # Ann still has the copy at 虎溪.
    {
        "loan_id": "1",
        "reader_id": ANN,
        "item_id": "i1",
        "loaned_at": "2026-03-02T09:00:00",
        "due_at": "2026-04-01T00:00:00",
    },
    {
        "loan_id": "2",
        "reader_id": BEN,
        "item_id": "i2",
        "loaned_at": "2026-03-03T10:00:00",
        "due_at": "2026-04-02T00:00:00",
    },
    # No barcode: the copy of that title and call number with the lowest barcode.
    {
        "reader_id": EVE,
        "title": "红楼梦",
        "call_number": "I242.4/1",
        "loaned_at": "2026-02-28T12:00:00",
    },
    # A book no item file knows, lent twice: one item, one title.
    {
        "reader_id": EVE,
        "title": "三体",
        "title_pinyin": "san ti",
        "call_number": "I247.57 1101.17",
        "loaned_at": "2026-03-04T00:00:00",
    },
    {
        "reader_id": ANN,
        "title": "三体",
        "call_number": "I247.57 1101.17",
        "loaned_at": "2026-03-05T00:00:00",
        "campus": "沙坪坝",
    },
    # A barcode no item file knows and no title: a title of its own.
    {"loan_id": "6", "reader_id": ANN, "item_id": "x9", "loaned_at": "2026-03-05T08:00:00"},
]
# A later export: Ben's loan was renewed and came back.
CORRECTION = [
    LOANS[1] | {"renewals": 1, "returned_at": "2026-03-05T11:00:00"},
]


@pytest.fixture
def built(site: Site) -> Site:
    put_raw(site, "readers", READERS, place=1)
    put_raw(site, "items", ITEMS, place=2)
    put_raw(site, "loans", LOANS, place=3)
    put_raw(site, "loans", CORRECTION, place=4)
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)
    return site


def rows(site: Site, table: str, columns: str, order: str) -> list[tuple]:
    source = snapshots.source(site, snapshots.required(site), table)
    return snapshots.query(site, f"SELECT {columns} FROM {source} ORDER BY {order}", [])


def test_readers_are_those_of_the_file_and_those_seen_in_loans(built: Site) -> None:
    found = rows(built, "conformed.reader", "reader_key, kind, college, campus, grade", "kind")
    assert found == [
        (EVE, "", "", "", ""),
        (BEN, "faculty", "数学学院", "沙坪坝", ""),
        (ANN, "student", "文学院", "虎溪", "2024"),
    ]


def test_items_are_classed_and_the_unknown_ones_come_from_loans(built: Site) -> None:
    found = rows(
        built,
        "conformed.item",
        "title, class_number, clc_main, clc_second, catalogued, count(*) OVER (PARTITION BY title)",
        "title, item_id",
    )
    assert found == [
        ("", "", "", "", False, 1),
        ("三体", "I247.57", "I", "I2", False, 1),
        ("无名氏文集", "Z4", "Z", "Z4", True, 1),
        ("概率论", "O211", "O", "O1", True, 1),  # O2 stands under O1 in the outline
        ("红楼梦", "I242.4", "I", "I2", True, 2),
        ("红楼梦", "I242.4", "I", "I2", True, 2),
        ("高等数学", "O13", "O", "O1", True, 2),
        ("高等数学", "O13", "O", "O1", True, 2),
    ]


def test_one_title_is_one_isbn_in_either_form_or_one_title_author_and_class(built: Site) -> None:
    found = rows(built, "conformed.title", "title, author, call_number", "title")
    assert found == [
        ("", "", ""),
        ("三体", "", "I247.57 1101.17"),
        ("无名氏文集", "", "Z4/7"),
        ("概率论", "茆诗松", ""),
        ("红楼梦", "曹雪芹", "I242.4/1"),
        ("高等数学", "同济大学", ""),
    ]


def test_loans_find_their_copy_and_the_newest_row_stands(built: Site) -> None:
    columns = "reader_key, item_id, title, loaned_at, returned_at, renewals, loan.campus"
    source = snapshots.source(built, snapshots.required(built), "conformed.title")
    loans = snapshots.source(built, snapshots.required(built), "conformed.loan")
    sql = f"SELECT {columns} FROM {loans} AS loan JOIN {source} USING (title_id) ORDER BY loaned_at"
    found = snapshots.query(built, sql, [])
    three_bodies = found[3][1]
    assert len(three_bodies) == 32  # an md5, for want of a barcode
    assert found == [
        (EVE, "i1", "红楼梦", datetime(2026, 2, 28, 12), None, 0, "虎溪"),
        (ANN, "i1", "红楼梦", datetime(2026, 3, 2, 9), None, 0, "虎溪"),
        (BEN, "i2", "红楼梦", datetime(2026, 3, 3, 10), datetime(2026, 3, 5, 11), 1, "沙坪坝"),
        (EVE, three_bodies, "三体", datetime(2026, 3, 4), None, 0, ""),
        (ANN, three_bodies, "三体", datetime(2026, 3, 5), None, 0, "沙坪坝"),
        (ANN, "x9", "", datetime(2026, 3, 5, 8), None, 0, ""),
    ]


def test_the_calendar_covers_the_whole_year_of_the_loans(built: Site) -> None:
    """First lent on 28 February, last on 5 March."""
    found = rows(built, "conformed.calendar_day", "day, month, weekday", "day")
    assert len(found) == 365
    assert found[0] == (date(2026, 1, 1), "2026-01", 4)
    assert found[31 + 27 : 31 + 29] == [
        (date(2026, 2, 28), "2026-02", 6),
        (date(2026, 3, 1), "2026-03", 7),
    ]
    assert found[-1] == (date(2026, 12, 31), "2026-12", 4)


def test_loan_facts_carry_reader_class_and_campus(built: Site) -> None:
    columns = "reader_kind, college, campus, clc_main, month, is_out"
    assert rows(built, "mart.loan_fact", columns, "loaned_at") == [
        ("", "", "虎溪", "I", "2026-02", False),  # no due date: not known to be out
        ("student", "文学院", "虎溪", "I", "2026-03", True),
        ("faculty", "数学学院", "沙坪坝", "I", "2026-03", False),
        ("", "", "", "I", "2026-03", False),
        ("student", "文学院", "沙坪坝", "I", "2026-03", False),
        ("student", "文学院", "虎溪", "", "2026-03", False),  # neither loan nor item says: reader's
    ]


def test_availability_counts_copies_that_are_there(built: Site) -> None:
    columns = "title, campus, copies, on_loan, available"
    assert rows(built, "mart.title_availability", columns, "title, campus") == [
        ("", "", None, None, None),  # known from loans only
        ("三体", "", None, None, None),
        ("无名氏文集", "", None, None, None),  # its one copy is withdrawn
        ("概率论", "虎溪", 1, 0, 1),
        ("红楼梦", "沙坪坝", 1, 0, 1),  # came back
        ("红楼梦", "虎溪", 1, 1, 0),
        ("高等数学", "虎溪", 2, 1, 0),  # one lent by its status, one for reference
    ]


def test_the_manifest_says_what_was_built_from_what(built: Site) -> None:
    info = snapshots.required(built)
    assert info.data_date == "2026-03-05"
    assert info.loads == ("L0001-readers", "L0002-items", "L0003-loans", "L0004-loans")
    assert info.tables["mart.loan_fact"].rows == 6
    assert info.tables["mart.loan_fact"].person == "reader_key"


def test_a_site_without_any_load_builds_empty_tables(site: Site) -> None:
    report = building.build_snapshot(site, load_models(site), [], no_progress)
    assert {table.rows for table in report.tables} == {0}
    assert report.data_date == ""


def test_a_raw_file_without_a_receipt_does_not_count(site: Site) -> None:
    load = put_raw(site, "loans", LOANS)
    (site.receipts / f"{load}.json").unlink()
    report = building.build_snapshot(site, load_models(site), all_receipts(site), no_progress)
    assert {table.name: table.rows for table in report.tables}["conformed.loan"] == 0
