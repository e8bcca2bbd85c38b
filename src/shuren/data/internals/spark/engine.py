"""The distributed engine: the same models on Apache Spark.

Spark reads raw files and tables, runs a model's text in its own dialect, and writes what comes
out into a working folder, in as many files as it likes. The embedded engine then makes of them
the one sorted file that is published, laid out as its own are.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from shuren.data.internals import declared, forgotten, snapshots, sources
from shuren.data.internals.spark import dialect, failing
from shuren.data.internals.spark.sayings import view
from shuren.data.internals.spark.session import open_session
from shuren.data.internals.spark.work import Work, open_work
from shuren.data.shapes import Model, Receipt
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site

SPARK_TYPES = {
    "VARCHAR": "STRING",
    "BIGINT": "BIGINT",
    "DOUBLE": "DOUBLE",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP_NTZ",
    "BOOLEAN": "BOOLEAN",
}
Columns = Sequence[tuple[str, str]]


@dataclass
class SparkEngine:
    """See engines.Engine."""

    spark: Any
    duck: duckdb.DuckDBPyConnection
    work: Work
    site: Site
    loads: Sequence[Receipt]
    _schema: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    _made: set[str] = field(default_factory=set)

    def source(self, name: str) -> None:
        schema, table = name.split(".")
        if self._schema.get(schema, {}).get(table):
            return
        with failing.explained(_("the source %(name)s", name=name)):
            if schema == "raw":
                self._attach_raw(name)
            elif schema == "calendar":
                self.source("raw.loans")
                span = "SELECT CAST(min(loaned_at) AS DATE), CAST(max(loaned_at) AS DATE)"
                first, last = self.spark.sql(f"{span} FROM raw__loans").collect()[0]
                first, last = sources.widened(self.site, self.loads, first, last)
                self._attach_rows(name, sources.calendar_rows(self.site, first, last, table))
            else:
                self._attach_rows(name, sources.vocabulary_rows(self.site, table))

    def table(self, name: str, path: Path) -> None:
        columns = [(f.name, _duck_type(f.type)) for f in pq.read_schema(path)]
        if name not in self._made:  # taken over from the snapshot before
            place = self.work.bring(path, name)
            self._view(name, self._read([place], columns))
        self._know(name, columns)

    def make(self, model: Model, path: Path) -> int:
        try:
            sql = dialect.to_spark(model.sql, self._schema)
            types = dialect.types_of(model.sql, self._schema)
        except ValueError as error:
            raise failing.cannot_run(model, str(error)) from error
        with failing.explained(model.name):
            made = self.spark.sql(sql)
        declared.check_names(made.columns, model)
        casts = [
            f"{dialect.cast(c.name, types[c.name], c.type)} AS `{c.name}`" for c in model.columns
        ]
        columns = [(c.name, c.type) for c in model.columns]
        with failing.explained(model.name, lambda: failing.uncastable(made, model, types)):
            self._write(model.name, made.selectExpr(*casts), columns)
        self._made.add(model.name)
        return self._publish(model, path)

    def _publish(self, model: Model, path: Path) -> int:
        """One file, sorted and compressed as the embedded engine does it."""
        parts = self.work.fetch(model.name)
        files = ", ".join(map(sources.quoted, parts))
        casts = ", ".join(f'CAST("{c.name}" AS {c.type}) AS "{c.name}"' for c in model.columns)
        order = ", ".join(f'"{name}"' for name in declared.order(model))
        self.duck.execute(
            f"COPY (SELECT {casts} FROM read_parquet([{files}]) ORDER BY {order})"
            f" TO {sources.quoted(path)} (FORMAT parquet, COMPRESSION zstd)"
        )
        return declared.check_key(self.duck, model, f"read_parquet({sources.quoted(path)})")

    def _attach_raw(self, name: str) -> None:
        raw = sources.raw_source(self.site, name.split(".")[1], self.loads)
        columns = list(raw.columns)
        if not raw.files:
            self._write(name, self._nothing(columns), columns)
            return
        rows = None
        for files, given in _by_schema(raw.files).items():
            places = [self.work.bring(raw.files[n], f"{name}-{n}") for n in given]
            barred = forgotten.barred(self.site, raw.contract, dict(files))
            part = _remembered(self._read(places, files), barred).selectExpr(
                *(_read_as(c, type_, dict(files)) for c, type_ in columns)
            )
            rows = part if rows is None else rows.unionByName(part)
        order = [(load, place) for place, load in enumerate(raw.loads)]
        self.spark.createDataFrame(order, "_load STRING, _place BIGINT").createOrReplaceTempView(
            "load_order"
        )
        assert rows is not None
        rows.createOrReplaceTempView("given_rows")
        there = f" AND NOT (`{raw.tombstone}` <=> true)" if raw.tombstone else ""
        names = ", ".join(f"`{c}`" for c, _type in columns)
        settled = self.spark.sql(
            f"SELECT {names} FROM (SELECT *, row_number() OVER (PARTITION BY _key"
            " ORDER BY _place DESC, _line DESC) AS _nth FROM given_rows"
            f" JOIN load_order USING (_load)) WHERE _nth = 1{there}"
        )
        self._write(name, settled, columns)

    def _attach_rows(self, name: str, rows: pa.Table) -> None:
        columns = [(f.name, _duck_type(f.type)) for f in rows.schema]
        values = [tuple(row.values()) for row in rows.to_pylist()]
        made = self.spark.createDataFrame(values, _ddl(columns))
        self._write(name, made.coalesce(1), columns)

    def _nothing(self, columns: Columns) -> Any:
        return self.spark.createDataFrame([], _ddl(columns)).coalesce(1)

    def _write(self, name: str, rows: Any, columns: Columns) -> None:
        """Store rows in the working folder and make them readable by name."""
        from pyspark.sql import Observation
        from pyspark.sql.functions import count, lit

        seen = Observation(name)
        counted = rows.observe(seen, count(lit(1)).alias("rows"))
        counted.write.mode("overwrite").parquet(self.work.place(name))
        if not self.work.store:
            self._check_arrived(name, seen.get["rows"])
        self._view(name, self._read([self.work.place(name)], columns))
        self._know(name, columns)

    def _check_arrived(self, name: str, written: int) -> None:
        """A worker that does not share our folder writes on its own disk and says all is well."""
        parts = self.work.fetch(name)
        if sum(pq.read_metadata(part).num_rows for part in parts) != written:
            raise failing.not_shared(name, str(self.work.folder))

    def _read(self, places: Sequence[str], columns: Columns) -> Any:
        found = [self.work.readable(place) for place in places]
        return self.spark.read.schema(_ddl(columns)).parquet(*found)

    def _view(self, name: str, rows: Any) -> None:
        rows.createOrReplaceTempView(view(name))

    def _know(self, name: str, columns: Columns) -> None:
        schema, table = name.split(".")
        self._schema.setdefault(schema, {})[table] = dict(columns)


@contextmanager
def open_engine(
    site: Site, folder: Path, loads: Sequence[Receipt], master: str = ""
) -> Iterator[SparkEngine]:
    """Spark for one build; `master` before what the site's settings say.

    raises  EngineUnavailable if PySpark, Java, a master or a worker is missing
    """
    settings = read_settings(site)
    with ExitStack() as stack:
        spark = stack.enter_context(
            open_session(folder / "spark", master or settings.spark_master, settings.spark_options)
        )
        work = stack.enter_context(open_work(spark, site, folder / "tables", settings.spark_work))
        own = snapshots.build_settings(site, folder / "spill")
        duck = stack.enter_context(duckdb.connect(config=own))
        yield SparkEngine(spark, duck, work, site, loads)


def _ddl(columns: Columns) -> str:
    return ", ".join(f"`{name}` {SPARK_TYPES[type_]}" for name, type_ in columns)


def _duck_type(type_: pa.DataType) -> str:
    """What a column of a Parquet file is called among the six types of the lake."""
    if pa.types.is_dictionary(type_):
        return _duck_type(type_.value_type)
    for is_it, name in _ARROW_TYPES:
        if is_it(type_):
            return name
    raise TypeError(f"{type_} is no type of the lake")


_ARROW_TYPES = (
    (pa.types.is_timestamp, "TIMESTAMP"),
    (pa.types.is_date, "DATE"),
    (pa.types.is_boolean, "BOOLEAN"),
    (pa.types.is_integer, "BIGINT"),
    (pa.types.is_floating, "DOUBLE"),
    (pa.types.is_string, "VARCHAR"),
    (pa.types.is_large_string, "VARCHAR"),
    (pa.types.is_null, "VARCHAR"),
)


def _read_as(name: str, wanted: str, given: dict[str, str]) -> str:
    """A field the contract gained after a load is empty in it."""
    if name not in given:
        return f"CAST(NULL AS {SPARK_TYPES[wanted]}) AS `{name}`"
    if given[name] == wanted:
        return f"`{name}`"
    return f"{dialect.cast(name, given[name], wanted)} AS `{name}`"


def _remembered(rows: Any, barred: Sequence[tuple[str, frozenset[str]]]) -> Any:
    """Rows nobody has had forgotten; see forgotten.barred."""
    from pyspark.sql.functions import coalesce, col, lit

    for name, values in barred:
        rows = rows.where(~coalesce(col(f"`{name}`"), lit("")).isin(sorted(values)))
    return rows


def _by_schema(files: Sequence[Path]) -> dict[tuple[tuple[str, str], ...], list[int]]:
    """Places of the files that have the same columns, by those columns."""
    found: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for place, path in enumerate(files):
        columns = tuple((f.name, _duck_type(f.type)) for f in pq.read_schema(path))
        found.setdefault(columns, []).append(place)
    return found
