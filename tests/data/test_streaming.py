"""Whole tables in batches, and what differs between two snapshots, through the same door."""

import pytest

from shuren.data import queries, streaming
from shuren.data.errors import NotOpen, SnapshotGone
from shuren.data.internals import building, snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from shuren.trust.errors import NotAllowed
from shuren.trust.models import UseRecord
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db

VISITOR = Actor("", "anonymous")
TABLE, COLUMNS = "conformed.title", ("title_id", "title", "call_number")
OPEN = {"purpose": "public_information", "actor": VISITOR}
PEOPLE = "conformed.loan"


def build(site: Site) -> None:
    wanted = {"conformed.item", TABLE, PEOPLE}
    models = load_models(site)
    for name in reversed(models):
        wanted.update(models[name].reads if name in wanted else ())
    chosen = {name: model for name, model in models.items() if name in wanted}
    building.build_snapshot(site, chosen, all_receipts(site), no_progress)


def items(*numbers: int, title: str = "书") -> list[dict[str, object]]:
    return [{"item_id": str(n), "title": f"{title} {n}", "call_number": f"I{n}/1"} for n in numbers]


@pytest.fixture
def lake(site: Site) -> Site:
    put_raw(site, "items", items(*range(25)))
    put_raw(site, "loans", [
        {"loan_id": "1", "reader_id": reader(1), "item_id": "1", "loaned_at": "2026-03-01T09:00:00"}
    ], place=1)  # fmt: skip
    build(site)
    return site


@pytest.mark.parametrize("order", [["title_id"], ["title"], ["-title"], []])
def test_batches_are_the_rows_that_read_gives(lake: Site, order: list[str]) -> None:
    whole = queries.read(lake, TABLE, columns=COLUMNS, order_by=order, **OPEN).rows
    found = list(streaming.batches(lake, TABLE, columns=COLUMNS, order_by=order, size=10, **OPEN))
    assert [len(batch) for batch in found] == [10, 10, 5]
    rows = [row for batch in found for row in batch]
    assert rows == whole if order else sorted(rows) == sorted(whole)


def test_the_order_is_asked_of_the_engine_though_the_file_is_sorted(
    lake: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 150,000 titles, 1,000 named by their ids came in another order than that of the file."""
    asked = []
    original = snapshots.batches
    monkeypatch.setattr(
        snapshots,
        "batches",
        lambda site, sql, *rest: asked.append(sql) or original(site, sql, *rest),
    )
    assert queries.row_order(lake, TABLE) == ("title_id",)
    list(streaming.batches(lake, TABLE, columns=COLUMNS, order_by=["title_id"], **OPEN))
    assert 'ORDER BY "title_id"' in asked[0]


def test_batches_can_be_narrowed_and_asked_between(lake: Site) -> None:
    found = streaming.batches(
        lake, TABLE, columns=["title"], where=[("title", "in", ["书 3", "书 4"])],
        order_by=["title"], size=1, **OPEN,
    )  # fmt: skip
    assert next(found) == [("书 3",)]
    assert len(queries.read(lake, TABLE, columns=["title"], **OPEN).rows) == 25
    assert list(found) == [[("书 4",)]]


def test_each_stream_is_a_line_in_the_ledger_with_the_rows_that_were_taken(lake: Site) -> None:
    before = UseRecord.objects.count()
    found = streaming.batches(lake, TABLE, columns=COLUMNS, size=10, **OPEN)
    next(found)
    found.close()
    assert UseRecord.objects.count() == before + 1
    line = UseRecord.objects.latest("id")
    assert (line.table, line.rows) == (TABLE, 10)


def test_the_door_is_the_same(lake: Site) -> None:
    with pytest.raises(NotOpen):
        streaming.batches(lake, PEOPLE, columns=["loan_id"], **OPEN)
    with pytest.raises(NotAllowed):
        streaming.batches(lake, TABLE, columns=COLUMNS, purpose="service_operation", actor=VISITOR)
    with pytest.raises(NotOpen):
        differing(lake, "S1", table=PEOPLE, key="loan_id", columns=["loan_id"])


def differing(site: Site, since: str, **more: object) -> object:
    asked = {"table": TABLE, "columns": COLUMNS, "key": "title_id", "limit": 10, **OPEN, **more}
    return streaming.differences(site, since=since, **asked)  # type: ignore[arg-type]


def test_rows_that_are_new_changed_or_gone_differ(lake: Site) -> None:
    def rows() -> set[tuple[object, ...]]:
        return set(queries.read(lake, TABLE, columns=COLUMNS, **OPEN).rows)

    first, before = queries.current_snapshot(lake), rows()
    assert first is not None
    assert differing(lake, first.id) == streaming.Difference()
    put_raw(lake, "items", [*items(7, title="另一部"), *items(30), *items(31)], place=2)
    build(lake)
    wanted = {str(row[0]) for row in before ^ rows()}
    assert len(wanted) >= 2
    assert differing(lake, first.id) == streaming.Difference(tuple(sorted(wanted)))
    assert differing(lake, first.id, limit=1) == streaming.Difference(too_many=True)
    # Only what is asked for counts: the titles' call numbers are as they were.
    assert differing(lake, first.id, columns=["title_id"], key="title_id") == streaming.Difference(
        tuple(sorted({str(r[0]) for r in rows()} ^ {str(r[0]) for r in before}))
    )


def test_a_snapshot_that_is_gone_is_said(lake: Site) -> None:
    with pytest.raises(SnapshotGone):
        differing(lake, "S20200101T000000-000000")
    with pytest.raises(SnapshotGone):
        differing(lake, "../../etc")
