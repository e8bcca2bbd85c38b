"""The engine inside our own process: DuckDB in memory, spilling into the site."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from shuren.data.errors import BuildFailed
from shuren.data.internals import declared, forgotten, snapshots, sources
from shuren.data.internals.models import LAYERS
from shuren.data.internals.sources import RawSource, quoted
from shuren.data.shapes import Model, Receipt
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

# Rows. A look-up reads a seventh of what it does in DuckDB's usual pages; with half as many rows a
# page, choosing among the pages of 32 million takes longer than reading one.
_SMALL_PAGE = 16_384


@dataclass
class EmbeddedEngine:
    """See engines.Engine."""

    connection: duckdb.DuckDBPyConnection
    site: Site
    loads: Sequence[Receipt]
    _known: set[str] = field(default_factory=set)

    def source(self, name: str) -> None:
        if name in self._known:
            return
        self._known.add(name)
        schema, table = name.split(".")
        if schema == "raw":
            _attach_raw(
                self.connection, self.site, sources.raw_source(self.site, table, self.loads)
            )
        elif schema == "calendar":
            self.source("raw.loans")
            span = "SELECT CAST(min(loaned_at) AS DATE), CAST(max(loaned_at) AS DATE)"
            first, last = self.connection.execute(f"{span} FROM raw.loans").fetchall()[0]
            first, last = sources.widened(self.site, self.loads, first, last)
            _create(self.connection, name, sources.calendar_rows(self.site, first, last, table))
        else:
            _create(self.connection, name, sources.vocabulary_rows(self.site, table))

    def table(self, name: str, path: Path) -> None:
        sql = f"CREATE VIEW {name} AS SELECT * FROM read_parquet({quoted(path)})"
        self.connection.execute(sql)

    def make(self, model: Model, path: Path) -> int:
        connection = self.connection
        declared.check_columns(connection, model)
        casts = ", ".join(f'CAST("{c.name}" AS {c.type}) AS "{c.name}"' for c in model.columns)
        order = ", ".join(f'"{name}"' for name in declared.order(model))
        small = f", ROW_GROUP_SIZE {_SMALL_PAGE}" if model.looked_up else ""
        try:
            connection.execute(
                f"COPY (SELECT {casts} FROM ({model.sql}\n) AS made ORDER BY {order})"
                f" TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd{small})"
            )
        except duckdb.ConversionException as error:
            raise declared.cast_failed(connection, model, error) from error
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            raise _cannot_run(model, error) from error
        return declared.check_key(connection, model, f"read_parquet({quoted(path)})")


@contextmanager
def open_engine(site: Site, folder: Path, loads: Sequence[Receipt]) -> Iterator[EmbeddedEngine]:
    """An engine that spills into `folder`; loads are oldest first."""
    settings = snapshots.build_settings(site, folder / "spill")
    with duckdb.connect(config=settings) as connection:
        connection.execute("SET enable_progress_bar = false")
        for schema in (*LAYERS, "raw", "calendar", "vocabulary", "settled"):
            connection.execute(f"CREATE SCHEMA {schema}")
        yield EmbeddedEngine(connection, site, loads)


def _attach_raw(connection: duckdb.DuckDBPyConnection, site: Site, raw: RawSource) -> None:
    """A view over the files, so that a model reads only the columns it names.

    Keys that more than one row has are settled apart: few have, as a rule.
    """
    name = raw.contract.id
    if not raw.files:
        empty = ", ".join(f"CAST(NULL AS {type_}) AS {_column(c)}" for c, type_ in raw.columns)
        connection.execute(f"CREATE VIEW raw.{name} AS SELECT {empty} WHERE FALSE")
        return
    source = f"read_parquet([{', '.join(map(quoted, raw.files))}], union_by_name = true)"
    present = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    if still := forgotten.raw_test(site, raw.contract, present):
        source = f"(SELECT * FROM {source} WHERE {still})"
    # A field the contract gained after these loads is empty in them.
    columns = ", ".join(
        f"CAST({_column(c) if c in present else 'NULL'} AS {type_}) AS {_column(c)}"
        for c, type_ in raw.columns
    )
    # Their names begin with _, as no field's name does.
    order = {"_of": list(raw.loads), "_place": list(range(len(raw.loads)))}
    _create(connection, f"settled.{name}_order", pa.table(order))
    connection.execute(
        f"CREATE TABLE settled.{name}_repeated AS SELECT hash(_key) AS hashed FROM {source}"
        " GROUP BY hashed HAVING count(*) > 1"
    )
    repeated = f"hash(_key) IN (SELECT hashed FROM settled.{name}_repeated)"
    connection.execute(
        f"CREATE TABLE settled.{name} AS SELECT {columns} FROM {source} AS rows"
        f" JOIN settled.{name}_order AS load_order ON load_order._of = rows._load"
        f" WHERE {repeated}"
        " QUALIFY row_number() OVER (PARTITION BY _key ORDER BY _place DESC, _line DESC) = 1"
    )
    single = f"SELECT {columns} FROM {source}"
    if declared.number(connection, f"SELECT count(*) FROM settled.{name}"):
        single = f"{single} WHERE NOT {repeated} UNION ALL SELECT * FROM settled.{name}"
    there = f" WHERE {_column(raw.tombstone)} IS NOT TRUE" if raw.tombstone else ""
    connection.execute(f"CREATE VIEW raw.{name} AS SELECT * FROM ({single}) AS rows{there}")


def _create(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """A table of the rows given; hundreds of single INSERTs would take a second."""
    connection.register("given_rows", rows)
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM given_rows")
    connection.unregister("given_rows")


def _cannot_run(model: Model, error: Exception) -> BuildFailed:
    why = declared.first_line(error)
    return BuildFailed(_("%(model)s cannot run: %(why)s.", model=model.name, why=why))


def _column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
