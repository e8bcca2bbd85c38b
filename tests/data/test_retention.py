"""A row older than its term is nowhere any more: raw files, quarantine, tables, old snapshots."""

import os
import random
import signal
import subprocess
import sys
import threading
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from shuren.data import actions, queries
from shuren.data.definitions import contracts
from shuren.data.internals import building, retention, retention_log, snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.data.shapes import Receipt
from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site
from tests.data.loading import LOANS, OPERATOR, load, refusals
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db
TODAY = "2036-06-28T12:00:00+08:00"
# Loans are kept for 3,650 days: at that moment from 2026-07-01 on.
FIRST_KEPT = date(2026, 7, 1)
OLD, EDGE, YOUNG = "2026-06-30", "2026-07-01", "2030-01-01"
MARK = "临终绝唱"  # a title that stands in the old row only
SHIPPED = Path(building.__file__).parents[2] / "definitions" / "contracts"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUREN_NOW", TODAY)


def later(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    moment = datetime.fromisoformat(TODAY) + timedelta(minutes=minutes)
    monkeypatch.setenv("SHUREN_NOW", moment.isoformat())


def line(id: int, title: str, day: str) -> str:
    return f"{id},s{id},b{id},{title},{day},,,0,A\n"


def cells(site: Site) -> set[str]:
    """Every value of every Parquet file of the site, wherever it lies."""
    found: set[str] = set()
    for path in site.data.rglob("*.parquet"):
        for row in pq.read_table(path).to_pylist():
            found |= {str(value) for value in row.values()}
    return found


def loans(site: Site) -> list[str]:
    source = snapshots.source(site, snapshots.required(site), "mart.loan_fact")
    return [r[0] for r in snapshots.query(site, f"SELECT loan_id FROM {source} ORDER BY 1", [])]


@pytest.fixture
def library(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Built when nothing was past its term yet: three loans of one file, one of another."""
    monkeypatch.setenv("SHUREN_NOW", "2030-02-01T12:00:00+08:00")
    load(site, "loans", LOANS + line(1, MARK, OLD) + line(2, "乙", EDGE) + line(3, "丙", YOUNG))
    load(site, "loans", LOANS + line(4, MARK, "2026-01-01"), "other.csv")
    actions.build(site, actor=OPERATOR)
    assert loans(site) == ["1", "2", "3", "4"]
    assert MARK in cells(site)
    monkeypatch.setenv("SHUREN_NOW", TODAY)
    return site


def test_a_row_past_its_term_is_in_no_file_afterwards(
    library: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    expired, report = actions.retain(library, actor=OPERATOR)
    assert sorted((e.rows, e.refused, e.cutoff) for e in expired) == [(1, 0, FIRST_KEPT)] * 2
    assert report is not None
    assert loans(library) == ["2", "3"]
    later(monkeypatch, 11)  # the snapshot that was live is not removed under its readers
    assert actions.retain(library, actor=OPERATOR) == ([], None)
    assert MARK not in cells(library)
    assert not any(MARK.encode() in path.read_bytes() for path in library.data.rglob("*.parquet"))
    assert len(list(library.snapshots.iterdir())) == 1
    assert len(list((library.raw / "loans").iterdir())) == 1, "the emptied file went"


def test_a_site_after_retention_is_whole(library: Site) -> None:
    actions.retain(library, actor=OPERATOR)
    assert queries.check_loads(library) == []
    state = queries.retention_states(library)["loans"]
    assert (state.days, state.column, state.rows, state.refused) == (3650, "loaned_at", 2, 0)
    assert state.last_run == datetime.fromisoformat(TODAY)
    assert queries.retention_states(library)["items"].days is None


def test_a_dry_run_says_the_same_and_changes_nothing(library: Site) -> None:
    before = {path: path.read_bytes() for path in library.data.rglob("*.parquet")}
    expired, report = actions.retain(library, actor=OPERATOR, dry_run=True)
    assert sum(e.rows for e in expired) == 2
    assert report is None
    assert {path: path.read_bytes() for path in library.data.rglob("*.parquet")} == before
    assert retention_log.entries(library, "loans") == ()


def test_a_build_begins_with_retention_and_says_so(library: Site) -> None:
    report = actions.build(library, actor=OPERATOR)
    assert sum(e.rows for e in report.expired) == 2
    assert loans(library) == ["2", "3"]
    assert {"conformed.loan", "mart.loan_fact"} <= {t.name for t in report.tables if t.ran}
    assert actions.build(library, actor=OPERATOR).expired == ()


def test_old_snapshots_that_nobody_reads_go_though_they_are_among_the_newest(
    library: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = snapshots.required(library).id
    report = actions.build(library, actor=OPERATOR)
    assert {path.name for path in library.snapshots.iterdir()} == {old, report.snapshot}
    later(monkeypatch, 11)
    last = actions.build(library, actor=OPERATOR)
    assert {path.name for path in library.snapshots.iterdir()} == {report.snapshot, last.snapshot}


def test_refused_rows_go_with_the_age_of_their_load(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUREN_NOW", "2026-06-30T12:00:00+08:00")
    old = load(site, "loans", LOANS + line(1, "甲", YOUNG) + line(2, "乙", "2029-13-01"))
    monkeypatch.setenv("SHUREN_NOW", "2026-07-01T12:00:00+08:00")
    young = load(site, "loans", LOANS + line(3, "丙", "2029-13-01"), "young.csv")
    monkeypatch.setenv("SHUREN_NOW", TODAY)
    (expired,) = retention.apply(site)
    assert (expired.load, expired.rows, expired.refused) == (old.id, 0, 1)
    assert [path.stem for path in site.quarantine.rglob("*.sealed")] == [young.id]
    assert refusals(site, old) == []
    assert [count.load_id for count in queries.quarantine_counts(site)] == [young.id]
    assert queries.check_loads(site) == []
    assert retention.apply(site) == []
    assert queries.retention_states(site)["loans"].refused == 1


def test_a_row_without_a_date_is_as_old_as_its_load(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers are kept for 3,650 days after their card ran out."""
    rows = [
        {"reader_id": reader(1), "kind": "student", "valid_until": "2026-06-30"},
        {"reader_id": reader(2), "kind": "student", "valid_until": "2031-07-01"},
        {"reader_id": reader(3), "kind": "student"},
    ]
    put_raw(site, "readers", rows)  # finished on 2026-01-01
    (expired,) = retention.apply(site)
    assert (expired.contract, expired.rows) == ("readers", 2)
    (path,) = site.raw.rglob("*.parquet")
    assert pq.read_table(path).column("reader_id").to_pylist() == [reader(2)]


def test_a_contract_without_a_term_keeps_everything(site: Site) -> None:
    put_raw(site, "items", [{"item_id": "i1", "title": "甲", "acquired_at": "1950-01-01"}])
    assert retention.apply(site) == []
    assert len(list(site.raw.rglob("*.parquet"))) == 1


def test_every_contract_of_behaviour_has_a_term_and_a_clock(site: Site) -> None:
    found = [c for c in contracts(site).values() if c.data_class == "behaviour"]
    assert {"loans", "gate_events", "seat_events"} <= {c.id for c in found}
    assert [c.id for c in found if not (c.retention_days and c.retention_column)] == []


def test_rows_that_went_may_be_loaded_again_under_a_longer_term(library: Site) -> None:
    actions.retain(library, actor=OPERATOR)
    text = (SHIPPED / "loans.yaml").read_text("utf-8")
    target = library.definitions / "contracts" / "loans.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.replace("retentionDays, value: 3650", "retentionDays, value: 9000"))
    load(library, "loans", LOANS + line(1, MARK, OLD) + line(2, "乙", EDGE) + line(3, "丙", YOUNG))
    actions.build(library, actor=OPERATOR)
    assert loans(library) == ["1", "2", "3"]


@pytest.mark.parametrize("said", ["retentionColumn, value: title}", "retentionDays, value: 0}"])
def test_a_clock_that_cannot_be_read_is_a_mistake_in_the_contract(site: Site, said: str) -> None:
    text = (SHIPPED / "loans.yaml").read_text("utf-8")
    target = site.definitions / "contracts" / "loans.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    wrong = f"- {{property: {said}\n"
    line = "- {property: retentionDays, value: 3650}\n"
    more = wrong if "Days" in said else line + wrong
    target.write_text(text.replace(line, more), "utf-8")
    with pytest.raises(DefinitionError, match="retention"):
        contracts(site)


def test_a_killed_retention_is_finished_by_the_next(
    library: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the record and before the rows go: doctor is content, the next run ends it."""

    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(retention, "_rewrite", killed)
        with pytest.raises(KeyboardInterrupt):
            retention.apply(library)
    assert MARK in cells(library)
    assert queries.check_loads(library) == []
    actions.build(library, actor=OPERATOR)
    assert loans(library) == ["2", "3"]
    assert queries.retention_states(library)["loans"].rows == 2
    assert queries.check_loads(library) == []


def test_a_record_cut_short_is_passed_over_and_written_on(site: Site) -> None:
    entry = retention_log.Expiry(datetime.fromisoformat(TODAY), FIRST_KEPT, "L1", 2, 3)
    retention_log.add(site, "loans", entry)
    with open(retention_log.log_file(site, "loans"), "ab") as file:
        file.write(b'{"at": "2031-')
    assert retention_log.entries(site, "loans") == (entry,)
    retention_log.add(site, "loans", entry)
    assert retention_log.entries(site, "loans") == (entry, entry)


RETAINER = """
import sys
import django
django.setup()
from shuren.data.internals import retention
from shuren.kernel.site import open_site
site = open_site(sys.argv[1])
print("ready", flush=True)
retention.apply(site)
"""


def test_killed_at_any_moment_retention_loses_no_row_that_is_kept(site: Site) -> None:
    """12 kills at seeded moments over 40 loads of which every second row is past its term."""
    moments = random.Random(20261122)
    for place in range(40):
        rows = [
            {"loan_id": f"{place}-{n}", "reader_id": reader(n), "title": "书"}
            | {"loaned_at": f"{(OLD, EDGE)[n % 2]}T10:00:00"}
            for n in range(10)
        ]
        put_raw(site, "loans", rows, place=place)
    for _kill in range(12):
        child = subprocess.Popen(
            [sys.executable, "-c", RETAINER, str(site.root)],
            stdout=subprocess.PIPE,
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "shuren.settings", "SHUREN_SITE": str(site.root)},
        )
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            threading.Event().wait(moments.uniform(0, 0.15))
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
            child.stdout.close()
        assert queries.check_loads(site) == []
    retention.apply(site)
    with duckdb.connect() as lake:
        rows = lake.sql(f"FROM read_parquet('{site.raw}/loans/*.parquet')")
        days = dict(rows.aggregate("CAST(loaned_at AS DATE), count(*)").fetchall())
    assert days == {FIRST_KEPT: 200}
    assert retention.apply(site) == []
    assert list(site.temporary.glob("retain-*")) == []
    assert queries.retention_states(site)["loans"].rows == 200


def test_a_build_without_anything_left_of_a_contract_stands(
    library: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUREN_NOW", "2040-01-01T00:00:00+08:00")
    actions.retain(library, actor=OPERATOR)
    assert loans(library) == []
    assert list(library.raw.rglob("*.parquet")) == []
    receipts: list[Receipt] = all_receipts(library)
    building.build_snapshot(library, load_models(library), receipts[::-1], no_progress)
    assert queries.check_loads(library) == []
