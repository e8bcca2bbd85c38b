"""The source `sql`: tables of another system's database, read and never written.

settings
  url        a SQLAlchemy URL; its password stands as {secret: NAME} under `password`
  table      a table or view; or `query`, a SELECT
  column     a column that grows (a number, a time): only rows beyond the last one are read
  overlap    how far before the last one to begin again, for rows that come late: a number, or
             seconds for times
  chunk      rows in one file (100,000)
Rows that come again stand in the tables once, by the contract's key.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sql
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from shuren.data.internals.reading.problems import FileProblem
from shuren.data.internals.table_source import TableSource
from shuren.data.source import Connector, Fetched
from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.named_secrets import resolved
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site

CHUNK = 100_000
_READ_ONLY = {
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
}


class DatabaseProblem(ShurenError):
    """The database cannot be reached or refuses the query."""


class SqlSource(TableSource):
    """See source.Source. Its files are Parquet, which the table source reads."""

    def fetch(
        self, site: Site, connector: Connector, cursor: str, folder: Path, progress: Progress
    ) -> Iterator[Fetched]:
        settings = resolved(site, connector.settings)
        url = _url(site, connector, settings)
        try:
            engine = sql.create_engine(url)
            with engine.connect() as connection:
                _read_only(connection, url)
                yield from _chunks(connection, connector, settings, cursor, folder, progress)
        except (SQLAlchemyError, NoSuchModuleError, ImportError) as error:
            # The text of the exception may quote the address with its password: not shown.
            raise DatabaseProblem(
                _("The database of '%(connector)s' (%(url)s) cannot be read: %(why)s.",
                  connector=connector.id, url=url.render_as_string(hide_password=True),
                  why=_why(error, url)),
                fix=_("Check the address, the account and the table."),
            ) from None  # fmt: skip


def _url(site: Site, connector: Connector, settings: dict[str, Any]) -> URL:
    try:
        url = make_url(str(settings.get("url", "")))
    except ArgumentError:
        raise UsageError(
            _("'%(connector)s' has no `settings.url` that SQLAlchemy can read.",
              connector=connector.id)
        ) from None  # fmt: skip
    if settings.get("password"):
        url = url.set(password=str(settings["password"]))
    if url.get_backend_name() == "postgresql" and url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database:
        path = site.root / url.database
        if not path.is_file():  # SQLite would make it
            raise FileProblem(_("There is no file %(file)s.", file=path))
        url = url.set(database=str(path))
    return url


def _why(error: Exception, url: URL) -> str:
    first = str(getattr(error, "orig", None) or error).strip().splitlines()
    text = first[0] if first else type(error).__name__
    return text.replace(url.password, "…") if url.password else text


def _read_only(connection: Connection, url: URL) -> None:
    statement = _READ_ONLY.get(url.get_backend_name())
    if statement:
        connection.exec_driver_sql(statement)
        connection.commit()


def _chunks(
    connection: Connection,
    connector: Connector,
    settings: dict[str, Any],
    cursor: str,
    folder: Path,
    progress: Progress,
) -> Iterator[Fetched]:
    column = str(settings.get("column", ""))
    statement = _statement(connection, settings, column, cursor)
    streamed = connection.execution_options(stream_results=True)
    result = streamed.execute(statement)
    names = list(result.keys())
    stamp = f"{now():%Y%m%dT%H%M%S}"
    for number, rows in enumerate(result.partitions(int(settings.get("chunk", CHUNK))), 1):
        path = folder / f"{connector.id}-{stamp}-{number:04}.parquet"
        columns = {
            name: pa.array([_text(row[place]) for row in rows], pa.string())
            for place, name in enumerate(names)
        }
        pq.write_table(pa.table(columns), path)
        reached = cursor
        if column:
            reached = _cursor(rows[-1][names.index(column)], cursor)
        progress(number, 0)
        yield Fetched(path, cursor=reached)
        cursor = reached


def _statement(
    connection: Connection, settings: dict[str, Any], column: str, cursor: str
) -> sql.Select[Any]:
    """Everything, or what lies beyond the cursor, in the order of the column."""
    if settings.get("query"):
        text = str(settings["query"]).strip().rstrip(";")
        query = sql.select(sql.text("*")).select_from(sql.text(f"({text}) AS given_rows"))
    else:
        name = str(settings.get("table", ""))
        if not name:
            raise UsageError(_("`settings` needs `table` or `query`."))
        schema, _dot, bare = name.rpartition(".")
        query = sql.select(sql.text("*")).select_from(sql.table(bare, schema=schema or None))
    if not column:
        return query
    grows: sql.ColumnClause[Any] = sql.column(column)
    if cursor:
        since = _since(cursor, settings.get("overlap", 0))
        # With no overlap the last value itself is read again: others may have come with it.
        query = query.where(grows >= since)
    return query.where(grows.is_not(None)).order_by(grows)


def _since(cursor: str, overlap: Any) -> Any:
    kind, value = json.loads(cursor)
    if kind == "time":
        return datetime.fromisoformat(value) - timedelta(seconds=float(overlap))
    if kind == "date":
        return date.fromisoformat(value) - timedelta(seconds=float(overlap))
    if kind == "number":
        return Decimal(value) - Decimal(str(overlap)) if "." in value else int(value) - int(overlap)
    if overlap:
        try:  # times that a database keeps as text, as SQLite does
            moment = datetime.fromisoformat(value) - timedelta(seconds=float(overlap))
            return moment.isoformat("T" if "T" in value else " ")
        except ValueError:
            raise UsageError(_("An overlap needs a column of numbers or times.")) from None
    return value


def _cursor(value: Any, before: str) -> str:
    if isinstance(value, datetime):
        return json.dumps(["time", value.isoformat()])
    if isinstance(value, date):
        return json.dumps(["date", value.isoformat()])
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return json.dumps(["number", str(value)])
    return json.dumps(["text", str(value)]) if value is not None else before


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return str(value)
