"""A build publishes all of it or nothing: wrong models, a full disk, kills, readers meanwhile."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shuren.data import queries
from shuren.data.errors import BuildFailed
from shuren.data.internals import building, snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.data.shapes import BuildReport
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw, reader
from tests.data.test_models import FRONT, put_model

EACH = 7  # loans in every load of these tests


def build(site: Site) -> BuildReport:
    return building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)


def put_loans(site: Site, place: int) -> str:
    rows = [
        {
            "loan_id": f"{place}-{nth}",
            "reader_id": reader(nth),
            "title": f"书{nth}",
            "loaned_at": f"2026-03-{nth + 1:02}T00:00:00",
        }
        for nth in range(EACH)
    ]
    return put_raw(site, "loans", rows, place=place)


def count(site: Site, table: str) -> int:
    source = snapshots.source(site, snapshots.required(site), table)
    return int(snapshots.query(site, f"SELECT count(*) FROM {source}", [])[0][0])


COLUMN = "{{type: VARCHAR, class: 1, title: {{zh: 号, en: Id}}}}"
WRONG = [
    (FRONT, "SELECT zone_id AS id, seats FROM raw.seat_zones", "does not declare: seats"),
    (FRONT, "SELECT zone_id AS nr FROM raw.seat_zones", "does not declare: nr"),
    (
        FRONT.replace("columns:", f"columns:\n  more: {COLUMN}"),
        "SELECT zone_id AS id FROM raw.seat_zones",
        "does not make: more",
    ),
    (
        FRONT.replace("VARCHAR", "BIGINT"),
        "SELECT zone_id AS id FROM raw.seat_zones",
        "column id has 2 values that are not BIGINT",
    ),
    (FRONT, "SELECT campus AS id FROM raw.seat_zones", r"1 keys \(id\) repeat"),
    (FRONT, "SELECT NULL AS id FROM raw.seat_zones", "2 are empty"),
    (FRONT, "SELECT nothing AS id FROM raw.seat_zones", "mart.odd cannot run"),
    (FRONT, "SELECT CAST(zone_id AS BIGINT) AS id FROM raw.seat_zones", "mart.odd cannot run"),
]


@pytest.mark.parametrize("front, sql, sentence", WRONG)
def test_a_model_that_does_not_keep_its_word_publishes_nothing(
    site: Site, front: str, sql: str, sentence: str
) -> None:
    zone = {"campus": "虎溪", "building": "馆", "floor": 1, "title": "厅", "seats": 1}
    put_raw(site, "seat_zones", [zone | {"zone_id": "z1"}, zone | {"zone_id": "z2"}])
    before = build(site).snapshot
    put_model(site, "mart.odd", sql, front)
    with pytest.raises(BuildFailed, match=sentence) as caught:
        build(site)
    assert "mart.odd" in str(caught.value)
    assert snapshots.required(site).id == before
    assert list(site.temporary.glob("build-*")) == []


def test_every_column_has_the_type_its_model_declares(site: Site) -> None:
    put_loans(site, 1)
    build(site)
    info = snapshots.required(site)
    for table in info.tables.values():
        source = snapshots.source(site, info, table.name)
        described = snapshots.query(site, f"DESCRIBE SELECT * FROM {source}", [])
        assert [(row[0], row[1]) for row in described] == [(c.name, c.type) for c in table.columns]


def test_the_same_loads_build_the_same_files(site: Site) -> None:
    put_loans(site, 1)
    first, second = (site.snapshots / build(site).snapshot for _again in range(2))
    for path in sorted(first.rglob("*.parquet")):
        assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()


def test_a_full_disk_is_one_sentence_and_changes_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_loans(site, 1)
    before = build(site).snapshot

    def full(*_args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(building, "sync_folder", full)
    with pytest.raises(BuildFailed, match="is full; nothing was published"):
        build(site)
    assert snapshots.required(site).id == before
    assert list(site.temporary.glob("build-*")) == []


def age(site: Site, id: str, minutes: int) -> None:
    path = site.snapshots / id / snapshots.MANIFEST
    content = json.loads(path.read_text("utf-8"))
    content["built_at"] = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
    path.write_text(json.dumps(content), "utf-8")
    snapshots.read_manifest.cache_clear()


def test_three_snapshots_stay_and_one_replaced_just_now_stays_too(site: Site) -> None:
    ids = [build(site).snapshot for _again in range(5)]
    assert {path.name for path in site.snapshots.iterdir()} == set(ids)
    for place, id in enumerate(ids):
        age(site, id, minutes=60 - place)
    last = build(site).snapshot
    assert {path.name for path in site.snapshots.iterdir()} == {*ids[3:], last}


def test_what_a_killed_build_left_is_swept_by_the_next(site: Site) -> None:
    left = site.temporary / "build-S20260101T000000-abcdef" / "mart"
    left.mkdir(parents=True)
    (left / "loan_fact.parquet").write_bytes(b"half")
    build(site)
    assert list(site.temporary.glob("build-*")) == []


@pytest.mark.django_db
def test_readers_never_notice_that_snapshots_are_swapped(site: Site) -> None:
    """200 questions of two tables each while 20 builds publish: no error, no mixture."""
    put_loans(site, 0)
    build(site)
    failures: list[BaseException] = []

    def publish() -> None:
        try:
            for place in range(1, 21):
                put_loans(site, place)
                build(site)
        except BaseException as error:
            failures.append(error)

    publisher = threading.Thread(target=publish)
    publisher.start()
    ask: dict[str, Any] = {
        "purpose": "library_statistics",
        "actor": Actor("d", "director", doing="dashboards.read"),
        "measures": {"loans": "count", "readers": "distinct:reader_key"},
    }
    seen, asked = set(), 0
    while asked < 200 or publisher.is_alive():
        asked += 1
        with queries.same_snapshot(site) as snapshot:
            assert snapshot is not None
            loans = queries.summarise(site, "conformed.loan", **ask)
            facts = queries.summarise(site, "mart.loan_fact", **ask)
        assert loans.rows == facts.rows == [(EACH * len(snapshot.loads), EACH)]
        assert loans.snapshot == facts.snapshot == snapshot.id
        seen.add(snapshot.id)
    publisher.join()
    assert not failures, failures
    assert len(seen) > 3


BUILDER = """
import sys
from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import open_site
site = open_site(sys.argv[1])
models = load_models(site)
print("ready", flush=True)
while True:
    building.build_snapshot(site, models, all_receipts(site)[::-1], no_progress)
