"""The second reading of zero data: what is absent. Each list equals plain SQL on the same rows."""

import pytest

from shuren.data import queries
from shuren.data.errors import NotOpen
from shuren.data.internals import building, snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db
DIRECTOR = Actor("d", "director", doing="dashboards.read")
STATUS = ["available", "available", "on_loan", "missing", "reference", "withdrawn", ""]


def rows(site: Site, sql: str) -> list[tuple[object, ...]]:
    """`{name}` in it stands for the published file of a table, `<name>` for the raw files."""
    info = snapshots.required(site)
    for name in info.tables:
        sql = sql.replace(f"{{{name}}}", snapshots.source(site, info, name))
    for folder in site.raw.iterdir():
        sql = sql.replace(f"<{folder.name}>", f"read_parquet('{folder}/*.parquet')")
    return snapshots.query(site, sql, [])


@pytest.fixture
def library(site: Site) -> Site:
    items = [
        {
            "item_id": f"i{n}",
            "title": f"书{n // 3}",
            "author": "著者",
            "class_number": "O13" if n % 2 else "I242",
            "status": STATUS[n % len(STATUS)],
            "acquired_at": f"20{10 + n % 9}-05-01",
        }
        for n in range(60)
    ]
    put_raw(site, "items", items, place=1)
    readers = [
        {"reader_id": reader(n), "kind": "student" if n % 3 else "faculty", "college": f"院{n % 2}"}
        for n in range(40)
    ]
    put_raw(site, "readers", readers, place=2)
    loans = [
        {
            "loan_id": f"l{n}",
            "reader_id": reader(n % 7),
            "item_id": f"i{n * 5 % 60}",
            "loaned_at": f"2026-03-{n % 28 + 1:02}T09:00:00",
        }
        for n in range(12)
    ]
    put_raw(site, "loans", loans, place=3)
    passages = [
        {
            "event_id": f"g{n}",
            "gate_id": "g",
            "direction": "in",
            "passed_at": "2026-03-02T08:00:00",
            "reader_id": reader(n) if n < 10 else None,
        }
        for n in range(5, 15)
    ]
    put_raw(site, "gate_events", passages, place=4)
    said = [("元宇宙", 0)] * 5 + [("张三", 0)] * 4 + [("Python", 7)] * 6
    said += [(" Quantum", 0), ("quantum", 0), ("QUANTUM", 0), ("quantum", 0), ("quantum", 2)]
    said += [("敦煌", 3), ("敦煌", 3), ("敦煌", 0), ("敦煌", 0), ("敦煌", 0)]
    searches = [
        {
            "event_id": f"s{n:03}",
            "searched_at": f"2026-03-{n + 1:02}T10:00:00",
            "words": words,
            "hits": hits,
        }
        for n, (words, hits) in enumerate(said)
    ]
    put_raw(site, "search_events", searches, place=5)
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)
    return site


def test_stock_never_lent_is_what_plain_sql_over_the_raw_rows_finds(library: Site) -> None:
    plain = rows(
        library,
        "SELECT item_id, year(acquired_at) FROM <items> WHERE coalesce(status, '') IN "
        "('', 'available') AND item_id NOT IN (SELECT item_id FROM <loans>) ORDER BY 1",
    )
    mart = rows(
        library, "SELECT item_id, acquired_year FROM {mart.never_borrowed} ORDER BY item_id"
    )
    assert mart == plain
    assert 0 < len(mart) < 60


def test_it_says_whether_another_copy_of_the_title_was_lent(library: Site) -> None:
    """Copies i0 to i2 are 书0 in two classes: i0 (lent) and i2 are one title, i1 another."""
    found = dict(rows(library, "SELECT item_id, is_title_lent FROM {mart.never_borrowed}"))
    assert "i0" not in found
    assert found["i1"] is False
    assert found["i6"] is (
        rows(library, "SELECT count(*) FROM <loans> WHERE item_id = 'i8'")[0][0] > 0
    )


def test_words_whose_last_search_found_nothing_and_that_five_searches_said(library: Site) -> None:
    """张三 was said four times only; quantum and Python found something last."""
    found = rows(
        library,
        "SELECT words, searches, zero_hits, CAST(first_day AS VARCHAR), CAST(last_day AS VARCHAR)"
        " FROM {mart.zero_hit_searches} ORDER BY words",
    )
    assert found == [
        ("元宇宙", 5, 5, "2026-03-01", "2026-03-05"),
        ("敦煌", 5, 3, "2026-03-23", "2026-03-25"),
    ]


def test_readers_without_any_use_are_what_plain_sql_finds(library: Site) -> None:
    plain = rows(
        library,
        "SELECT reader_id FROM <readers> WHERE reader_id NOT IN (SELECT reader_id FROM <loans>)"
        " AND reader_id NOT IN (SELECT reader_id FROM <gate_events> WHERE reader_id IS NOT NULL)"
        " ORDER BY 1",
    )
    assert rows(library, "SELECT person_key FROM {mart.non_users} ORDER BY 1") == plain
    assert len(plain) == 30


def test_they_are_counted_in_groups_and_never_listed(library: Site) -> None:
    ask = {"purpose": "library_statistics", "actor": DIRECTOR}
    counted = queries.summarise(
        library,
        "mart.non_users",
        by=["kind"],
        measures={"readers": "count"},
        order_by=["kind"],
        **ask,
    )
    assert counted.rows == [("faculty", 10), ("student", 20)]
    with pytest.raises(NotOpen):
        queries.read(library, "mart.non_users", **ask)
