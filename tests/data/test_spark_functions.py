"""What models may say means the same to Spark, function by function; what does not is refused."""

import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shuren.data.errors import BuildFailed
from shuren.data.internals import portable
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.data.internals.spark import dialect
from shuren.data.internals.spark.engine import SparkEngine, open_engine
from shuren.kernel.site import open_site
from tests.data import spark_cases
from tests.data.raw_helper import TYPES, put_raw
from tests.data.test_models import FRONT, put_model
from tests.early import make_site
from tools.spark_cluster import QUICK_START

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]

GIVEN = {"raw": {"given": spark_cases.COLUMNS}}
OPTIONS = f"""
[spark_options]
"spark.sql.shuffle.partitions" = "1"
"spark.sql.codegen.wholeStage" = "false"
"spark.driver.extraJavaOptions" = "{QUICK_START}"
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkEngine]:
    """Spark inside one process, with two seat zones and the table raw.given."""
    pytest.importorskip("pyspark", reason="PySpark is not installed: `./shuren test` does it")
    folder = tmp_path_factory.mktemp("functions")
    site = open_site(make_site(folder / "site"))
    site.settings_file.write_text(site.settings_file.read_text("utf-8") + OPTIONS, "utf-8")
    zone = {"campus": "虎溪", "building": "馆", "floor": 1, "title": "厅", "seats": 1}
    put_raw(site, "seat_zones", [zone | {"zone_id": "z1"}, zone | {"zone_id": "z2"}])
    with open_engine(site, folder / "work", all_receipts(site), "local[1]") as opened:
        opened.source("raw.seat_zones")
        yield opened


@pytest.fixture(scope="module")
def both(engine: SparkEngine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """Both engines with the table raw.given."""
    names = {
        "BIGINT": "integer", "VARCHAR": "string", "DOUBLE": "number",
        "DATE": "date", "TIMESTAMP": "timestamp", "BOOLEAN": "boolean",
    }  # fmt: skip
    path = tmp_path_factory.mktemp("given") / "given.parquet"
    schema = pa.schema([(name, TYPES[names[kind]]) for name, kind in spark_cases.COLUMNS.items()])
    pq.write_table(pa.Table.from_pylist(spark_cases.rows(), schema=schema), path)
    duck = duckdb.connect()
    duck.execute("CREATE SCHEMA raw")
    duck.execute(f"CREATE TABLE raw.given AS FROM '{path}'")
    engine.spark.read.parquet(str(path)).createOrReplaceTempView("raw__given")
    return duck, engine.spark


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
    said = dialect.to_spark(CASES[name], GIVEN)
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
        dialect.to_spark("SELECT CAST(x AS VARCHAR) AS a FROM raw.given", GIVEN)


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
    engine: SparkEngine, tmp_path: Path, front: str, sql: str, sentence: str
) -> None:
    site = open_site(make_site(tmp_path / "site"))
    put_model(site, "mart.odd", sql, front)
    with pytest.raises(BuildFailed, match=sentence):
        engine.make(load_models(site)["mart.odd"], tmp_path / "odd.parquet")