"""


def test_killed_at_any_moment_a_build_leaves_the_last_snapshot_whole(site: Site) -> None:
    """25 kills at seeded moments; before each a load is added, so that counts tell builds apart."""
    moments = random.Random(20261122)
    put_loans(site, 0)
    build(site)
    for place in range(1, 26):
        put_loans(site, place)
        child = subprocess.Popen(
            [sys.executable, "-c", BUILDER, str(site.root)],
            stdout=subprocess.PIPE,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "shuren.settings"},
        )
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            threading.Event().wait(moments.uniform(0, 0.8))
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
            child.stdout.close()
        info = snapshots.required(site)
        for table in info.tables.values():
            assert count(site, table.name) == table.rows, table.name
        assert count(site, "mart.loan_fact") == EACH * len(info.loads)
        assert len(info.loads) in range(1, place + 2)
    report = build(site)
    assert len(report.loads) == 26
    assert count(site, "mart.loan_fact") == 26 * EACH
    assert list(site.temporary.glob("build-*")) == []
    assert_whole(site.snapshots)


def assert_whole(folder: Path) -> None:
    """No snapshot folder is without its manifest or one of its files."""
    for path in folder.iterdir():
        stored = {n: t for n, t in snapshots.read_manifest(path).tables.items() if not t.live}
        for name in stored:
            assert (path / snapshots.table_file(name)).is_file()
